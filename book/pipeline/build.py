"""Build the book: execute what changed, stage it beside the hand-written pages, and let jupyter-book make the site."""

import argparse
import os

from book.pipeline import record
from book.pipeline.chapters import ChapterError, refresh
from book.pipeline.site import HTML, RECORD, inputs, make_site
from book.pipeline.stage import stage, version
from book.pipeline.workplace import put, workplace
from grpo_paper.theory import domain


def main() -> None:
    """Command line of ``make book``."""
    parser = argparse.ArgumentParser(prog="python -m book.pipeline", description=__doc__)
    parser.add_argument("--profile", choices=domain.PROFILES, help="without it, what each chapter says")
    parser.add_argument("--seed", type=int, help="seed of every chapter; without it, what each chapter says")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="chapters executed at a time")
    options = parser.parse_args()
    for name, value, least in (("seed", options.seed or 0, 0), ("jobs", options.jobs, 1)):
        try:
            domain.whole(name, value, least)
        except ValueError as error:
            parser.error(str(error))
    given = {"profile": options.profile, "seed": options.seed}
    with workplace() as folder:
        try:
            chapters = refresh({name: value for name, value in given.items() if value is not None}, options.jobs)
        except ChapterError as error:
            raise SystemExit(f"{error}\nThe book was not built. Chapters that succeeded are kept.") from None
        now = inputs(chapters)
        if why := record.stale(RECORD, now, HTML):
            print(f"Making the site: {why}", flush=True)
            said = version()
            stage(chapters, said, folder / "source")
            put(make_site(folder / "source", folder / "output", said), HTML)
            record.write(RECORD, now, HTML)
        else:
            print("Nothing changed; the site is up to date.")
    print(f"The book: {HTML / 'index.html'}")
