"""Errata that no statement's own tests show: a claim as printed, computed without the library's formula for it."""

import mpmath
import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize_scalar
from scipy.stats import beta as beta_distribution

from grpo_paper.theory.fixed_points import fixed_points, largest_critical_beta
from grpo_paper.theory.objective import clipped_surrogate
from grpo_paper.theory.success_map import effective_beta, h, h_prime, log_odds_step, trajectory
from grpo_paper.theory.variants import DR_GRPO, GRPO, MIRROR_DR_GRPO, two_kl
from tests.policies import random_case, slow_step, success

EPS = 1e-5


def whitened(L, eps=EPS):
    """Ω by hand, from log-odds."""
    return 1 / np.sqrt(1 / (2 + 2 * np.cosh(L)) + eps)


class TestE22:
    """Two-KL with Δ_R = 0 is not affine, and contracts for αβ > sup B only."""

    @staticmethod
    def slopes(alpha, beta, eps=EPS):
        L = np.linspace(-25, 25, 200_001)
        step = (1 - alpha) * L + whitened(L, eps) / beta
        return np.diff(step) / np.diff(L)

    def test_its_slope_is_anything_but_one_number(self) -> None:
        slope = self.slopes(0.8, 3.75)
        # 1 − α ± sup B/β; the grid misses the peak by less than 1e-3.
        assert slope.max() == pytest.approx(0.2 + 60.86 / 3.75, abs=0.01)
        assert slope.min() == pytest.approx(0.2 - 60.86 / 3.75, abs=0.01)

    def test_a_fixed_point_that_repels(self) -> None:
        found = fixed_points(1e-3, 10 / 3, EPS, two_kl(0.9))
        assert round(float(found.slope[0]), 2) == -1.09
        with mpmath.workdps(40):
            alpha, beta, L_ref = mpmath.mpf("0.9"), mpmath.mpf(10) / 3, mpmath.log(mpmath.mpf(1) / 999)

            def step(L):
                push = 1 / mpmath.sqrt(1 / (2 + 2 * mpmath.cosh(L)) + mpmath.mpf("1e-5"))
                return alpha * L_ref + (1 - alpha) * L + push / beta

            root = mpmath.findroot(lambda L: step(L) - L, float(found.logit[0]))
            assert mpmath.diff(step, root) < -1.08

    def test_it_contracts_at_the_stated_rate_above_the_bound(self) -> None:
        for alpha in (0.1, 0.5, 0.9):
            beta = 1.3 * largest_critical_beta(EPS) / alpha
            rate = 1 - alpha + largest_critical_beta(EPS) / beta
            assert rate < 1
            assert abs(self.slopes(alpha, beta)).max() <= rate + 1e-9  # a difference quotient's rounding

    def test_just_below_the_bound_it_does_not(self) -> None:
        alpha = 0.5
        beta = 0.97 * largest_critical_beta(EPS) / alpha
        assert self.slopes(alpha, beta).max() > 1


class TestE23:
    """Theorem 2's recursion needs the whitened weights; the mean-only ones give another."""

    def test_the_other_weights_give_another_success_rate(self) -> None:
        for seed in range(5):
            reward, reference, _, beta, eps = random_case(seed)
            p = success(reference, reward)
            meant, referred = (
                float(success(slow_step(reference, reference, reward, beta, eps, variant), reward))
                for variant in (GRPO, DR_GRPO)
            )
            assert meant == pytest.approx(h(p, p, beta, eps), rel=1e-12)
            assert abs(referred - meant) > 1e-3


class TestE24:
    """At p_ref = 0 and 1 the map is constant."""

    @pytest.mark.parametrize("end", [0.0, 1.0])
    @pytest.mark.parametrize("beta", [1e-3, 1.0, 1e3])
    def test_one_step_from_anywhere_whatever_beta(self, end, beta) -> None:
        starts = np.linspace(0.01, 0.99, 99)
        orbit = trajectory(end, beta, EPS, 2, p_0=starts).p
        assert (orbit[:, 1:] == end).all()
        assert (h_prime(starts, np.array(end), beta, EPS) == 0).all()
        assert fixed_points(end, beta, EPS).slope[0] == 0


