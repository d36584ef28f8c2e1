"""Compile the proofs, and see on what each theorem rests."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from proofs.files import FOLDER, barred, needs, order

WORK = Path("build") / "proofs"
AXIOMS = {
    "ClassicalDedekindReals.sig_not_dec",
    "ClassicalDedekindReals.sig_forall_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic",
}
"""What the real numbers of Coq take for granted: classical logic, and that functions equal at all points are."""
HOW = (
    "Coq is not here. On Debian 12: apt-get install --no-install-recommends coq libcoq-coquelicot libcoq-interval "
    "(1.1 GB, half a minute)."
)


class ProofError(Exception):
    """What does not hold of the proofs, in a sentence."""


def coqc(file: Path) -> str:
    """Compile one file in its folder and give what Coq prints; ProofError with Coq's words where it fails."""
    program = shutil.which("coqc")
    if program is None:
        raise ProofError(HOW)
    command = [program, "-q", "-R", ".", "Grpo", file.name]
    run = subprocess.run(command, cwd=file.parent, capture_output=True, text=True)
    if run.returncode:
        raise ProofError(f"{file.name} does not compile: {run.stderr.strip()}")
    return run.stdout


def compile_all(work: Path) -> None:
    """Compile the files in a folder of their own; one that was, and whose requirements were, is not compiled again."""
    work.mkdir(parents=True, exist_ok=True)
    anew: set[str] = set()
    for name in order():
        text = (FOLDER / f"{name}.v").read_text(encoding="utf-8")
        if words := barred(text):
            raise ProofError(f"{name}.v says {words[0]}: nothing may be taken for granted in a file of proofs.")
        file, done = work / f"{name}.v", work / f"{name}.done"
        if done.exists() and done.read_text(encoding="utf-8") == text and not needs()[name] & anew:
            continue
        print(f"  {name}", flush=True)
        anew.add(name)
        done.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        coqc(file)
        done.write_text(text, encoding="utf-8")


def assumptions(work: Path, names: Iterable[str]) -> dict[str, set[str]]:
    """On which axioms each theorem rests, by its file and name; ProofError where there is none of that name."""
    asked = [f'Goal True. idtac "= {name}". Abort. Print Assumptions {name}.' for name in names]
    said = _ask(work, names, asked)
    return {part.partition("\n")[0].strip(): _axioms(part) for part in re.split(r"^= ", said, flags=re.MULTILINE)[1:]}


def unproved(work: Path, names: Iterable[str]) -> list[str]:
    """A sentence for each theorem that rests on more than the four axioms."""
    names = list(names)
    # All at once first: Coq walks through everything below a theorem each time that it is asked.
    together = ["Lemma together : True. Proof.", *(f"pose proof {name}." for name in names), "exact I. Qed."]
    if _axioms(_ask(work, names, [*together, "Print Assumptions together."])) <= AXIOMS:
        return []
    return [
        f"{name} takes more for granted than the classical reals: {', '.join(sorted(axioms - AXIOMS))}."
        for name, axioms in assumptions(work, names).items()
        if axioms - AXIOMS
    ]


def _ask(work: Path, names: Iterable[str], lines: list[str]) -> str:
    needed = sorted({name.partition(".")[0] for name in names})
    file = work / "Asked.v"
    file.write_text("\n".join([f"Require {' '.join(needed)}.", *lines, ""]))
    return coqc(file)


def _axioms(said: str) -> set[str]:
    # An axiom stands at the beginning of a line; its type goes on in lines that are set in.
    return set(re.findall(r"^([\w.]+)(?= *:|$)", said.partition("Axioms:")[2], re.MULTILINE))
