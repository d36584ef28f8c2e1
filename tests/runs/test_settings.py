"""Settings under the paper's names, TRL's and verl's; what is no setting, or outside its domain, is said."""

import pytest

from grpo_paper.runs.settings import Settings, known
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED
from grpo_paper.theory.zoo import BATCH_DEVIATION, MAXRL, RLOO

ACTOR = "actor_rollout_ref.actor"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"num_generations": 8, "beta": 0.0, "epsilon": 0.2}, Settings(0.0, 8, 0.2)),
        ({"scale_rewards": True}, Settings(weighting=WHITENED)),
        ({"scale_rewards": "none", "loss_type": "dapo"}, Settings(weighting=MEAN_ONLY)),
        ({"scale_rewards": "batch"}, Settings(weighting=BATCH_DEVIATION)),
        ({"num_iterations": 2, "steps_per_generation": 8, "gradient_accumulation_steps": 4}, Settings(updates=4)),
        ({"num_iterations": 1, "steps_per_generation": None}, Settings(updates=1)),
        ({"algorithm.adv_estimator": "grpo"}, Settings(weighting=WHITENED)),
        (
            {"algorithm.adv_estimator": "grpo", "algorithm.norm_adv_by_std_in_grpo": "False"},
            Settings(weighting=MEAN_ONLY),
        ),
        ({f"{ACTOR}.kl_loss_coef": 0.001, f"{ACTOR}.use_kl_loss": True}, Settings(beta=0.001)),
        ({f"{ACTOR}.kl_loss_coef": 0.001, f"{ACTOR}.use_kl_loss": False}, Settings(beta=0.0)),
        (
            {f"{ACTOR}.use_kl_loss": False, "algorithm.use_kl_in_reward": True, "algorithm.kl_ctrl.kl_coef": 0.01},
            Settings(beta=0.01),
        ),
        ({"algorithm.adv_estimator": "rloo", "algorithm.norm_adv_by_std_in_grpo": True}, Settings(weighting=RLOO)),
        (
            {f"{ACTOR}.ppo_epochs": 1, "data.train_batch_size": 1024, f"{ACTOR}.ppo_mini_batch_size": 256},
            Settings(updates=4),
        ),
        # A validation's own number of answers is another thing, and so is a name that only ends alike.
        ({"actor_rollout_ref.rollout.val_kwargs.n": 32, "entropy_beta": 3}, Settings()),
        ({"weighting": "maxrl", "eps": "1e-3"}, Settings(weighting=MAXRL, eps=1e-3)),
    ],
)
def test_known(given, found) -> None:
    assert known(given) == found


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"beta": "small"}, "beta = 'small' is not a number"),
        ({"beta": -1}, "beta = -1.0 is outside its domain: it must be finite and ≥ 0"),
        ({"kl_loss_coef": "inf"}, "kl_loss_coef = inf is outside its domain"),
        ({"beta": "nan"}, "beta = nan is outside its domain"),
        ({"num_generations": 1}, "num_generations = 1 is outside its domain"),
        ({"num_generations": 7.5}, "num_generations = 7.5 is outside its domain"),
        ({"clip": 1.5}, "clip = 1.5 is outside its domain"),
        ({"weighting": "max-rl"}, "did you mean maxrl"),
        ({"algorithm.adv_estimator": "gae"}, "algorithm.adv_estimator = 'gae' is no method that is known here"),
        ({"scale_rewards": "pkpo:x"}, "scale_rewards = 'pkpo:x' is outside its domain"),
        ({"use_kl_loss": "maybe"}, "use_kl_loss = 'maybe' is outside its domain"),
    ],
)
def test_refused(given, sentence) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        known(given)


def test_only_what_is_told_must_be_known() -> None:
    assert known({"learning_rate": 1e-6}) == Settings()
    with pytest.raises(ValueError, match="learning_rate is no setting that is known here"):
        known({"learning_rate": 1e-6}, strict=True)


def test_what_is_told_takes_the_place_of_what_is_found() -> None:
    assert Settings(beta=0.1, group_size=8) | Settings(beta=0.0) == Settings(beta=0.0, group_size=8)
