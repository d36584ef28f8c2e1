"""The dispatch: five number systems, one value, and a refusal of anything else."""

import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, ctx

from grpo_paper.theory import elementary
from grpo_paper.theory.advantage import Omega, advantage, omega_minus, omega_plus
from grpo_paper.theory.climbs import climbed, coin_kl, objective
from grpo_paper.theory.clipping import least_maximiser
from grpo_paper.theory.clock import clock, mirror_bound
from grpo_paper.theory.delay import refreshed_alpha, uncorrected_push
from grpo_paper.theory.elementary import (
    POINTWISE,
    logit,
    logsumexp,
    maximum,
    mean,
    minimum,
    power,
    sigmoid,
    sqrt,
    where,
)
from grpo_paper.theory.fate import jump_beta, schwarzian
from grpo_paper.theory.fixed_points import bifurcation_curve, critical_beta, largest_critical_beta, peak_logit
from grpo_paper.theory.objective import clipped_surrogate, contrastive_surrogate, k1, k3
from grpo_paper.theory.policy import log_partition
from grpo_paper.theory.small_steps import arc_speed
from grpo_paper.theory.success_map import (
    effective_beta,
    force,
    force_slope,
    h,
    h_prime,
    log_odds_step,
    success_variance,
)
from grpo_paper.theory.variants import DR_GRPO, GRPO, MIRROR_GRPO, two_kl
from grpo_paper.theory.verifier import observed, true_success, verifier_push, verifier_slope
from grpo_paper.theory.weighting import whitening, whitening_slope
from tests.conftest import Number
from tests.extra import torch

UNARY = {
    "exp": (mpmath.exp, "-1.75"),
    "log": (mpmath.log, "0.3"),
    "sqrt": (mpmath.sqrt, "0.3"),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), "-41.5"),
    "logit": (lambda p: mpmath.log(p / (1 - p)), "0.0003"),
    "arctan": (mpmath.atan, "-2.5"),
    "arcsinh": (mpmath.asinh, "-7.25"),
}

# Dyadic arguments, which every number system holds exactly: near 1 the rounding of a decimal would count.
GRID = {
    "p": ("0.3125", "0.00048828125", "0.99951171875"),
    "p_ref": ("0.1875", "0.0001220703125", "0.84375"),
    "beta": ("1.25", "5", "0.203125"),
    "eps": ("0.0009765625", "0.00000762939453125", "0.125"),
    "L": ("2.5", "-6.25", "30.5"),
    "L_ref": ("-1.5", "-9", "1.75"),
    "r": ("1", "0", "1"),
    "v": ("0.21875", "0.0004882812500", "0.25"),
    "m": ("-0.4375", "0.96875", "0.0625"),
    "rho": ("1.5", "0.5", "1.0625"),
    "A": ("2.25", "-0.75", "-2"),
    "clip": ("0.1875", "0.25", "0.125"),
    "x": ("-0.6875", "1.5", "-3.25"),
}
FORMULAS = {
    "Omega": (Omega, "p eps"),
    "omega_plus": (omega_plus, "p eps"),
    "omega_minus": (omega_minus, "p eps"),
    "advantage": (advantage, "r p eps"),
    "whitening": (whitening, "v eps"),
    "whitening_slope": (whitening_slope, "v m eps"),
    "success_variance": (success_variance, "L"),
    "h": (h, "p p_ref beta eps"),
    "h_prime": (h_prime, "p p_ref beta eps"),
    "effective_beta": (effective_beta, "p beta eps"),
    "force": (force, "L beta eps"),
    "force_slope": (force_slope, "L beta eps"),
    "step": (lambda *a: log_odds_step(*a, GRPO), "L L_ref beta eps"),
    "mirror step": (lambda *a: log_odds_step(*a, MIRROR_GRPO), "L L_ref beta eps"),
    "two-KL step": (lambda *a: log_odds_step(*a, two_kl(0.25)), "L L_ref beta eps"),
    "mean-only step": (lambda *a: log_odds_step(*a, DR_GRPO), "L L_ref beta eps"),
    "log_partition": (log_partition, "p p_ref beta eps"),
    "critical_beta": (critical_beta, "p eps"),
    "peak_logit": (peak_logit, "eps"),
    "largest_critical_beta": (largest_critical_beta, "eps"),
    "fold or flip": (lambda *a: bifurcation_curve(*a)[0], "L eps"),
    "its reference": (lambda *a: bifurcation_curve(*a)[1], "L eps"),
    "schwarzian": (schwarzian, "L eps"),
    "clock": (clock, "L eps"),
    "mirror_bound": (mirror_bound, "L_ref L beta eps"),
    "mirror_bound of old rollouts": (lambda *a: mirror_bound(*a, lag=3), "L_ref L beta eps"),
    "refreshed_alpha": (lambda a: refreshed_alpha(a, 3), "p"),
    "uncorrected_push": (uncorrected_push, "L L_ref eps"),
    "least_maximiser": (least_maximiser, "p clip x"),
    "jump_beta": (jump_beta, "p_ref eps"),
    "accepted": (lambda *a: observed(*a)[0], "L p clip"),
    "rejected": (lambda *a: observed(*a)[1], "L p clip"),
    "verifier_push": (verifier_push, "L eps p clip"),
    "verifier_slope": (verifier_slope, "L eps p clip"),
    "true_success": (true_success, "v p_ref p clip"),
    "arc_speed": (arc_speed, "L eps"),
    "climbed": (climbed, "L eps"),
    "coin_kl": (coin_kl, "x L_ref"),
    "objective": (objective, "L L_ref beta eps"),
    "clipped_surrogate": (clipped_surrogate, "rho A clip"),
    "contrastive_surrogate": (contrastive_surrogate, "rho r p clip eps"),
    "k1": (k1, "x"),
    "k3": (k3, "x"),
}


