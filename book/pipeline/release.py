"""Pack the built book for deposit: one archive with site, PDF, figures, notebooks, lock and checksums, an RO-Crate.

The same build gives the same bytes: nothing in the archive tells when, where or in which order its files were made.
"""

import hashlib
import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from book.pipeline import ROOT
from book.pipeline.crate import BESIDE, METADATA, PDF, SUMS, Files, describe, passports
from book.pipeline.endings import in_sentences
from grpo_paper.figure.register import Published, differing
from grpo_paper.files import whole


def contents(root: Path) -> Files:
    """What is deposited, by its name in the archive.

    Errors: SystemExit naming the first file that is missing and the target that makes it.
    """
    build, site = root / "build", root / "build" / "html"
    taken = {name: root / name for name in BESIDE}
    taken |= {name: site / name.removeprefix("site/") for name in (PDF, "site/index.html")}
    for chapter in (root / "notebooks").glob("*.md"):
        name = f"{chapter.stem}.ipynb"
        taken[f"notebooks/{name}"] = build / "chapters" / chapter.stem / name
    for path in site.rglob("*"):
        if path.is_file() and not path.name.startswith("."):  # .buildinfo is for the next build only
            taken[f"site/{path.relative_to(site).as_posix()}"] = path
            if path.parent == site / "figures":
                taken[f"site/figures/{path.stem}.json"] = path.with_suffix(".json")
    for name, path in sorted(taken.items(), key=lambda item: (item[0] == PDF, item)):  # the PDF is made from the rest
        if not path.is_file():
            target = "pdf" if name == PDF else "book"
            raise SystemExit(f"There is no {path.relative_to(root)}: make {target} makes it.")
    return {name: path.read_bytes() for name, path in sorted(taken.items())}


def checksums(files: Files) -> bytes:
    """One line for each file, as ``sha256sum --check`` reads them."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    return "".join(lines).encode()


def release(root: Path) -> Path:
    """Write ``build/release/NAME-VERSION.zip`` from a built book; it is whole or absent."""
    files = contents(root)
    files[METADATA] = describe(files)
    files[SUMS] = checksums(files)
    software = json.loads(files["codemeta.json"])
    year, month, day = map(int, software["datePublished"].split("-"))
    archive = root / "build" / "release" / f"{software['identifier']}-{software['version']}.zip"
    with whole(archive) as partial, ZipFile(partial, "w") as packed:
        for name, content in sorted(files.items()):
            entry = ZipInfo(name, (year, month, day, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # a plain file, wherever it is packed
            packed.writestr(entry, content, ZIP_DEFLATED, compresslevel=9)
    return archive


def main() -> None:
    """Command line of ``make release``."""
    archive = release(ROOT)
    with ZipFile(archive) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    for commit in sorted({passport.commit for passport in passports(files).values()}):
        if len(commit) != 40:
            print(f"Not for deposit: its figures are of commit {commit}. Release from a clone without changes.")
    if ids := differing(Published.of(passport) for passport in passports(files).values()):
        print(f"Not for deposit: the package's register has other entries for {', '.join(ids)}; see make register.")
    for name in (name for name, content in files.items() if f"{ROOT}/".encode() in content):
        print(f"Not the same elsewhere: {name} holds the path of this folder.")
    print(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.relative_to(ROOT)}")
    print(f"{hashlib.sha256(files[SUMS]).hexdigest()}  {SUMS} in it: the contents, however they are compressed")


if __name__ == "__main__":
    with in_sentences():
        main()
