"""The recursion by hand: as the paper prints it, in mpmath's precision, and in log-odds, one float at a time."""

import math

import mpmath

EPS = 1e-5
POINTS = (  # p, p_ref, beta, eps
    ("0.2", "0.2", "1", "1e-5"),
    ("0.5", "0.8", "0.2", "1e-2"),
    ("0.001", "0.0001", "5", "1e-5"),
    ("0.97", "0.3", "2", "0.01"),
    ("0", "0.2", "5", "1e-1"),
    ("1", "0.2", "5", "1e-1"),
)


def h_by_hand(p: object, p_ref: object, beta: object, eps: object) -> mpmath.mpf:
    """The paper's display, in whatever precision mpmath is set to."""
    p, p_ref, beta, eps = map(mpmath.mpf, (p, p_ref, beta, eps))
    return 1 / (1 + (1 - p_ref) / p_ref * mpmath.exp(-1 / (beta * mpmath.sqrt(p * (1 - p) + eps))))


def step(state: float, reference: float, b: float, e: float = EPS) -> float:
    """The recursion in log-odds by hand, with v = 1/(2 + 2 cosh L)."""
    v = 1 / (2 + 2 * math.cosh(min(abs(state), 700.0)))
    return math.log(reference / (1 - reference)) + 1 / (b * math.sqrt(v + e))


def orbit(reference: float, b: float, start: float, steps: int) -> list[float]:
    """Log-odds of an orbit, one step after another."""
    states = [math.log(start / (1 - start))]
    for _ in range(steps):
        states.append(step(states[-1], reference, b))
    return states


def cycle(reference: float, b: float, start: float) -> list[float]:
    """Success rates of the cycle reached, ascending; empty when none of up to 64 steps is."""
    tail = orbit(reference, b, start, 4000)[-65:]
    lengths = [k for k in range(1, 65) if abs(tail[-1] - tail[-1 - k]) < 1e-9]
    return sorted(1 / (1 + math.exp(-x)) for x in tail[-lengths[0] :]) if lengths else []
