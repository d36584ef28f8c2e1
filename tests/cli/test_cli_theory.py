"""What the theory says, on the command line."""

import csv
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grpo_paper import Variant, fate, fixed_points, trajectory, two_kl
from grpo_paper.cli import main
from grpo_paper.ledger import RECORDS
from grpo_paper.theory import zoo
from grpo_paper.theory.methods import METHODS


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


PREDICT = ("predict", "--p-ref", 0.2, "--beta", 1)


class TestPredict:
    def test_says_what_the_library_says(self) -> None:
        code, output = run(*PREDICT)
        assert code == 0
        assert [line.split()[-1] for line in output.splitlines() if "slope" in line] == [
            "attracts",
            "repels",
            "attracts",
        ]
        assert f"p {fixed_points(0.2, 1.0, 1e-5).p[0]:.6f}" in output
        assert f" 20  p {trajectory(0.2, 1.0, 1e-5, 20).p[-1]:.6f}" in output

    @pytest.mark.parametrize(
        ("p_ref", "beta", "place"),
        [(0.2, 1, "the lowest fixed point"), (0.2, 0.5, "its one fixed point"), (1e-4, 5, "the top")],
    )
    def test_says_where_the_run_ends(self, p_ref, beta, place) -> None:
        told = fate(p_ref, beta, 1e-5)
        sentence = (
            f"from {p_ref} it ends at {place}, p {told.p:.6f}: within 0.001 of it from update {told.updates:.0f} on"
        )
        assert sentence in run("predict", "--p-ref", p_ref, "--beta", beta)[1]

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (("--p-ref", 1e-3, "--beta", 3), "from 0.001 it never settles: the lowest fixed point repels"),
            (("--variant", "mirror-grpo", "--beta", 1e5), "within 0.001 of it after more than 1,000 updates"),
        ],
    )
    def test_says_that_it_does_not_or_not_soon(self, options, sentence) -> None:
        assert sentence in run(*PREDICT, *options)[1]

    @pytest.mark.parametrize("options", [("--clip", 0.2), ("--variant", "two-kl", "--alpha", 0.5)])
    def test_says_nothing_of_what_no_theorem_covers(self, options) -> None:
        code, output = run(*PREDICT, *options)
        assert code == 0
        assert "it ends" not in output
        assert "where such a run ends is not told here" in output

    def test_without_a_penalty(self) -> None:
        code, output = run("predict", "--p-ref", 0.2, "--beta", 0)
        assert code == 1
        assert "beta = 0.0 is outside its domain: it must be finite and > 0. Without a penalty" in output
        assert "Unit speed" in output

    def test_saves_numbers(self, tmp_path) -> None:
        names = [tmp_path / f"orbit.{ending}" for ending in ("json", "csv")]
        given = ("--variant", "two-kl", "--alpha", 0.5, "--steps", 4, "--p-0", 0.1)
        assert run(*PREDICT, *given, *(part for name in names for part in ("--save", name)))[0] == 0
        theory, orbit = fixed_points(0.2, 1.0, 1e-5, two_kl(0.5)), trajectory(0.2, 1.0, 1e-5, 4, two_kl(0.5), 0.1)
        kept = json.loads(names[0].read_text())
        assert [row["p"] for row in kept["fixed_points"]] == theory.p[:1].tolist()
        assert [row["stable"] for row in kept["fixed_points"]] == theory.stable[:1].tolist()
        assert [row["logit"] for row in kept["trajectory"]] == orbit.logit.tolist()
        rows = list(csv.DictReader(names[1].read_text().splitlines()))
        assert [float(row["p"]) for row in rows if row["kind"] == "trajectory"] == orbit.p.tolist()

    def test_clipped(self, tmp_path) -> None:
        assert run(*PREDICT, "--clip", 0.2, "--save", tmp_path / "orbit.json")[0] == 0
        kept = json.loads((tmp_path / "orbit.json").read_text())
        assert kept["clip"] == 0.2
        assert [row["p"] for row in kept["trajectory"]] == trajectory(0.2, 1.0, 1e-5, 20, clip=0.2).p.tolist()

    @pytest.mark.parametrize(
        "method", [method for method in METHODS if not method.weighting.coupled], ids=lambda m: m.key
    )
    def test_every_method(self, method) -> None:
        code, output = run(*PREDICT, "--weighting", method.key, "--steps", 3)
        variant = Variant(method.weighting, 1.0)
        assert code == 0
        assert output.startswith(f"variant {method.weighting.name}, p_ref 0.2, beta 1.0")
        assert f"p {fixed_points(0.2, 1.0, 1e-5, variant).p[0]:.6f}" in output
        assert f"  3  p {trajectory(0.2, 1.0, 1e-5, 3, variant).p[-1]:.6f}" in output

    def test_a_method_with_its_setting_and_two_penalties(self, tmp_path) -> None:
        given = ("--weighting", "pkpo:2", "--alpha", 0.5, "--save", tmp_path / "orbit.json")
        assert run(*PREDICT, *given)[0] == 0
        variant = Variant(zoo.pass_at_k(2), 0.5)
        kept = json.loads((tmp_path / "orbit.json").read_text())
        assert kept["variant"] == "Two-KL PKPO (k=2) (α=0.5)"
        assert [row["p"] for row in kept["fixed_points"]] == fixed_points(0.2, 1.0, 1e-5, variant).p[:1].tolist()
        assert [row["logit"] for row in kept["trajectory"]] == trajectory(0.2, 1.0, 1e-5, 20, variant).logit.tolist()

    def test_the_end_of_a_bowl(self) -> None:
        assert "it ends at its one fixed point, p 1.000000" in run(*PREDICT, "--weighting", "disco-b")[1]

    @pytest.mark.parametrize(("ending", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
    def test_saves_a_picture(self, ending, start, tmp_path) -> None:
        assert run(*PREDICT, "--save", tmp_path / f"orbit.{ending}")[0] == 0
        assert (tmp_path / f"orbit.{ending}").read_bytes().startswith(start)

    @pytest.mark.parametrize("p_ref", [0, 1])
    def test_a_certain_prompt(self, p_ref, tmp_path) -> None:
        code, output = run("predict", "--p-ref", p_ref, "--beta", 1, "--save", tmp_path / "orbit.json")
        assert code == 0
        assert "nan" not in output
        assert {row["p"] for row in json.loads((tmp_path / "orbit.json").read_text())["trajectory"]} == {p_ref}

    def test_answers_without_what_is_slow_to_import(self) -> None:
        words = [str(word) for word in PREDICT]
        code = f"import sys; from grpo_paper.cli import main; main({words}, standalone_mode=False)"
        code += "; print({'torch', 'sympy', 'flint', 'matplotlib', 'IPython'} & sys.modules.keys())"
        told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        assert told.stdout.splitlines()[-1] == "set()"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--p-ref", 1.5), "p_ref = 1.5 is outside its domain"),
            (("--beta", 0), "beta = 0.0 is outside its domain"),
            (("--eps", math.nan), "eps = nan is outside its domain"),
            (("--steps", -1), "steps = -1 is outside its domain"),
            (("--variant", "two-kl"), "--variant two-kl needs --alpha"),
            (("--alpha", 0.5), "--alpha is for --variant two-kl"),
            (("--variant", "two-kl", "--alpha", 2), "alpha = 2.0 is outside its domain"),
            (("--weighting", "maxlr"), "weighting = 'maxlr' is no method that is known here; did you mean maxrl"),
            (("--weighting", "pkpo:0"), "k = 0 is outside its domain"),
            (
                ("--weighting", "maxrl", "--variant", "dr-grpo"),
                "--weighting maxrl takes the place of --variant dr-grpo",
            ),
            (("--weighting", "maxrl", "--alpha", 2), "alpha = 2.0 is outside its domain"),
            (("--weighting", "batch"), "its prompts are coupled, and none has fixed points of its own"),
            (("--save", "orbit.docx"), "--save orbit.docx has no known ending"),
            (("--save", Path(__file__) / "orbit.csv"), "orbit.csv could not be written"),
        ],
        ids=lambda value: "_".join(map(str, value)) if isinstance(value, tuple) else None,
    )
    def test_refused_in_a_sentence(self, arguments, message) -> None:
        code, output = run(*PREDICT, *arguments)
        assert code == 1
        assert message in output


