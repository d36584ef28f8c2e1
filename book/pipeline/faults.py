"""What must hold of the built site.

Nothing is fetched from another host, every inner link resolves, each page says its version, and all of it stays small.
"""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

LARGEST = 20_000_000
"""Bytes of the whole site."""
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}


class Page(HTMLParser):
    """A page's text and anchors, what it fetches and links to, its images without a text, and whether it sends on."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.silent_images: list[str] = []
        self.sends_on = False
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect from one element."""
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values.get("id", ""), values.get("name", "")}
        if FETCHED.get(tag) in values:
            self.fetched.append(values[FETCHED[tag]])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.sends_on |= tag == "meta" and values.get("http-equiv", "").lower() == "refresh"
        if tag == "img" and not values.get("alt"):
            self.silent_images.append(values.get("src", ""))


def read(site: Path) -> dict[Path, Page]:
    """The pages of a site."""
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.relative_to(site).parts}


def faults(site: Path, version: str) -> list[str]:
    """Everything wrong with a site whose pages should say this version, a sentence each."""
    pages = read(site)
    found = []
    for path, page in pages.items():
        name = path.relative_to(site)
        if version not in page.text and not page.sends_on:
            found.append(f"{name} does not say: {version}")
        if '<span class="pasted-text">nan' in page.text:
            found.append(f"{name} quotes a result that is not a number")
        found += [f"{name} has an image without alt text: {src}" for src in page.silent_images]
        found += [f"{name} fetches {url} from another host" for url in page.fetched if urlsplit(url).netloc]
        for link in {*page.links, *page.fetched}:
            address, anchor = urldefrag(link)
            if urlsplit(link).scheme or urlsplit(link).netloc:
                continue
            target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
            if not target.exists():
                found.append(f"{name} links to {link}, which does not exist")
            elif "=" in anchor:  # no anchor but the state of the page, such as a point of the explorer
                continue
            elif anchor and target in pages and unquote(anchor) not in pages[target].anchors:
                found.append(f"{name} links to {link}, an anchor that does not exist")
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    if size > LARGEST:
        found.append(f"the site has {size:,} bytes, more than {LARGEST:,}")
    return found
