"""Build the book: execute what changed, stage it beside the hand-written pages, and let jupyter-book make the site."""

import argparse
import fcntl
import hashlib
import os

from book.pipeline import BUILD, ROOT
from book.pipeline.chapters import KEPT, ChapterError, refresh
from book.pipeline.site import HTML, make_site
from book.pipeline.stage import RESULTS, stage
from grpo_paper.figure import source
from grpo_paper.theory import domain

STAMP = BUILD / "html.sha256"


def inputs() -> str:
    """One digest of all that makes the site: executed chapters, pages, the library with its ledger, the commit."""
    total = hashlib.sha256(source.commit().encode())
    for folder in (KEPT, ROOT / "book", ROOT / "grpo_paper", RESULTS):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def main() -> None:
    """Command line of ``make book``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=domain.PROFILES, help="without it, what each chapter says")
    parser.add_argument("--seed", type=int, help="seed of every chapter; without it, what each chapter says")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="chapters executed at a time")
    options = parser.parse_args()
    for name, value, least in (("seed", options.seed or 0, 0), ("jobs", options.jobs, 1)):
        try:
            domain.whole(name, value, least)
        except ValueError as error:
            parser.error(str(error))
    BUILD.mkdir(exist_ok=True)
    lock = (BUILD / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("Another build of this book is running; wait for it or stop it.") from None
    given = {"profile": options.profile, "seed": options.seed}
    try:
        chapters = refresh({name: value for name, value in given.items() if value is not None}, options.jobs)
    except ChapterError as error:
        raise SystemExit(f"{error}\nThe book was not built. Chapters that succeeded are kept.") from None
    except KeyboardInterrupt:
        raise SystemExit(
            "\nStopped. Chapters that were finished are kept; the next build goes on from there."
        ) from None
    now = inputs()
    if HTML.exists() and STAMP.exists() and STAMP.read_text() == now:
        print("Nothing changed; the site is up to date.")
    else:
        STAMP.unlink(missing_ok=True)
        stage(chapters)
        make_site()
        STAMP.write_text(now)
    print(f"The book: {HTML / 'index.html'}")


if __name__ == "__main__":
    main()
