"""Publishing a figure: five files that agree, refused when incomplete, the same bytes every time."""

import base64
import csv
import re

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from grpo_paper.chapter import begin
from grpo_paper.figure import carry, gallery
from grpo_paper.figure import publish as package_publish
from grpo_paper.figure.passport import Passport, digest, parse
from grpo_paper.figure.publication import MIME, publish
from grpo_paper.figure.render import shown as in_the_book


@pytest.fixture
def shown(tmp_path, monkeypatch) -> list[dict]:
    """What was displayed; files go to a folder of the test's own."""
    outputs: list[dict] = []
    monkeypatch.setenv("GRPO_FIGURES", str(tmp_path / "figures"))
    monkeypatch.setattr("grpo_paper.figure.publication.display", lambda bundle, raw: outputs.append(bundle))
    return outputs


def draw():
    figure, ax = plt.subplots()
    ax.plot([0, 1], [1, 0])
    return figure


TEXTS = {"caption": "A line falls.", "alt": "One falling\n line."}


class TestPublish:
    def test_files_and_output(self, shown, tmp_path) -> None:
        grid = {"p_ref": np.array([[0.1], [0.2]]), "n": np.array([0, 1, 2]), "p": np.full((2, 3), 1 / 3)}
        publish("fig-line", draw(), data=grid, **TEXTS)
        folder = tmp_path / "figures"
        assert sorted(p.suffix for p in folder.iterdir()) == [".csv", ".json", ".pdf", ".png", ".svg"]
        assert {p.stem for p in folder.iterdir()} == {"fig-line"}
        with (folder / "fig-line.csv").open() as file:
            assert file.readline().startswith('# {"passport": ')
            rows = list(csv.DictReader(file))
        assert [(float(r["p_ref"]), int(r["n"]), float(r["p"])) for r in rows] == [
            (p_ref, n, 1 / 3) for p_ref in (0.1, 0.2) for n in (0, 1, 2)
        ]
        [output] = shown
        assert output[MIME] == {"id": "fig-line", "caption": "A line falls.", "alt": "One falling line."}
        assert base64.b64decode(output["image/png"]) == (folder / "fig-line.png").read_bytes()
        shown_in_the_book = in_the_book(**output[MIME])
        assert ":alt: One falling line." in shown_in_the_book
        assert re.findall(r">([^<]+)</a>", shown_in_the_book) == ["cite", "data", "SVG", "PDF", "code", "re-run"]
        known = in_the_book(**output[MIME] | {"id": "fig-fates"})
        assert re.findall(r">([^<]+)</a>", known)[:2] == ["try it", "cite"]
        assert not plt.get_fignums()

    def test_same_bytes_twice(self, shown, tmp_path) -> None:
        def files() -> dict[str, bytes]:
            publish("fig-line", draw(), data={"x": [0, 1]}, **TEXTS)
            return {p.name: p.read_bytes() for p in (tmp_path / "figures").iterdir()}

        assert files() == files()

    def test_one_passport_in_every_file(self, shown, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("GRPO_PARAMETERS", "")
        begin("quick", np.int64(3))
        data = {"x": np.arange(3), "y": [0.1, 0.2, np.nan], "name": ["a", "b", "c"]}
        publish("fig-line", draw(), data=data, caption="At $p > 0.5$ a\n line falls.  Left: so.", alt="A line.")
        texts = {carry.take(kind, (tmp_path / "figures" / f"fig-line.{kind}").read_bytes())[0] for kind in carry.KINDS}
        [text] = texts | {(tmp_path / "figures" / "fig-line.json").read_text().removesuffix("\n")}
        passport = parse(text)
        assert passport.title == "At $p > 0.5$ a line falls."
        assert passport.parameters == {"profile": "quick", "seed": 3}
        assert (passport.dtype, passport.device, passport.commit) == ("float64, int64, str", "cpu", "unknown")
        assert passport.chapter == ""  # no chapter of the book publishes it
        assert passport.versions["numpy"] == np.__version__
        table = "x,y,name\n0,0.1,a\n1,0.2,b\n2,nan,c\n"
        assert passport.sha256 == digest(table)
        assert (tmp_path / "figures" / "fig-line.csv").read_text() == f"# {text}\n{table}"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"id": "line"}, "id = 'line' is not a figure id"),
            ({"id": "fig-../x"}, "is not a figure id"),
            ({"caption": " "}, "caption of fig-line is empty"),
            ({"alt": ""}, "alt of fig-line is empty"),
            ({"data": {"x": [1, 2], "y": [1, 2, 3]}}, "shape mismatch"),
        ],
        ids=str,
    )
    def test_refuses_and_writes_nothing(self, change, message, shown, tmp_path) -> None:
        arguments = {"id": "fig-line", "data": {"x": [0, 1]}, **TEXTS} | change
        with pytest.raises(ValueError, match=message):
            publish(arguments.pop("id"), draw(), **arguments)
        assert not (tmp_path / "figures").exists()
        assert not shown
        plt.close("all")

    def test_one_door(self) -> None:
        assert package_publish is publish


class TestGallery:
    PASSPORT = Passport(
        id="fig-success-map",
        title="A map.",
        statements=("Theorem 2",),
        chapter="success-map",
        parameters={"profile": "full", "seed": 0},
        dtype="float64",
        device="cpu",
        versions={"grpo-paper": "0.1.0"},
        commit="unknown",
        sha256=digest("a"),
        rounded_sha256=digest("a"),
    )

    def test_an_entry(self) -> None:
        page = gallery.page([(self.PASSPORT, 'A "map" <of> p.')])
        assert "(cite-fig-success-map)=\n## A map\n" in page
        assert "(rerun-fig-success-map)=\n```bash\ngrpo-paper reproduce fig-success-map -p profile=full\n```" in page
        assert 'alt="A &quot;map&quot; &lt;of&gt; p."' in page
        assert "In the ledger: [Theorem 2](#ledger-theorem-2)" in page
        assert re.findall(r">([^<]+)</a>", page) == ["data", "SVG", "PDF", "PNG", "passport", "code"]
