"""The batch reaches every branch that the losses have."""

import pytest
import torch

import grpo_paper
from grpo_paper.theory.weighting import library_whitening
from peers.batch import CLIP, LENGTHS, MASK, advantages, drift


@pytest.mark.parametrize("level", ["token", "sequence"])
@pytest.mark.parametrize("sign", [1, -1], ids=["successes", "failures"])
def test_ratios_lie_below_inside_and_above_the_clip(level, sign) -> None:
    """For both kinds of ratio and both signs of the advantage."""
    log_ratio = torch.where(MASK, drift(6), 0.0)
    if level == "sequence":
        log_ratio = log_ratio.sum(-1, keepdim=True) / LENGTHS[:, None]
    ratio = log_ratio[advantages(library_whitening(4)).sign() == sign].exp()
    assert (ratio > 1 + CLIP).any()
    assert (ratio < 1 - CLIP).any()
    assert ((ratio - 1).abs() < CLIP).logical_and(ratio != 1).any()


def test_lengths_differ_and_fill_the_width() -> None:
    """So that the means differ, and no column is padding only."""
    assert len(set(LENGTHS.tolist())) > 3
    assert MASK.any(0).all()
    assert not MASK.all(0)[1:].any()


def test_one_group_is_silent() -> None:
    """Its advantages are 0, not NaN."""
    assert advantages(library_whitening(4))[-4:].tolist() == [0.0] * 4


def test_the_library_is_the_installed_one() -> None:
    """Beside the torch, NumPy and SciPy of the peers, and not the repository's folder."""
    assert "site-packages" in str(grpo_paper.__file__)
