"""What builds the book, one file a step.

`chapters` executes them, `stage` lays out the source of the site (`passports`, `symbols`, `cost`, `explorer` with its
`javascript`), `site` makes it and `faults` looks at it; ``python -m book.pipeline`` runs these. Of a site, `pdf`
prints the book in a `browser`, and `release` packs all for deposit as a `crate`.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
