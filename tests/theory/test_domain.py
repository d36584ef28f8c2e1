"""Refusals that every entry point shares: a sentence naming the argument, the value and the domain."""

from importlib.util import find_spec

import numpy as np
import pytest

from grpo_paper import GRPO, WHITENED, fixed_points, trajectory, two_kl
from grpo_paper.theory.symbols import alpha
from tests.extra import torch

ENTRIES = {
    "fixed_points": lambda p_ref=0.2, beta=1.0, eps=1e-5, variant=GRPO: fixed_points(p_ref, beta, eps, variant),
    "trajectory": lambda p_ref=0.2, beta=1.0, eps=1e-5, variant=GRPO: trajectory(p_ref, beta, eps, 3, variant),
}

NO_NUMBERS = [None, "0.2", b"0.2", True, [0.2, None], [[0.1], [0.1, 0.2]], 1j]
if find_spec("torch"):
    NO_NUMBERS.append(torch.tensor(0.2, requires_grad=True))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
class TestRefusals:
    @pytest.mark.parametrize("name", ["p_ref", "beta", "eps"])
    @pytest.mark.parametrize("value", NO_NUMBERS, ids=str)
    def test_no_number(self, entry, name, value) -> None:
        with pytest.raises(ValueError, match=rf"^{name} = .* is not a number or an array of numbers; it must be"):
            entry(**{name: value})

    @pytest.mark.parametrize("value", ["GRPO", None, 0.3, WHITENED, two_kl, two_kl(alpha)])
    def test_no_variant(self, entry, value) -> None:
        with pytest.raises(ValueError, match=r"^variant = .* is outside its domain: it must be a Variant such as GRPO"):
            entry(variant=value)

    def test_shapes_that_do_not_fit(self, entry) -> None:
        with pytest.raises(ValueError, match=r"^p_ref of shape \(2,\) and beta of shape \(3,\) do not broadcast"):
            entry(p_ref=[0.1, 0.2], beta=[1, 2, 3])

    def test_numbers_of_any_kind(self, entry) -> None:
        expected = entry().logit
        for kind in (np.float32, np.float64, lambda x: torch.tensor(x)):
            # 0.25 and 1 are the same number in every kind.
            assert np.array_equal(entry(p_ref=kind(0.25), beta=kind(1.0)).logit, entry(p_ref=0.25, beta=1).logit, True)
        assert expected.shape[-1] in (3, 4)
