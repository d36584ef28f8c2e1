"""Passports: what is written is read, and nothing else; in every kind of file, and among 10^5 strange ones.

GRPO_FUZZ=100000 runs as many strange inputs through each reader; without it, some hundred.
"""

import io
import json
import os
from contextlib import suppress
from dataclasses import asdict, replace

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from grpo_paper.figure import carry
from grpo_paper.figure.passport import FORM, LARGEST, Passport, PassportError, digest, parse
from grpo_paper.figure.publication import _pdf, _png, _svg

FUZZ = settings(
    max_examples=int(os.environ.get("GRPO_FUZZ", "300")),
    database=None,
    suppress_health_check=list(HealthCheck),
)
PASSPORT = Passport(
    id="fig-line",
    title=r"A line falls: $p < 1$ (all of it) & “so on” \,\| ever.",
    statements=("Theorem 2", "Figure 5"),
    chapter="success-map",
    parameters={"profile": "quick", "seed": 0, "step": 0.5, "fine": False},
    dtype="float64, int64",
    device="cpu",
    versions={"python": "3.11.7", "grpo-paper": "0.1.0", "torch": "2.13.0+cpu"},
    commit="0123456789abcdef0123456789abcdef01234567+changes",
    sha256=digest("a"),
    rounded_sha256=digest("b"),
)
TEXT = PASSPORT.text()


@pytest.fixture(scope="module")
def bare() -> dict[str, bytes]:
    figure, ax = plt.subplots()
    ax.plot([0, 1], [1, 0])
    files = {"svg": _svg(figure, "fig-line"), "pdf": _pdf(figure, "fig-line"), "png": _png(figure, "fig-line")}
    plt.close(figure)
    return files | {"csv": b"x,y\n0,1\n1,0\n"}


def changed(**fields: object) -> str:
    return json.dumps({"passport": FORM, **asdict(PASSPORT), **fields})


class TestText:
    def test_is_read_as_written(self) -> None:
        assert parse(TEXT) == PASSPORT
        assert parse(TEXT).text() == TEXT
        assert TEXT.isascii()
        assert TEXT.isprintable()
        assert not set("<>&") & set(TEXT)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "null",
            "[1]",
            "{}",
            "{" * 5000,
            "[" * 7000,
            "9" * 7000,
            TEXT + " ",
            TEXT[:-1],
            TEXT.replace('"seed": 0', '"seed": 0, "seed": 0'),
            TEXT.replace('"seed": 0', '"seed": NaN'),
            TEXT.replace('"seed": 0', '"seed": 1e999'),
            TEXT.replace('"passport": 1', '"passport": 2'),
            TEXT.replace('"passport": 1', '"passport": true'),
            changed(id="fig-../../etc/passwd"),
            changed(id="/etc/passwd"),
            changed(id=["fig-line"]),
            changed(id="fig-" + "x" * 100),
            changed(title=""),
            changed(title="a\u0007b"),
            changed(title="\ud800"),
            changed(title="x" * 500),
            changed(title="x" * (LARGEST + 1)),
            changed(statements="Theorem 2"),
            changed(statements=[1]),
            changed(statements=["Theorem"] * 21),
            changed(chapter="../weights"),
            changed(chapter="a\n"),
            changed(parameters=[]),
            changed(parameters={"__import__('os')": 1}),
            changed(parameters={"seed": [0]}),
            changed(parameters={"seed": None}),
            changed(parameters={"seed": 10**30}),
            changed(parameters={f"x{i}": i for i in range(13)}),
            changed(versions={"torch": 2}),
            changed(versions={"torch": "2; rm"}),
            changed(commit="main"),
            changed(sha256="0" * 63),
            changed(sha256=digest("a").upper()),
            changed(more=1),
            json.dumps({"passport": FORM, "id": "fig-line"}),
        ],
        ids=lambda text: f"{len(text)}",
    )
    def test_all_else_is_refused(self, text) -> None:
        with pytest.raises(PassportError, match=r"^The passport is .*\.$"):
            parse(text)

    @FUZZ
    @given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
    def test_strange_texts(self, text) -> None:
        with pytest.raises(PassportError):
            parse(text)

    SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    VALUES = st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=6,
    )

    @FUZZ
    @given(st.dictionaries(st.sampled_from([*asdict(PASSPORT), "passport"]), VALUES, min_size=1, max_size=3))
    def test_strange_values(self, values) -> None:
        """Refused, or a passport that is written back as it was read."""
        text = json.dumps({"passport": FORM, **asdict(PASSPORT)} | values)
        with suppress(PassportError):
            assert parse(text).text() == text

    @FUZZ
    @given(st.integers(0, len(TEXT) - 1), st.integers(0, 3), st.text(max_size=4))
    def test_damage(self, place, length, other) -> None:
        text = TEXT[:place] + other + TEXT[place + length :]
        with suppress(PassportError):
            assert parse(text).text() == text


