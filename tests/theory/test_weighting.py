"""What a weighting may be: what is said of it is looked at, and two are one where their formulas and settings are."""

import pickle
import re
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from flint import arb

from grpo_paper import MEAN_ONLY, WHITENED, Variant, fixed_points
from grpo_paper.theory import zoo
from grpo_paper.theory.elementary import sqrt
from grpo_paper.theory.weighting import Weighting, library_whitening
from tests.weightings import COUPLED, ROWS, each

EVERY = [row.weighting for row in ROWS] + [weighting for weighting, _ in COUPLED]


def line(p, q, eps):
    return q - p


def line_slope(p, q, eps):
    return -2 * p * q


def half(p, q, eps):
    return 0 * p + 0.5


def nothing(p, q, eps):
    return 0 * p


def pole(p, q, eps):
    return 1 / (p - q)


def past_its_domain(p, q, eps):
    return sqrt(q - 0.25)


class TestRefused:
    @pytest.mark.parametrize(
        ("formula", "slope", "said", "sentence"),
        [
            (pole, nothing, {}, "Ω or its slope is not finite, but at p = 0.5 Ω is inf"),
            (past_its_domain, nothing, {}, "Ω or its slope is not finite, but at p = 0.817574"),
            (half, pole, {}, "Ω or its slope is not finite, but at p = 0.5 Ω is 0.5 with a slope of inf"),
            (line, line_slope, {}, "it is said to be positive, but at p = 0.622459 Ω is -0.244919"),
            (nothing, nothing, {}, "it is said to be positive, but at p = 9.35762e-14 Ω is 0"),
            (line, line_slope, {"positive": False, "even": True}, "it is said to be even, but at p = 9.35762e-14"),
            (
                line,
                line_slope,
                {"positive": False, "shape": "constant"},
                "it is said to be constant, but at p = 9.35762e-14",
            ),
            (half, half, {"shape": "falling"}, "it is said to be falling, but at p = 9.35762e-14 Ω is 0.5 with a"),
        ],
    )
    def test_in_a_sentence(self, formula, slope, said, sentence) -> None:
        with pytest.raises(ValueError, match=r"^the weighting mine: ") as refused:
            Weighting("mine", formula, slope, **said)
        assert f"mine: {sentence}" in str(refused.value)
        assert str(refused.value).endswith("it must be a finite function inside (0, 1) and what is said of it")

    def test_with_little_smoothing(self) -> None:
        """Positive for ε of 1 and not for 10⁻⁵, with which it is looked at."""
        with pytest.raises(ValueError, match="it is said to be positive"):
            Weighting("smoothed away", lambda p, q, eps: 0 * p + eps - 0.5, nothing)

    def test_what_is_flat_never_rises(self) -> None:
        assert Weighting("w", half, nothing, shape="falling").push(0.3, 0.7, 0.0) == 0.5

    def test_what_is_not_said_is_not_asked(self) -> None:
        assert Weighting("mine", line, line_slope, positive=False, shape="falling").push(0.75, 0.25, 0.0) == -0.5
        assert Weighting("mine", line, line_slope, positive=False).shape is None

    def test_no_warning_beside_the_sentence(self, recwarn) -> None:
        with pytest.raises(ValueError, match="not finite"):
            Weighting("mine", pole, nothing)
        assert not recwarn.list

    @pytest.mark.parametrize(
        ("make", "setting", "sentence"),
        [
            (zoo.pass_at_k, 0, "k = 0 is outside its domain: it must be a whole number from 1 on"),
            (zoo.pass_at_k, 2.0, "k = 2.0 is outside its domain: it must be a whole number from 1 on"),
            (zoo.pass_at_k_training, 1, "k = 1 is outside its domain: it must be a whole number from 2 on"),
            (zoo.risk_sensitive, 0.0, "b = 0.0 is outside its domain: it must be finite and > 0"),
            (zoo.risk_sensitive, np.inf, "b = inf is outside its domain: it must be finite and > 0"),
            (zoo.focal, -1.0, "gamma = -1.0 is outside its domain: it must be finite and > 0"),
            (zoo.focal, [1.0], "gamma = [1.0] is an array; it must be one number"),
        ],
    )
    def test_a_setting(self, make, setting, sentence) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            make(setting)


