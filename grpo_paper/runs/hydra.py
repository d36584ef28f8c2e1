"""The settings that Hydra writes beside a run, by their dotted names."""

from collections.abc import Iterable

from grpo_paper.extras import needed
from grpo_paper.runs.faults import BrokenFileError

with needed("Reading a run"):
    import yaml


def chosen(text: str, names: Iterable[str]) -> dict[str, str]:
    """The single values of these names, as they are written; what is null or refers to others is passed over.

    Errors: BrokenFileError where the text is no YAML.

    >>> text = "algorithm: {adv_estimator: grpo, kl_ctrl: {kl_coef: 0.001, target: '${oc.env:KL}'}}"
    >>> chosen(text, ["algorithm.adv_estimator", "algorithm.kl_ctrl.kl_coef", "algorithm.kl_ctrl.target", "data.seed"])
    {'algorithm.adv_estimator': 'grpo', 'algorithm.kl_ctrl.kl_coef': '0.001'}
    """
    try:
        tree = yaml.load(text, yaml.BaseLoader)  # which makes nothing but text, lists and mappings
    except (yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BrokenFileError(f"it is no YAML ({reason})") from None
    found = {name: _at(tree, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _at(tree: object, name: str) -> str | None:
    for part in name.split("."):
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree if isinstance(tree, str) and not tree.startswith("$") and tree not in ("", "~", "null") else None
