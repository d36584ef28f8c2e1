"""The explorer's plots: the map of fates and its dot, the run as a film, the pointer, both modes, a phone."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from grpo_paper import fate, sigmoid, trajectory
from tests.explorer import explored

pytestmark = pytest.mark.browser
COLOURS = {
    "light": {"background": "#ffffff", "surface": "#f3f4f5", "text-base": "#222832", "text-muted": "#48566b"},
    "dark": {"background": "#121212", "surface": "#29313d", "text-base": "#ced6dd", "text-muted": "#9ca4af"},
}
"""The theme's own, which it is given beside the book."""
PAINT = """([mode, colours]) => {
    const root = document.documentElement;
    root.dataset.theme = mode;
    for (const [name, colour] of Object.entries(colours)) root.style.setProperty(`--pst-color-${name}`, colour);
    root.style.background = colours.background;
    root.style.color = colours["text-base"];
}"""


class TestFates:
    """The map of fates: its colours are the verdicts, and its dot is the point."""

    def test_the_dot_moves_by_keyboard_and_keeps_the_focus(self, explorer) -> None:
        dot = explorer.part("fates-dot")
        dot.focus()
        for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
            explorer.page.keyboard.press(key)
        assert explorer.page.evaluate("document.activeElement.id") == "explorer-fates-dot"
        beta, p_ref = (float(explorer.part(name).input_value()) for name in ("beta", "p_ref"))
        assert (beta, p_ref) == (1.1, 0.216)  # two steps of 0.02 in log β, one of 0.1 nats, to three digits
        assert (
            explorer.part("fates-dot").get_attribute("aria-valuetext").startswith("β = 1.1, p_ref = 0.216. With exact")
        )

    def test_the_dot_can_be_dragged(self, explorer) -> None:
        box = self.place(explorer)
        explorer.page.mouse.move(box["x"] + 5, box["y"] + 5)
        explorer.page.mouse.down()
        explorer.page.mouse.move(box["x"] - 60, box["y"] + 65, steps=3)
        explorer.page.mouse.up()
        moved = self.place(explorer)
        assert (moved["x"] - box["x"], moved["y"] - box["y"]) == (pytest.approx(-65, abs=3), pytest.approx(60, abs=3))
        assert float(explorer.part("beta").input_value()) < 1
        explorer.page.mouse.move(box["x"], box["y"])  # the button is up: nothing follows
        assert self.place(explorer) == moved

    def place(self, explorer) -> dict[str, float]:
        """Of the dot, asked in one go: while the map is still being coloured each drawing of it has a new dot."""
        return explorer.page.evaluate("document.getElementById('explorer-fates-dot').getBoundingClientRect().toJSON()")

    def test_its_colours_are_the_librarys_verdicts(self, explorer) -> None:
        """Each area of the finest drawing, at its middle."""
        expect(explorer.part("fates").locator("path.fate-never")).to_have_attribute("d", re.compile(r"^(M[^M]*){30,}"))
        script = """() => {
            const svg = document.getElementById("explorer-fates");
            return ["only", "lowest", "top", "never"].map(name => {
                const areas = svg.querySelector(`path.fate-${name}`).getAttribute("d").split("M").slice(1);
                return areas.map(area => {
                    const [left, top, right, foot] = area.split(/[ HVZ]/).map(Number);
                    const [x, y] = [(left + right) / 2, (top + foot) / 2], box = svg.getBoundingClientRect();
                    return PLOT.values(svg, {clientX: box.left + x, clientY: box.top + y});
                });
            });
        }"""
        for name, places in zip(("only", "lowest", "top", "never"), explorer.page.evaluate(script), strict=True):
            log_beta, log_odds = np.array(places).T
            assert np.all(fate(sigmoid(log_odds), 10**log_beta, 1e-5).verdict == name)

    @pytest.mark.parametrize(
        "point", ["p_ref=0.001&beta=3&clip=0.2", "p_ref=0.01&group_size=16", "alpha=0.5", "beta=0"]
    )
    def test_where_no_theorem_tells_it_says_how_far_it_followed(self, point, explorer) -> None:
        assert explorer.part("followed").inner_text() == ""
        explorer.open(f"#{point}")
        assert "followed for 400 updates: never means not by then" in explorer.part("followed").inner_text()


class TestFilm:
    def test_play_and_step(self, explorer) -> None:
        states = explorer.part("rate").locator("circle.state")
        explorer.part("step").click()
        assert (states.count(), explorer.text("played")) == (1, "update 0: 0.2")
        explorer.part("step").click()
        assert (states.count(), explorer.text("played")) == (2, "update 1: 0.7528")
        explorer.part("play").click()
        expect(explorer.part("played")).to_contain_text("update 4")
        explorer.part("play").click()  # which is now Pause
        paused = explorer.text("played")
        explorer.page.wait_for_timeout(800)
        assert explorer.text("played") == paused
        explorer.part("start").click()
        assert states.count() == 1
        explorer.part("beta").fill("2")
        assert (states.count(), explorer.text("played")) == (31, "")

    def test_a_pointer_is_told_the_values(self, explorer) -> None:
        """Above the third state of thirty-one: its success rate is the library's."""
        box = explorer.part("rate").locator("circle.state").nth(2).bounding_box()
        explorer.page.mouse.move(box["x"] + 2, box["y"] + 30)
        told = explorer.part("rate").locator(".hover text").text_content()
        assert told == f"n = 2: {trajectory(0.2, 1.0, 1e-5, 2).p[2]:.4g}"


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe(mode, width, browser, address) -> None:
    """The page alone, in both modes; with the book around it, it is one of those of test_site.py."""
    with explored(browser, address, width) as opened:
        opened.page.evaluate(PAINT, [mode, COLOURS[mode]])
        found = Axe().run(opened.page, context=".explorer", options={"preload": False}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []


def test_on_a_phone_the_plot_stays_in_view(browser, address) -> None:
    with explored(browser, address, 390) as phone:
        assert [phone.part(name).is_visible() for name in ("map", "fates", "rate", "odds")] == [
            False,
            False,
            True,
            False,
        ]
        phone.part("steps").scroll_into_view_if_needed()
        phone.part("steps-slider").focus()
        phone.page.mouse.wheel(0, 300)
        for name in ("rate", "summary", "steps-slider"):
            expect(phone.part(name)).to_be_in_viewport()
        phone.part("tab-fates").click()
        expect(phone.part("fates")).to_be_in_viewport()
        assert phone.part("rate").is_hidden()
