"""How any command ends where its output has no room or an extra is missing: in a sentence, and not with 0 or 1."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
COMMANDS = (
    ("--help",),
    ("--version",),
    ("train", "bandit", "--help"),
    ("train", "bandit", "--iterations", "1"),
    ("predict", "--p-ref", "0.2", "--beta", "1"),
    ("statements",),
    ("statements", "theorem-3"),
    ("figures",),
    ("verify", "none.csv"),
)


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_standard_output_is_full(words, unbuffered) -> None:
    if "train" in words:
        pytest.importorskip("torch")
    with FULL.open("w") as full:
        told = subprocess.run(
            [sys.executable, "-m", "grpo_paper", *words],
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert told.returncode == 2
    assert told.stderr.count("Error: standard output could not be written (No space left on device)") == 1
    assert told.stderr.count("Error") == 1  # no OSError in a traceback, none that is ignored at the end


WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None
from grpo_paper.cli import main
main(prog_name="grpo-paper")
"""


@pytest.mark.parametrize(
    ("package", "words", "sentence"),
    [
        ("torch", ("train", "bandit"), 'The trainer needs torch, which is not installed: pip install "grpo-paper[tr'),
        ("torch", ("train", "addition"), "The trainer needs torch, which is not installed"),
        (
            "matplotlib",
            ("predict", "--p-ref", "0.2", "--beta", "1", "--save", "x.svg"),
            'A picture needs matplotlib, which is not installed: pip install "grpo-paper[figures]"',
        ),
    ],
    ids=["train bandit", "train addition", "predict --save"],
)
def test_an_extra_is_missing(package, words, sentence, tmp_path) -> None:
    """Before anything is computed or written."""
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT, package, *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(f"Error: {sentence}")
    assert re.search(r'"grpo-paper(\[\w+\])", or in a clone pip install "\.\1"$', told.stderr.strip())
    assert len(told.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())
