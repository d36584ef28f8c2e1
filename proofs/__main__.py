"""Compile and check the proofs: ``make proofs``; with ``--write``, write Formulas.v anew."""

import argparse
import resource
import sys

from grpo_paper.ledger.proofs import PARTLY, PROOFS
from proofs import formulas
from proofs.check import WORK, ProofError, compile_all, unproved


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write Formulas.v from the library's functions, and end")
    if parser.parse_args().write:
        formulas.write()
        return
    if formulas.FILE.read_text(encoding="utf-8") != formulas.source():
        sys.exit(
            "proofs/Formulas.v is not what the library computes: run python -m proofs --write, and mend the proofs."
        )
    names = [name for theorems in PROOFS.values() for name in theorems]
    try:
        print("Compiling")
        compile_all(WORK)
        print(f"Asking on what {len(set(names))} theorems rest")
        if faults := unproved(WORK, dict.fromkeys(names)):
            raise ProofError("\n".join(faults))
    except ProofError as error:
        sys.exit(str(error))
    items = f"{len(PROOFS)} items of the ledger, {len(PARTLY)} of them in part"
    print(f"Proved by machine: {items}, on the axioms of the classical reals alone.")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20  # Linux counts in KiB
    print(f"Coq took {seconds:.0f} s of processor time, and {memory:.2f} GiB of memory at most.")


if __name__ == "__main__":
    main()
