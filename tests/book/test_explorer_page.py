"""The explorer's page in headless Chromium: it draws, says and cites one parameter point, by mouse and by keyboard."""

import re
from urllib.parse import quote, quote_plus

import numpy as np
import pytest
from playwright.sync_api import expect

from book.pipeline.javascript import WEIGHTINGS
from grpo_paper import MEAN_ONLY, Variant, fate, fixed_points, trajectory
from grpo_paper.theory.zoo import pass_at_k_training
from tests.explorer import explored

pytestmark = pytest.mark.browser


DISCO_RUN = {"p_ref": 0.05, "beta": 2, "eps": 1e-5, "alpha": 1, "weighting": "DisCO", "p_0": None}


@pytest.fixture(scope="module")
def usual(browser, address) -> str:
    """What it says as it is first opened."""
    with explored(browser, address) as opened:
        return opened.text("summary")


class TestPage:
    def test_says_what_the_library_says(self, explorer) -> None:
        found = fixed_points(0.2, 1.0, 1e-5)
        assert [row[0] for row in explorer.rows()][:2] == [f"{p:.4f}" for p in found.p[:2]]
        assert [row[3] for row in explorer.rows()][:2] == [f"{s:.4g}" for s in found.slope[:2]]
        assert [row[4] for row in explorer.rows()] == [("repels", "attracts")[s] for s in found.stable.astype(int)]
        assert explorer.rows()[2][:2] == [f"1 − {found.failure[2]:.1e}", f"{found.failure[2]:.1e}"]
        assert explorer.text("summary") == (
            "With exact updates, GRPO from pref = 0.2 settles at 0.6813, the lowest of three. "
            "Three fixed points: 0.6813 attracts, 0.9347 repels, 1 − 1.8e-137 attracts."
        )

    @pytest.mark.parametrize(
        ("point", "said"),
        [
            ("p_ref=0.001&beta=3", "GRPO from .* never settles: it ends on a cycle of 2 values: 0.001995, 0.633."),
            ("p_ref=0.001&beta=2.35", "ends on a cycle of 4 values"),
            ("p_ref=0.0001&beta=5.4", "never settles: after 20,000 updates it still moves between .* and"),
            ("p_ref=0.0001&beta=5", "= 1e-4 jumps past the middle fixed point at once and climbs to 1 − 3.4e-24."),
            ("p_ref=0.3&beta=2&eps=0.01", "settles at 0.5338, its only fixed point. One fixed point: 0.5338 attracts."),
            (
                "beta=2&alpha=0",
                "Mirror GRPO .* rises towards 1 .* No fixed point between 0 and 1: 0 repels, 1 attracts.",
            ),
            ("beta=0.05&eps=1e-7&alpha=0.5", r"Two-KL GRPO \(α = 0.5\) from .*1 − 1.6e-54934 attracts"),
            ("weighting=Dr.+GRPO&alpha=0.5", r"Two-KL Dr. GRPO \(α = 0.5\) .* One fixed point: 0.6488 attracts."),
            ("p_ref=0.001&beta=3&clip=0.2", "With exact updates clipped at 0.2, GRPO .* has not settled: after 20,000"),
            ("p_ref=0.01&group_size=16", "With the mean push of groups of 16, GRPO from .* settles at"),
            (
                "beta=0",
                "GRPO without a penalty from .* is at 1 after one update: nothing holds it. There is no recursion",
            ),
            ("p_ref=1e-9&beta=0&clip=0.2", "from 0.2 up to 1 in its first update.*the least of them reaches 1 after 7"),
        ],
    )
    def test_says_in_words_where_training_leads(self, point, said, standing) -> None:
        assert re.search(said, standing.go(point).text("summary"))
        label = standing.part("map").get_attribute("aria-label")
        assert label.endswith(re.sub("p(ref|0)", r"p_\1", standing.text("summary")))

    @pytest.mark.parametrize("mark", ["#", "?"], ids=["fragment", "query"])
    def test_the_address_sets_the_point(self, mark, explorer) -> None:
        point = {"p_ref": "0.03", "beta": "2.5", "eps": "0.001", "alpha": "0.4", "weighting": MEAN_ONLY.name}
        point |= {"clip": "0.3", "p_0": "0.9", "steps": "7", "axes": "log-odds"}
        explorer.open(mark + "&".join(f"{name}={quote(value)}" for name, value in point.items()))
        assert {name: explorer.part(name).input_value() for name in point} == point
        assert explorer.part("refusal").is_hidden()
        assert explorer.part("rate").locator("circle").count() == 8

    @pytest.mark.parametrize(
        ("name", "value", "domain"),
        [
            ("p_ref", "0", "a number above 0 and below 1; 0.2 is used."),
            ("p_ref", "NaN", "a number above 0 and below 1; 0.2 is used."),
            ("p_ref", "0.99999999999999999999", "a number above 0 and below 1; 0.2 is used."),
            ("p_0", "1.5", "a number above 0 and below 1; p_ref is used."),
            ("beta", "-1", "0, or a number from 0.001 to 1000; 1 is used."),
            ("eps", "", "a number from 1e-12 to 1; 1e-5 is used."),
            ("eps", "Infinity", "a number from 1e-12 to 1; 1e-5 is used."),
            ("alpha", "two", "0, or a number from 0.001 to 1; 1 is used."),
            ("clip", "1", "a number above 0 and below 1; no clip is used."),
            ("group_size", "3", "one of none, 2, 4, 8, 16, 32, 64; none is used."),
            ("steps", "2.5", "a whole number from 1 to 500; 30 is used."),
            ("weighting", "none", f"one of {', '.join(w.name for w in WEIGHTINGS)}; GRPO is used."),
        ],
    )
    def test_a_bad_value_in_the_address_is_refused_in_a_sentence(self, name, value, domain, usual, standing) -> None:
        standing.go(f"{name}={value}")
        assert standing.text("refusal") == f"{name} = {value or 'nothing'} is outside its domain: it must be {domain}"
        assert standing.text("summary") == usual
        assert not re.search("NaN|Infinity|undefined", str([standing.drawing(), standing.rows()]))

    def test_a_fixed_point_that_attracts_is_not_where_every_run_ends(self, standing) -> None:
        """Pass@k Training with k = 4: the library iterates, and so does the page."""
        standing.go("p_ref=0.05317&beta=0.3951&weighting=Pass%40k+Training+%28k%3D4%29")
        assert " attracts." in standing.text("summary")
        assert "ends on a cycle of 2 values" in standing.text("summary")
        assert fate(0.05317, 0.3951, 1e-5, Variant(pass_at_k_training(4), 1)).verdict == "never"

    def test_an_orbit_that_leaves_the_floats_stays_at_certain_success(self, standing) -> None:
        standing.go("p_ref=0.05&beta=2&weighting=DisCO")
        assert "climbs to 1. Three fixed points" in standing.text("summary")
        assert not re.search("NaN|Infinity|undefined", str(standing.drawing()))
        last = standing.page.evaluate("p => DYNAMICS.orbit(p, 30).at(-1) === Infinity", DISCO_RUN)
        assert last

    def test_an_unknown_name_is_refused_and_an_anchor_is_not(self, explorer) -> None:
        known = "p_ref, beta, eps, alpha, clip, p_0, steps, weighting, group_size, axes"
        assert explorer.open("#bta=3&toString=1").text("refusal") == (
            f"bta is not a parameter of this page, which has {known}. "
            f"toString is not a parameter of this page, which has {known}."
        )
        assert explorer.open("#explorer-table").part("refusal").is_hidden()

    @pytest.mark.parametrize("name", ["p_ref", "beta", "eps", "alpha", "clip", "p_0", "steps"])
    def test_a_slider_moves_by_keyboard(self, name, explorer) -> None:
        before = explorer.drawing()
        slider = explorer.part(f"{name}-slider")
        slider.focus()
        for _ in range(3):
            explorer.page.keyboard.press("ArrowLeft")
        value = explorer.part(name).input_value()
        expect(explorer.page).to_have_url(re.compile(f"{name}={value}"))
        assert slider.get_attribute("aria-valuetext").startswith(f"{value}, ")
        assert explorer.drawing() != before

    def test_everything_is_reached_by_tab_and_has_a_name(self, explorer) -> None:
        everything = explorer.page.locator(".explorer :is(a, input, select, button, summary, [tabindex])").count()
        explorer.page.locator("body").press("Tab")
        reached = set()
        for _ in range(everything):
            reached.add(explorer.page.evaluate("document.activeElement.id"))
            explorer.page.keyboard.press("Tab")
        controls = explorer.page.locator(".explorer-bench :is(input, select, button, circle[tabindex]):visible")
        assert controls.count() > 20
        assert {control.get_attribute("id") for control in controls.all()} <= reached
        for role, count in (("slider", 8), ("textbox", 7), ("combobox", 3), ("img", 3)):
            found = explorer.page.get_by_role(role, name=re.compile(r"\S"))
            assert found.count() == count

    def test_typing(self, explorer) -> None:
        field = explorer.part("beta")
        field.fill("3")
        expect(explorer.page).to_have_url(re.compile("beta=3&"))
        field.fill("-3")
        assert explorer.text("refusal") == (
            "beta = -3 is outside its domain: it must be 0, or a number from 0.001 to 1000; 3 is kept."
        )
        assert field.get_attribute("aria-invalid") == "true"
        expect(explorer.page).to_have_url(re.compile("beta=3&"))
        explorer.part("alpha").focus()
        assert field.input_value() == "3"
        explorer.part("p_0").fill("0.9")
        assert explorer.part("refusal").is_hidden()
        expect(explorer.page).to_have_url(re.compile("p_0=0.9"))
        explorer.part("p_0").fill("")
        expect(explorer.page).not_to_have_url(re.compile("p_0"))

    def test_the_choices(self, explorer) -> None:
        for name, option in (("weighting", MEAN_ONLY.name), ("axes", "log-odds")):
            before = explorer.part("map").inner_html()
            explorer.part(name).select_option(option)
            assert explorer.part("map").inner_html() != before
            expect(explorer.page).to_have_url(re.compile(f"{name}={re.escape(quote_plus(option))}"))

    def test_the_drawn_orbit_is_the_librarys(self, explorer) -> None:
        """The dots of the third plot, read back through its axis: the first and the last fix the scale."""
        explorer.open("#p_ref=0.01&beta=2&steps=12")
        drawn = [float(c.get_attribute("cy")) for c in explorer.part("odds").locator("circle").all()]
        true = trajectory(0.01, 2.0, 1e-5, 12).logit
        low, high = np.argmin(true), np.argmax(true)
        scale = (drawn[high] - drawn[low]) / (true[high] - true[low])
        np.testing.assert_allclose(drawn, drawn[low] + scale * (true - true[low]), atol=0.02)  # two decimals

    def test_presets_and_the_way_back(self, usual, explorer) -> None:
        said = usual
        links = explorer.part("presets").locator("a").all()[1:]  # the first is the point that is there
        for link in links:
            link.click()
            expect(explorer.part("summary")).not_to_have_text(said)
            said = explorer.text("summary")
            assert explorer.part("refusal").is_hidden()
        for _ in links:
            explorer.page.go_back()
        expect(explorer.part("summary")).to_have_text(usual)

    def test_the_copied_link_leads_back(self, explorer) -> None:
        explorer.part("beta").fill("2.35")
        explorer.part("copy").click()
        expect(explorer.part("copied")).to_have_text("Copied.")
        copied = explorer.page.evaluate("navigator.clipboard.readText()")
        assert copied == explorer.page.url
        assert copied.endswith("#p_ref=0.2&beta=2.35&eps=1e-5&alpha=1&weighting=GRPO")
        before = explorer.text("summary")
        assert explorer.open(copied.removeprefix(explorer.address)).text("summary") == before

    def test_fits_a_phone(self, browser, address) -> None:
        with explored(browser, address, 390) as phone:
            phone.open("#p_ref=0.0001&beta=5.4")
            assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


class TestTogether:
    """What does not go together is mended in a sentence."""

    def test_a_clip_and_groups(self, explorer) -> None:
        explorer.open("#clip=0.2&group_size=16")
        assert explorer.text("refusal") == (
            "With a clip the mean push of groups has no closed form: the clip is left out."
        )
        explorer.part("clip").fill("0.2")
        assert explorer.part("group_size").input_value() == "none"
        assert explorer.text("refusal").endswith("groups are left out.")
        explorer.part("beta").fill("0")
        explorer.part("clip").fill("")
        explorer.part("group_size").select_option("8")
        assert explorer.text("refusal") == "Without a penalty groups have no best policy to go to: β is 1."

    def test_a_group_too_small(self, explorer) -> None:
        explorer.open("#group_size=2&weighting=PKPO+%28k%3D4%29")
        assert explorer.text("refusal") == "PKPO (k=4) needs groups of 4 at least."
        assert explorer.part("group_size").input_value() == "4"
