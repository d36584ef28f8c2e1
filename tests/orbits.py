"""The recursion by hand, one float at a time: the slow oracle of the tests of stability."""

import math

EPS = 1e-5


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
