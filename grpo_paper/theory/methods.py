"""Which method has which weighting, what selects it in TRL and in verl, and how that was checked."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from grpo_paper.theory import zoo
from grpo_paper.theory.weighting import MEAN_ONLY, WHITENED, Weighting

How = Literal["the paper", "read in code", "from its paper", "derived here"]
"""How a row is known: of the paper itself; in the method's or a library's code; in the method's text; by us."""


@dataclass(frozen=True)
class Method:
    """One method and its weighting, with usual settings; `names` are values of configurations that select it.

    trl, verl: what to set. note: what the weighting leaves out, or where an implementation departs from it.
    make: the weighting with other settings.
    """

    name: str
    weighting: Weighting
    arxiv: str
    how: How
    trl: str = ""
    verl: str = ""
    names: tuple[str, ...] = ()
    note: str = ""
    make: Callable[..., Weighting] | None = None

    @property
    def key(self) -> str:
        """What the command calls it.

        >>> METHODS[1].key
        'dr-grpo'
        """
        return _plain(self.name)


def _plain(name: str) -> str:
    return "-".join(name.lower().replace("@", " at ").replace("_", " ").replace(".", " ").split())


METHODS = (
    Method(
        "GRPO",
        WHITENED,
        "2402.03300",
        "the paper",
        "scale_rewards='group' (default)",
        "adv_estimator=grpo",
        ("grpo", "grpo_vectorized"),
        "Libraries take the sample's deviation and add their ε outside the root: `library_whitening`.",
    ),
    Method(
        "Dr. GRPO",
        MEAN_ONLY,
        "2503.20783",
        "the paper",
        "scale_rewards='none', loss_type='dr_grpo'",
        "adv_estimator=grpo, norm_adv_by_std_in_grpo=False",
        ("dr_grpo",),
        "In TRL loss_type='dr_grpo' alone leaves the deviation in: it must be switched off as well.",
    ),
    Method("REINFORCE", zoo.REINFORCE, "", "derived here", note="A group of successes alone pushes too."),
    Method(
        "ReMax",
        zoo.REINFORCE,
        "2310.10505",
        "read in code",
        verl="adv_estimator=remax",
        names=("remax",),
        note="The baseline is the reward of one greedy answer; no baseline changes Ω.",
    ),
    Method(
        "RLOO",
        zoo.RLOO,
        "2402.14740",
        "read in code",
        "RLOOConfig()",
        "adv_estimator=rloo",
        ("rloo", "rloo_vectorized"),
        "With normalize_advantages=True TRL divides by the batch's deviation: REINFORCE++ with baseline.",
    ),
    Method(
        "GSPO",
        WHITENED,
        "2507.18071",
        "read in code",
        "importance_sampling_level='sequence'",
        "loss_mode=gspo",
        ("gspo",),
        "For answers of equal length: its ratio divides each answer's score by its length.",
    ),
    Method(
        "CISPO",
        WHITENED,
        "2506.13585",
        "read in code",
        "loss_type='cispo', epsilon_high=5.0",
        "loss_mode=cispo",
        ("cispo",),
        "TRL's default cap of 0.2 on the ratio makes every first step five times smaller.",
    ),
    Method(
        "DAPO",
        WHITENED,
        "2503.14476",
        "read in code",
        "loss_type='dapo' (the loss alone: no refilling)",
        "filter_groups.enable=True",
        ("dapo",),
        "Dropping silent groups and refilling multiplies every Ω_G by 1/(1 − mean silent share).",
    ),
    Method(
        "OPO",
        MEAN_ONLY,
        "2505.23585",
        "read in code",
        verl="adv_estimator=opo",
        names=("opo", "optimal_token_baseline"),
        note="A baseline weighed by length; no baseline changes Ω.",
    ),
    Method(
        "GPG",
        MEAN_ONLY,
        "2504.02546",
        "read in code",
        note="Times B/(B − silent groups), as refilling would. verl's adv_estimator=gpg is another method: see below.",
    ),
    Method(
        "GPG in verl",
        zoo.BATCH_RATE,
        "2504.02546",
        "read in code",
        verl="adv_estimator=gpg",
        note="Its factor counts right answers, not groups with a signal: Ω is 1 over the batch's success rate.",
    ),
    Method(
        "REINFORCE++",
        zoo.BATCH_DEVIATION,
        "2501.03262",
        "read in code",
        verl="adv_estimator=reinforce_plus_plus",
        names=("reinforce_plus_plus",),
        note="Centred on the batch's mean: silent groups push too.",
    ),
    Method(
        "REINFORCE++ with baseline",
        zoo.PROMPT_DEVIATION,
        "2501.03262",
        "read in code",
        "RLOOConfig(normalize_advantages=True)",
        "adv_estimator=reinforce_plus_plus_baseline",
        ("reinforce_plus_plus_baseline",),
        "A batch of groups gives √((G − 1)/G) of it.",
    ),
    Method(
        "Lite PPO",
        zoo.BATCH_DEVIATION,
        "2508.08221",
        "read in code",
        "scale_rewards='batch'",
        names=("batch",),
        note="A batch of groups gives (G − 1)/G of it.",
    ),
    Method(
        "MaxRL",
        zoo.MAXRL,
        "2602.02710",
        "read in code",
        note="Groups without a success are dropped, which gives (1 − q^(G−1))/p; kept, with advantage −1, (1 − q^G)/p.",
    ),
    Method(
        "PKPO",
        zoo.pass_at_k(4),
        "2505.15201",
        "read in code",
        note="Centring it on the group's own mean multiplies it by 1 − k/G.",
        make=zoo.pass_at_k,
    ),
    Method(
        "Pass@k Training",
        zoo.pass_at_k_training(4),
        "2508.10751",
        "read in code",
        note="Groups with fewer than k failures are silent too.",
        make=zoo.pass_at_k_training,
    ),
    Method(
        "RS-GRPO",
        zoo.risk_sensitive(2.0),
        "2509.24261",
        "read in code",
        note="For b → ∞ it is MaxRL's shape.",
        make=zoo.risk_sensitive,
    ),
    Method(
        "F-GRPO",
        zoo.focal(0.5),
        "2602.06717",
        "from its paper",
        note="On a group the factor is (1 − p̂)^γ, its own answers included.",
        make=zoo.focal,
    ),
    Method(
        "DisCO-b",
        zoo.DISCO,
        "2505.12366",
        "read in code",
        names=("disco",),
        note="DisCO itself weighs failures by their likelihood.",
    ),
    Method(
        "DGPO",
        zoo.DISCO,
        "2601.20614",
        "read in code",
        note="Half of it, for the mean deviation is 2 p̂ q̂; then a factor e^(−p̂/2), normalised over the batch.",
    ),
    Method("GRPO-LEAD", zoo.LEAD, "2504.09696", "read in code", note="Without its reward for brevity."),
    Method(
        "PSR, NSR, weighted REINFORCE",
        zoo.REINFORCE,
        "2506.01347",
        "read in code",
        names=("psr", "nsr", "w-reinforce"),
        note="1, 1 and 1 + λ, which fold into β. The code of the first two divides by the batch's p̄ or q̄.",
    ),
    Method(
        "ScaleRL",
        zoo.PROMPT_DEVIATION,
        "2510.13786",
        "from its paper",
        note="Over the prompts that are kept. TRL's recipe for it sets scale_rewards='batch', which is Lite PPO's.",
    ),
    Method(
        "Kimi k1.5",
        MEAN_ONLY,
        "2501.12599",
        "from its paper",
        note="As a mirror, alpha = 0; with the mean reward for log Z it is weaker, and the more so the smaller β.",
    ),
)


