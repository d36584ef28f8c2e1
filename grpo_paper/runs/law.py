"""The law of small steps, fitted: in which coordinate do all prompts move alike?

Without a penalty dL/dt = Ω(p) (B13): the coordinate φ with dφ/dL = 1/Ω grows at one speed whatever the prompt,
2 arcsin √p for GRPO, the log-odds for Dr. GRPO. So a run's clock, one reading for each part of it, moves every prompt
from its own start. The readings are free: a learning rate that changes bends the clock, not the law. The starts are
drawn from any smooth distribution, with some prompts that are never right and some that always are (Efron, Biometrika
2016); each prompt's own start, fitted to a few answers, would bias the clock.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline
from scipy.optimize import minimize
from scipy.special import log_expit, logsumexp, softmax

from grpo_paper.theory.elementary import sigmoid
from grpo_paper.theory.groups import group_Omega
from grpo_paper.theory.weighting import Weighting

FARTHEST = 60.0
"""Log-odds up to which a coordinate is tabulated."""
LARGEST = 128
"""Group size from which on groups push as such groups do, to within a part in a thousand of what they differ by."""
STARTS = 14.0
"""Log-odds up to which starts are told from never and always."""
SPLINES = 8
RIDGE = 0.02
"""Keeps the start's distribution finite where nothing is known of it."""
ROUNDS, STEPS = 12, 25
"""A fit takes so many steps, then measures standard errors anew; rounds of that at most."""
ENOUGH = 0.03
"""Slope of the log-likelihood, in nats for a standard error, at which a fit ends: short of its best by a hundredth."""


@dataclass(frozen=True)
class Coordinate:
    """The φ of one weighting on groups of one size: tabulated, dφ/dL = 1/Ω_G and φ = 0 at even odds."""

    L: np.ndarray
    value: np.ndarray
    push: np.ndarray

    @classmethod
    def of(cls, weighting: Weighting, group_size: int, eps: float) -> "Coordinate":
        """The coordinate of a weighting that is positive and not coupled.

        >>> from grpo_paper.theory.weighting import MEAN_ONLY
        >>> Coordinate.of(MEAN_ONLY, 4, 1e-5).moved(np.array([0.5]), 2.0).round(9)  # by 2 (1 − ¼)
        array([2.])
        """
        L = np.linspace(-FARTHEST, FARTHEST, 4801)
        push = group_Omega(sigmoid(L), eps, min(group_size, LARGEST), weighting)
        push = np.maximum(push, 1e-9 * push.max())
        steps = (1 / push[1:] + 1 / push[:-1]) / 2 * np.diff(L)
        value = np.append(0.0, np.cumsum(steps))
        return cls(L, value - np.interp(0.0, L, value), push)

    def moved(self, L: np.ndarray, clock: float | np.ndarray) -> np.ndarray:
        """Log-odds of what stood at L, when the clock has gone on."""
        return np.interp(np.interp(L, self.L, self.value) + clock, self.value, self.L)


@dataclass(frozen=True)
class Counts:
    """Right answers, and all, of each prompt in each part of a run, of shape (prompts, parts)."""

    right: np.ndarray
    size: np.ndarray


@dataclass(frozen=True)
class Fit:
    """clock: its reading in each part, 0 in the first. likelihood: the logarithm, of each prompt."""

    coordinate: Coordinate
    clock: np.ndarray
    likelihood: np.ndarray
    parameters: np.ndarray


def fit(counts: Counts, coordinate: Coordinate, other: Fit | None = None) -> Fit:
    """The clock, and with it the distribution of starts, under which the counts are likeliest.

    other: of another law, whose starts are begun with, and whose way at even odds. Errors: RuntimeError where no such
    clock is found.
    """
    model = _Model(counts, coordinate)
    at = np.zeros(model.free)
    if other is not None:
        even = other.coordinate.moved(np.array(0.0), other.clock[1:])
        at = np.append(np.interp(even, coordinate.L, coordinate.value), other.parameters[model.parts - 1 :])
    for _ in range(ROUNDS):
        scores = model.look(at).scores
        bend = scores.T @ scores + 2 * RIDGE * np.eye(model.free)  # Fisher's, from the prompts' own slopes
        unit = np.linalg.inv(np.linalg.cholesky(bend)).T  # steps of one standard error, as far as Fisher's tells

        def cost(steps: np.ndarray, at: np.ndarray = at, unit: np.ndarray = unit) -> tuple[float, np.ndarray]:
            there = model.look(at + unit @ steps)
            return there.cost, unit.T @ there.slope

        found = minimize(
            cost, np.zeros(model.free), jac=True, method="BFGS", options={"gtol": ENOUGH, "maxiter": STEPS}
        )
        at = at + unit @ found.x
        if found.success:
            return Fit(coordinate, np.append(0.0, at[: model.parts - 1]), model.look(at).likelihood, at)
    raise RuntimeError("the fit of the law did not settle")


