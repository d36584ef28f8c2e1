"""The rows of methods: their names, their settings, and that each can be asked for and run."""

import re

import numpy as np
import pytest

from grpo_paper import MEAN_ONLY, WHITENED, Variant, trajectory
from grpo_paper.theory import zoo
from grpo_paper.theory.methods import METHODS, _plain, weighting

each = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.key)
MAKES = [method for method in METHODS if method.make]


class TestNames:
    def test_no_name_is_two_methods(self) -> None:
        names = [{_plain(name) for name in (method.name, *method.names)} for method in METHODS]
        assert sum(map(len, names)) == len(set().union(*names))

    @each
    def test_every_name_finds_its_row(self, method) -> None:
        for name in (method.name, method.key, *method.names):
            for text in (name, name.upper(), f" {name}".replace(" ", "  "), name.replace("_", "-")):
                assert weighting(text) is method.weighting

    @pytest.mark.parametrize(
        ("name", "found"),
        [
            ("grpo", WHITENED),
            ("dr_grpo", MEAN_ONLY),
            ("rloo", zoo.RLOO),
            ("remax", zoo.REINFORCE),
            ("gspo", WHITENED),
            ("reinforce_plus_plus", zoo.BATCH_DEVIATION),
            ("reinforce_plus_plus_baseline", zoo.PROMPT_DEVIATION),
            ("batch", zoo.BATCH_DEVIATION),
            ("GPG", MEAN_ONLY),
            ("GPG in verl", zoo.BATCH_RATE),
            ("MaxRL", zoo.MAXRL),
            ("Pass@k Training", zoo.pass_at_k_training(4)),
            ("pass-at-k-training", zoo.pass_at_k_training(4)),
        ],
    )
    def test_values_of_configurations(self, name, found) -> None:
        assert weighting(name) == found

    def test_what_selects_it_in_verl_is_one_of_its_names(self) -> None:
        """But where one setting is not enough, and where the name is another method's own."""
        others = set()
        for method in METHODS:
            set_to = re.fullmatch(r"(adv_estimator|loss_mode)=(\w+)", method.verl)
            if set_to and weighting(set_to[2]) != method.weighting:
                others.add(method.name)
        assert others == {"GPG in verl"}

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("Dr. GRPO", "dr-grpo"),
            ("Kimi k1.5", "kimi-k1-5"),
            ("Pass@k Training", "pass-at-k-training"),
            ("REINFORCE++ with baseline", "reinforce++-with-baseline"),
        ],
    )
    def test_what_the_command_calls_it(self, name, key) -> None:
        assert next(method.key for method in METHODS if method.name == name) == key

    @each
    def test_a_source(self, method) -> None:
        assert re.fullmatch(r"\d{4}\.\d{5}", method.arxiv) or (not method.arxiv and method.how == "derived here")
        assert method.how != "read in code" or method.arxiv

    @each
    def test_a_note_is_a_sentence(self, method) -> None:
        assert not method.note or method.note.endswith(".")


class TestSettings:
    @pytest.mark.parametrize("method", MAKES, ids=lambda method: method.key)
    def test_those_shown_are_those_made(self, method) -> None:
        (usual,) = method.weighting.settings
        assert weighting(f"{method.key}:{usual}") == method.weighting == method.make(usual)

    def test_others(self) -> None:
        assert weighting("pkpo:8") == zoo.pass_at_k(8)
        assert weighting("rs-grpo:0.5") == zoo.risk_sensitive(0.5)
        assert weighting("F-GRPO:2") == zoo.focal(2.0)

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("pkpo:much", "weighting = 'pkpo:much' is outside its domain: it must read like pkpo:4"),
            ("pkpo:2.5", "weighting = 'pkpo:2.5' is outside its domain: it must read like pkpo:4"),
            ("pkpo:1,2", "weighting = 'pkpo:1,2' is outside its domain: it must read like pkpo:4"),
            ("pkpo:0", "k = 0 is outside its domain: it must be a whole number from 1 on"),
            ("f-grpo:-1", "gamma = -1.0 is outside its domain: it must be finite and > 0"),
            ("grpo:4", "weighting = 'grpo:4' is outside its domain: GRPO has no setting"),
            ("maxlr", "weighting = 'maxlr' is no method that is known here; did you mean maxrl or remax?"),
            ("pass@8", "weighting = 'pass@8' is no method that is known here; did you mean pass-at-k-training?"),
            ("dapo2", "weighting = 'dapo2' is no method that is known here; did you mean dapo or "),
            ("", "weighting = '' is no method that is known here; it must be one of grpo, "),
            ("?", "weighting = '?' is no method that is known here; it must be one of grpo, "),
        ],
    )
    def test_refused_in_a_sentence(self, text, sentence) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
            weighting(text)

    @pytest.mark.parametrize("ending", ["", ":"])
    def test_no_setting_is_the_usual_one(self, ending) -> None:
        assert weighting(f"pkpo{ending}") == zoo.pass_at_k(4)


@each
@pytest.mark.parametrize("alpha", [1, 0.5, 0])
def test_it_runs(method, alpha) -> None:
    """One update raises every success rate, as every Ω here is positive; from 0 none moves."""
    run = trajectory([0.0, 0.2, 0.7], 2.0, 1e-5, 3, Variant(method.weighting, alpha))
    assert not np.isnan(run.logit).any()
    assert np.all(run.p[0] == 0)
    assert np.all(run.p[1:, 1] > run.p[1:, 0])
