"""The search of a copy that is opened from a file says where in a page it found the words."""

import pytest
from playwright.sync_api import expect
from sphinx.application import Sphinx

from book.pipeline import ROOT

pytestmark = pytest.mark.browser
PAGE = """# A page

Nothing here.

## Where a run settles

<div class="cell_input">The aardvark in folded code.</div>

Far from it, an aardvark settles.
"""
SETTINGS = {
    "extensions": ["myst_parser"],
    "html_theme": "sphinx_book_theme",
    "html_static_path": [str(ROOT / "book" / "_assets")],
    "html_js_files": ["excerpts.js"],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two pages and their search."""
    made = tmp_path_factory.mktemp("search")
    (made / "index.md").write_text("# Start\n\n```{toctree}\nhidden/page\n```\n")
    (made / "hidden").mkdir()
    (made / "hidden" / "page.md").write_text(PAGE)
    Sphinx(made, None, made / "html", made / "trees", "html", SETTINGS, status=None).build()
    return made / "html"


@pytest.mark.parametrize(("words", "pages"), [("aardvark", 1), ("start", 1), ("unicorn", 0)])
def test_each_page_that_is_found_has_an_excerpt(words, pages, site, browser) -> None:
    page, wrong = browser.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{(site / 'search.html').as_uri()}?q={words}")
    expect(page.locator("ul.search li p.context")).to_have_count(pages)
    expect(page.locator("iframe")).to_have_count(0)
    page.close()
    assert wrong == []


def test_an_excerpt_is_of_prose(site, browser) -> None:
    page = browser.new_page()
    page.goto(f"{(site / 'search.html').as_uri()}?q=aardvark")
    excerpt = page.locator("ul.search li p.context")
    expect(excerpt).to_contain_text("Far from it, an aardvark settles.")
    expect(excerpt).not_to_contain_text("folded")
    page.close()
