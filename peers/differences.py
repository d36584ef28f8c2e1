"""Each library's advantages as ours times a factor, plus what does not depend on the output's own reward; as a table.

``python -m peers.differences > grpo_paper/ledger/peers.csv`` keeps it where the book shows it without the libraries;
`test_zoo` holds each row to its word. A factor multiplies Ω: where it is the same for all prompts it folds into β.
"""

import csv
import io
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import torch

from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting
from grpo_paper.theory.zoo import BATCH_DEVIATION, MAXRL, PROMPT_DEVIATION, REINFORCE, RLOO, pass_at_k
from peers import advantages as of
from peers.comparison import (
    FLOAT32,
    Comparison,
    Read,
    exact,
    group_policy_gradient,
    leave_one_out,
    maximum_likelihood,
    one,
    over,
    rounded,
    twice,
)

TABLE = files("grpo_paper.ledger") / "peers.csv"
GROUP = r"1/(\sqrt{G/(G-1)} + \delta/\sqrt{v})"
BATCH = r"1/(\sqrt{N/(N-1)} + \delta/\sqrt{\bar v})"
PROMPTS = r"1/\sqrt{N/(N-1) + \delta/\bar v}"
"""v = p(1 − p) of the group; v̄ that of the batch, or its groups' mean; N outputs in the batch; δ as the words say."""
SHARE = r"1/\sqrt{1 - \text{silent share}}, \text{ nearly}"

TRL = [
    Comparison(
        "GRPO",
        "TRL",
        'scale_rewards="group"',
        of.trl(scale_rewards="group"),
        WHITENED,
        "sample deviation; δ = 1e-4 outside the root; G/(G − 1) in float32",
        GROUP,
        lambda g: over(g.variance, rounded(g.size), 1e-4),
    ),
    *(
        Comparison(
            method,
            "TRL",
            f'loss_type="{loss_type}"',
            of.trl(loss_type=loss_type),
            WHITENED,
            difference + "; the advantages are those of scale_rewards",
            GROUP,
            lambda g: over(g.variance, rounded(g.size), 1e-4),
        )
        for method, loss_type, difference in [
            ("BNPO", "bnpo", "the name is a mean over the tokens of a slice, not BNPO's Beta distribution"),
            ("Dr. GRPO", "dr_grpo", 'the name is a sum over tokens; Dr. GRPO needs scale_rewards="none" too'),
            ("DAPO", "dapo", "the name is a mean over all tokens; silent groups are not refilled"),
        ]
    ),
    Comparison("Dr. GRPO", "TRL", 'scale_rewards="none"', of.trl(scale_rewards="none"), MEAN_ONLY),
    Comparison(
        "batch scaling",
        "TRL",
        'scale_rewards="batch"',
        of.trl(scale_rewards="batch"),
        BATCH_DEVIATION,
        "sample deviation; δ = 1e-4 outside the root; N/(N − 1) in float32",
        BATCH,
        lambda g: over(g.pooled, rounded(g.count), 1e-4),
    ),
    Comparison(
        "GDPO",
        "TRL",
        'multi_objective_aggregation="normalize_then_sum"',
        of.trl(multi_objective_aggregation="normalize_then_sum"),
        WHITENED,
        "with one reward it is whitened in the group, then over the batch: silent groups raise all others",
        SHARE,
        lambda g: twice(g, over(g.variance, rounded(g.size), 1e-4), offset=1e-4),
    ),
    Comparison("RLOO", "TRL", "RLOOTrainer, beta=0", of.trl(rloo=True), RLOO),
    Comparison(
        "RLOO, normalised",
        "TRL",
        "RLOOTrainer, beta=0, normalize_advantages=True",
        of.trl(rloo=True, normalize_advantages=True),
        PROMPT_DEVIATION,
        "over the deviation of the batch; δ = 1e-4 (G − 1)/G outside the root; N/(N − 1) in float32",
        BATCH,
        lambda g: over(g.variance.mean(), rounded(g.count), 1e-4 / exact(g.size)),
    ),
    Comparison(
        "GRPO",
        "TRL",
        "AsyncGRPOTrainer",
        of.trl_async,
        WHITENED,
        "δ = 1e-8 outside the root; the deviation is the paper's",
        r"1/(1 + \delta/\sqrt{v})",
        lambda g: over(g.variance, 1.0, 1e-8),
    ),
    Comparison(
        "SDPO",
        "TRL",
        'SDPOTrainer, scale_rewards="group"',
        of.trl_sdpo("group"),
        WHITENED,
        "sample deviation; δ = 1e-4 outside the root",
        GROUP,
        lambda g: over(g.variance, exact(g.size), 1e-4),
    ),
    Comparison(
        "SDPO",
        "TRL",
        'SDPOTrainer, scale_rewards="none"',
        of.trl_sdpo("none"),
        MEAN_ONLY,
        "divided by 1 + 1e-4 all the same",
        r"1/(1 + 10^{-4})",
        lambda g: one(g) / (1 + 1e-4),
    ),
]
TORCHRL = [
    Comparison(
        "GRPO",
        "torchrl",
        "MCAdvantage",
        of.torchrl(),
        WHITENED,
        "sample deviation, no constant: it is kept above 1e-6",
        r"\sqrt{(G-1)/G}",
        lambda g: one(g) / exact(g.size) ** 0.5,
    ),
    Comparison(
        "DAPO",
        "torchrl",
        'MCAdvantage, trajectory_return="sum", keep_return_bounds=(0, 1)',
        of.torchrl(trajectory_return="sum", keep_return_bounds=(0, 1)),
        WHITENED,
        "sample deviation, no constant; silent groups are dropped, to be refilled",
        r"\sqrt{(G-1)/G}",
        lambda g: exact(g.size) ** -0.5 * torch.where(g.variance > 0, one(g), torch.nan),
    ),
]


