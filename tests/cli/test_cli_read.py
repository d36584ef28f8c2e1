"""``grpo-paper read``: the report on the terminal, as a page, as data and as figures; and what it refuses."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from grpo_paper.cli import main
from grpo_paper.figure import carry
from grpo_paper.figure.passport import parse


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["read", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.fixture
def log(tmp_path) -> Path:
    """Two prompts of four answers each at three steps; the second's text wants to be a page's code."""
    rows = ["step,prompt,reward"]
    for step in range(3):
        rows += [f"{step},2 + 2,{int(answer <= step)}" for answer in range(4)]
        rows += [f"{step},<script>alert(1)</script>,{int(answer < 2)}" for answer in range(4)]
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


class Page(HTMLParser):
    """The tags, the addresses and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.addresses, self.ids, self.images = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.tags.append(tag)
        self.addresses += [given[name] for name in ("src", "href") if name in given]
        self.ids += [given[name] for name in ("id",) if name in given]
        self.images += [given] * (tag == "img")


class TestReport:
    def test_on_the_terminal(self, log) -> None:
        code, output = run(log, "--beta", "0.04", "--set", "num_generations=4")
        assert code == 0
        assert output.startswith("24 answers to 2 prompts in 3 steps; β 0.04, G 4; not known: weighting")
        assert re.search(r"^Success by prompt \[estimated\]$", output, re.MULTILINE)

    def test_a_page_of_its_own(self, log, tmp_path) -> None:
        code, _ = run(log, "--html", tmp_path / "new" / "page.html")
        assert code == 0
        text = (tmp_path / "new" / "page.html").read_text()
        page = Page(text)
        assert page.addresses
        assert all(address.startswith(("data:", "#")) for address in page.addresses)
        assert not {"script", "link", "iframe"} & set(page.tags)
        assert {address[1:] for address in page.addresses if address[0] == "#"} <= set(page.ids)
        assert len(page.ids) == len(set(page.ids))
        assert page.images
        assert all(image["alt"] for image in page.images)

    def test_as_data(self, log, tmp_path) -> None:
        code, _ = run(log, "--json", tmp_path / "report.json")
        assert code == 0
        report = json.loads((tmp_path / "report.json").read_text())
        [success] = [finding for finding in report["findings"] if finding["title"] == "Success by prompt"]
        assert success["data"]["prompt"] == ["2 + 2", "<script>alert(1)</script>"]
        assert (success["data"]["right"], success["data"]["size"]) == ([6, 6], [12, 12])

    def test_figures_with_passports(self, log, tmp_path) -> None:
        code, _ = run(log, "--figures", tmp_path / "figures")
        assert code == 0
        files = sorted((tmp_path / "figures").iterdir())
        assert {file.suffix for file in files} == {".svg", ".pdf", ".png", ".csv", ".json"}
        for file in files:
            if file.suffix != ".json":
                passport = parse(carry.take(file.suffix[1:], file.read_bytes())[0])
                assert (passport.id, passport.parameters["run"]) == (file.stem, str(log)[-80:])

    def test_columns_of_other_names(self, log) -> None:
        log.write_text(log.read_text().replace("prompt", "question", 1))
        code, output = run(log, "--column", "prompt=question")
        assert code == 0
        assert "24 answers" in output


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["--beta", "-1"], "beta = -1.0 is outside its domain"),
            (["--set", "lr=3"], "lr is no setting that is known here"),
            (["--set", "lr"], "'lr' must read like NAME=VALUE"),
            (["--weighting", "max-rl"], "did you mean maxrl"),
            (["--column", "prompt=question"], "question"),
        ],
    )
    def test_a_sentence_and_nothing_written(self, options, sentence, log, tmp_path) -> None:
        code, output = run(log, *options, "--html", tmp_path / "page.html")
        assert code != 0
        assert sentence in " ".join(output.split())
        assert "Traceback" not in output
        assert not (tmp_path / "page.html").exists()

    def test_no_such_run(self, tmp_path) -> None:
        code, output = run(tmp_path / "nowhere")
        assert code != 0
        assert "nowhere" in output

    def test_a_page_that_cannot_be_written(self, log) -> None:
        code, output = run(log, "--html", "/dev/null/page.html")
        assert code != 0
        assert "/dev/null" in output
