"""What builds the book, one file a step.

`chapters` executes them and tells the `seconds`, `stage` lays out the source of the site (`passports`, `symbols`,
`cost`, `house`, `explorer` with its `javascript`), `site` makes it and `faults` looks at it; `build` runs these in its
`workplace`, with a `record` of what was made, and has its `endings`. Of a site, `pdf` prints the book in a `browser`,
and `release` packs all for deposit as a `crate`.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
