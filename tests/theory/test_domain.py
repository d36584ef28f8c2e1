"""Refusals that every entry point shares: a sentence naming the argument, the value and the domain."""

import re
from importlib.util import find_spec

import numpy as np
import pytest

from grpo_paper import GRPO, WHITENED, fixed_points, trajectory, two_kl
from grpo_paper.theory import domain
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
        sentence = "it must be a Variant such as GRPO, DR_GRPO or two_kl(0.5)"
        with pytest.raises(ValueError, match=f"^variant = .* is outside its domain: {re.escape(sentence)}$"):
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


class TestSentences:
    """The whole of every sentence, and both sides of every border."""

    @pytest.mark.parametrize(
        ("call", "sentence"),
        [
            (
                lambda: domain.probability("p_ref", "0.2"),
                "p_ref = '0.2' is not a number or an array of numbers; it must be a probability in [0, 1]",
            ),
            (
                lambda: domain.probability("p", -0.5),
                "p = -0.5 is outside its domain: it must be a probability in [0, 1]",
            ),
            (
                lambda: domain.probability("p", [0.5, 1.5, -1]),
                "p has 2 bad of 3 entries, the first at index 1: 1.5; each must be a probability in [0, 1]",
            ),
            (
                lambda: domain.probability("p", [[0.5, 1.0], [0.0, 3.0]]),
                "p has 1 bad of 4 entries, the first at index (1, 1): 3.0; each must be a probability in [0, 1]",
            ),
            (lambda: domain.fraction("clip", 1), "clip = 1.0 is outside its domain: it must be in (0, 1)"),
            (lambda: domain.positive("beta", np.inf), "beta = inf is outside its domain: it must be finite and > 0"),
            (
                lambda: domain.one("eps", [1e-5, 1e-3], domain.positive),
                "eps = [1e-05, 0.001] is an array; it must be one number",
            ),
            (
                lambda: domain.one("eps", 0, domain.positive),
                "eps = 0.0 is outside its domain: it must be finite and > 0",
            ),
            (
                lambda: domain.together(p=np.zeros(2), one=np.zeros(()), eps=np.zeros(3)),
                "p of shape (2,) and eps of shape (3,) do not broadcast together; add an axis to one of them",
            ),
            (lambda: domain.whole("G", 1, 2), "G = 1 is outside its domain: it must be a whole number from 2 on"),
            (lambda: domain.whole("G", 2.0, 2), "G = 2.0 is outside its domain: it must be a whole number from 2 on"),
            (lambda: domain.whole("G", True, 0), "G = True is outside its domain: it must be a whole number from 0 on"),
            (lambda: domain.whole("G", 2**31, 2), "G = 2147483648 is outside its domain: it must be below 2**31"),
            (lambda: domain.seed(-1), "seed = -1 is outside its domain: it must be a whole number from 0 on"),
            (lambda: domain.seed(2**32), "seed = 4294967296 is outside its domain: it must be below 2**32"),
            (
                lambda: domain.choice("profile", "fast", domain.PROFILES),
                "profile = 'fast' is outside its domain: it must be one of 'quick', 'full'",
            ),
        ],
    )
    def test_is(self, call, sentence) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            call()

    def test_what_is_let_through(self) -> None:
        assert domain.probability("p", [0, 1]).tolist() == [0.0, 1.0]
        assert domain.positive("beta", 5e-324) == 5e-324
        assert domain.fraction("clip", [5e-324, 1 - 2**-53]).tolist() == [5e-324, 1 - 2**-53]
        assert domain.one("eps", np.float32(0.5), domain.positive) == 0.5
        assert domain.whole("G", 2, 2) == 2
        assert domain.whole("G", np.int64(2**31 - 1), 2) == 2**31 - 1
        assert (domain.seed(0), domain.seed(2**32 - 1)) == (0, 2**32 - 1)
        assert domain.choice("profile", "full", domain.PROFILES) == "full"

    @pytest.mark.parametrize(
        ("check", "values"),
        [
            (domain.probability, [-5e-324, 1 + 2**-52, np.nan]),
            (domain.fraction, [0, 1, np.nan]),
            (domain.positive, [0, -5e-324, np.inf, np.nan]),
        ],
    )
    def test_what_is_not(self, check, values) -> None:
        for value in values:
            with pytest.raises(ValueError, match=r" is outside its domain: it must be "):
                check("x", value)
