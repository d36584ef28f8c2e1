"""How numbers, formulas and names stand in the lines of the site."""

import re

import pytest
from docutils import nodes

from book.pipeline import in_prose
from book.pipeline.site import slim

CODE = '<code class="docutils literal notranslate"><span class="pre">{}</span></code>'
MATH = '<span class="math notranslate nohighlight">\\(p\\)</span>'


def glued(text: str) -> nodes.inline:
    return nodes.inline("", text, classes=["pasted-text"])


def as_written(*children: nodes.Node) -> str:
    paragraph = nodes.paragraph("", "", *children)
    in_prose.write(None, paragraph, "page")
    return paragraph.astext()


class TestNumbers:
    def test_a_quoted_result_is_written_as_in_a_table(self) -> None:
        assert as_written(nodes.Text("a slope of "), glued("-1.32")) == "a slope of −1.32"
        assert as_written(glued("1.8e-137")) == "1.8·10⁻¹³⁷"

    def test_a_per_cent_stays_with_its_number(self) -> None:
        assert as_written(nodes.Text("60 % of all, ")) == "60\u00a0% of all, "
        assert as_written(nodes.strong("", "", glued("85")), nodes.Text(" %")) == "85\u00a0%"
        assert as_written(glued("85%")) == "85\u00a0%"

    def test_what_is_no_prose_stays(self) -> None:
        for kind in (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block):
            assert as_written(kind("", "7 % -1.5")) == "7 % -1.5"
        assert as_written(nodes.Text("p_n-1, a -1 of the paper's and a % alone")).endswith(
            "a -1 of the paper's and a % alone"
        )


class TestLines:
    @pytest.fixture
    def slimmed(self, tmp_path):
        (tmp_path / "_static" / "scripts").mkdir(parents=True)
        (tmp_path / "_static" / "scripts" / "fontawesome.js").write_text("")

        def of(html: str) -> str:
            (tmp_path / "page.html").write_text(html)
            slim(tmp_path)
            return (tmp_path / "page.html").read_text()

        return of

    def test_a_sign_stays_at_its_formula(self, slimmed) -> None:
        assert slimmed(f"at {MATH}. So") == f'at <span class="whole">{MATH}.</span> So'
        assert slimmed(f"({MATH}), {MATH} is") == f'<span class="whole">({MATH}),</span> {MATH} is'

    @pytest.mark.parametrize(
        ("name", "parts"),
        [
            ("omega_minus", ["omega_minus"]),
            ("fixed_points.largest_critical_beta", ["fixed_", "points.", "largest_", "critical_", "beta"]),
            ("scale_rewards=&quot;group&quot;", ["scale_rewards=&quot;group&quot;"]),
            ("ref_model_mixup_alpha=&quot;1&quot;", ["ref_", "model_", "mixup_", "alpha=", "&quot;1&quot;"]),
        ],
    )
    def test_a_long_name_breaks_between_its_words(self, name, parts, slimmed) -> None:
        code = slimmed(CODE.format(name))
        assert re.sub("<[^>]*>", "|", code).strip("|").split("|") == parts
