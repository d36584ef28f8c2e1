"""The wheel, installed away from the repository with the core alone: it works, and says what else would need."""

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.bare import NEEDS, SAYS, build, told

CORE = ("click", "numpy", "scipy")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel and what its core requires; linked from here, so that no network is needed."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    [site] = (folder / "venv").glob("lib/python*/site-packages")
    for name in CORE:
        files = distribution(name).files or []
        for top in {file.parts[0] for file in files if file.parts[0] not in {"..", "__pycache__"}}:
            (site / top).symlink_to(distribution(name).locate_file(top))
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    subprocess.run([*pip, "check"], check=True)
    return python


@pytest.mark.parametrize("words", SAYS, ids=" ".join)
def test_says_the_same_as_in_the_repository(words, bare, tmp_path) -> None:
    there, here = told(bare, words, tmp_path), told(sys.executable, words, tmp_path)
    assert (there.returncode, there.stderr) == (0, "")
    assert there.stdout == here.stdout


@pytest.mark.parametrize(
    ("words", "sentence"), NEEDS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_says_what_it_needs(words, sentence, bare, tmp_path) -> None:
    there = told(bare, words, tmp_path)
    assert there.returncode != 0
    assert sentence in there.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_needs_an_extra_has_no_traceback(bare, tmp_path) -> None:
    for words, _ in NEEDS:
        if words[0] == "-m":
            assert "Traceback" not in told(bare, words, tmp_path).stderr


def test_the_script_is_there(bare) -> None:
    command = [str(bare.with_name("grpo-paper")), "--version"]
    assert "0." in subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_holds_the_package_alone(wheel) -> None:
    with ZipFile(wheel) as archive:
        assert {name.split("/")[0].split("-")[0] for name in archive.namelist()} == {"grpo_paper"}
        assert {"grpo_paper/py.typed", "grpo_paper/figure/register.csv"} <= set(archive.namelist())
