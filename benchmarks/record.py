"""Where benchmark results go: one JSON file for each device, with what they were measured on."""

import json
import platform
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import torch

from grpo_paper.files import whole

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


def machine(device: str) -> dict[str, Any]:
    """The device, the versions and the commit that numbers belong to."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", ":!benchmarks/results", ":!notebooks/recorded/estimates.json")
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else f"{_processor()}, one thread",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "commit": git("rev-parse", "--short", "HEAD") + ("+changes" if changed else ""),
        "date": date.today().isoformat(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def keep(name: str, device: str, rows: list[dict[str, Any]]) -> None:
    """Print a table and put it into the device's file, beside what is there of others."""
    columns = list(rows[0])
    cells = [columns, *([cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    about = machine(device)
    print(f"\n{name} on {about['device']}")
    for line in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
    path = RESULTS / f"{device}.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    with whole(path) as partial:
        partial.write_text(json.dumps(kept | {name: {"machine": about, "rows": rows}}, indent=2) + "\n")


def cell(value: Any) -> str:
    """A value as a table shows it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
