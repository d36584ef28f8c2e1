"""What the rows of methods say to set in TRL and in verl is there to be set."""

import ast
import inspect
import re
from dataclasses import fields
from typing import Any

import pytest
from trl import GRPOConfig, RLOOConfig
from verl.trainer.ppo.core_algos import ADV_ESTIMATOR_REGISTRY, POLICY_LOSS_REGISTRY, compute_grpo_outcome_advantage

from grpo_paper.theory.methods import METHODS


def said(text: str) -> dict[str, Any]:
    """The settings in a row's words, which may have a remark in brackets."""
    words = re.sub(r" \(.*\)$", "", text)
    call = ast.parse(words if words.endswith(")") else f"GRPOConfig({words})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg}


@pytest.mark.parametrize("method", [method for method in METHODS if method.trl], ids=lambda method: method.key)
def test_trl(method, tmp_path) -> None:
    kind = RLOOConfig if method.trl.startswith("RLOO") else GRPOConfig
    settings = said(method.trl)
    known = {field.name: field for field in fields(kind)}
    assert set(settings) <= set(known)
    made = kind(
        output_dir=str(tmp_path), report_to=[], bf16=False, activation_checkpointing=False, use_cpu=True, **settings
    )
    assert all(getattr(made, name) == value for name, value in settings.items())
    if "(default)" in method.trl:
        assert all(known[name].default == value for name, value in settings.items())


@pytest.mark.parametrize("method", [method for method in METHODS if method.verl], ids=lambda method: method.key)
def test_verl(method) -> None:
    for setting in method.verl.split(", "):
        name, value = setting.split("=")
        if name == "adv_estimator":
            assert value in ADV_ESTIMATOR_REGISTRY
        elif name == "loss_mode":
            assert value in POLICY_LOSS_REGISTRY
        else:
            assert name in ("norm_adv_by_std_in_grpo", "filter_groups.enable")
    assert "norm_adv_by_std_in_grpo" in inspect.signature(compute_grpo_outcome_advantage).parameters


def test_the_estimators_of_verl_without_a_row() -> None:
    """A critic, several rewards, a baseline a turn; and the best of a group alone, which pushes if one success is."""
    rows = {value for method in METHODS for value in (*method.names, *re.findall(r"=(\w+)", method.verl))}
    without = set(map(str, ADV_ESTIMATOR_REGISTRY)) - rows
    assert without == {"gae", "gdpo", "tir_optimal_token_baseline", "grpo_passk"}