class TestOneAndTheSame:
    def test_equal_where_formulas_and_settings_are(self) -> None:
        assert zoo.pass_at_k(4) == zoo.pass_at_k(4) != zoo.pass_at_k(5)
        assert hash(zoo.focal(1.0)) == hash(zoo.focal(1.0))
        assert zoo.RLOO != MEAN_ONLY != zoo.REINFORCE != zoo.RLOO  # one Ω, three ways to weigh a group
        assert len({*EVERY, *EVERY}) == len(EVERY)

    @pytest.mark.parametrize("weighting", EVERY, ids=lambda w: w.name)
    def test_pickled(self, weighting) -> None:
        again = pickle.loads(pickle.dumps(weighting))
        assert again == weighting
        assert hash(again) == hash(weighting)
        rates = np.array([0.2, 0.7])
        assert np.array_equal(again.push(rates, 1 - rates, 0.1), weighting.push(rates, 1 - rates, 0.1))

    def test_the_name_of_a_library_s_has_its_settings(self) -> None:
        assert library_whitening(16, 1e-6).name == "GRPO with sample deviation (G=16, offset=1e-06)"

    def test_a_name_is_all_that_is_printed(self) -> None:
        assert repr(zoo.MAXRL) == "Weighting(name='MaxRL')"
        assert Variant(zoo.MAXRL, 0.5).name == "Two-KL MaxRL (α=0.5)"


@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.1])
@pytest.mark.parametrize("L", [-9.0, -0.3, 2.0])
class TestWhitened:
    """Against integral and derivative in 50 digits."""

    def test_what_it_climbs(self, L, eps) -> None:
        with mpmath.workdps(50):
            p, q = (1 / (1 + mpmath.exp(-x)) for x in (L, -L))
            climbed = mpmath.quad(lambda x: 1 / mpmath.sqrt(x * (1 - x) + eps), mpmath.linspace(0.5, p, 9))
            assert abs(WHITENED.potential(float(p), float(q), eps) / climbed - 1) < 1e-14
            if not eps:
                assert abs(2 * mpmath.asin(mpmath.sqrt(p)) - mpmath.pi / 2 - climbed) < 1e-40

    def test_its_slope(self, L, eps) -> None:
        with mpmath.workdps(50):
            p, q = (1 / (1 + mpmath.exp(-x)) for x in (L, -L))
            rises = mpmath.diff(lambda x: 1 / mpmath.sqrt(1 / (2 + 2 * mpmath.cosh(x)) + eps), L)
            assert abs(WHITENED.slope(float(p), float(q), eps) / rises - 1) < 1e-14

    def test_the_slope_of_a_library_s(self, L, eps) -> None:
        with mpmath.workdps(50):
            p, q = (1 / (1 + mpmath.exp(-x)) for x in (L, -L))
            rises = mpmath.diff(lambda x: 1 / (mpmath.sqrt(mpmath.mpf(8) / 7 / (2 + 2 * mpmath.cosh(x))) + 0.125), L)
            assert abs(library_whitening(8, 0.125).slope(float(p), float(q), eps) / rises - 1) < 1e-14


class TestSilentGroups:
    """A group whose rewards are alike gives no advantage, in the number type of ε; a method's own rule may give one."""

    RULES = (zoo.REINFORCE, zoo.pass_at_k(1), zoo.pass_at_k(4))

    @each
    @pytest.mark.parametrize("eps", [0.25, np.array([0.25, 1.0]), arb("0.25")], ids=lambda e: type(e).__name__)
    def test_nothing(self, row, eps) -> None:
        failures, successes = (row.weighting.advantages(k, 8, eps) for k in (0, 8))
        for A in (failures[1], successes[0])[: 1 if row.weighting in self.RULES else 2]:
            assert type(A) is type(eps)
            assert np.all(A == 0)

    @pytest.mark.parametrize("successes", [0, 4])
    def test_nothing_though_omega_has_no_bound_there(self, successes) -> None:
        for weighting in (WHITENED, zoo.MAXRL, zoo.DISCO, library_whitening(4)):
            assert weighting.advantages(successes, 4, 0.0) == (0.0, 0.0)

    def test_what_counts_successes_alone_is_not_silent_where_all_succeed(self) -> None:
        for weighting in self.RULES:
            assert weighting.advantages(8, 8, 0.0)[0] > 0
            assert weighting.advantages(0, 8, 0.0)[1] == 0


def test_one_of_one_s_own() -> None:
    """The centred reward over √p: two lines, and all that is asked of a weighting is there."""

    def omega(p, q, eps):
        return 1 / sqrt(p)

    def omega_slope(p, q, eps):
        return -q / (2 * sqrt(p))

    mine = Weighting("mine", omega, omega_slope, shape="falling")
    found = fixed_points(0.25, 1.0, 1e-5, Variant(mine, 1))
    p = found.p[0]
    assert np.log(p / (1 - p) * 3) == pytest.approx(1 / np.sqrt(p), rel=1e-13)
    assert mine.advantages(1, 4, 0.0) == (1.5, -0.5)
    assert replace(mine, name="yours") != mine
