"""The explorer's numbers, computed in headless Chromium, are the library's."""

import re

import numpy as np
import pytest

from book.pipeline.javascript import GROUP_SIZES, WEIGHTINGS, arrow, gains, group_javascript, javascript
from grpo_paper import WHITENED, Variant, fate, fixed_points, logit, sigmoid, trajectory
from grpo_paper.theory import methods
from grpo_paper.theory.clipping import least_maximiser
from grpo_paper.theory.fixed_points import bifurcation_curve
from grpo_paper.theory.groups import group_gains, group_Omega
from grpo_paper.theory.success_map import anchor, clipped_step, force, force_slope, log_odds_step
from grpo_paper.theory.symbols import L, alpha
from tests.explorer import EXPLORER

pytestmark = pytest.mark.browser
POINTS = 1000
STEPS = 20
FAR = 300
ROUNDING = np.finfo(float).eps


@pytest.fixture(scope="module")
def points() -> list[dict]:
    """Parameter points over the whole domain; a third of the α are 0 and a third 1."""
    rng = np.random.default_rng(8)
    share = rng.uniform(0.001, 1, POINTS)
    share[rng.integers(0, 3, POINTS) == 0] = 0.0
    share[rng.integers(0, 3, POINTS) == 0] = 1.0
    return [
        {"p_ref": r, "beta": b, "eps": e, "alpha": a, "weighting": n.name}
        for r, b, e, a, n in zip(
            sigmoid(rng.uniform(-300, 30, POINTS) * rng.choice([0.05, 1], POINTS)).tolist(),
            np.exp(rng.uniform(np.log(0.05), np.log(20), POINTS)).tolist(),
            (10 ** rng.uniform(-7, -1, POINTS)).tolist(),
            share.tolist(),
            rng.choice(np.array(list(WEIGHTINGS)), POINTS),
            strict=True,
        )
    ]


def variant(point: dict) -> Variant:
    [weighting] = [n for n in WEIGHTINGS if n.name == point["weighting"]]
    return Variant(weighting, point["alpha"])


def cell(point: dict) -> tuple[float, float, float]:
    return point["p_ref"], point["beta"], point["eps"]


