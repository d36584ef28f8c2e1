"""The wheel, and every test that needs no torch, on the other Pythons that are found here: ``make pythons``.

The versions in the lock are checked as well: each release must have a wheel for every Python that is supported.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.bare import NEEDS, ROOT, SAYS, build, told

SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
PLACE = ROOT / "build" / "pythons"
BESIDE = ("hypothesis", "mpmath", "pytest", "pyyaml", "flit_core>=3.12")
TESTS = ("tests/theory", "tests/ledger", "tests/cli", "tests/runs", "tests/figure/test_passport.py")


def find(version: str) -> Path | None:
    """A Python of this version, by its name or from pyenv, whose shims answer for versions that are not chosen too."""
    for python in (shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")):
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        if python and subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip() == version:
            return Path(python)
    return None


def run(*words: object) -> None:
    """Run a command of which only a failure is to be seen."""
    told = subprocess.run([str(word) for word in words], cwd=ROOT, capture_output=True, text=True)
    if told.returncode:
        raise SystemExit(f"{told.stdout}{told.stderr}\nfailed: {' '.join(map(str, words))}")


def lock(version: str) -> None:
    """Let pip look for a wheel of every locked release."""
    pip = (sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--only-binary=:all:", "--quiet")
    run(*pip, "--target", PLACE / "none", "--python-version", version, "--requirement", "requirements.lock")
    print(f"Python {version}: every locked release has a wheel", flush=True)


def tests(version: str, found: Path, wheel: Path) -> None:
    """The wheel with the core alone, then the tests with what they need beside it."""
    python = PLACE / version / "bin" / "python"
    run(found, "-m", "venv", "--clear", PLACE / version)
    run(python, "-m", "pip", "install", "--quiet", wheel)
    for words in SAYS:
        there, here = told(python, words, PLACE), told(sys.executable, words, PLACE)
        if there.returncode or there.stdout != here.stdout:
            raise SystemExit(f"Python {version} says {there.stdout}{there.stderr}, Python here {here.stdout}: {words}")
    for words, sentence in NEEDS:
        if sentence not in (there := told(python, words, PLACE)).stderr:
            raise SystemExit(f"Python {version} says {there.stderr}, not {sentence}: {words}")
    print(f"Python {version}: the wheel works with the core alone", flush=True)
    run(python, "-m", "pip", "install", "--quiet", f"{wheel}[proofs,runs]", *BESIDE)
    command = [str(python), "-m", "pytest", "--doctest-ignore-import-errors", "--quiet", *TESTS, "grpo_paper"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SystemExit(f"The tests failed on Python {version}.")


def main() -> None:
    """Command line of ``make pythons``."""
    PLACE.mkdir(parents=True, exist_ok=True)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    shutil.rmtree(PLACE / "wheel", ignore_errors=True)
    wheel = build(PLACE / "wheel")
    for version in SUPPORTED:
        lock(version)
        if version == here:
            continue
        if found := find(version):
            tests(version, found, wheel)
        else:
            print(f"Python {version}: none is found here, so its tests were not run", flush=True)


if __name__ == "__main__":
    main()