class TestStatements:
    def test_all(self) -> None:
        code, output = run("statements")
        assert code == 0
        assert all(record.number in output for record in RECORDS.values())

    @pytest.mark.parametrize("item", sorted(RECORDS))
    def test_one(self, item) -> None:
        code, output = run("statements", item)
        assert code == 0
        assert output.startswith(f"{RECORDS[item].number}\n")

    def test_as_wide_as_the_terminal(self, monkeypatch) -> None:
        monkeypatch.setenv("COLUMNS", "50")
        narrow = run("statements", "theorem-1")[1]
        monkeypatch.setenv("COLUMNS", "300")
        wide = run("statements", "theorem-1")[1]
        assert narrow.split() == wide.split()
        assert len(wide.splitlines()) < len(narrow.splitlines())
        assert max(map(len, wide.splitlines())) <= 100

    @pytest.mark.parametrize(
        ("said", "item"),
        [
            (["Theorem 3"], "theorem-3"),
            (["THEOREM-3"], "theorem-3"),
            (["theorem", "3"], "theorem-3"),
            (["theorem10"], "theorem-10"),
            (["e-3"], "e3"),
            (["B", "7"], "b7"),
        ],
    )
    def test_said_otherwise(self, said, item) -> None:
        assert run("statements", *said) == run("statements", item)

    def test_unknown(self) -> None:
        assert len({item.replace("-", "") for item in RECORDS}) == len(RECORDS)
        code, output = run("statements", "theorm-3")
        assert code == 1
        assert "did you mean theorem-3" in output
