"""The trainer on an NVIDIA GPU: the CPU's history, the same bits every time, and sentences when it is too much."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from grpo_paper import MEAN_ONLY, WHITENED
from grpo_paper.trainer import Addition, Bandit, History, TrainConfig, train
from tests.histories import TORCHRUN, Stopped, same, stopping_after

pytestmark = [
    pytest.mark.gpu,
    # Torch advises the coarser product; float32 is asked for.
    pytest.mark.filterwarnings("ignore:TensorFloat32 tensor cores:UserWarning"),
    # Torch starts its graphs with an empty one.
    pytest.mark.filterwarnings("ignore:The CUDA Graph is empty:UserWarning"),
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU; the CPU's history is tested"),
]
BANDIT = Bandit.with_success([0.0, 0.001, 0.2, 0.5, 1.0], outputs=12)
EXACT = TrainConfig([0.7, 1.5], clip=None, group_size=None, inner_steps=50, iterations=5)
SAMPLED = TrainConfig([0.5, 1.0], group_size=16, inner_steps=4, iterations=6)
NETWORK = replace(SAMPLED, ascent="adam", learning_rate=1e-3)


@pytest.fixture(scope="module")
def addition(own_references) -> Addition:
    return Addition.with_success(0.3, prompts=24, digits=2, hidden=32, batch_size=8)


def furthest(there: History, here: History) -> float:
    """The largest difference of any number in two histories; whether a success rounds to 1 (silent) is none."""
    columns = [name for name, column in vars(here).items() if column.is_floating_point()]
    gaps = [(getattr(there, name).cpu() - getattr(here, name).cpu()).abs().max() for name in columns]
    return torch.stack(gaps).double().max().item()  # Python's max would step over a NaN


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("ascent", ["gradient", "natural", "adam"])
def test_is_the_history_of_the_cpu(ascent, compiled) -> None:
    """Not Adam's on prompts that are certain: it divides the rounding of a gradient of 0 by its size."""
    config = replace(EXACT, ascent=ascent, learning_rate={"natural": 0.3}.get(ascent, 0.05))
    task = Bandit.with_success([0.001, 0.2, 0.5], outputs=12) if ascent == "adam" else BANDIT
    assert furthest(train(config, task, "cuda", compiled=compiled), train(config, task)) < 1e-5


@pytest.mark.parametrize("alpha", [1.0, 0.0, 0.5])
@pytest.mark.parametrize("weighting", [WHITENED, MEAN_ONLY], ids=lambda n: n.name)
def test_every_variant_has_the_history_of_the_cpu(weighting, alpha) -> None:
    config = replace(EXACT, weighting=weighting, alpha=alpha)
    assert furthest(train(config, BANDIT, "cuda"), train(config, BANDIT)) < 1e-5


def test_a_network_in_the_exact_limit_has_the_history_of_the_cpu(addition) -> None:
    """Float32 on both, which sum in another order; Adam's first steps magnify that."""
    config = replace(NETWORK, group_size=None, iterations=3)
    task = replace(addition, batch_size=None)
    assert furthest(train(config, task, "cuda"), train(config, task)) < 1e-3


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_same_seed_same_bits(compiled, addition) -> None:
    for config, task in ((SAMPLED, BANDIT), (NETWORK, addition)):
        assert same(*(train(config, task, "cuda", compiled=compiled) for _ in range(2)))


def test_compiled_is_the_same_run() -> None:
    assert furthest(train(SAMPLED, BANDIT, "cuda", compiled=True), train(SAMPLED, BANDIT, "cuda")) < 1e-12


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_stopped_and_resumed(compiled, addition, tmp_path) -> None:
    keep = tmp_path / "run.pt"
    with pytest.raises(Stopped), stopping_after(1):
        train(NETWORK, addition, "cuda", compiled=compiled, keep=keep, keep_every=2)
    resumed = train(NETWORK, addition, "cuda", compiled=compiled, keep=keep)
    assert same(resumed, train(NETWORK, addition, "cuda", compiled=compiled))


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_bfloat16_rounds_and_learns(compiled, addition) -> None:
    """Eight bits of a product: the reference's success is off by less than a tenth, and 60 iterations raise it."""
    config = replace(NETWORK, iterations=60)
    coarse = train(config, addition, "cuda", compiled=compiled, bfloat16=True)
    fine = train(config, addition, "cuda", compiled=compiled)
    assert 0 < (coarse.success[0] - fine.success[0]).abs().max() < 0.1
    assert coarse.success[-1].mean() > 2 * coarse.success[0].mean()


def test_too_much_is_said_in_a_sentence() -> None:
    large = Bandit.with_success([0.2] * 1000, outputs=4096)
    with pytest.raises(MemoryError, match="run fewer replicas"):
        train(replace(SAMPLED, beta=[0.1] * 20_000), large, "cuda")
    torch.cuda.empty_cache()


def test_a_process_for_each_gpu_over_nccl(tmp_path) -> None:
    words = ["train", "bandit", "--device", "cuda", "--iterations", "5", "--out"]
    many = str(torch.cuda.device_count())
    for start, out in (((*TORCHRUN, many), "joined"), ((sys.executable,), "alone")):
        done = subprocess.run([*start, "-m", "grpo_paper", *words, str(tmp_path / out)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    joined, alone = (np.load(tmp_path / out / "history.npz") for out in ("joined", "alone"))
    assert all(np.allclose(joined[name], alone[name], rtol=1e-10, atol=1e-10) for name in alone)


def test_more_processes_than_gpus(tmp_path) -> None:
    many = str(torch.cuda.device_count() + 1)
    words = [*TORCHRUN, many, "-m", "grpo_paper", "train", "bandit", "--device", "cuda", "--out", str(tmp_path / "out")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode != 0
    assert "is not available to torch" in done.stderr
