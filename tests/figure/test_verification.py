"""Same, differs or cannot tell: what was altered is found, and what is not known is said to be."""

import os
import re
from dataclasses import replace
from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from grpo_paper import __version__
from grpo_paper.figure import carry, rerun, source
from grpo_paper.figure.data import differences, rounded
from grpo_paper.figure.passport import Passport, digest, parse
from grpo_paper.figure.publication import publish
from grpo_paper.figure.verification import Verdict, verify

ID = "fig-weights"
TEXTS = {"caption": "A line rises.", "alt": "One rising line."}
INTACT = " Its data have the digest in its passport."
Files = dict[str, bytes]


def made(folder: Path, monkeypatch: pytest.MonkeyPatch, off: float = 0.0, width: float = 1.6) -> Files:
    """A figure under a known id whose data are `off` by so much relatively."""
    monkeypatch.setenv("GRPO_FIGURES", str(folder))
    monkeypatch.setenv("GRPO_PARAMETERS", '{"profile": "quick", "seed": 0}')
    monkeypatch.setattr("grpo_paper.figure.publication.display", lambda bundle, raw: None)
    x = np.linspace(0.1, 1.0, 50)
    y = np.exp(3 * x) * (1 + off)
    figure, ax = plt.subplots()
    ax.plot(x, y, ".-", lw=width)
    publish(ID, figure, data={"x": x, "y": y}, **TEXTS)
    return {path.suffix[1:]: path.read_bytes() for path in folder.glob(f"{ID}.*")}


@pytest.fixture
def files(tmp_path, monkeypatch) -> Files:
    return made(tmp_path / "made", monkeypatch)


def told(folder: Path, content: bytes, fresh: Files) -> Verdict:
    (folder / "file").write_bytes(content)
    return verify(folder / "file", lambda id, parameters: fresh)


def with_passport(kind: str, files: Files, **fields: object) -> bytes:
    text, bare = carry.take(kind, files[kind])
    return carry.put(kind, bare, replace(parse(text), **fields).text())


def never(id: str, parameters: object) -> Files:
    raise AssertionError("something was executed")


@pytest.mark.parametrize("kind", carry.KINDS)
class TestKinds:
    def test_same(self, kind, files, tmp_path) -> None:
        verdict = told(tmp_path, files[kind], files)
        assert (verdict.word, verdict.code, verdict.notes) == ("same", 0, ())
        assert "byte for byte" in verdict.why

    def test_same_on_another_processor(self, kind, files, tmp_path, monkeypatch) -> None:
        """The last digit of every cell is another: 2e-16 relatively, and 1e-14 of a point in the drawing."""
        other = made(tmp_path / "other", monkeypatch, 4e-16)
        assert other["csv"] != files["csv"]
        assert told(tmp_path, other[kind], files).word == "same"

    def test_other_data(self, kind, files, tmp_path, monkeypatch) -> None:
        verdict = told(tmp_path, made(tmp_path / "other", monkeypatch, 1e-6)[kind], files)
        assert (verdict.word, verdict.code) == ("differs", 1)
        where = "The data differ: y in row 1 is 1.349860157" if kind == "csv" else "The data in its passport are others"
        assert where in verdict.why
        assert kind != "csv" or "50 cells differ, relatively by 1e-06 at most." in verdict.why

    def test_another_drawing(self, kind, files, tmp_path, monkeypatch) -> None:
        verdict = told(tmp_path, made(tmp_path / "other", monkeypatch, width=2.0)[kind], files)
        assert verdict.word == ("same" if kind == "csv" else "differs")
        assert kind == "csv" or "The data agree, and the drawing differs" in verdict.why

    def test_another_version_says_so(self, kind, files, tmp_path, monkeypatch) -> None:
        versions = parse(files["json"].decode().strip()).versions | {"grpo-paper": "0.0.9"}
        same = told(tmp_path, with_passport(kind, files, versions=versions), files)
        assert (same.word, same.notes) == ("same", (f"made with grpo-paper 0.0.9; here it is {__version__}",))
        other = made(tmp_path / "other", monkeypatch, 1e-6)
        verdict = told(tmp_path, with_passport(kind, other, versions=versions), files)
        assert (verdict.word, verdict.code) == ("cannot tell", 2)
        assert verdict.why.startswith(f"It was made by version 0.0.9 of the library, and this is version {__version__}")

    def test_a_passport_with_other_claims(self, kind, files, tmp_path) -> None:
        for field, value in (("title", "A line falls."), ("statements", ("Theorem 2",)), ("chapter", "mirror")):
            verdict = told(tmp_path, with_passport(kind, files, **{field: value}), files)
            assert verdict.word == "differs"
            assert f"has {field} " in verdict.why

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"id": "fig-weight"}, "No figure has the id 'fig-weight'; near it are fig-weights"),
            ({"id": "fig-qqq-zzz-jjj"}, "`grpo-paper figures` lists them"),
            ({"parameters": {"beta": 1}}, "weights has no parameter beta; it has profile, seed."),
            ({"parameters": {"profile": "fast"}}, "profile = 'fast' is outside its domain"),
            ({"parameters": {"seed": -1}}, "seed = -1 is outside its domain"),
            ({"parameters": {"seed": 0.5}}, "seed = 0.5 is not of the kind"),
            ({"parameters": {"seed": True}}, "seed = True is not of the kind"),
            ({"parameters": {"profile": "quick'; import os"}}, "is outside its domain"),
        ],
        ids=str,
    )
    def test_nothing_runs_for_a_hostile_passport(self, kind, fields, why, files, tmp_path) -> None:
        (tmp_path / "file").write_bytes(with_passport(kind, files, **fields))
        verdict = verify(tmp_path / "file", never)
        assert (verdict.word, verdict.code) == ("cannot tell", 2)
        assert why in verdict.why
        assert verdict.why.endswith(f".{INTACT if kind == 'csv' else ''}")

    def test_without_a_passport(self, kind, files, tmp_path) -> None:
        (tmp_path / "file").write_bytes(carry.take(kind, files[kind])[1])
        assert verify(tmp_path / "file", never) == Verdict("cannot tell", "The file has no passport.")


