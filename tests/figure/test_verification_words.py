"""The whole of every verdict, on files so small that each number in them can be named."""

import io
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from grpo_paper.figure import carry
from grpo_paper.figure.passport import Passport, digest
from grpo_paper.figure.verification import LARGEST, LEVELS, Verdict, verify

TABLE = "x,y\n1.0,2.0\n"
MINE = Passport(
    id="fig-weights",
    title="A line rises.",
    statements=("Theorem 2",),
    chapter="weights",
    parameters={"profile": "quick", "seed": 0},
    dtype="float64",
    device="cpu",
    versions={"grpo-paper": "2", "numpy": "3"},
    commit="unknown",
    sha256=digest(TABLE),
    rounded_sha256="0" * 64,
)
AGREE = "fig-weights was made again, and the data and the drawing agree"
APART = "The data agree, and the drawing differs"


def svg(body: str) -> bytes:
    return f"<svg >\n{body}</svg>\n".encode()


def pdf(body: bytes, level: int = 9, lengths: str = "77", offset: int = 5) -> bytes:
    """One compressed stream, the lengths of some more, and where things lie."""
    stream = zlib.compress(body, level)
    objects = "".join(f"\n{6 + i} 0 obj\n{length}\nendobj" for i, length in enumerate(lengths.split()))
    head = b"%%PDF-1.4\n4 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream)
    place = f"\nendstream\nendobj{objects}\nxref\n0 1\n{offset:010} 65535 f \n"
    return head + stream + place.encode() + b"trailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % offset


