"""Fixed points and fates of a million cells, beside a brentq loop for one root of up to three; run by `make bench`."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from grpo_paper import Variant, fate, fixed_points, logit
from grpo_paper.theory.methods import METHODS
from grpo_paper.theory.success_map import log_odds_step
from grpo_paper.theory.weighting import WHITENED, Weighting

EPS = 1e-5
CELLS = 1_000_000
LOOP_CELLS = 20_000
SHAPED = {method.weighting.name: method.weighting for method in METHODS if method.weighting.shape}
"""Every weighting whose fixed points need no balls."""


def cells(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random cells of the diagram, all different, log-uniform in both directions."""
    rng = np.random.default_rng(0)
    return 10 ** rng.uniform(-5, -0.05, count), 10 ** rng.uniform(np.log10(0.05), np.log10(20), count)


def brentq_loop(p_ref: np.ndarray, beta: np.ndarray) -> list[float]:
    """One root a cell, in log-odds, on the interval that holds every root."""

    def defect(L: float, L_ref: float, b: float) -> float:
        return log_odds_step(L, L_ref, b, EPS) - L

    references = logit(p_ref).tolist()
    return [
        brentq(defect, L_ref, L_ref + 1 / (b * np.sqrt(EPS)) + 1, args=(L_ref, b), xtol=1e-12)
        for L_ref, b in zip(references, beta.tolist(), strict=True)
    ]


@pytest.fixture(scope="module")
def seconds_per_root() -> dict[str, float]:
    """Filled by the benchmarks, in the same run on the same core."""
    return {}


def test_all_fixed_points(benchmark: Any, seconds_per_root: Any) -> None:
    p_ref, beta = cells(CELLS)
    found = benchmark.pedantic(fixed_points, (p_ref, beta, EPS), rounds=3, warmup_rounds=1)
    seconds = benchmark.stats.stats.min
    seconds_per_root["ours"] = seconds / found.count.sum()
    print(f"\n{CELLS:,} cells, {found.count.sum():,} fixed points: {seconds / CELLS * 1e6:.2f} µs a cell")
    assert seconds / CELLS <= 3e-6


@pytest.mark.parametrize("weighting", [w for w in SHAPED.values() if w != WHITENED], ids=lambda w: w.name)
def test_fixed_points_of_another_weighting(benchmark: Any, weighting: Weighting) -> None:
    p_ref, beta = cells(CELLS)
    variant = Variant(weighting, 1)
    found = benchmark.pedantic(fixed_points, (p_ref, beta, EPS, variant), rounds=3, warmup_rounds=1)
    seconds = benchmark.stats.stats.min
    print(f"\n{weighting.name}, {found.count.sum():,} fixed points: {seconds / CELLS * 1e6:.2f} µs a cell")
    assert seconds / CELLS <= 3e-6


def test_every_fate(benchmark: Any, seconds_per_root: Any) -> None:
    p_ref, beta = cells(CELLS)
    ends = benchmark.pedantic(fate, (p_ref, beta, EPS), rounds=3, warmup_rounds=1)
    beyond = benchmark.stats.stats.min / CELLS - seconds_per_root["ours"] * fixed_points(p_ref, beta, EPS).count.mean()
    print(
        f"\n{np.mean(ends.verdict == 'never'):.1%} never settle; {beyond * 1e6:.2f} µs a cell beyond the fixed points"
    )
    assert beyond <= 1.5e-6


def test_brentq_loop(benchmark: Any, seconds_per_root: Any) -> None:
    p_ref, beta = cells(LOOP_CELLS)
    roots = benchmark.pedantic(brentq_loop, (p_ref, beta), rounds=3)
    every = fixed_points(p_ref, beta, EPS).logit
    nearest = np.nanmin(np.abs(every - np.array(roots)[:, None]), axis=1)
    # brentq stops within 1e-12 + 4 ulp of its argument, up to 6e3 here; near a fold that is all it can do.
    assert np.quantile(nearest, 0.99) < 1e-10
    seconds_per_root["brentq"] = benchmark.stats.stats.min / LOOP_CELLS
    ratio = seconds_per_root["brentq"] / seconds_per_root["ours"]
    print(f"\nper root found, in this run on one core: {ratio:.0f} times as fast as the brentq loop")
    assert ratio >= 2
