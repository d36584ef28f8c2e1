"""The package as a wheel, away from the repository: how to build it, and what it must do with the core alone."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAYS = (
    ("-m", "grpo_paper", "predict", "--p-ref", "0.2", "--beta", "1"),
    ("-m", "grpo_paper", "statements"),
    ("-m", "grpo_paper", "statements", "theorem-3"),
    ("-m", "grpo_paper", "figures"),
    ("-m", "grpo_paper", "cite", "fig-success-map"),
    ("-c", "from grpo_paper import fixed_points; print(fixed_points(p_ref=0.2, beta=1.0, eps=1e-5).p.round(12))"),
)
"""What says the same as in the repository."""
NEEDS = (
    (("-m", "grpo_paper", "train", "bandit"), 'needs torch, which is not installed: pip install "grpo-paper[trainer]"'),
    (
        ("-c", "import grpo_paper.trainer"),
        "The trainer needs torch, which is not installed: pip install",
    ),
    (("-c", "from grpo_paper import certify"), 'needs flint, which is not installed: pip install "grpo-paper[proofs]"'),
    (
        ("-c", "import grpo_paper.theory.symbols"),
        'needs sympy, which is not installed: pip install "grpo-paper[pr',
    ),
    (("-c", "from grpo_paper.figure import publish"), 'which is not installed: pip install "grpo-paper[figures]"'),
    (("-c", "import grpo_paper.chapter"), 'which is not installed: pip install "grpo-paper[figures]"'),
    (("-m", "grpo_paper", "read", "run"), 'needs pyarrow, which is not installed: pip install "grpo-paper[runs]"'),
    (("-m", "grpo_paper", "reproduce", "fig-weights"), "this needs a copy of the project's files, with notebooks/"),
)
"""What says in a sentence what it needs."""


def build(folder: Path) -> Path:
    """The wheel of this repository."""
    command = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir")
    subprocess.run([*command, str(folder), str(ROOT)], check=True)
    [wheel] = folder.glob("grpo_paper-*.whl")
    return wheel


def told(python: Path | str, words: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    """What a Python says in a folder of its own, without the paths that the caller's environment adds."""
    return subprocess.run([str(python), "-I", *words], cwd=folder, capture_output=True, text=True)
