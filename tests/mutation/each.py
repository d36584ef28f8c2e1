"""A plugin for pytest that runs, for each mutant, the tests that reach it until one fails, its module's first.

One process collects the tests. A fork of it runs them all, to see which functions each of them reaches and how long it
takes; then a fork for each mutant begins where collecting ended, so that a mutant costs little more than the test
that kills it. A function may also run only once in a process, while the tests are collected or in the first that needs
it; then a mutant that seems to survive is tried from the start, with all tests.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import traceback
from collections import Counter
from pathlib import Path

import pytest
from mutmut.state import state

MUTANTS, REACHED, RESULTS = Path("mutants.json"), Path("reached.json"), Path("results.jsonl")
JOBS = int(os.environ.get("JOBS", "1"))
PATIENCE = 5, 10
"""A test is out of time after so many seconds of the processor, and so many times what it takes without a mutant."""
ASLEEP = 120
"""Seconds after which a test is out of time that waits and computes nothing."""
TIMED = (signal.SIGXCPU, signal.SIGALRM)


def pytest_runtestloop(session: pytest.Session) -> bool:
    collected = _reached()
    if os.waitstatus_to_exitcode(os.waitpid(_fork(session, _trace), 0)[1]):
        raise pytest.UsageError("the tests fail without a mutant; make test says which")
    tests = json.loads(REACHED.read_text())
    times = Counter(function for _, functions in tests.values() for function in functions)

    def once(mutant: str) -> bool:
        return _function(mutant) in collected or times[_function(mutant)] <= 1

    left = sorted(json.loads(MUTANTS.read_text()), key=once)
    running: dict[int, str] = {}
    with RESULTS.open("w") as results:
        while left or running:
            if left and len(running) < JOBS:
                mutant = left.pop(0)
                running[_fork(session, _try, mutant, tests)] = mutant
                continue
            pid, status = os.wait()
            mutant, code = running.pop(pid), os.waitstatus_to_exitcode(status)
            if code == 0 and once(mutant):
                code = _afresh(mutant)
            result = "survived" if code == 0 else "out of time" if -code in TIMED else "killed"
            print(json.dumps({"mutant": mutant, "result": result}), file=results, flush=True)
    return True


def _function(mutant: str) -> str:
    return mutant.rpartition("__mutmut_")[0]


def _module(mutant: str) -> str:
    return mutant.split(".")[-2]


def _reached() -> set[str]:
    """The functions that ran since this was asked last."""
    functions, state()._stats = state()._stats, set()
    return functions


def _fork(session: pytest.Session, work: object, *arguments: object) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(work(session, *arguments))
        finally:  # reached by an exception alone, and what a fork must not do is to return
            traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
    return pid


def _processor() -> float:
    return sum(os.times()[:4])


def _trace(session: pytest.Session) -> int:
    """Run every test without a mutant; note what it reaches and how long it takes."""
    tests = {}
    for item, after in zip(session.items, [*session.items[1:], None], strict=True):
        start = _processor()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        tests[item.nodeid] = (_processor() - start, sorted(_reached()))
    REACHED.write_text(json.dumps(tests))
    return session.testsfailed


def _try(session: pytest.Session, mutant: str, tests: dict[str, tuple[float, list[str]]]) -> int:
    """1 as soon as a test fails, 0 if none does."""
    os.environ["MUTANT_UNDER_TEST"] = mutant
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    items = [item for item in session.items if _function(mutant) in tests[item.nodeid][1]]
    own = f"/test_{_module(mutant)}"
    items.sort(key=lambda item: (own not in item.nodeid, tests[item.nodeid][0]))
    for item, after in zip(items, [*items[1:], None], strict=True):
        limit = resource.getrusage(resource.RUSAGE_SELF)
        limit = limit.ru_utime + limit.ru_stime + PATIENCE[0] + PATIENCE[1] * tests[item.nodeid][0]
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, resource.RLIM_INFINITY))
        signal.alarm(ASLEEP)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.testsfailed:
            return 1
    return 0


def _afresh(mutant: str) -> int:
    environment = os.environ | {"MUTANT_UNDER_TEST": mutant}
    words = [word for word in sys.argv[1:] if __name__ not in word]
    own = [str(path) for path in Path("tests").rglob(f"test_{_module(mutant)}*.py")]
    options = words[: words.index("-q") + 1]
    # The module's own tests alone are collected in a fraction of the time, and kill nearly all.
    for chosen in ([*own, *options], [*own, *words]) if own else (words,):
        code = subprocess.run([sys.executable, "-m", "pytest", *chosen], env=environment).returncode
        if code:
            break
    return code