@pytest.mark.parametrize("kind", carry.KINDS)
class TestFiles:
    def test_carry_it_and_stay_as_they_are(self, kind, bare) -> None:
        content = carry.put(kind, bare[kind], TEXT)
        assert carry.kind(content) == kind
        assert carry.take(kind, content) == (TEXT, bare[kind])

    def test_without_one(self, kind, bare) -> None:
        with pytest.raises(PassportError, match=r"The file has no passport\."):
            carry.take(kind, bare[kind])

    def test_twice(self, kind, bare) -> None:
        """The second is the file's, the first is then part of what was altered."""
        twice = carry.put(kind, carry.put(kind, bare[kind], TEXT), replace(PASSPORT, device="cuda").text())
        assert carry.take(kind, twice)[1] == carry.put(kind, bare[kind], TEXT)

    def test_a_huge_one(self, kind, bare) -> None:
        with pytest.raises(PassportError):
            carry.take(kind, carry.put(kind, bare[kind], "{" + "x" * LARGEST + "}"))

    def test_cut_off(self, kind, bare) -> None:
        content = carry.put(kind, bare[kind], TEXT)
        for end in (*range(0, 600, 7), *range(len(content) - 900, len(content), 11)):
            with suppress(PassportError):
                text, rest = carry.take(kind, content[: max(end, 0)])
                assert text == TEXT
                assert bare[kind].startswith(rest)

    @settings(FUZZ, max_examples=FUZZ.max_examples // len(carry.KINDS))
    @given(data=st.data())
    def test_strange_bytes(self, kind, bare, data) -> None:
        """A whole file with a few bytes changed around the passport, or nothing but its beginning and noise."""
        content = carry.put(kind, bare[kind], TEXT)
        start = content.index(b'{"passport"') if kind != "pdf" else content.index(b"%passport")
        place = start + data.draw(st.integers(-60, 1200))
        cut = data.draw(st.integers(0, 40))
        strange = content[: max(place, 0)] + data.draw(st.binary(max_size=40)) + content[max(place, 0) + cut :]
        for file in (strange, content[: start + 1] + data.draw(st.binary(max_size=200))):
            with suppress(PassportError):
                text, rest = carry.take(carry.kind(file), file)
                assert carry.put(carry.kind(file), rest, text) == file
                parse(text)


class TestOtherReaders:
    def test_a_picture_opens_with_it(self, bare) -> None:
        with Image.open(io.BytesIO(carry.put("png", bare["png"], TEXT))) as picture:
            assert picture.text["Passport"] == TEXT
            picture.load()

    def test_numpy_skips_the_comment(self, bare, tmp_path) -> None:
        import numpy as np

        (tmp_path / "x.csv").write_bytes(carry.put("csv", bare["csv"], TEXT))
        assert np.loadtxt(tmp_path / "x.csv", delimiter=",", skiprows=2).tolist() == [[0, 1], [1, 0]]

    def test_xml_is_well_formed(self, bare) -> None:
        from xml.etree import ElementTree

        root = ElementTree.fromstring(carry.put("svg", bare["svg"], TEXT))
        [found] = [e for e in root if e.get("id") == "passport"]
        assert found.text == TEXT

    def test_pdf_points_to_it(self, bare) -> None:
        """The last trailer names the new information, at the place its table gives, and the former table."""
        import re

        content = carry.put("pdf", bare["pdf"], TEXT)
        table = int(re.findall(rb"startxref\n(\d+)", content)[-1])
        assert content[table:].startswith(b"xref\n")
        number, place, info = re.match(
            rb"xref\n(\d+) 1\n(\d{10}) .*?/Info (\d+) 0 R", content[table:], re.DOTALL
        ).groups()
        assert number == info
        assert content[int(place) :].startswith(number + b" 0 obj\n<< /Title (fig-line) /Passport (")
        former = int(re.findall(rb"/Prev (\d+)", content)[-1])
        assert content[former:].startswith(b"xref\n")
