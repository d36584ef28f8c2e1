"""Algorithm 1 with every weighting: its exact limit is the recursion, and a sampled update has the group's push.

Along the natural gradient of a table a step of 1/β reaches the maximiser at once: the objective is linear in the policy
where nothing is clipped.
"""

import numpy as np
import pytest
import torch

from grpo_paper import Variant, trajectory
from grpo_paper.theory import zoo
from grpo_paper.theory.groups import group_Omega, group_push, group_variance, silent_share
from grpo_paper.trainer import Bandit, TrainConfig, train
from tests.weightings import COUPLED, ROWS, each

P_REF = [0.05, 0.3, 0.5, 0.8]
ALPHAS = [1.0, 0.4, 0.0]
REPLICAS = 400


def exact(weighting, **changes) -> TrainConfig:
    """The limit, in which nothing is drawn and every maximiser is reached; β = 8, so that slopes are small."""
    given = {"beta": 8.0, "learning_rate": 1 / 8, "inner_steps": 2, "iterations": 6, "eps": 1e-2, "ascent": "natural"}
    return TrainConfig(weighting=weighting, clip=None, group_size=None, **(given | changes))


@pytest.mark.parametrize(
    "weighting", [row.weighting for row in ROWS] + [weighting for weighting, _ in COUPLED], ids=lambda w: w.name
)
def test_the_exact_limit_is_the_recursion(weighting) -> None:
    """Whatever the penalty is tied to, and for coupled prompts too; some hundred roundings of 1e-16."""
    history = train(exact(weighting, alpha=ALPHAS), Bandit.with_success(P_REF, outputs=8))
    for replica, alpha in enumerate(ALPHAS):
        theory = trajectory(P_REF, 8.0, 1e-2, 6, Variant(weighting, alpha)).p
        assert np.abs(history.success[:, replica].numpy() - theory.T).max() < 1e-12
        assert np.abs(history.prediction[:, replica].numpy() - theory.T).max() < 1e-12


@each
def test_a_sampled_update(row) -> None:
    """With one right and one wrong output each group's push is `group_push`, and their mean Ω_G to five errors."""
    size, p = row.sizes[-1], np.array(P_REF)
    pair = Bandit.with_success(P_REF, outputs=2)
    beta = 50.0  # so that no log-odds are lost near 1
    config = exact(row.weighting, beta=[beta] * REPLICAS, learning_rate=1 / beta, inner_steps=1, iterations=1)
    history = train(TrainConfig(**(vars(config) | {"group_size": size})), pair)
    gain = torch.logit(history.success[1]) - torch.logit(history.success[0])
    push, drawn = beta * gain.numpy(), (size * history.sampled_success[0]).round().long().numpy()
    by_count = np.array([group_push(k, size, p, 1e-2, row.weighting) for k in range(size + 1)])
    # Log-odds of some nats are off by 1e-15/p, times β.
    np.testing.assert_allclose(push, np.take_along_axis(by_count, drawn, 0), rtol=1e-11, atol=1e-11)
    error = np.sqrt(group_variance(p, 1e-2, size, row.weighting) / REPLICAS)
    assert np.all(abs(push.mean(0) - group_Omega(p, 1e-2, size, row.weighting)) <= 5 * error + 1e-11)
    share = silent_share(p, size)
    assert np.all(abs(history.silent[0].double().mean(0).numpy() - share) < 5 * np.sqrt(share / REPLICAS))


@pytest.mark.parametrize(("weighting", "omega"), COUPLED, ids=lambda x: getattr(x, "name", ""))
def test_a_sampled_batch(weighting, omega) -> None:
    """Each group is centred on its own mean; all share the scale of the rates that were drawn."""
    beta, size = 50.0, 5
    config = exact(weighting, beta=[beta] * 20, learning_rate=1 / beta, inner_steps=1, iterations=1)
    history = train(TrainConfig(**(vars(config) | {"group_size": size})), Bandit.with_success(P_REF, outputs=2))
    push = beta * (torch.logit(history.success[1]) - torch.logit(history.success[0]))
    for pushes, rates in zip(push.tolist(), history.sampled_success[0].tolist(), strict=True):
        scale = omega(rates, 1e-2)
        by_hand = [scale * rate * (1 - rate) / (p * (1 - p)) for rate, p in zip(rates, P_REF, strict=True)]
        assert pushes == pytest.approx(by_hand, rel=1e-11, abs=1e-11)


def test_a_batch_in_which_nothing_succeeds_stays() -> None:
    """Its success rate is 0, and one over it no number: every group is silent."""
    history = train(exact(zoo.BATCH_RATE), Bandit.with_success([0.0, 0.0], outputs=4))
    assert torch.all(history.success == 0)


@pytest.mark.parametrize("weighting", [zoo.pass_at_k(4), zoo.pass_at_k_training(4)], ids=lambda w: w.name)
def test_a_group_smaller_than_k_is_refused_before_the_work(weighting) -> None:
    with pytest.raises(ValueError, match=r"^group_size = 3 is outside its domain: it must be k = 4 at least$"):
        TrainConfig(weighting=weighting, group_size=3)


@each
def test_certain_prompts_stay(row) -> None:
    for size in (None, row.sizes[-1]):
        config = TrainConfig(weighting=row.weighting, group_size=size, iterations=2)
        history = train(config, Bandit.with_success([0.0, 0.4, 1.0], outputs=4))
        assert torch.all(history.success[..., 0] == 0)
        assert torch.all(history.success[..., 2] == 1)
        assert all(torch.isfinite(column).all() for column in vars(history).values())
