"""The ledger is complete and true: every item of the paper has a record, and every record what it names."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from grpo_paper import ledger
from grpo_paper.ledger import ERRATA, Erratum, Statement
from grpo_paper.ledger.pages import errata_page, record, statements_page, text, upright
from grpo_paper.ledger.plain import plain
from grpo_paper.ledger.quotes import QUOTES
from grpo_paper.ledger.records import Kind, function
from grpo_paper.ledger.states import STATES

ROOT = Path(__file__).parents[2]
PAPER = [
    *(f"Theorem {n}" for n in range(1, 11)),
    "Proposition 1",
    *(f"Lemma {n}" for n in range(1, 4)),
    "Remark 1",
    "Remark 2",
    "Assumption 1",
    "Algorithm 1",
    "Table 1",
    *(f"Figure {n}" for n in range(1, 6)),
    "Appendix A",
    *(f"E{n}" for n in range(1, 29)),
]
OWN = [*(f"B{n}" for n in (*range(1, 14), 15, 16, 17, 18)), *(f"C{n}" for n in range(1, 8))]
RECORDS = (*ledger.ALL, *ERRATA)
DONE = [record for record in RECORDS if isinstance(record, Erratum) or record.status != "not yet"]


def chapter(record: Statement | Erratum) -> str:
    return (ROOT / "notebooks" / f"{record.page}.md").read_text()


def name(record: Statement | Erratum) -> str:
    return record.number


def asserts(node: ast.AST) -> bool:
    """An assert statement, a `with pytest.raises`, or a call such as `np.testing.assert_allclose`."""
    call = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2].startswith("assert_")
    return call or isinstance(node, ast.Assert | ast.With)


@pytest.mark.parametrize("item", [*PAPER, *OWN])
def test_every_item_has_one_record(item: str) -> None:
    assert [record.number for record in RECORDS].count(item) == 1


def test_what_is_not_yet_done_is_said() -> None:
    assert {r.number for r in ledger.ALL if r.status == "not yet"} == set()


@pytest.mark.parametrize("record", DONE, ids=name)
class TestDone:
    def test_has_functions(self, record) -> None:
        assert record.functions
        if any(name.startswith("trainer.") for name in record.functions):
            pytest.importorskip("torch")
        assert all(callable(f) and f.__doc__ for f in map(function, record.functions))

    def test_is_anchored_on_its_page(self, record) -> None:
        anchors = rf"^(:label: {record.id}|:name: {record.id}|\({record.id}\)=)$"
        assert len(re.findall(anchors, chapter(record), re.MULTILINE)) == 1

    def test_has_a_test_class_that_tests(self, record) -> None:
        file, _, class_name = record.test.partition("::")
        tree = ast.parse((ROOT / "tests" / file).read_text())
        [found] = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name]
        tests = [f for f in found.body if isinstance(f, ast.FunctionDef) and f.name.startswith("test_")]
        assert tests
        assert all(any(asserts(node) for node in ast.walk(f)) for f in tests)


@pytest.mark.parametrize("record", [r for r in DONE if isinstance(r, Statement)], ids=name)
class TestDoneStatement:
    def test_its_figures_are_published_on_its_page(self, record) -> None:
        published = re.findall(r'publish\(\s*"(fig-[a-z0-9-]+)"', chapter(record))
        assert set(record.figures) <= set(published)

    def test_its_errata_exist(self, record) -> None:
        assert set(record.errata) <= {e.number for e in ERRATA}


@pytest.mark.parametrize("item", RECORDS, ids=name)
class TestRead:
    @pytest.mark.parametrize("width", [60, 100])
    def test_one_is_plain_text_as_wide_as_the_terminal(self, item, width) -> None:
        lines = record(item, width).splitlines()
        assert not set("\\${}") & set("".join(lines))
        assert all(len(line) <= width or len(line.split()) <= 3 for line in lines)  # a name is not broken

    def test_its_formulas_stand_in_a_cell_of_a_table(self, item) -> None:
        assert not isinstance(item, Statement) or "|" not in item.states + item.hypotheses


def test_what_every_item_states_is_one_sentence_or_two() -> None:
    assert list(STATES) == [s.number for s in ledger.ALL]
    for sentence in STATES.values():
        assert sentence.endswith(".")
        assert sentence.count("$") % 2 == 0
        assert len(sentence) < 300


def test_the_table_fits_a_terminal() -> None:
    assert max(map(len, text().splitlines())) <= 90
    assert not set("\\${}") & set(text())


def test_every_figure_of_a_chapter_is_in_the_ledger_once() -> None:
    text = "".join(path.read_text() for path in (ROOT / "notebooks").glob("*.md"))
    published = re.findall(r'publish\(\s*"(fig-[a-z0-9-]+)"', text)
    assert len(published) == len(set(published))
    assert set(published) == {figure for s in ledger.ALL for figure in s.figures}


def test_pages_and_text_show_every_record() -> None:
    lines = text().splitlines()
    assert [line.split("  ")[0].strip() for line in lines[1:]] == [r.number for r in RECORDS]
    for item in RECORDS:
        page = statements_page() if isinstance(item, Statement) else errata_page()
        assert item.number in page
        assert not isinstance(item, Statement) or upright(item.states) in page


QUOTED = re.compile(r"“([^“”]+)”")


def in_words(text: str) -> str:
    """As plain text without what TeX and a terminal write differently: spaces, brackets and stars."""
    return re.sub(r"[\s_^*{}()\[\]`]", "", plain(text).replace("−", "-"))


WORDS = in_words(" ".join(QUOTES.values()))


def boxes() -> list[tuple[str, str]]:
    """Every box of an erratum or of a claim of the paper, with its page."""
    found = []
    for path in sorted((ROOT / "notebooks").glob("*.md")):
        boxed = re.findall(r":class: (?:erratum|claim)\n(.*?)\n:::", path.read_text(), re.DOTALL)
        found += [(path.stem, box) for box in boxed]
    return found


class TestQuotations:
    """Whatever is quoted is the paper's, word for word; … is a cut."""

    @pytest.mark.parametrize("erratum", ERRATA, ids=name)
    def test_of_the_register(self, erratum) -> None:
        for quotation in QUOTED.findall(erratum.as_printed):
            for piece in quotation.split("…"):
                assert in_words(piece) in WORDS, piece

    @pytest.mark.parametrize(("page", "text"), boxes())
    def test_of_a_box(self, page, text) -> None:
        for quotation in QUOTED.findall(text):
            for piece in quotation.split("…"):
                assert in_words(piece) in WORDS, (page, piece)

    @pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.md")), ids=lambda path: path.stem)
    def test_of_a_chapters_prose(self, path) -> None:
        """These marks are for the paper's words alone; a caption names the label of an axis."""
        for quotation in QUOTED.findall(path.read_text().replace("“≈ 1”", "")):
            for piece in quotation.split("…"):
                assert in_words(piece) in WORDS, piece

    def test_an_altered_word_is_seen(self) -> None:
        assert in_words("p* = 1 is almost always a fixed point") in WORDS
        assert in_words("p* = 1 is nearly always a fixed point") not in WORDS

    def test_every_erratum_has_its_box(self) -> None:
        text = "".join(path.read_text() for path in (ROOT / "notebooks").glob("*.md"))
        assert set(re.findall(r":name: (e\d+)\n:class: erratum", text)) == {e.id for e in ERRATA}


def test_the_errata_come_by_kind_worst_first() -> None:
    page = errata_page()
    order = [e.number for kind in get_args(Kind) for e in ERRATA if e.kind == kind]
    assert re.findall(r"^### (E\d+):", page, re.MULTILINE) == order
    assert page.index("Sharpened, no errors") > page.index("Misprint")
