"""The release as an RO-Crate: what each part of the archive is, in words and for machines."""

import json
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from grpo_paper.figure.passport import Passport, PassportError, parse

VERSION = "1.2"
"""Version of the RO-Crate specification."""
METADATA, SUMS, PDF = "ro-crate-metadata.json", "SHA256SUMS", "site/grpo-executed.pdf"
BESIDE = {
    "CITATION.cff": ("How to cite the companion and the paper", "application/yaml"),
    "LICENSE": ("The licences of code, text and figures", "text/plain"),
    "codemeta.json": ("The companion described as software", "application/json"),
    "requirements.lock": ("The versions that the book was made with", "text/plain"),
}
"""Files of the project that lie in the archive under their own names."""
KINDS = {
    "csv": ("data", "text/csv"),
    "json": ("passport", "application/json"),
    "pdf": ("PDF", "application/pdf"),
    "png": ("PNG", "image/png"),
    "svg": ("SVG", "image/svg+xml"),
}
"""The files of a figure by their suffix."""
LICENSES = {"MIT": "MIT License", "CC-BY-4.0": "Creative Commons Attribution 4.0 International"}
Files = dict[str, bytes]


def passports(files: Files) -> dict[str, Passport]:
    """The passports of the figures by their ids.

    Errors: SystemExit on a passport that is not one.
    """
    found = {}
    for name, content in files.items():
        if name.startswith("site/figures/") and name.endswith(".json"):
            try:
                found[Path(name).stem] = parse(content.decode().strip())
            except (PassportError, UnicodeDecodeError) as error:
                raise SystemExit(f"{name}: {error} Remove build/html; make book makes it again.") from None
    return found


def describe(files: Files) -> bytes:
    """The archive as an RO-Crate: the metadata file, with a fixed date and in a fixed order."""
    software = json.loads(files["codemeta.json"])
    papers = software["referencePublication"]
    crate = ROCrate(version=VERSION)

    def context(id: str, kind: str, **properties: Any) -> ContextEntity:
        return crate.add(ContextEntity(crate, id, properties={"@type": kind} | properties))

    def people(listed: list[dict[str, str]], id: str) -> ContextEntity | list[ContextEntity]:
        made = []
        for number, person in enumerate(listed, 1):
            name = person.get("name") or f"{person['givenName']} {person['familyName']}"
            made.append(context(f"#{id}-{number}", person["@type"], name=name))
        return made if len(made) > 1 else made[0]

    licenses = [context(f"https://spdx.org/licenses/{id}", "CreativeWork", name=name) for id, name in LICENSES.items()]
    free = {"license": licenses[list(LICENSES).index("CC-BY-4.0")]}

    def folder(name: str, about: str) -> Any:
        return crate.add_dataset(dest_path=name, properties={"name": name, "description": about} | free)

    def file(name: str, about: str, form: str, within: Any = None, **properties: Any) -> None:
        size = {"contentSize": str(len(files[name]))} if name in files else {}
        known = {"name": Path(name).name, "description": about, "encodingFormat": form} | size
        made = crate.add_file(dest_path=name, properties=known | properties)
        if within is not None:
            within.append_to("hasPart", made)

    written = people(papers[0]["author"], "author-of-the-paper")
    articles = [context(paper["@id"], paper["@type"], name=paper["name"], author=written) for paper in papers]
    about = {name: software[name] for name in ("name", "description", "version", "datePublished", "keywords")}
    about |= {"license": licenses, "author": people(software["author"], "author"), "isBasedOn": articles}
    for name, value in about.items():
        crate.root_dataset[name] = value

    for name, (text, form) in BESIDE.items():
        file(name, text, form)
    file(SUMS, "Checksums of the files, for sha256sum --check", "text/plain")
    site = folder("site", "The book as a site: open index.html")
    notebooks = folder("notebooks", "The executed chapters")
    figures = folder("site/figures", "The figures, each as SVG, PDF, PNG and data with its passport")
    site.append_to("hasPart", figures)
    file("site/index.html", "The first page", "text/html", site, **free)
    file(PDF, "The whole book as PDF", "application/pdf", site, **free)
    for name in files:
        if name.startswith("notebooks/"):
            file(name, f"The chapter {Path(name).stem}, executed", "application/x-ipynb+json", notebooks, **free)
    for id, passport in passports(files).items():
        made_in = {"isBasedOn": {"@id": f"notebooks/{passport.chapter}.ipynb"}} if passport.chapter else {}
        for suffix, (kind, form) in KINDS.items():
            if (name := f"site/figures/{id}.{suffix}") in files:
                file(name, f"{passport.title} ({kind})", form, figures, identifier=id, **free | made_in)

    document = crate.metadata.generate()
    document["@graph"].sort(key=lambda entity: entity["@id"])
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
