"""Would the proofs notice a fault? Each sign, factor and summand of each traced formula changed, one at a time."""

import os
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from proofs import formulas
from proofs.check import WORK, compile_all
from proofs.files import FOLDER, order
from proofs.term import Term, changed

BLOCK = re.compile(r"^(?=(?:Lemma|Theorem|Definition|Ltac|Fixpoint) )", re.MULTILINE)
"""Where a part of a file begins that can be left out if nothing names it."""
OPEN = "Open Scope R_scope.\n"


def differs(before: Term, after: Term) -> bool:
    """Whether two terms differ somewhere in the domain: a summand 0 · x may be dropped, and nothing is another."""
    rng = random.Random(0)
    for _ in range(20):
        values = formulas.drawn(sorted(before.free_symbols), rng)
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


def session(name: str, letters: str, bodies: list[Term]) -> list[bool]:
    """Of each body in place of a formula's, itself the first, whether all that is proved of the formula holds of it."""
    heard, alive = False, [True] * len(bodies)
    for text in lemmas(name).values():
        head, opened, rest = re.sub(rf"\bFormulas\.{name}\b", "mutant", text).partition(OPEN)
        lines = [head + opened]
        for number, body in enumerate(bodies):
            made = formulas.definition("mutant", letters, body) + rest
            lines.append(f'Goal True. idtac "= {number}". Abort.\nModule Changed{number}.\n{made}')
            # Whatever is left open is no fault of the next one.
            lines.append(f'Goal True. idtac "= end". Abort.\nAbort All.\nEnd Changed{number}.\n')
        command = ["coqtop", "-q", "-R", ".", "Grpo"]
        run = subprocess.run(
            command, input="\n".join(lines), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=WORK
        )
        parts = dict(re.findall(r"^= (\d+)$(.*?)^= end$", run.stdout, re.MULTILINE | re.DOTALL))
        holds = ["Error" not in parts.get(str(number), "Error") for number in range(len(bodies))]
        if holds[0]:  # else it rests on what another file proves of the formula, and cannot be tried alone
            heard, alive = True, [a and b for a, b in zip(alive, holds, strict=True)]
    return [heard, *alive[1:]]


def tried(name: str, letters: str, body: Term) -> tuple[int, list[str]]:
    """How many changes of a formula were tried, and those that no proof noticed."""
    changes = {other: what for what, other in changed(body) if differs(body, other)}
    whole, *alive = session(name, letters, [body, *changes])
    if not whole:
        sys.exit(f"What is proved about {name} does not hold by itself.")
    print(f"  {name}: {len(changes)} changes, {len(changes) - sum(alive)} seen", flush=True)
    return len(changes), [f"{name}: {what}" for what, lives in zip(changes.values(), alive, strict=True) if lives]


def main() -> None:
    """Make every change, and end with an error if some change leaves all proofs whole."""
    compile_all(WORK)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda formula: tried(*formula), formulas.traced()))
    left = [sentence for _, unseen in results for sentence in unseen]
    number = sum(count for count, _ in results)
    print(f"{number} changes of {len(results)} formulas, {number - len(left)} seen by a proof.")
    if left:
        sys.exit("Not seen:\n" + "\n".join(left))


if __name__ == "__main__":
    main()