class TestPrimitives:
    @pytest.mark.parametrize("name", UNARY)
    def test_unary_value(self, name: str, number: Number) -> None:
        oracle, argument = UNARY[name]
        with mpmath.workdps(50):
            exact = oracle(mpmath.mpf(argument))
            # Elementary functions are accurate to a few units in the last place (2.2e-16).
            assert abs(number.read(getattr(elementary, name)(number.make(argument))) / exact - 1) < 1e-15

    def test_binary_value(self, number: Number) -> None:
        low, high = number.make("0.3"), number.make("0.4")
        for x, y in ((low, high), (high, low)):
            assert number.read(elementary.minimum(x, y)) == number.read(low)
            assert number.read(elementary.maximum(x, y)) == number.read(high)
        with mpmath.workdps(50):
            assert abs(number.read(elementary.power(low, 0.5)) - mpmath.sqrt(mpmath.mpf("0.3"))) < 1e-15

    @pytest.mark.parametrize("primitive", POINTWISE, ids=lambda f: f.__name__)
    @pytest.mark.parametrize("value", ["0.3", None, 1j, [0.3]], ids=repr)
    def test_refuses_other_types(self, primitive, value) -> None:
        arguments = (value, 1.0) if primitive.__name__ in ("minimum", "maximum", "power") else (value,)
        kinds = "a float, numpy array, torch tensor, SymPy expression or flint.arb"
        with pytest.raises(TypeError, match=f"^{primitive.__name__} takes {kinds}, not {type(value).__name__}$"):
            primitive(*arguments)

    def test_array_functions_refuse_scalars(self) -> None:
        with pytest.raises(TypeError, match="logsumexp takes"):
            logsumexp(1.0)

    def test_array_functions_agree_with_loops(self) -> None:
        x = np.array([[0.5, -1.0, 2.0], [700.0, 710.0, -np.inf]])
        for row, total in zip(x, logsumexp(x), strict=True):
            with mpmath.workdps(30):
                assert float(mpmath.log(sum(mpmath.exp(v) for v in row))) == pytest.approx(total, rel=1e-15)
        assert torch.equal(torch.as_tensor(logsumexp(x)), logsumexp(torch.tensor(x)))
        assert where(x > 0, 1.0, 0.0).sum() == 4

    def test_gradient_of_sigmoid_at_the_kink_of_its_implementation(self) -> None:
        x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        sigmoid(x).backward()
        assert x.grad.item() == 0.25

    @pytest.mark.parametrize("make", [float, lambda s: np.array(float(s)), lambda s: torch.tensor(float(s)).double()])
    def test_sigmoid_reaches_the_smallest_floats(self, make) -> None:
        with mpmath.workdps(30):
            exact = mpmath.exp(mpmath.mpf(-740))  # 1 + e^-740 is 1 to 30 digits
        # A subnormal number near 4e-322 has a spacing of 4.9e-324.
        assert abs(float(sigmoid(make("-740"))) - float(exact)) <= 5e-324
        assert float(sigmoid(make("inf"))) == 1
        assert float(sigmoid(make("-inf"))) == 0

    def test_logit_inverts_sigmoid(self) -> None:
        L = np.linspace(-700, 30, 1001)
        # Above 0, 1 − p carries a rounding of 1.1e-16, which is e^L times as large relative to it.
        assert np.all(np.abs(logit(sigmoid(L)) - L) <= 2e-15 * np.maximum(np.abs(L), 1) + 2.3e-16 * np.exp(L))


