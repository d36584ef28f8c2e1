"""The mirror's clock, against quadrature and against updates that are counted."""

import math

import mpmath
import numpy as np
import pytest

from grpo_paper.theory.clock import clock, mirror_bound


def push(L, eps):
    """Ω by hand."""
    return 1 / math.sqrt(1 / (2 + 2 * math.cosh(L)) + eps)


class TestB12:
    @pytest.mark.parametrize("eps", [0, 1e-9, 1e-5, 1e-2, 1.0])
    @pytest.mark.parametrize("L", [-30.0, -2.5, 0.0, 1e-6, 4.0, 25.0])
    def test_the_clock_is_the_integral(self, L, eps) -> None:
        with mpmath.workdps(30):

            def slowness(x):
                return mpmath.sqrt(1 / (2 + 2 * mpmath.cosh(x)) + mpmath.mpf(eps))

            time = mpmath.quad(slowness, mpmath.linspace(0, L, 31)) if L else 0
        assert clock(L, eps) == pytest.approx(float(time), rel=1e-12, abs=1e-15)

    def test_no_run_needs_more_updates_than_the_bound(self) -> None:
        rng = np.random.default_rng(0)
        slack = []
        for _ in range(3000):
            beta, eps = 10 ** rng.uniform(-1.5, 2), 10 ** rng.uniform(-9, 0)
            L_ref, end = np.sort(rng.uniform(-18, 14, 2)).tolist()
            L, count = L_ref, 0
            while end > L:
                L, count = L + push(L, eps) / beta, count + 1
            slack.append(mirror_bound(L_ref, end, beta, eps) - count)
        assert min(slack) >= 0
        assert min(slack) < 0.2  # it cannot be lowered by much

    def test_without_the_logarithm_it_is_too_low(self) -> None:
        """Above even odds unit steps fall behind the clock by more than the one that rounds up."""
        beta, eps, L, end = 30.0, 1e-12, 0.0, 13.0
        time, count = beta * (clock(end, eps) - clock(L, eps)), 0
        while end > L:
            L, count = L + push(L, eps) / beta, count + 1
        assert count > time + 1
        assert count <= mirror_bound(0.0, end, beta, eps)

    def test_without_smoothing_no_start_is_too_rare(self) -> None:
        for beta in (1.0, 10.0, 100.0):
            for failure in (0.1, 1e-3):
                end = math.log(1 / failure - 1)
                bound = math.pi * beta + math.log(1 / (4 * failure * (1 - failure))) / 2 + 1
                for L in (-600.0, -50.0, -1.0):
                    assert mirror_bound(L, end, beta, 0) <= bound + 1e-9
                    count = 0
                    while end > L:
                        L, count = L + 2 * math.cosh(L / 2) / beta, count + 1
                    assert count <= bound
