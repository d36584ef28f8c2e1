"""A plugin for pytest that runs, for each mutant, tests that reach it until one fails.

These are all tests of its module, and the quickest of others up to a limit: a change that only a slow test elsewhere
sees counts as a survivor, so the score errs towards less. First come those that killed other mutants of the function.

One process collects the tests. A fork of it runs them all, to see which functions each of them reaches and how long it
takes; then a fork for each mutant begins where collecting ended, so that a mutant costs little more than the test
that kills it. A function may also run only once in a process. Where that is in the first test that needs it, all tests
of its module are tried on its mutants; where it is while the tests are collected, a mutant that seems to survive is
tried afresh, in a process that has imported nothing of this project, with the tests of its own module alone.
A change that is listed as one that survives is tried with those tests too, and no others.
"""

import gc
import json
import os
import resource
import signal
import sys
from collections import Counter
from itertools import zip_longest
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from mutmut.state import state

MUTANTS, REACHED, KILLERS = Path("mutants.json"), Path("reached.json"), Path("killers")
JOBS = int(os.environ.get("JOBS", "1"))
PATIENCE = 5, 10
"""A test is out of time after so many seconds of the processor, and so many times what it takes without a mutant."""
OTHERS = 60
"""Seconds of the processor that the tests of other modules may take which are tried on one mutant."""
ASLEEP = 120
"""Seconds after which a test is out of time that waits and computes nothing."""
TIMED = (signal.SIGXCPU, signal.SIGALRM)
KILLED = 100
"""A try ends with it where a test fails; every other end but 0 and a signal is a fault of this plugin."""
FORK, AFRESH = get_context("fork"), get_context("forkserver")
# What takes long to import, and is nobody's mutant.
AFRESH.set_forkserver_preload(["PIL.Image", "scipy.optimize", "scipy.stats", "sympy", "torch", __name__])


def pytest_sessionstart(session: pytest.Session) -> None:
    """That a test fails is enough, without a smaller example or a picture; and it fails in the next run as well."""
    from hypothesis import Phase, settings  # of whose import pytest wants to be the first to know

    phases = Phase.explicit, Phase.generate
    settings.register_profile("mutants", settings.default, phases=phases, derandomize=True, database=None)
    settings.load_profile("mutants")
    session.config.option.tbstyle = "no"


def pytest_runtestloop(session: pytest.Session) -> bool:
    collected = _reached()
    gc.freeze()  # else a fork copies all memory as soon as it looks for garbage
    words = [word for word in sys.argv[1:] if __name__ not in word]
    if _ends(FORK.Process(target=_trace, args=[session])):
        raise pytest.UsageError("the tests fail without a mutant; make test says which")
    if _ends(AFRESH.Process(target=_afresh, args=["", [*words, "--collect-only"], ASLEEP])):
        raise pytest.UsageError("the tests are not collected afresh without a mutant")
    tests = json.loads(REACHED.read_text())
    whole = sum(seconds for seconds, _ in tests.values())
    options = [*words[: words.index("-q") + 1], "--tb=no"]
    listed: dict[str, bool] = json.loads(MUTANTS.read_text())
    modules = list(dict.fromkeys(map(_module, listed)))

    def before(mutant: str) -> bool:
        return _function(mutant) in collected

    left = sorted(listed, key=lambda mutant: (modules.index(_module(mutant)), before(mutant)))
    running: dict[int, tuple[str, BaseProcess, bool]] = {}

    def start(mutant: str, process: BaseProcess, last: bool) -> None:
        process.start()
        running[process.sentinel] = mutant, process, last

    with open(int(os.environ["RESULTS"]), "w") as results:
        while left or running:
            if left and len(running) < JOBS:
                mutant = left.pop(0)
                trying = FORK.Process(target=_try, args=[session, mutant, tests, listed[mutant]])
                start(mutant, trying, not before(mutant))
                continue
            for sentinel in wait(list(running)):
                mutant, process, last = running.pop(sentinel)
                code = _ends(process)
                if code == 0 and not last:
                    own = [str(path) for path in Path("tests").rglob(f"test_{_module(mutant)}*.py")]
                    start(mutant, AFRESH.Process(target=_afresh, args=[mutant, [*own, *options], whole]), True)
                    continue
                if code > 0 and code != KILLED:
                    raise pytest.UsageError(f"the try of {mutant} broke off")
                result = "survived" if code == 0 else "out of time" if -code in TIMED else "killed"
                print(json.dumps([mutant, result]), file=results, flush=True)
    return True


def _ends(process: BaseProcess) -> int:
    """Start it if it is not at work yet; how it ends."""
    if process.pid is None:
        process.start()
    process.join()
    return process.exitcode


def _function(mutant: str) -> str:
    return mutant.rpartition("__mutmut_")[0]


def _module(mutant: str) -> str:
    return mutant.split(".")[-2]


def _reached() -> set[str]:
    """The functions that ran since this was asked last."""
    functions, state()._stats = state()._stats, set()
    return functions


def _processor() -> float:
    return sum(os.times()[:4])


def _trace(session: pytest.Session) -> None:
    """Run every test without a mutant; note what it reaches and how long it takes."""
    tests = {}
    for item, after in zip(session.items, [*session.items[1:], None], strict=True):
        start = _processor()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        tests[item.nodeid] = (_processor() - start, sorted(_reached()))
    REACHED.write_text(json.dumps(tests))
    sys.exit(bool(session.testsfailed))


def _begin(mutant: str) -> None:
    os.environ["MUTANT_UNDER_TEST"] = mutant
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what its tests say of a mutant is read by nobody


def _limit(seconds: float, asleep: int = ASLEEP) -> None:
    """What comes next may take this much longer than it does without a mutant, which is `seconds`."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = used.ru_utime + used.ru_stime + PATIENCE[0] + PATIENCE[1] * seconds
    resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, resource.RLIM_INFINITY))
    signal.alarm(asleep)


def _try(session: pytest.Session, mutant: str, tests: dict[str, Any], listed: bool) -> None:
    """End with KILLED as soon as a test fails, with 0 if none does, or none reaches the function."""
    _begin(mutant)
    killed = Counter(KILLERS.read_text().splitlines()) if KILLERS.exists() else Counter()
    function, elsewhere = _function(mutant), 0.0 if listed else OTHERS
    once = sum(function in reached for _, reached in tests.values()) == 1
    items = {}
    for item in sorted(session.items, key=lambda item: tests[item.nodeid][0]):
        seconds, reached = tests[item.nodeid]
        own = f"/test_{_module(mutant)}" in item.nodeid
        if function not in reached and not (once and own):
            continue
        elsewhere -= 0 if own else seconds
        if own or elsewhere > 0:
            kills = killed[f"{function} {item.nodeid}"]
            items[item] = (not (own or kills), seconds / (1 + kills))
    order = sorted(items, key=items.__getitem__)
    for item, after in zip_longest(order, order[1:]):
        _limit(tests[item.nodeid][0])
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.testsfailed:
            with KILLERS.open("a") as killers:
                killers.write(f"{function} {item.nodeid}\n")
            sys.exit(KILLED)


class _Sooner:
    """A plugin of the tests of a try afresh: those that take less time come first."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        tests = json.loads(REACHED.read_text())
        items.sort(key=lambda item: tests.get(item.nodeid, [0])[0])


def _afresh(mutant: str, words: list[str], seconds: float) -> None:
    _begin(mutant)
    _limit(seconds, 0)
    ends = pytest.main(words, [_Sooner()])
    sys.exit(0 if ends in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else KILLED)