def weighting(text: str, argument: str = "weighting") -> Weighting:
    """A weighting by the name of its method or of a library's configuration, with its setting after a colon.

    Errors: ValueError naming the argument, for another name, with the nearest ones, or a setting that is none.

    >>> weighting("dr_grpo").name, weighting("pkpo:8").name
    ('Dr. GRPO', 'PKPO (k=8)')
    >>> weighting("max-rl")
    Traceback (most recent call last):
    ValueError: weighting = 'max-rl' is no method that is known here; did you mean maxrl or remax?
    """
    name, _, given = text.partition(":")
    known = {_plain(name): method for method in METHODS for name in (method.name, *method.names)}
    method = known.get(_plain(name))
    if method is None:
        near = difflib.get_close_matches(_plain(name), known, 2, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"it must be one of {', '.join(known)}"
        raise ValueError(f"{argument} = {name!r} is no method that is known here; {hint}")
    if not given:
        return method.weighting
    if method.make is None:
        raise ValueError(f"{argument} = {text!r} is outside its domain: {method.name} has no setting")
    (usual,) = method.weighting.settings
    try:
        setting = type(usual)(given)
    except ValueError:
        example = f"{method.key}:{usual}"
        raise ValueError(f"{argument} = {text!r} is outside its domain: it must read like {example}") from None
    return method.make(setting)