class TestNumbers:
    """The generated formulas and the finder of roots, at points the page did not choose."""

    def test_the_points_cover_the_domain(self, points) -> None:
        assert {(variant(p).weighting.name, int(p["alpha"])) for p in points if p["alpha"] in (0, 1)} == {
            (n.name, end) for n in WEIGHTINGS for end in (0, 1)
        }
        counts = [int(fixed_points(*cell(p), variant(p)).count) for p in points if p["alpha"] > 0]
        assert set(counts) == {1, 3}

    def test_every_step_of_every_orbit(self, standing, points) -> None:
        """Orbits part from each other where the map is chaotic, so each step starts from the library's state."""
        orbits = [trajectory(*cell(p), STEPS, variant(p)).logit for p in points]
        orbits = [orbit[abs(orbit) < FAR] for orbit in orbits]  # a bowl's leave the floats
        given = [{**p, "L_ref": float(o[0]), "states": o.tolist()} for p, o in zip(points, orbits, strict=True)]
        found = standing.page.evaluate(
            """points => points.map(p => p.states.map(L => {
                const next = DYNAMICS.step(L, p, p.L_ref);
                return [next, FORMULAS.sigmoid(next), DYNAMICS.slope(L, p)];
            }))""",
            given,
        )
        for p, orbit, page in zip(points, orbits, map(np.array, found), strict=True):
            L_ref, beta, eps, row = orbit[0], p["beta"], p["eps"], variant(p)
            after = log_odds_step(orbit, L_ref, beta, eps, row)
            # Relative to the terms added, which may cancel; each is right to a few units in the last place.
            size = abs(p["alpha"] * L_ref) + abs((1 - p["alpha"]) * orbit) + force(orbit, beta, eps, row)
            assert np.all(abs(page[:, 0] - after) <= 1e-12 * size)
            assert np.all(abs(page[:, 1] - sigmoid(after)) <= 1e-12)
            # The slope is a difference too: of σ(L) and σ(−L).
            slope = (1 - p["alpha"]) + force_slope(orbit, beta, eps, row)
            assert np.all(abs(page[:, 2] - slope) <= 1e-12 * np.maximum(1, abs(slope)))

    def test_every_clipped_step(self, standing, points) -> None:
        """In probability on both sides: next to a limit that is certain success log-odds are a rounding's."""
        rng = np.random.default_rng(10)
        clips, states = rng.uniform(0.01, 0.99, POINTS), rng.uniform(-25, 25, (POINTS, STEPS))
        given = [{**p, "clip": c, "states": s} for p, c, s in zip(points, clips.tolist(), states.tolist(), strict=True)]
        script = """points => points.map(p => p.states.map(L => {
            const next = DYNAMICS.step(L, p);
            return [FORMULAS.sigmoid(next), FORMULAS.sigmoid(-next)];
        }))"""
        found = np.array(standing.page.evaluate(script, given))
        for p, clip, state, page in zip(points, clips, states, found, strict=True):
            after = clipped_step(state, logit(p["p_ref"]), p["beta"], clip, p["eps"], variant(p))
            assert np.all(abs(page - np.stack([sigmoid(after), sigmoid(-after)], -1)) <= 1e-12)

    def test_every_push_of_groups(self, standing) -> None:
        """The slope against a difference, which errs by the third derivative: at most size · G³ · apart²."""
        rng = np.random.default_rng(11)
        kinds = [(w, size) for w in WEIGHTINGS for size in GROUP_SIZES if size in gains(w)]
        assert len(kinds) == len(WEIGHTINGS) * len(GROUP_SIZES) - 2  # PKPO and Pass@k Training need groups of four
        each, apart = POINTS // len(kinds) + 1, 1e-4
        script = "points => points.map(p => [GROUPS.push(p.L, p), GROUPS.pushSlope(p.L, p)])"
        for weighting, size in kinds:
            states, smoothing = rng.uniform(-12, 12, each), 10 ** rng.uniform(-7, -1, each)
            pairs = zip(states.tolist(), smoothing.tolist(), strict=True)
            given = [{"L": L, "eps": e, "weighting": weighting.name, "group_size": size} for L, e in pairs]
            page = np.array(standing.page.evaluate(script, given))
            low, push, high = (group_Omega(sigmoid(states + d), smoothing, size, weighting) for d in (-apart, 0, apart))
            largest = np.max(np.abs(np.broadcast_arrays(*group_gains(smoothing, size, weighting))), 0)
            assert np.all(abs(page[:, 0] - push) <= 1e-12 * largest)
            assert np.all(abs(page[:, 1] - (high - low) / (2 * apart)) <= largest * size**3 * apart**2)

    @pytest.mark.parametrize("p_ref", [1e-9, 1e-5, 1e-3, 0.2])
    @pytest.mark.parametrize("strength", [0.1, 0.2, 0.3, 2.0])
    def test_every_fixed_point_of_groups(self, strength, p_ref, standing) -> None:
        """Against the signs of the defect on a grid fifty times as fine as the page's."""
        point = {"p_ref": p_ref, "beta": 2 * strength, "eps": 1e-5, "alpha": 0.5, "weighting": "GRPO", "group_size": 16}
        page = [each["L"] for each in standing.page.evaluate("p => DYNAMICS.fixedPoints(p)", point)]
        fine = np.arange(logit(p_ref), 50, 0.001)
        defect = logit(p_ref) + group_Omega(sigmoid(fine), 1e-5, 16) / strength - fine
        [places] = np.nonzero(np.sign(defect[:-1]) != np.sign(defect[1:]))
        np.testing.assert_allclose(page, fine[places], atol=0.001, rtol=0)
        assert len(page) == (3 if (strength, p_ref) in {(0.1, 1e-9), (0.2, 1e-5), (0.3, 1e-3)} else 1)

    def test_without_a_penalty(self, standing) -> None:
        """The least maximiser with a clip, and certain success without."""
        rates, clips = np.random.default_rng(13).uniform(0.001, 0.999, (2, POINTS))
        given = [
            {"p_ref": 0.5, "beta": 0, "clip": c, "L": float(logit(p))}
            for p, c in zip(rates, clips.tolist(), strict=True)
        ]
        script = (
            "points => points.map(p => [p.clip, null].map(c => FORMULAS.sigmoid(DYNAMICS.step(p.L, {...p, clip: c}))))"
        )
        found = np.array(standing.page.evaluate(script, given))
        np.testing.assert_allclose(found[:, 0], least_maximiser(rates, clips, clips), rtol=1e-12)
        assert np.all(found[:, 1] == 1)

    def test_every_fixed_point(self, standing, points) -> None:
        found = standing.page.evaluate("points => points.map(p => DYNAMICS.fixedPoints(p))", points)
        for p, page in zip(points, found, strict=True):
            self.compare(p, page)

    @staticmethod
    def compare(point: dict, page: list[dict]) -> None:
        """A root errs by the roundings of its equation, magnified by 1/|1 − slope|: in p within 1e-12 if that is ≤ 100.

        The counts are equal; `test_beside_a_fold` goes as near to one as 1e-9 of logit p_ref.
        """
        row = variant(point)
        expected = fixed_points(*cell(point), row)
        count = int(expected.count)
        assert len(page) == count, point
        roots, slopes = (np.array([each[name] for each in page], float) for name in ("L", "slope"))
        true = expected.logit[:count]
        if row.weighting.shape == "bowl" and point["alpha"] > 0:
            assert (roots[-1], slopes[-1]) == (np.inf, 0)
            roots, slopes, true, count = roots[:-1], slopes[:-1], true[:-1], count - 1
        if point["alpha"] == 0:
            np.testing.assert_array_equal(roots, true)
            np.testing.assert_allclose(slopes, expected.slope[:count], rtol=1e-12)
            return
        strength = point["alpha"] * point["beta"]
        size = abs(logit(point["p_ref"])) + force(true, strength, point["eps"], row) + abs(true)
        flat = abs(1 - force_slope(true, strength, point["eps"], row))
        # Sixteen halves of a rounding: powers, and sums of them, on the page and in the library.
        assert np.all(abs(roots - true) <= 8 * ROUNDING * size / flat), point
        assert np.all(abs(sigmoid(roots) - expected.p[:count]) <= 1e-12 * np.maximum(1, 0.01 / flat)), point
        slope = (1 - point["alpha"]) + force_slope(roots, point["beta"], point["eps"], row)
        assert np.all(abs(slopes - slope) <= 1e-12 * np.maximum(1, abs(slope)))

    def test_every_verdict(self, standing, points) -> None:
        """Those of the library, where the theorems speak; the page alone follows what they leave open."""
        rng = np.random.default_rng(9)
        given = [p | {"alpha": 1.0} for p in points] + points
        given += [p | {"alpha": 1.0, "p_0": q} for p, q in zip(points, rng.uniform(0.001, 0.999, POINTS), strict=True)]
        found = standing.page.evaluate("points => points.map(p => DYNAMICS.fate(p) ?? null)", given)
        seen = set()
        for p, verdict in zip(given, found, strict=True):
            row = variant(p)
            if row.weighting.shape is None or p["alpha"] == 0 or (row.weighting.shape != "constant" and p["alpha"] < 1):
                assert verdict is None
            elif verdict is None and not row.weighting.settles:
                assert fixed_points(*cell(p), row).slope[0] >= -1
            elif verdict is None:
                assert "p_0" in p
                assert fixed_points(*cell(p), row).slope[0] < -1
            else:
                assert verdict == fate(*cell(p), row, p.get("p_0")).verdict
                seen.add(verdict)
        assert seen == {"only", "lowest", "top", "never"}

    @pytest.mark.parametrize("side", [-1, 1], ids=["one", "three"])
    @pytest.mark.parametrize("state", [0.5, 3.0, 9.0])
    def test_beside_a_fold(self, state, side, standing) -> None:
        beta, L_ref = bifurcation_curve(state, 1e-5)
        p_ref = sigmoid(L_ref * (1 + side * 1e-9))
        point = {"p_ref": p_ref, "beta": beta, "eps": 1e-5, "alpha": 1.0, "weighting": WHITENED.name}
        self.compare(point, standing.page.evaluate("p => DYNAMICS.fixedPoints(p)", point))

    def test_far_states_overflow_nowhere(self, standing) -> None:
        far = [-1e5, -800.0, -1e-300, 0.0, 800.0, 1e5]
        point = {"p_ref": 0.2, "beta": 0.05, "eps": 1e-7, "alpha": 0.25, "weighting": WHITENED.name}
        script = "([p, far]) => far.map(L => [DYNAMICS.step(L, p), DYNAMICS.slope(L, p), FORMULAS.sigmoid(L)])"
        page = np.array(standing.page.evaluate(script, [point, far]))
        row, states = variant(point), np.array(far)
        tied, push = anchor(states, logit(0.2), row), force(states, 0.05, 1e-7, row)
        np.testing.assert_allclose(page[:, 0], tied + push, rtol=1e-12)
        np.testing.assert_allclose(page[:, 1], 0.75 + force_slope(states, 0.05, 1e-7, row), rtol=1e-12)
        np.testing.assert_allclose(page[:, 2], sigmoid(states), rtol=1e-12, atol=1e-307)  # subnormal ones are 0


class TestGenerated:
    def test_no_formula_is_written_by_hand(self) -> None:
        """The scripts call exp, log and sqrt of nothing; ln 10 and powers of ten are how numbers are written."""
        for script in EXPLORER.glob("*.js"):
            assert not re.search(r"Math\.(exp|log|sqrt|pow|cosh|tanh|expm1|log1p)\b", script.read_text()), script.name

    def test_without_branches(self) -> None:
        """But where the library takes the smaller or larger of two numbers: under a clip."""
        for line in (javascript() + group_javascript()).splitlines():
            clipped = line.strip().startswith(("clipped_step", "least_maximiser"))
            assert not re.search(r"\?|\bif\b" if clipped else r"\?|\bif\b|Math\.(min|max|sign|abs)", line)

    def test_an_argument_left_out_is_named(self) -> None:
        with pytest.raises(ValueError, match=re.escape("has ['alpha'], which are not among its arguments")):
            arrow(alpha * L, L)

    def test_every_method_that_sees_one_prompt_at_a_time_is_there_by_its_name(self) -> None:
        assert {method.weighting for method in methods.METHODS if not method.weighting.coupled} <= set(WEIGHTINGS)
        assert all(methods.weighting(key) == meant for meant, key in WEIGHTINGS.items())