def png(colours: np.ndarray, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.fromarray(colours.astype(np.uint8)).convert(mode).save(out, "png")
    return out.getvalue()


@pytest.fixture
def told(tmp_path):
    """The verdict on a file whose passport has these fields, beside one that was made again."""

    def verdict(kind: str, bare: bytes, drawn: bytes, **fields: object) -> Verdict:
        def remake(*asked: object) -> dict[str, bytes]:
            assert asked == ("fig-weights", replace(MINE, **fields).parameters)
            return {kind: carry.put(kind, drawn, MINE.text()), "json": f"{MINE.text()}\n".encode()}

        (tmp_path / "file").write_bytes(carry.put(kind, bare, replace(MINE, **fields).text()))
        return verify(tmp_path / "file", remake)

    return verdict


class TestPassports:
    @pytest.mark.parametrize(
        ("field", "theirs"),
        [
            ("title", "A line falls."),
            ("statements", ("Theorem 3",)),
            ("chapter", "mirror"),
            ("parameters", {"profile": "quick", "seed": 1}),
            ("dtype", "int64"),
        ],
    )
    def test_another_claim(self, told, field, theirs) -> None:
        ours = getattr(MINE, field)
        why = f"Its passport has {field} {theirs!r}, and made again it is {ours!r}."
        assert told("svg", svg(""), svg(""), **{field: theirs}) == Verdict("differs", why)

    def test_notes(self, told) -> None:
        fields = {"versions": {"grpo-paper": "1"}, "device": "cuda", "commit": "a" * 40}
        assert told("svg", svg(""), svg(""), **fields) == Verdict(
            "same",
            f"{AGREE} byte for byte.",
            (
                "made with grpo-paper 1; here it is 2",
                "made with numpy none; here it is 3",
                "made with device cuda; here it is cpu",
                f"made with commit {'a' * 40}; here it is unknown",
            ),
        )

    @pytest.mark.parametrize(("versions", "made"), [({"grpo-paper": "1"}, "1"), ({}, "unknown")])
    def test_another_version(self, told, versions, made) -> None:
        versions = {"numpy": "3"} | versions
        why = (
            f"It was made by version {made} of the library, and this is version 2, which makes another figure: its "
            "passport has title 'A line falls.', and made again it is 'A line rises.'."
        )
        note = f"made with grpo-paper {versions.get('grpo-paper', 'none')}; here it is 2"
        assert told("svg", svg(""), svg(""), versions=versions, title="A line falls.") == Verdict(
            "cannot tell", why, (note,)
        )

    def test_the_figure_itself_may_differ_for_a_note(self, told) -> None:
        verdict = told("svg", svg(""), svg(""), title="A line falls.", device="cuda")
        assert (verdict.word, verdict.notes) == ("differs", ("made with device cuda; here it is cpu",))

    def test_one_digest_is_enough(self, told) -> None:
        for fields in ({"sha256": "1" * 64}, {"rounded_sha256": "1" * 64}):
            assert told("svg", svg(""), svg(""), **fields).word == "same"
        why = "The data in its passport are others than those computed; its CSV would tell where and by how much."
        fields = {"sha256": "1" * 64, "rounded_sha256": "1" * 64}
        assert told("svg", svg(""), svg(""), **fields) == Verdict("differs", why)


class TestFiles:
    def test_none(self, tmp_path) -> None:
        why = f"{tmp_path / 'none'} cannot be read: No such file or directory."
        assert verify(tmp_path / "none") == Verdict("cannot tell", why)

    @pytest.mark.parametrize(
        ("size", "why"),
        [
            (LARGEST, "The file has no passport."),
            (LARGEST + 1, "The file is larger than 5,000,000 bytes, more than any figure of the book."),
        ],
    )
    def test_the_largest(self, tmp_path, size, why) -> None:
        with (tmp_path / "file").open("wb") as file:
            file.truncate(size)
        assert verify(tmp_path / "file") == Verdict("cannot tell", why)


class TestTables:
    def test_the_same(self, told) -> None:
        why = "fig-weights was made again, and the data agree byte for byte."
        assert told("csv", TABLE.encode(), TABLE.encode()) == Verdict("same", why)

    def test_other_last_digits(self, told) -> None:
        near = TABLE.replace("2.0", "2.0000000001")
        why = "fig-weights was made again, and the data agree within the tolerances."
        assert told("csv", near.encode(), TABLE.encode(), sha256=digest(near)) == Verdict("same", why)

    def test_others(self, told) -> None:
        other = TABLE.replace("2.0", "4.0")
        why = "The data differ: y in row 1 is 4.0, computed 2.0; it is the only cell that differs, relatively by 0.5."
        assert told("csv", other.encode(), TABLE.encode(), sha256=digest(other)) == Verdict("differs", why)

    def test_altered(self, told) -> None:
        why = "The data were altered after the figure was made: their digest is another."
        assert told("csv", TABLE.replace("2", "4").encode(), TABLE.encode()) == Verdict("differs", why)

    def test_no_text(self, told) -> None:
        why = "The data are damaged: they are not text."
        assert told("csv", b"x,y\n\xff", TABLE.encode()) == Verdict("cannot tell", why)


class TestDrawings:
    @pytest.mark.parametrize(
        ("bare", "drawn", "how"),
        [
            ("1 0.01", "1 0", ""),
            ("1 -0.01", "1 0", ""),
            ("1 0.02", "1 0", "1 of its numbers, by 0.02 at most"),
            ("9 0.5 1", "1 0 1", "2 of its numbers, by 8 at most"),
            ("9 x", "1 y", "it has other lines, shapes or words"),
            ("url(#a0123456789)", "url(#b9876543210)", ""),
            ("1." + 18 * "0", "1", ""),
            ("1", "1." + 18 * "0", ""),
            ("1." + 19 * "0", "1", "it has other numbers"),
            ("1", "1." + 19 * "0", "it has other numbers"),
        ],
    )
    def test_an_svg(self, told, bare, drawn, how) -> None:
        expected = Verdict("differs", f"{APART}: {how}.") if how else Verdict("same", f"{AGREE} within the tolerances.")
        assert told("svg", svg(bare), svg(drawn)) == expected

    def test_a_much_longer_svg(self, told) -> None:
        drawn = svg("M 1 0 ")
        for more, how in ((0, "it has other lines, shapes or words"), (1, "it is much longer")):
            bare = svg((2 * len(drawn) + 10_000 + more - len(svg(""))) * "z")
            assert told("svg", bare, drawn) == Verdict("differs", f"{APART}: {how}.")

    @pytest.mark.parametrize(
        ("bare", "drawn", "how"),
        [
            (pdf(b"1 0 m", 0), pdf(b"1 0 m"), ""),
            (pdf(b"1 0 m", lengths="8"), pdf(b"1 0 m"), ""),
            (pdf(b"1 0 m", lengths="77 8"), pdf(b"1 0 m"), ""),
            (pdf(b"1 0 m", offset=9), pdf(b"1 0 m"), ""),
            (pdf(b"1 0 m", 0), pdf(b"3 0 m", 0), "1 of its numbers, by 2 at most"),
            (pdf(b"\nxref\n1 0 m", 0), pdf(b"\nxref\n3 0 m", 0), "1 of its numbers, by 2 at most"),
            (pdf(b"1 0 m"), pdf(b"1 0 l"), "it has other lines, shapes or words"),
            (pdf(b"url(#a0123456789)"), pdf(b"url(#b9876543210)"), "it has other lines, shapes or words"),
            (pdf(b"1 0 m").replace(b"x\xda", b"??"), pdf(b"1 0 m"), "it has other lines, shapes or words"),
        ],
    )
    def test_a_pdf(self, told, bare, drawn, how) -> None:
        expected = Verdict("differs", f"{APART}: {how}.") if how else Verdict("same", f"{AGREE} within the tolerances.")
        assert told("pdf", bare, drawn) == expected

    def test_no_more_of_a_stream_is_inflated_than_a_file_may_have(self, told) -> None:
        bare, drawn = (pdf(LARGEST * b"a" + end) for end in (b"b", b"c"))
        assert told("pdf", bare, drawn).word == "same"
        bare, drawn = (pdf((LARGEST - 1) * b"a" + end) for end in (b"b", b"c"))
        assert told("pdf", bare, drawn).word == "differs"


class TestPictures:
    WHITE = np.full((3, 5, 3), 255)

    @pytest.mark.parametrize(
        ("changes", "how"),
        [
            ({(1, 4, 2): LEVELS}, ""),
            ({(1, 4, 2): LEVELS + 1}, "1 points of it have another colour, the first at (4, 1)"),
            ({(0, 2, 0): 200, (2, 3, 1): 200}, "2 points of it have another colour, the first at (2, 0)"),
            ({(2, 1, 0): 99, (2, 1, 1): 99, (2, 1, 2): 99}, "1 points of it have another colour, the first at (1, 2)"),
        ],
        ids=str,
    )
    def test_points(self, told, changes, how) -> None:
        darker = self.WHITE.copy()
        for place, by in changes.items():
            darker[place] -= by
        agree = "fig-weights was made again, and the data and the picture agree within the tolerances."
        expected = Verdict("differs", f"{APART}: {how}.") if how else Verdict("same", agree)
        assert told("png", png(darker), png(self.WHITE)) == expected
        assert told("png", png(self.WHITE), png(darker)) == expected

    def test_other_ways_to_write_it(self, told) -> None:
        for modes in (("RGBA", "RGB"), ("RGB", "RGBA"), ("L", "RGBA")):
            bare, drawn = (png(self.WHITE, mode) for mode in modes)
            assert told("png", bare, drawn).word == "same"

    def test_another_size(self, told) -> None:
        verdict = told("png", png(self.WHITE[:2]), png(self.WHITE))
        assert verdict == Verdict("differs", f"{APART}: it is 5 by 2 points large.")

    def test_a_picture_cut_off(self, told) -> None:
        whole = png(np.random.default_rng(0).integers(0, 256, (30, 50, 3)))
        assert told("png", whole[:200], whole) == Verdict("differs", f"{APART}: it cannot be read.")
