"""Publishing a figure: three files that agree, refused when incomplete, the same bytes every time."""

import base64
import csv

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from grpo_paper.figure import publish as package_publish
from grpo_paper.figure.publication import MIME, publish
from grpo_paper.figure.render import FIGURE


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
        assert sorted(p.name for p in folder.iterdir()) == ["fig-line.csv", "fig-line.png", "fig-line.svg"]
        with (folder / "fig-line.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [(float(r["p_ref"]), int(r["n"]), float(r["p"])) for r in rows] == [
            (p_ref, n, 1 / 3) for p_ref in (0.1, 0.2) for n in (0, 1, 2)
        ]
        [output] = shown
        assert output[MIME] == {"id": "fig-line", "caption": "A line falls.", "alt": "One falling line."}
        assert base64.b64decode(output["image/png"]) == (folder / "fig-line.png").read_bytes()
        assert ":alt: One falling line." in FIGURE.format(**output[MIME])
        assert not plt.get_fignums()

    def test_same_bytes_twice(self, shown, tmp_path) -> None:
        def files() -> dict[str, bytes]:
            publish("fig-line", draw(), data={"x": [0, 1]}, **TEXTS)
            return {p.name: p.read_bytes() for p in (tmp_path / "figures").iterdir()}

        assert files() == files()

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
