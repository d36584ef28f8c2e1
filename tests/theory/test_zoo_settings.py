"""A weighting with a setting: its domain, in a sentence, and its name."""

import math
import re

import pytest

from grpo_paper.theory.zoo import focal, pass_at_k, pass_at_k_training, risk_sensitive

WHOLE = "it must be a whole number from"
REFUSED = (
    (pass_at_k, 0, f"k = 0 is outside its domain: {WHOLE} 1 on"),
    (pass_at_k, 2.5, f"k = 2.5 is outside its domain: {WHOLE} 1 on"),
    (pass_at_k_training, 1, f"k = 1 is outside its domain: {WHOLE} 2 on"),
    (risk_sensitive, 0, "b = 0.0 is outside its domain: it must be finite and > 0"),
    (risk_sensitive, [1.0, 2.0], "b = [1.0, 2.0] is an array; it must be one number"),
    (focal, 0, "gamma = 0.0 is outside its domain: it must be finite and > 0"),
    (focal, [1.0, 2.0], "gamma = [1.0, 2.0] is an array; it must be one number"),
)


@pytest.mark.parametrize(("make", "setting", "sentence"), REFUSED)
def test_refused(make, setting, sentence) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        make(setting)


def test_the_least_that_is_allowed() -> None:
    made = pass_at_k(1), pass_at_k(2), pass_at_k_training(2), risk_sensitive(0.25), focal(0.25)
    assert [weighting.name for weighting in made] == [
        "PKPO (k=1)",
        "PKPO (k=2)",
        "Pass@k Training (k=2)",
        "RS-GRPO (b=0.25)",
        "F-GRPO (γ=0.25)",
    ]
    assert [weighting.shape for weighting in made] == ["constant", "falling", "falling", "falling", None]
    assert focal(0.5).shape == "falling"


def test_which_are_shown_to_settle() -> None:
    assert [k for k in range(2, 12) if pass_at_k_training(k).settles] == [2, 8, 9, 10, 11]
    assert [focal(gamma).settles for gamma in (0.5, 0.99, 1.0, 3.0)] == [False, False, True, True]
    assert pass_at_k(3).settles
    assert risk_sensitive(2.0).settles


@pytest.mark.parametrize(
    ("weighting", "potential", "group_mean"),
    [
        (pass_at_k(3), True, True),
        (pass_at_k_training(3), True, False),
        (risk_sensitive(2.0), True, False),
        (focal(0.5), False, False),
    ],
    ids=lambda x: getattr(x, "name", ""),
)
def test_what_is_known_in_closed_form(weighting, potential, group_mean) -> None:
    """Held to integrals and to all groups in test_climbs.py and test_zoo_groups.py, where it is there."""
    assert (weighting.potential is not None) == potential
    assert (weighting.group_mean is not None) == group_mean


def test_at_the_ends_themselves() -> None:
    """Where p or q is 0, and the push has a limit."""
    assert pass_at_k_training(2).push(1.0, 0.0, 0.0) == 1
    assert pass_at_k_training(3).push(1.0, 0.0, 0.0) == 0
    assert risk_sensitive(1.0).push(0.0, 1.0, 0.0) == pytest.approx(math.e - 1, rel=1e-15)
    assert risk_sensitive(1.0).push(1.0, 0.0, 0.0) == pytest.approx(1 - 1 / math.e, rel=1e-15)
