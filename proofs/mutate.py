"""Would the proofs notice a fault? Each sign, factor and summand of each traced formula changed, one at a time."""

import random
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proofs import formulas
from proofs.check import ProofError, compile_all, coqc
from proofs.files import FOLDER, order
from proofs.term import Term, changed

WORK = Path("build") / "mutated"
CHANGED = WORK.with_name("changes")
BLOCK = re.compile(r"^(?=(?:Lemma|Theorem|Definition|Ltac|Fixpoint) )", re.MULTILINE)
"""Where a part of a file begins that can be left out if nothing names it."""
OPEN = "Open Scope R_scope.\n"


def differs(before: Term, after: Term) -> bool:
    """Whether two terms differ somewhere in the domain: a summand 0 · x may be dropped, and nothing is another."""
    rng = random.Random(0)
    for _ in range(20):
        values = {letter: rng.uniform(0.05, 0.45) for letter in before.free_symbols}
        try:
            if abs(before.value(values) - after.value(values)) > 1e-9 * abs(before.value(values)):
                return True
        except (ArithmeticError, ValueError):
            return True
    return False


def lemmas(name: str) -> dict[str, str]:
    """The files that speak of a formula: of each its head, the lemmas that do, and what they need of the others."""
    found = {}
    for stem in order():
        head, *blocks = BLOCK.split((FOLDER / f"{stem}.v").read_text(encoding="utf-8"))
        kept = [bool(re.search(rf"\bFormulas\.{name}\b", block)) for block in blocks]
        if stem == "Formulas" or not any(kept):
            continue
        names = [block.split()[1].rstrip(":") for block in blocks]
        for i in reversed(range(len(blocks))):
            later = "".join(block for block, keep in zip(blocks[i + 1 :], kept[i + 1 :], strict=True) if keep)
            kept[i] |= bool(re.search(rf"\b{names[i]}\b", later))
        found[stem] = head + "".join(block for block, keep in zip(blocks, kept, strict=True) if keep)
    return found


def survives(number: int | str, name: str, letters: str, body: Term) -> bool:
    """Whether every lemma about a formula can still be proved of another one."""
    place = CHANGED / str(number)
    place.mkdir(parents=True)
    for stem, text in lemmas(name).items():
        # The formula is another; whatever else the lemmas need stays as it was compiled.
        head, opened, rest = re.sub(rf"\bFormulas\.{name}\b", "mutant", text).partition(OPEN)
        made = head + opened + formulas.definition("mutant", letters, body) + rest
        (place / f"Mutant{stem}.v").write_text(made, encoding="utf-8")
        try:
            coqc(place / f"Mutant{stem}.v", WORK)
        except ProofError:
            return False
    return True


def main() -> None:
    """Make every change, and end with an error if some change leaves all proofs whole."""
    for folder in (WORK, CHANGED):
        shutil.rmtree(folder, ignore_errors=True)
    compile_all(WORK)
    changes = [
        (name, letters, what, other)
        for name, letters, body in formulas.traced()
        for other, what in {other: what for what, other in changed(body)}.items()
        if differs(body, other)
    ]
    for name in formulas.FORMULAS:  # unchanged, the lemmas that were picked must hold
        body = next(body for other, _, body in formulas.traced() if other == name)
        if not survives(name, name, formulas.FORMULAS[name][1], body):
            sys.exit(f"The lemmas about {name} do not hold by themselves.")
    with ThreadPoolExecutor() as pool:
        alive = list(pool.map(lambda i: survives(i, changes[i][0], changes[i][1], changes[i][3]), range(len(changes))))
    left = [f"{name}: {what}" for (name, _, what, _), survived in zip(changes, alive, strict=True) if survived]
    print(f"{len(changes)} changes of {len(formulas.FORMULAS)} formulas, {len(changes) - len(left)} seen.")
    if left:
        sys.exit("Not seen:\n" + "\n".join(left))


if __name__ == "__main__":
    main()