def verl(method: str, estimator: str, weighting: Weighting | Callable[[int], Weighting], **told: Any) -> Comparison:
    """A row of verl's: what is told is of `Comparison`, but for `settings`, which are verl's."""
    settings = told.pop("settings", {})
    configuration = ", ".join([f"adv_estimator={estimator}", *(f"{key}={value}" for key, value in settings.items())])
    return Comparison(method, "verl", configuration, of.verl(estimator, **settings), weighting, **told)


CENTRED = {"norm_adv_by_std_in_grpo": False}
VERL = [
    verl(
        "GRPO",
        "grpo",
        WHITENED,
        difference="sample deviation; δ = 1e-6 outside the root",
        formula=GROUP,
        factor=lambda g: over(g.variance, exact(g.size), 1e-6),
    ),
    verl("Dr. GRPO", "grpo", MEAN_ONLY, settings=CENTRED),
    *(
        verl(
            "GRPO",
            "grpo_vectorized",
            WHITENED,
            difference=f"sample deviation; δ = 1e-6 outside the root; in float32{ignored}",
            formula=GROUP,
            factor=lambda g: over(g.variance, exact(g.size), 1e-6),
            close=FLOAT32,
            settings=settings,
        )
        for settings, ignored in (({}, ""), (CENTRED, "; the setting does not reach it: it whitens"))
    ),
    verl("RLOO", "rloo", RLOO),
    verl("RLOO", "rloo_vectorized", RLOO),
    verl(
        "REINFORCE++",
        "reinforce_plus_plus",
        BATCH_DEVIATION,
        difference="centred on the batch's mean; sample deviation; δ = 1e-8 inside the root; statistics over tokens",
        formula=PROMPTS,
        factor=lambda g: (rounded(g.count) + 1e-8 / g.pooled) ** -0.5,
        baseline=lambda g: (g.rate - g.rewards.mean()) * (rounded(g.count) * g.pooled + 1e-8) ** -0.5,
    ),
    verl(
        "REINFORCE++ with baseline",
        "reinforce_plus_plus_baseline",
        PROMPT_DEVIATION,
        difference="sample deviation; δ = 1e-8 inside the root; statistics over tokens",
        formula=PROMPTS,
        factor=lambda g: (rounded(g.count) + 1e-8 / g.variance.mean()) ** -0.5,
    ),
    verl(
        "OPO",
        "opo",
        MEAN_ONLY,
        difference="the baseline weighs each output's reward by its length",
        baseline=lambda g: g.rate - g.weighed(g.lengths),
        given=("lengths",),
    ),
    *(
        verl(
            "optimal token baseline",
            estimator,
            MEAN_ONLY,
            difference="the baseline weighs each output's reward by 1 − 2π + Σπ², summed up to the token",
            baseline=lambda g: g.rate - g.weighed(g.energy, 1e-8),
            given=("energy",),
        )
        for estimator in ("optimal_token_baseline", "tir_optimal_token_baseline")
    ),
    verl(
        "ReMax",
        "remax",
        REINFORCE,
        difference="the greedy output's reward is the baseline: a group of one kind is silent only if that is alike",
        baseline=lambda g: -g.greedy[:, None],
        given=("greedy",),
    ),
    verl(
        "GPG",
        "gpg",
        MEAN_ONLY,
        difference="over the batch's success rate, not over GPG's share of groups that are not silent; in float32",
        formula=r"1/\bar p",
        factor=lambda g: one(g) / g.rewards.mean().clamp(min=1 / g.count),
        close=FLOAT32,
    ),
    verl(
        "GDPO",
        "gdpo",
        WHITENED,
        difference="with one reward it is whitened in the group, then over the batch: silent groups raise all others; "
        "in float32",
        formula=SHARE,
        factor=lambda g: twice(g, over(g.variance, exact(g.size), 1e-6), eps=1e-8),
        close=FLOAT32,
    ),
    verl(
        "pass@k",
        "grpo_passk",
        pass_at_k,
        difference="k is G, not a choice; 1 for an only success, 0 for all else: a baseline of the others' best",
        formula="1/G",
        factor=lambda g: one(g) / g.size,
        baseline=lambda g: -(g.others > 0).double(),
        settings=CENTRED,
    ),
    verl(
        "pass@k",
        "grpo_passk",
        pass_at_k,
        difference="the same over the deviation, 1/√G where there is an only success; δ = 1e-6 outside the root",
        formula=r"1/(\sqrt{G} + \delta G)",
        factor=lambda g: one(g) / (g.size**0.5 + 1e-6 * g.size),
        baseline=lambda g: -(g.others > 0).double() / (g.size**-0.5 + 1e-6),
    ),
]
COMPARISONS = TRL + TORCHRL + VERL
READ = [
    Read(
        "GRPO, leave-one-out",
        "NeMo-RL, in issue 1518",
        "use_leave_one_out_baseline=true, normalize_rewards=true",
        WHITENED,
        "deviation of the other outputs, which is 0 for an only success: its advantage is 10⁶, and −10⁶ for an only "
        "failure",
        "",
        lambda groups: leave_one_out(groups[0], guarded=False),
    ),
    Read(
        "GRPO, leave-one-out",
        "NeMo-RL, August 2026",
        "use_leave_one_out_baseline=true, normalize_rewards=true",
        WHITENED,
        "the same, but not divided by a deviation of 0: an only success has the advantage 1",
        "",
        lambda groups: leave_one_out(groups[0], guarded=True),
    ),
    Read(
        "MaxRL",
        "its authors' fork of verl",
        "adv_estimator=maxrl",
        MAXRL,
        "δ = 1e-6 beside the success rate",
        r"1/(1 + \delta/p)",
        lambda groups: maximum_likelihood(groups[0]),
    ),
    Read(
        "GPG",
        "its authors' trainer",
        "adjust_gd=True",
        MEAN_ONLY,
        "over the share of groups that are not silent; δ = 1e-5 beside it",
        r"1/(1 - \text{silent share} + \delta)",
        group_policy_gradient,
    ),
]


def table() -> str:
    """The table, as it is stored."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    told = ["library", "configuration", "known", "ours", "what differs", "factor"]
    lines.writerow(["method", *told, "with 2 of 8 right", "spread over prompts"])
    lines.writerows(each.row() for each in [*COMPARISONS, *READ])
    return text.getvalue()


if __name__ == "__main__":
    print(table(), end="")
