"""What a reader takes along from the explorer: a program, a table, an entry, a picture."""

import csv
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import expect

from grpo_paper import fixed_points, trajectory

pytestmark = pytest.mark.browser


class TestTaken:
    @pytest.mark.parametrize(
        "point",
        [
            "p_ref=0.2&beta=1",
            "p_ref=0.001&beta=3&eps=1e-5&clip=0.2&steps=7",
            "p_ref=0.05&beta=2&alpha=0.4&weighting=PKPO+%28k%3D4%29&p_0=0.3",
            "p_ref=0.01&beta=1&group_size=16&weighting=F-GRPO+%28%CE%B3%3D1%29&alpha=0.7",
            "p_ref=0.001&beta=0&clip=0.2&steps=3",
        ],
    )
    def test_the_program_computes_what_is_drawn(self, point, explorer, capsys) -> None:
        explorer.open(f"#{point}").part("python").click()
        expect(explorer.part("copied")).to_have_text("Copied.")
        exec(explorer.page.evaluate("navigator.clipboard.readText()"), {})
        last = float(capsys.readouterr().out.split()[-1])
        drawn = explorer.page.evaluate(
            "document.querySelector('#explorer-orbit tbody tr:last-child td:nth-child(2)').textContent"
        )
        assert last == pytest.approx(float(drawn), rel=1e-3)

    def test_the_table(self, explorer, tmp_path) -> None:
        with explorer.page.expect_download() as told:
            explorer.part("csv").click()
        told.value.save_as(tmp_path / "explorer.csv")
        rows = list(csv.DictReader((tmp_path / "explorer.csv").read_text().splitlines()))
        points, orbit = ([row for row in rows if row["kind"] == kind] for kind in ("fixed point", "trajectory"))
        np.testing.assert_allclose([float(r["p"]) for r in points], fixed_points(0.2, 1.0, 1e-5).p, rtol=1e-12)
        np.testing.assert_allclose([float(r["p"]) for r in orbit], trajectory(0.2, 1.0, 1e-5, 30).p, rtol=1e-9)

    def test_the_entry(self, explorer) -> None:
        explorer.open("#p_ref=0.0001&beta=5").part("bibtex").click()
        expect(explorer.part("copied")).to_have_text("Copied.")
        entry = explorer.page.evaluate("navigator.clipboard.readText()")
        assert entry.startswith("@misc{grpo-executed:explorer,")
        assert r"GRPO from $p_{\mathrm{ref}}$ = 1e-4 jumps" in entry
        assert r"\url{explorer.html#p_ref=1e-4&beta=5&eps=1e-5&alpha=1&weighting=GRPO}" in entry.replace("\n    ", " ")
        assert re.sub("[\\w ]", "", entry).isascii()

    @pytest.mark.parametrize("name", ["map", "fates", "rate", "odds"])
    def test_the_picture(self, name, explorer, tmp_path) -> None:
        """It is a file of its own: well formed, with what the style sheet says written into it."""
        with explorer.page.expect_download() as told:
            explorer.part(f"svg-{name}").click()
        told.value.save_as(tmp_path / "plot.svg")
        root = ElementTree.parse(tmp_path / "plot.svg").getroot()
        assert root.find("{*}title").text.startswith("With exact updates, GRPO from p_ref = 0.2 settles")
        assert "p_ref=0.2&beta=1" in root.find("{*}desc").text
        paths = root.findall(".//{*}path")
        assert len(paths) > 5
        assert all(path.get("stroke") and path.get("fill") for path in paths)