class TestWideBalls:
    """What rises takes all values between those at the two ends of a ball, and no others."""

    @pytest.mark.parametrize(
        ("function", "low", "high", "least", "most"),
        [
            (sqrt, 0.25, 2.25, 0.5, 1.5),
            # Of a number that is not negative, though its ball reaches to 0 or below.
            (sqrt, 0, 4, 0, 2),
            (sqrt, -0.5, 0.25, 0, 0.5),
            (sqrt, -5, 9, 0, 3),
            (lambda x: power(x, 0.25), 0, 16, 0, 2),
            (lambda x: power(x, 3), -1, 2, 0, 8),
            (sigmoid, -3, 5, 1 / (1 + math.exp(3)), 1 / (1 + math.exp(-5))),
            (sigmoid, -40, -2, 1 / (1 + math.exp(40)), 1 / (1 + math.exp(2))),
        ],
    )
    def test_enclosed(self, function, low, high, least, most) -> None:
        found = function(arb(low).union(arb(high)))
        # The radius of a ball has 30 bits, and is rounded up.
        assert least - 1e-7 <= float(found.lower()) <= least * (1 + 1e-15)
        assert most * (1 - 1e-15) <= float(found.upper()) <= most + 1e-7


class TestOneFormulaFiveReadings:
    @pytest.mark.parametrize("name", FORMULAS)
    @pytest.mark.parametrize("point", range(3))
    def test_value(self, name: str, point: int, number: Number) -> None:
        """Against the balls at 256 bits, which contain the exact value; 1e-14 is some 50 roundings."""
        formula, names = FORMULAS[name]
        arguments = [GRID[argument][point] for argument in names.split()]
        with ctx.workprec(256), mpmath.workdps(50):
            ball = formula(*map(arb, arguments))
            exact = mpmath.mpf(ball.str(45, radius=False))
            assert ball.rel_accuracy_bits() > 200
            value = number.read(formula(*map(number.make, arguments)))
            assert abs(value - exact) <= 1e-14 * abs(exact)


def test_import_stays_light() -> None:
    code = (
        "import sys, grpo_paper; heavy = {'torch', 'sympy', 'flint', 'matplotlib'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_first_ball_may_meet_a_function_of_two() -> None:
    code = "from flint import arb; from grpo_paper.theory.elementary import minimum; assert minimum(arb(1), 2) == 1"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
class TestTensorsAsArrays:
    """What torch computes along the last axis, number by number what NumPy computes."""

    def values(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.random.default_rng(len(shape)).normal(size=shape)

    def test_means_keep_the_axis(self, shape) -> None:
        x = self.values(shape)
        by_hand = np.array([sum(row) / 4 for row in x.reshape(-1, 4)]).reshape(*shape[:-1], 1)
        for found in (mean(x), mean(torch.tensor(x)).numpy()):
            assert found.shape == by_hand.shape
            np.testing.assert_allclose(found, by_hand, rtol=1e-15, atol=1e-15)

    def test_logsumexp_drops_it(self, shape) -> None:
        x = self.values(shape)
        by_hand = np.array([np.log(sum(np.exp(row))) for row in x.reshape(-1, 4)]).reshape(shape[:-1])
        for found in (logsumexp(x), logsumexp(torch.tensor(x)).numpy()):
            assert found.shape == by_hand.shape
            np.testing.assert_allclose(found, by_hand, rtol=1e-14)

    def test_choices_are_made_number_by_number(self, shape) -> None:
        x = self.values(shape)
        tensor = torch.tensor(x)
        assert where(tensor > 0, tensor, -1.0).tolist() == np.where(x > 0, x, -1.0).tolist()
        for bound in (0.25, torch.tensor(0.25)):
            assert maximum(tensor, bound).tolist() == np.maximum(x, 0.25).tolist()
            assert minimum(tensor, bound).tolist() == np.minimum(x, 0.25).tolist()


def test_the_mean_of_a_letter_is_a_letter() -> None:
    p = sympy.Symbol("p")
    assert mean(p) == sympy.Function("mean")(p)
    assert str(mean(p)) == "mean(p)"


def test_one_number_is_its_own_mean() -> None:
    assert mean(np.float64(0.3)) == 0.3
    found = mean(torch.tensor(0.3))
    assert found == torch.tensor(0.3)
    assert found.shape == ()
