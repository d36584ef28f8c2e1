"""Random finite policies, and the slow oracle for an update of one: a loop over outputs in 40-digit arithmetic."""

import mpmath
import numpy as np
import scipy.optimize

from grpo_paper.theory.policy import (
    normalize,
    success_logit,
)
from grpo_paper.theory.variants import DR_GRPO, GRPO, MIRROR_DR_GRPO, MIRROR_GRPO, two_kl, two_kl_dr

VARIANTS = [GRPO, MIRROR_GRPO, two_kl(0.3), DR_GRPO, MIRROR_DR_GRPO, two_kl_dr(0.3)]
SEEDS = range(20)
# Scores and log-ratios here stay below 40; some tens of rounded operations on them leave a few 1e-14.
ROUNDING = 1e-12


def random_case(seed, outputs=7):
    """Reward, reference, previous policy, beta, eps; at least one output right and one wrong."""
    rng = np.random.default_rng(seed)
    reward = rng.permutation([1, 0, *rng.integers(0, 2, outputs - 2)])
    reference, previous = rng.dirichlet(np.ones(outputs), size=2)
    return reward, reference, previous, 10 ** rng.uniform(-0.3, 1), 10 ** rng.uniform(-5, -1)


def random_policies(trials):
    """Reference, previous policy, reward and beta, so often."""
    rng = np.random.default_rng(7)
    for _ in range(trials):
        reward = rng.permutation([1] * 3 + [0] * 5)
        yield rng.dirichlet(np.ones(8)), rng.dirichlet(np.ones(8)), reward, 10 ** rng.uniform(-0.5, 1)


def success(policy, reward):
    """Its success rate, one output after another."""
    return sum(x for x, r in zip(policy, reward, strict=True) if r)


def slow_step(previous, reference, reward, beta, eps, variant):
    """The update as the theorems print it, output by output, in 40 digits."""
    with mpmath.workdps(40):
        p = mpmath.fsum(x for x, r in zip(previous, reward, strict=True) if r == 1) / mpmath.fsum(previous)
        scale = 1 / mpmath.sqrt(p * (1 - p) + mpmath.mpf(eps)) if variant.weighting is GRPO.weighting else 1
        weights = []
        for x, y, r in zip(previous, reference, reward, strict=True):
            anchor = mpmath.mpf(y) ** mpmath.mpf(variant.alpha) * mpmath.mpf(x) ** (1 - mpmath.mpf(variant.alpha))
            weights.append(anchor * mpmath.exp((r - p) * scale / mpmath.mpf(beta)))
        return [w / mpmath.fsum(weights) for w in weights]


def distance(log_policy, slow):
    """Largest relative error in a probability."""
    return max(abs(mpmath.exp(float(x)) / y - 1) for x, y in zip(log_policy, slow, strict=True))


def simplex_optimum(objective, gradient, start):
    """SciPy's SLSQP over the simplex; it sees the objective only."""
    return scipy.optimize.minimize(
        lambda x: -objective(x),
        start,
        jac=lambda x: -gradient(x),
        bounds=[(1e-12, 1)] * len(start),
        constraints={"type": "eq", "fun": lambda x: x.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 500},
    ).x


def reweighted(reference, reward, L):
    """The reference with log-odds of success L and its own proportions within successes and within failures."""
    return normalize(np.log(reference) + (L - success_logit(np.log(reference), reward)) * reward)