class TestE25:
    """A clip of at most 1 is no limit without a clip."""

    def test_at_one_a_success_is_still_cut(self) -> None:
        rho = np.array([0.5, 1.9, 2.1, 7.0])
        assert clipped_surrogate(rho, 1.0, 1.0).tolist() == [0.5, 1.9, 2.0, 2.0]
        assert clipped_surrogate(rho, 1.0, 10.0).tolist() == rho.tolist()


class TestE26:
    """With 1 − α on Ω too, the recursion is not that of the maximiser."""

    def test_the_factor_belongs_to_the_divergences_alone(self) -> None:
        variant = two_kl(0.4)
        for seed in range(5):
            reward, reference, _, beta, eps = random_case(seed)
            first = slow_step(reference, reference, reward, beta, eps, variant)
            second = slow_step(first, reference, reward, beta, eps, variant)
            L_ref, L, after = (
                float(mpmath.log(success(x, reward) / success(x, 1 - reward))) for x in (reference, first, second)
            )
            # Along the iteration the divergences cancel: what is left is Ω/β, whole.
            assert after == pytest.approx(0.4 * L_ref + 0.6 * L + whitened(L, eps) / beta, rel=1e-12)
            printed = 0.4 * L_ref + 0.6 * (L + whitened(L, eps) / beta)
            assert abs(after - printed) > 1e-2
            assert log_odds_step(L, L_ref, beta, eps, variant) == pytest.approx(after, rel=1e-12)


class TestE27:
    """β_eff has ε in it; constant increments are the mirror's; shared parameters break the equivalence."""

    def test_without_smoothing_the_effective_beta_is_another(self) -> None:
        p = 1e-6
        printed = np.sqrt(p * (1 - p))
        assert effective_beta(p, 1.0, EPS) / printed == pytest.approx(np.sqrt(1 + 1e-5 / (p * (1 - p))), rel=1e-12)
        assert effective_beta(p, 1.0, EPS) > 3 * printed

    def test_increments(self) -> None:
        mirror = np.diff(trajectory(0.2, 4.0, EPS, 5, MIRROR_DR_GRPO).logit)
        reference = np.diff(trajectory(0.2, 4.0, EPS, 5, DR_GRPO).logit)
        assert mirror == pytest.approx([0.25] * 5, abs=1e-14)
        assert reference == pytest.approx([0.25, 0, 0, 0, 0], abs=1e-14)

    def test_two_prompts_that_share_a_parameter(self) -> None:
        """One shift of the log-odds of two prompts: the two normalisations, at β_eff, move it differently."""
        L, beta = np.array([-3.0, 1.0]), 1.0
        p = 1 / (1 + np.exp(-L))

        def best(scale, strength):
            def loss(shift):
                q = 1 / (1 + np.exp(-L - shift))
                kl = q * np.log(q / p) + (1 - q) * np.log((1 - q) / (1 - p))
                return -(scale * (q - p) - strength * kl).sum()

            return minimize_scalar(loss, bounds=(-10, 20), method="bounded", options={"xatol": 1e-10}).x

        omega = whitened(L)
        assert abs(best(omega, beta) - best(1.0, beta / omega)) > 0.05
        # Each prompt with a parameter of its own: the same.
        for each in range(2):
            kept = L, p
            L, p = L[each : each + 1], p[each : each + 1]
            one = omega[each : each + 1]
            assert best(one, beta) == pytest.approx(best(1.0, beta / one), abs=1e-6)
            L, p = kept


class TestE28:
    """No success among 50 is no rate of 0, and a rate of 0 stays."""

    def test_what_fifty_failures_allow(self) -> None:
        bound = beta_distribution.ppf(0.95, 1, 50)  # Clopper and Pearson, one-sided
        assert bound == pytest.approx(1 - 0.05 ** (1 / 50), rel=1e-12)
        assert round(100 * bound, 1) == 5.8
        assert (1 - bound) ** 50 == pytest.approx(0.05, rel=1e-12)

    def test_a_rate_of_zero_never_leaves(self) -> None:
        assert (trajectory(0.0, [0.01, 1.0, 100.0], EPS, 50).p == 0).all()
        assert trajectory(1e-3, 0.1, EPS, 5).p[-1] > 0.64

    def test_the_limit_at_zero_by_symbols(self) -> None:
        q, b, e = sp.symbols("q b e", positive=True)
        p = sp.Symbol("p", positive=True)
        step = 1 / (1 + (1 - q) / q * sp.exp(-1 / (b * sp.sqrt(p * (1 - p) + e))))
        assert sp.limit(step, q, 0, "+") == 0
