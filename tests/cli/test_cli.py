"""The command line, and the same run in two processes."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from grpo_paper.cli import main
from grpo_paper.cli.train import bandit
from grpo_paper.theory.methods import weighting
from grpo_paper.theory.weighting import library_whitening
from grpo_paper.trainer import Addition, Bandit, TrainConfig, train
from tests.histories import TORCHRUN


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def history(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "history.npz") as arrays:
        return dict(arrays)


BANDIT = ("train", "bandit", "--p-ref", "0.1,0.2,0.5", "--outputs", 8, "--iterations", 4, "--beta", "0.5,2")
ADDITION = ("train", "addition", "--prompts", 12, "--digits", 1, "--hidden", 16, "--ascent", "adam")
ADDITION += ("--learning-rate", 1e-3, "--iterations", 3, "--inner-steps", 2, "--batch-size", 5)


def test_writes_what_it_says(tmp_path) -> None:
    code, output = run(*BANDIT, "--out", tmp_path)
    assert code == 0
    assert "beta 2, alpha 1: 0.2667 at the start" in output
    assert history(tmp_path)["success"].shape == (5, 2, 3)
    before = history(tmp_path)
    assert run(*BANDIT, "--out", tmp_path)[0] == 0  # ended already: the same history again
    assert all(np.array_equal(before[name], again) for name, again in history(tmp_path).items())


@pytest.mark.parametrize("command", [BANDIT, ADDITION], ids=["bandit", "addition"])
def test_two_processes_are_one_run(command, tmp_path, monkeypatch) -> None:
    """Gloo; five prompts for two processes. The order of sums differs: 1e-10 in float64, 1e-3 in float32 under Adam."""
    monkeypatch.setenv("GRPO_PAPER_CACHE", str(tmp_path / "references"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    one, two = tmp_path / "one", tmp_path / "two"
    assert run(*command, "--out", one)[0] == 0
    told = subprocess.run(
        [*TORCHRUN, "2", "-m", "grpo_paper", *map(str, command), "--out", two], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    alone, together = history(one), history(two)
    tolerance = 1e-10 if command is BANDIT else 1e-3
    for name, column in alone.items():
        assert column.dtype == bool or np.allclose(column, together[name], rtol=tolerance, atol=tolerance), name
    assert np.array_equal(alone["sampled_success"], together["sampled_success"])
    assert not np.array_equal(alone["success"][0], alone["success"][-1])


def test_two_processes_with_two_checkpoints(tmp_path) -> None:
    """As on two machines that share no folder: the second does not see what the first has kept."""
    script = f"exec {sys.executable} -m grpo_paper {' '.join(map(str, BANDIT))} --out {tmp_path}/$RANK"
    assert run(*BANDIT, "--out", tmp_path / "0")[0] == 0
    before = (tmp_path / "0" / "checkpoint.pt").read_bytes()
    told = subprocess.run([*TORCHRUN, "2", "--no-python", "bash", "-c", script], capture_output=True, text=True)
    assert told.returncode != 0
    assert "is not the same for every process" in told.stderr
    assert (tmp_path / "0" / "checkpoint.pt").read_bytes() == before


def test_a_run_that_diverges_warns() -> None:
    words = ["train", "bandit", "--p-ref", "0.2,0.7", "--beta", "0.5,1e300", "--iterations", "5"]
    told = subprocess.run([sys.executable, "-m", "grpo_paper", *words], capture_output=True, text=True)
    assert told.returncode == 0
    assert "\nWarning: 1 of 2 replicas diverged" in told.stderr
    assert "beta 1e+300, alpha 1: 0.4500 at the start, nan at the end" in told.stdout


def test_a_network_has_a_learning_rate_of_its_own() -> None:
    """That of a table of logits makes it unlearn."""
    code, output = run("train", "addition", "--help")
    assert code == 0
    assert "default: adam" in output
    assert "default: 0.001" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--beta", "0"), "beta = 0.0 is outside its domain: it must be finite and > 0"),
        (("--beta", "much"), "'much' is not a number, or several with commas between"),
        (("--group-size", "1"), "group_size = 1 is outside its domain"),
        (("--group-size", "some"), "'some' is neither a number nor 'exact'"),
        (("--group-size", "exact", "--weighting", "library"), "give a group size"),
        (("--weighting", "maxlr"), "weighting = 'maxlr' is no method that is known here; did you mean maxrl"),
        (
            ("--weighting", "pkpo:8", "--group-size", "4"),
            "group_size = 4 is outside its domain: it must be k = 8 at least",
        ),
        (("--ascent", "downhill"), "ascent = 'downhill' is outside its domain"),
        (("--device", "cuda:7"), "device = 'cuda:7' is not available"),
        (("--device", "abacus"), "device = 'abacus' is not a device that torch knows"),
        (("--p-ref", "1.2"), "p_ref"),
        (("--threads", "0"), "threads = 0 is outside its domain"),
        (("--threads", "5000"), "threads = 5000 is outside its domain"),
        (("--outputs", "2000000000"), "out of memory with 1 lists of 2000000000 outputs"),
        (("--iterations", "2000000000"), "iterations (352,000,017,536 bytes are needed and"),
        (("--group-size", "2000000000"), "out of memory with"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, tuple) else None,
)
def test_refused_in_a_sentence(arguments, message, tmp_path) -> None:
    code, output = run("train", "bandit", *arguments, "--out", tmp_path / "run")
    assert code != 0
    assert message in output
    assert "Traceback" not in output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--beta", "0"), "beta = 0.0 is outside its domain"),
        (("--threads", "0"), "threads = 0 is outside its domain"),
        (("--device", "abacus"), "device = 'abacus' is not a device that torch knows"),
        (("--out", "/dev/null/run"), "/dev/null/run cannot be a folder"),
    ],
)
def test_refused_before_a_network_is_taught(arguments, message, monkeypatch) -> None:
    monkeypatch.setattr(Addition, "with_success", lambda **given: 1 / 0)
    assert message in run("train", "addition", *arguments)[1]


def test_goes_further_and_not_back(tmp_path) -> None:
    assert run(*BANDIT, "--out", tmp_path)[0] == 0
    assert run(*BANDIT, "--out", tmp_path, "--iterations", 6)[0] == 0
    assert history(tmp_path)["success"].shape == (7, 2, 3)
    code, output = run(*BANDIT, "--out", tmp_path)
    assert code == 1
    assert "iterations = 4 is less than the 6 that" in output


def test_one_thread_unless_told(monkeypatch) -> None:
    """Small tables and networks gain nothing by more, and lose much where others are at work."""
    seen, kept = [], torch.get_num_threads()
    monkeypatch.setattr(Bandit, "with_success", lambda *given: seen.append(torch.get_num_threads()) or 1 / 0)
    try:
        for words in ((), ("--threads", 2)):
            run("train", "bandit", *words)
        assert seen == [1, 2]
    finally:
        torch.set_num_threads(kept)


@pytest.mark.parametrize("text", ["maxrl", "pkpo:2", "batch", "library"])
def test_another_weighting(text, tmp_path) -> None:
    assert run(*BANDIT, "--weighting", text, "--out", tmp_path)[0] == 0
    kind = library_whitening(16) if text == "library" else weighting(text)
    config = TrainConfig([0.5, 2.0], weighting=kind, iterations=4)
    direct = train(config, Bandit.with_success([0.1, 0.2, 0.5], outputs=8))
    assert np.array_equal(history(tmp_path)["success"], direct.success.numpy())


def test_another_run_is_not_overwritten(tmp_path) -> None:
    assert run(*BANDIT, "--out", tmp_path)[0] == 0
    before = (tmp_path / "checkpoint.pt").read_bytes()
    code, output = run(*BANDIT, "--seed", 1, "--out", tmp_path)
    assert code == 1
    assert "belongs to another run" in output
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_the_options_have_the_defaults_of_the_config() -> None:
    options = {option.name: option.default for option in bandit.params}
    for field in fields(TrainConfig):
        told = weighting(options[field.name]) if field.name == "weighting" else options[field.name]
        assert told == field.default, field.name


@pytest.mark.parametrize("command", [(), ("train",), ("train", "bandit"), ("train", "addition")], ids=" ".join)
def test_help(command) -> None:
    code, output = run(*command, "--help")
    assert code == 0
    assert "Usage" in output


def test_a_terminal_without_greek() -> None:
    words = [sys.executable, "-m", "grpo_paper", "predict", "--help"]
    told = subprocess.run(words, env=os.environ | {"PYTHONIOENCODING": "cp1252"}, capture_output=True)
    assert told.returncode == 0
    assert b"? inside the root" in told.stdout


def test_help_is_quick() -> None:
    """Torch is imported by the commands that need it only."""
    code = "import sys; from grpo_paper import cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
