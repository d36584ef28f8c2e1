"""The settings that Hydra writes beside a run, as dotted names: of YAML no more than it uses there."""

from collections.abc import Iterator


def flat(text: str) -> dict[str, str]:
    """The single values of nested mappings; lists and what refers to other entries are passed over.

    >>> flat("algorithm:\\n  adv_estimator: grpo\\n  kl_ctrl:\\n    kl_coef: 0.001\\ndata:\\n  files:\\n  - a: 1\\n")
    {'algorithm.adv_estimator': 'grpo', 'algorithm.kl_ctrl.kl_coef': '0.001'}
    """
    return dict(_entries(text))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        name, colon, value = line.strip().partition(":")
        if not colon or name.startswith(("-", "#")):
            continue
        depth = len(line) - len(line.lstrip())
        above = [(at, outer) for at, outer in above if at < depth]
        value = value.strip().strip("'\"")
        if not value:
            above.append((depth, name))
        elif not value.startswith(("$", "[", "{", "null", "~")):
            yield ".".join((*(outer for _, outer in above), name)), value
