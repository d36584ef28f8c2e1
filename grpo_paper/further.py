"""Statements beyond the paper: what its formulas imply, and what training does to them."""

from grpo_paper.advantage import library_whitening
from grpo_paper.divergence import total_variation
from grpo_paper.fixed_points import bifurcation_curve, fixed_points
from grpo_paper.groups import group_h, group_Omega, group_push, group_variance, silent_share
from grpo_paper.statements import Statement
from grpo_paper.success_map import clip_limits, clipped_step, force, log_odds_step, trajectory
from grpo_paper.tokens import token_loss
from grpo_paper.trainer import train
from grpo_paper.variants import two_kl

FURTHER = (
    Statement(
        "B1",
        "Folds and flips in closed form",
        "$β > 0$, $ε > 0$",
        (bifurcation_curve,),
        "stability",
        ("fig-stability-diagram",),
        "test_stability.py::TestBifurcationCurve",
    ),
    Statement(
        "B2",
        "At most three fixed points",
        r"$0 < p_{\mathrm{ref}} < 1$, $β > 0$, $ε > 0$",
        (fixed_points,),
        "stability",
        (),
        "test_fixed_points.py::TestAllFixedPoints",
    ),
    Statement(
        "B3",
        "Period doubling to chaos, counted",
        r"computed, not proved: $p_0 = p_{\mathrm{ref}}$, $ε = 10^{-5}$, a grid of $β$ and $p_{\mathrm{ref}}$",
        (trajectory,),
        "stability",
        (),
        "test_orbits.py::TestB3",
    ),
    Statement(
        "B4",
        "Two-KL is damping",
        r"$0 < α < 1$, $π_0 = π_{\mathrm{ref}}$, exact updates",
        (two_kl, log_odds_step),
        "two-kl",
        ("fig-damping",),
        "test_two_kl.py::TestE15",
        ("E15",),
    ),
    Statement(
        "B5",
        "How fast the mirror climbs",
        r"$α = 0$; the time for $ε \to 0$ and large $β$",
        (trajectory, force),
        "mirror",
        ("fig-mirror-slopes",),
        "test_variant_orbits.py::TestTheorem5",
        ("E18",),
    ),
    Statement(
        "B6",
        "What a group of samples gives",
        "$G$ independent samples, $0 < p < 1$, $ε > 0$; the gradient at the policy that drew them",
        (group_push, group_Omega, group_variance, group_h, silent_share),
        "finite-groups",
        ("fig-finite-groups",),
        "test_groups.py::TestMeanPush",
        ("E20",),
    ),
    Statement(
        "B7",
        "The clipped update in closed form",
        "$0 < ϵ < 1$, exact expectations, the maximiser; for the bound on orbits $p_0 = p_{ref}$, a "
        "slope below 1 at the lowest fixed point, and no second one within the clip's reach",
        (clip_limits, clipped_step, trajectory),
        "clipping",
        ("fig-clipped-update", "fig-clipped-orbits"),
        "test_clipping.py::TestClippedStep",
    ),
    Statement(
        "Libraries",
        "The same loss in TRL, torchrl and verl",
        "outputs of several tokens, a sample deviation",
        (token_loss, library_whitening),
        "libraries",
        ("fig-libraries",),
        "test_tokens.py::TestThePaper",
    ),
    Statement(
        "Training",
        "Theorem 10 along real runs",
        "a table of logits and a small network, the least $δ_n$ that Assumption 1 allows",
        (train, total_variation),
        "theory-against-training",
        ("fig-theory-training",),
        "test_trainer.py::TestHistory",
    ),
)