@pytest.mark.parametrize("kind", carry.KINDS)
def test_a_figure_of_a_run_is_of_no_chapter(kind, files, tmp_path) -> None:
    (tmp_path / "file").write_bytes(with_passport(kind, files, id="fig-run-silent-groups", chapter=""))
    why = "It shows a run's log: grpo-paper read makes it again from the log."
    assert verify(tmp_path / "file", never) == Verdict("cannot tell", why + (INTACT if kind == "csv" else ""))


def test_a_byte_order_mark(files, tmp_path) -> None:
    verdict = told(tmp_path, b"\xef\xbb\xbf" + files["csv"], files)
    assert (verdict.word, verdict.code) == ("cannot tell", 2)
    assert "byte order mark was put before the file on its way" in verdict.why


def test_a_pipe_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    verdict = verify(tmp_path / "pipe", never)
    assert (verdict.word, verdict.why) == ("cannot tell", f"{tmp_path / 'pipe'} is not a regular file.")


def test_line_ends_of_windows(files, tmp_path) -> None:
    verdict = told(tmp_path, files["csv"].replace(b"\n", b"\r\n"), files)
    assert (verdict.word, verdict.code) == ("cannot tell", 2)
    assert "line ends were changed" in verdict.why


class TestAlterations:
    def test_any_flipped_digit_of_a_csv(self, files, tmp_path, monkeypatch) -> None:
        """Of every 40th digit, the last ones of a cell among them, which lie within the tolerances; nothing runs."""
        monkeypatch.setattr(source, "NOTEBOOKS", tmp_path / "none")
        content = files["csv"]
        start = content.index(b"x,y\n")
        digits = [i for i in range(start, len(content)) if content[i : i + 1].isdigit()]
        for place in digits[::40]:
            flipped = bytes([b"1234567890"[content[place] - ord("0")]])
            (tmp_path / "file").write_bytes(content[:place] + flipped + content[place + 1 :])
            verdict = verify(tmp_path / "file", never)
            assert (verdict.word, verdict.code) == ("differs", 1)
            assert "altered after the figure was made" in verdict.why

    def test_a_flipped_digit_under_a_digest_of_its_own_is_shown(self, files, tmp_path) -> None:
        data = carry.take("csv", files["csv"])[1].replace(b"\n1.0,20", b"\n1.0,21")
        own = {"sha256": digest(data.decode()), "rounded_sha256": digest(rounded(data.decode()))}
        altered = with_passport("csv", files | {"csv": carry.put("csv", data, files["json"].decode().strip())}, **own)
        assert re.search(
            r"y in row 50 is 21\.\d+, computed 20\.\d+; it is the only cell that differs, relatively by 0\.0\d+\.$",
            told(tmp_path, altered, files).why,
        )

    def test_a_moved_line_of_an_svg(self, files, tmp_path) -> None:
        altered = re.sub(
            rb"L (\d+)(\.\d+ \d+\.\d+)", lambda m: b"L %d%s" % (int(m[1]) + 1, m[2]), files["svg"], count=1
        )
        verdict = told(tmp_path, altered, files)
        assert verdict.word == "differs"
        assert "by 1 at most" in verdict.why

    def test_a_point_of_a_png(self, files, tmp_path) -> None:
        import io

        from PIL import Image

        text, bare = carry.take("png", files["png"])
        with Image.open(io.BytesIO(bare)) as picture:
            picture = picture.convert("RGB")
        picture.putpixel((40, 30), (255, 0, 0))
        out = io.BytesIO()
        picture.save(out, "png")
        verdict = told(tmp_path, carry.put("png", out.getvalue(), text), files)
        assert verdict.why.endswith("1 points of it have another colour, the first at (40, 30).")

    @pytest.mark.parametrize("kind", carry.KINDS)
    def test_a_file_cut_off(self, kind, files, tmp_path) -> None:
        for length in (0, 10, 400, len(files[kind]) // 2, len(files[kind]) - 40):
            assert told(tmp_path, files[kind][:length], files).word in ("differs", "cannot tell")

    def test_a_bomb(self, files, tmp_path) -> None:
        """Much that unpacks from little, under a good passport: a picture of another size, streams without an end."""
        import io
        import zlib

        from PIL import Image

        out = io.BytesIO()
        Image.new("1", (20_000, 20_000)).save(out, "png")
        text = files["json"].decode().strip()
        assert told(tmp_path, carry.put("png", out.getvalue(), text), files).word == "differs"
        stream = b"<< /Length 9 /Filter /FlateDecode >>\nstream\n" + zlib.compress(bytes(4_000_000)) + b"\nendstream\n"
        end = carry.take("pdf", files["pdf"])[1]
        bomb = b"%PDF-1.4\n" + stream + end[end.rindex(b"\nxref\n") :]
        assert told(tmp_path, carry.put("pdf", bomb, text), files).word == "differs"

    def test_files_that_are_none(self, tmp_path) -> None:
        with (tmp_path / "big.csv").open("wb") as file:
            file.truncate(6_000_000)
        for path in (tmp_path, tmp_path / "none.svg", tmp_path / "big.csv"):
            assert verify(path, never).word == "cannot tell"


class TestTables:
    @pytest.mark.parametrize(
        ("mine", "theirs", "found"),
        [
            ("x\n1\n", "x\n1.0000000001\n", ""),
            ("x\n1\n", "x\n1.00000001\n", "relatively by 1e-08"),
            ("x\n0\n", "x\n1e-13\n", ""),
            ("x\nnan\ninf\n", "x\nnan\ninf\n", ""),
            ("x\nnan\n", "x\n1\n", "x in row 1 is nan, computed 1; it is the only cell that differs"),
            ("x\ninf\n", "x\n-inf\n", "the only cell"),
            ("x\na\n", "x\nb\n", "the only cell"),
            ("x,y\n1\n", "x,y\n1,2\n", "y in row 1 is , computed 2"),
            ("x\n1\n2\n", "x\n1\n", "it has 2 rows, and 1 are computed"),
            ("y\n1\n", "x\n1\n", "other names"),
            ("", "x\n1\n", "other names"),
            ("x\n" + "1" * 200_000 + "\n", "x\n1\n", "not a table"),
        ],
    )
    def test_differences(self, mine, theirs, found) -> None:
        told = differences(mine, theirs)
        assert found in told
        assert bool(told) == bool(found)

    def test_rounding_forgives_the_last_digits(self) -> None:
        assert digest(rounded("x\n0.1\n")) == digest(rounded("x\n0.10000000000000002\n"))
        assert rounded("x\n-1e-17\n") == rounded("x\n0.0\n")


class TestSource:
    def test_every_figure_of_the_ledger_is_published(self) -> None:
        from grpo_paper import ledger

        assert {id for s in ledger.ALL for id in s.figures} <= source.figures().keys()

    def test_the_program_ends_with_the_figure(self) -> None:
        first, both = (source.program("success-map", {"seed": 7}, id) for id in ("fig-success-map", "fig-no-smoothing"))
        assert both.startswith(first)
        assert "fig-no-smoothing" not in first
        assert "\nseed = 7\n" in first
        compile(source.program("success-map", {}), "chapter", "exec")

    def test_away_from_the_projects_files(self, monkeypatch, tmp_path) -> None:
        monkeypatch.setattr(source, "NOTEBOOKS", tmp_path / "none")
        with pytest.raises(source.FigureError, match="needs a copy of the project's files"):
            source.figures()

    def test_commit(self, monkeypatch, tmp_path) -> None:
        assert re.fullmatch(r"unknown|[0-9a-f]{40}(\+changes)?", source.commit())
        monkeypatch.setattr(source, "ROOT", tmp_path)
        assert source.commit() == "unknown"

    def test_a_chapter_that_stops_says_why(self, monkeypatch, tmp_path) -> None:
        monkeypatch.setattr(source, "NOTEBOOKS", tmp_path)
        monkeypatch.setattr(rerun, "NOTEBOOKS", tmp_path)
        cells = '```{code-cell} python\n1 / 0\npublish("fig-x")\n```\n'
        (tmp_path / "broken.md").write_text(cells)
        with pytest.raises(source.FigureError, match=r"broken stopped .*ZeroDivisionError: division by zero"):
            rerun.rerun("fig-x", {})
        (tmp_path / "broken.md").write_text(cells.replace("1 / 0", "if False:\n  pass").replace("publish", "#publish"))
        with pytest.raises(source.FigureError, match=r"broken does not publish fig-x with these parameters\."):
            rerun.rerun("fig-x", {})


def test_a_passport_is_all_that_is_compared_and_noted() -> None:
    """A new field of a passport has to be compared in `_apart` or `_notes`."""
    compared = {"title", "statements", "chapter", "parameters", "dtype", "sha256", "rounded_sha256"}
    assert set(Passport.__dataclass_fields__) == compared | {"id", "versions", "device", "commit"}