def clock_error(counts: Counts, found: Fit, step: float = 1e-4) -> np.ndarray:
    """Standard error of each reading of the clock: the sandwich, for prompts drawn independently, right law or not."""
    model = _Model(counts, found.coordinate)
    scores = model.look(found.parameters).scores
    apart = step * np.eye(model.free)
    bend = np.array(
        [model.look(found.parameters + along).slope - model.look(found.parameters - along).slope for along in apart]
    ) / (2 * step)
    inverse = np.linalg.pinv((bend + bend.T) / 2)
    root = (scores @ inverse)[:, : model.parts - 1]  # so that rounding leaves no square below 0
    return np.append(0.0, np.sqrt((root**2).sum(0)))


@dataclass(frozen=True)
class _Look:
    """At some parameters: what is to be made small, its slope, and each prompt's log-likelihood and slope of that."""

    cost: float
    slope: np.ndarray
    likelihood: np.ndarray
    scores: np.ndarray


class _Model:
    """Likelihood of counts under a clock and a distribution of starts."""

    def __init__(self, counts: Counts, coordinate: Coordinate) -> None:
        self.counts = np.hstack([counts.right, counts.size]).astype(float)
        self.parts = counts.right.shape[1]
        self.coordinate = coordinate
        # As fine as a prompt's answers can tell, whose log-odds have an error of 2/√n at best.
        fine = STARTS * np.sqrt(counts.size.sum(1).mean())
        self.starts = np.linspace(-STARTS, STARTS, int(np.clip(fine, 90, 310)) + 1)
        self.basis = _basis(self.starts)
        self.free = self.parts - 1 + self.basis.shape[1]
        right = counts.right.sum(1)
        ends = np.array([right == 0, right == counts.size.sum(1)]).T
        self.ends = np.where(ends, 0.0, -np.inf)  # of the starts −∞ and +∞, which do not move

    def look(self, parameters: np.ndarray) -> _Look:
        """The clock's readings after the first part, then what shapes the distribution of starts."""
        clock, weight = np.append(0.0, parameters[: self.parts - 1]), parameters[self.parts - 1 :]
        L = self.coordinate.moved(self.starts[:, None], clock)
        shape = self.basis @ weight
        # A count's log-likelihood is right · L − size · log(1 + e^L): log(1 − p) is log_expit(−L).
        joint = np.hstack([self.counts @ np.hstack([L, log_expit(-L)]).T, self.ends])
        joint += shape - logsumexp(shape)
        most = joint.max(1, keepdims=True)
        joint -= most
        share = np.exp(joint, out=joint)
        total = share.sum(1, keepdims=True)
        share /= total
        likelihood = (most + np.log(total))[:, 0]
        inside, speed = share[:, : len(self.starts)], np.interp(L, self.coordinate.L, self.coordinate.push)
        by_count = self.counts * (inside @ np.hstack([speed, -speed * sigmoid(L)]))
        by_clock = by_count[:, : self.parts] + by_count[:, self.parts :]
        scores = np.hstack([by_clock[:, 1:], share @ self.basis - softmax(shape) @ self.basis])
        slope = -scores.sum(0)
        slope[self.parts - 1 :] += 2 * RIDGE * weight
        return _Look(RIDGE * (weight @ weight) - likelihood.sum(), slope, likelihood, scores)


def _basis(starts: np.ndarray) -> np.ndarray:
    """Cubic splines on the starts, and a column each for never and always."""
    knots = np.concatenate([[-STARTS] * 3, np.linspace(-STARTS, STARTS, SPLINES - 2), [STARTS] * 3])
    splines = BSpline.design_matrix(starts, knots, 3).toarray()
    basis = np.zeros((len(starts) + 2, SPLINES + 2))
    basis[: len(starts), :SPLINES] = splines
    basis[-2, -2] = basis[-1, -1] = 1.0
    return basis
