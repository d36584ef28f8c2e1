"""Bad input: a sentence each, the rest is read, and nothing is guessed silently."""

import gzip
import json
import os
import re

import pytest

from grpo_paper.runs.faults import NothingYetError
from grpo_paper.runs.folder import SETTINGS
from tests.runs import logs
from tests.runs.logs import Row, counted, notes, of, reads, some_rows

ROWS = some_rows()


def refused(path, words: str, **given: object) -> None:
    """With one sentence that names the place."""
    with pytest.raises(ValueError, match=words) as error:
        reads(path, **given)
    assert str(path) in str(error.value) or "rewards" in str(error.value)
    assert "\n" not in str(error.value)


class TestFiles:
    @pytest.mark.parametrize("kept", [0, 3, 200, -1])
    def test_a_truncated_file_is_left_out_and_named(self, kept, tmp_path) -> None:
        logs.trl(tmp_path, ROWS)
        file = tmp_path / "completions" / "completions_00002.parquet"
        file.write_bytes(file.read_bytes()[:kept])
        assert of(reads(tmp_path)) == counted(row for row in ROWS if row.step != 2)
        assert f"A file was left out: {file} cannot be read" in notes(tmp_path)

    def test_nothing_is_left(self, tmp_path) -> None:
        logs.trl_file(tmp_path, 1, ROWS).write_bytes(b"PAR1")
        refused(tmp_path, "cannot be read")

    @pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl"])
    def test_a_table_that_is_none(self, ending, tmp_path) -> None:
        for content in (b"", b"\x00\x01\x02", b"\xff\xfe{\x00", b"PAR1"):
            path = tmp_path / f"a{ending}"
            path.write_bytes(content)
            refused(path, "cannot be read|has no whole line|has no column")

    def test_a_packed_file_that_is_cut_off(self, tmp_path) -> None:
        content = gzip.compress(logs.table(tmp_path / "a.csv", ROWS).read_bytes())
        (tmp_path / "a.csv.gz").write_bytes(content[:-20])
        refused(tmp_path / "a.csv.gz", "cannot be read")

    @pytest.mark.parametrize("ending", [".csv", ".jsonl"])
    def test_a_half_written_last_line(self, ending, tmp_path) -> None:
        path = logs.table(tmp_path / f"a{ending}", [Row(row.step, "q", row.reward) for row in ROWS])
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[:-1]) + lines[-1][:4])
        assert reads(path).groups.size.sum() == len(ROWS) - 1
        assert "the last" in notes(path)

    def test_a_last_line_without_end_is_whole_where_it_is_an_object(self, tmp_path) -> None:
        path = logs.table(tmp_path / "a.jsonl", ROWS)
        path.write_bytes(path.read_bytes().rstrip())
        assert of(reads(path)) == counted(ROWS)
        assert "left out" not in notes(path)

    def test_lines_that_are_no_objects(self, tmp_path) -> None:
        """Among them words that are not UTF-8, and lists that no parser can climb down."""
        logs.verl(tmp_path, ROWS)
        with (tmp_path / "2.jsonl").open("ab") as file:
            file.write(b'[1]\n\n{"input": "\xff", "score": 1, "step": 2}\n' + b'{"a":' + b"[" * 10**5 + b"\n")
        assert of(reads(tmp_path)) == counted(ROWS)
        assert (
            f"{tmp_path}/2.jsonl: 3 of 20 lines are no objects of JSON and were left out; the first of them is line 17"
            in notes(tmp_path)
        )

    def test_text_that_is_not_utf8(self, tmp_path) -> None:
        (tmp_path / "a.csv").write_bytes(b"step,prompt,reward\n1,caf\xe9,1\n")
        refused(tmp_path / "a.csv", "cannot be read")

    def test_rows_of_other_lengths(self, tmp_path) -> None:
        (tmp_path / "a.csv").write_text("step,prompt,reward\n1,a,1\n1,a\n1,a,0,9\n1,b,0\n")
        assert reads(tmp_path / "a.csv").groups.size.tolist() == [1, 1]
        assert "2 lines have too few or too many columns" in notes(tmp_path / "a.csv")


class TestPlaces:
    def test_nothing_is_there(self, tmp_path) -> None:
        refused(tmp_path / "none", "does not exist")
        refused(tmp_path, r"neither completions/.*nor \{step\}\.jsonl")

    def test_no_run(self, tmp_path) -> None:
        for name in ("a.txt", "5.jsonl", "completions_00010.parquet"):
            (tmp_path / "x").mkdir(exist_ok=True)
            (tmp_path / "x" / name).write_text("a")
        refused(tmp_path / "x" / "a.txt", "is no table")
        refused(tmp_path / "x" / "5.jsonl", "is one step of a run; name its folder")
        logs.table(tmp_path / "a.csv", ROWS)
        refused(tmp_path / "a.csv", "is one file", evaluation=True)
        (tmp_path / "y").mkdir()
        refused(logs.table(tmp_path / "y" / "b.csv", ROWS).parent, "to read a table, name it: b.csv")

    def test_several_runs(self, tmp_path) -> None:
        logs.trl(tmp_path, ROWS)
        logs.verl(tmp_path / "a", ROWS)
        refused(tmp_path, "of TRL and of verl")
        logs.verl(tmp_path / "x" / "a", ROWS)
        logs.verl(tmp_path / "x" / "b", ROWS)
        refused(tmp_path / "x", "rollouts of verl in 2 of these folders: a, b; name")
        refused(tmp_path / "x", r"no validation dumps .* where trainer\.validation_data_dir", evaluation=True)
        for name in ("a", "b"):
            logs.verl(tmp_path / "y" / name, ROWS, validation=True)
        refused(tmp_path / "y", r"no rollouts of verl, .* where trainer\.rollout_data_dir says; name those")

    def test_a_folder_of_runs(self, tmp_path) -> None:
        for name in ("a", "b"):
            logs.trl(tmp_path / name, ROWS)
        refused(tmp_path, f"has no answers of its own, but a, b in it: name one, {tmp_path}/a")

    def test_evaluations_that_were_not_kept_apart(self, tmp_path) -> None:
        refused(logs.trl(tmp_path, ROWS), "the callback of grpo-paper keeps them apart", evaluation=True)
        for name in ("evaluation_a", "evaluation_b"):
            logs.trl(tmp_path / "x", ROWS)
            (tmp_path / "x" / "completions").rename(tmp_path / name)
        refused(tmp_path, "2 kinds of evaluation", evaluation=True)
        assert of(reads(tmp_path / "evaluation_a")) == counted(ROWS)

    def test_files_with_other_rewards_are_of_another_run(self, tmp_path) -> None:
        logs.trl(tmp_path, ROWS)
        logs.trl_file(tmp_path, 9, [Row(9, "a", 1.0)], accuracy=[1.0])
        refused(tmp_path, "completions_00009.parquet has no column correct, as other files have, but accuracy")

    def test_files_of_another_step(self, tmp_path) -> None:
        for path in (logs.trl(tmp_path / "t", ROWS) / "completions", logs.verl(tmp_path / "v", ROWS)):
            [file] = path.glob("*2.*")
            file.rename(file.with_name(file.name.replace("2.", "4.")))
            assert of(reads(path)) == counted(row for row in ROWS if row.step != 2)
            assert "has rows of step 2: it may be of another run" in notes(path)

    def test_files_that_an_earlier_run_left(self, tmp_path) -> None:
        """They are of later steps, and older."""
        logs.verl(tmp_path, ROWS)
        assert "older" not in notes(tmp_path)
        os.utime(tmp_path / "3.jsonl", (10**9, 10**9))
        assert "1 of 3 (33.3 %) files are older than files of earlier steps, 3.jsonl the first" in notes(tmp_path)

    def test_columns_that_are_none(self, tmp_path) -> None:
        with pytest.raises(ValueError, match="columns name 'answer'; there are only step, prompt, reward"):
            reads(logs.table(tmp_path / "a.csv", ROWS), columns={"answer": "b"})


class TestValues:
    @pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl"])
    @pytest.mark.parametrize(
        ("row", "words"),
        [
            (Row(-1, "a", 1.0), r"step = -1\S* is outside its domain"),
            (Row(0.5, "a", 1.0), r"step = 0\.5 is outside its domain"),
            (Row(2**32, "a", 1.0), r"step = 4294967296\S* is outside its domain: it must be a whole number in \[0, 2"),
            (Row(2**70, "a", 1.0), r"step (= 1180591620717411303424|= 1\.18\S*) is outside"),
            (Row("one", "a", 1.0), "step holds 'one', which is not a number"),
            (Row(None, "a", 1.0), "step is missing in 1 rows"),
            (Row(1, "a", "good"), "reward holds 'good', which is not a number"),
            (Row(1, "a", float("inf")), "rewards are infinite"),
        ],
    )
    def test_outside_their_domain(self, ending, row, words, tmp_path) -> None:
        if ending == ".parquet" and row.step == 2**70:
            pytest.skip("no column of whole numbers holds it")
        refused(logs.table(tmp_path / f"a{ending}", [row]), words)

    def test_the_word_among_numbers_is_named(self, tmp_path) -> None:
        path = logs.table(tmp_path / "a.csv", [Row(1, "a", 1.0), Row(1, "a", "n.a."), Row(1, "a", 0.0)])
        refused(path, "reward holds 'n.a.', which is not a number")
        path = logs.table(tmp_path / "a.jsonl", [Row(1, "a", 1.0), Row(1, "a", "n.a.")])
        refused(path, "reward of line 2 is 'n.a.', where other lines have double")

    @pytest.mark.parametrize("ending", [".parquet", ".jsonl"])
    def test_a_prompt_that_is_none(self, ending, tmp_path) -> None:
        for prompt, words in ((None, "prompt is missing in 1"), (0.5, "not text"), (True, "not text")):
            refused(logs.table(tmp_path / f"a{ending}", [Row(1, prompt, 1.0)]), words)

    def test_rewards_that_are_not_binary(self, tmp_path) -> None:
        path = logs.table(tmp_path / "a.csv", [Row(1, "a", reward) for reward in (0, 0, 1, 1, 0.5)])
        refused(path, "rewards are not binary: 20 % of them are neither 0 nor 1")

    @pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 10), (-1, 0), (0.25, 0.75)])
    def test_rewards_that_are_binary_on_another_scale(self, low, high, tmp_path) -> None:
        path = logs.table(tmp_path / "a.csv", [Row(1, "a", reward) for reward in (low, high, high)])
        assert of(reads(path)) == {(1, "a"): (2, 3)}
        assert f"Rewards are {low} and {high}, not 0 and 1: the higher one was taken for right" in notes(path)
        assert "Rewards are" not in notes(path, right_above=(low + high) / 2)

    def test_a_number_for_each_row(self, tmp_path) -> None:
        """Of which not all are kept, and none is lost."""
        path = logs.table(tmp_path / "a.csv", [Row(1, "a", reward / 3) for reward in range(4000)])
        refused(path, r"99\.9 % of them|100 % of them")

    def test_a_reward_that_may_be_right_or_wrong(self, tmp_path) -> None:
        path = logs.table(tmp_path / "a.csv", [Row(1, "a", -1.0)] * 3)
        with pytest.raises(NothingYetError, match="every reward is -1: it cannot be told"):
            reads(path)
        assert reads(path, right_above=0).groups.right.tolist() == [0]
        with pytest.raises(NothingYetError, match="no row has a reward"):
            reads(logs.table(tmp_path / "b.csv", [Row(1, "a", float("nan"))]))


class TestGroups:
    def test_sizes_that_change_are_told(self, tmp_path) -> None:
        rows = some_rows([1, 2, 3], size=4) + some_rows([4, 5], size=8)
        text = notes(logs.table(tmp_path / "a.csv", rows))
        assert "8 of 20 (40 %) groups have another number of answers than 4." in text
        assert "The usual size of a group changes within the run: 4 from step 1, 8 from step 4." in text

    def test_sizes_that_change_often_are_counted(self, tmp_path) -> None:
        rows = [row for step in range(9) for row in some_rows([step], size=4 + step % 2)]
        assert "changes 8 times, between 4 and 5" in notes(logs.table(tmp_path / "a.csv", rows))

    def test_one_group_that_is_larger(self, tmp_path) -> None:
        text = notes(logs.table(tmp_path / "a.csv", [*ROWS, ROWS[0]]))
        assert "1 of 12 (8.33 %) groups have another number" in text
        assert "changes" not in text

    def test_single_answers_and_prompts_seen_once(self, tmp_path) -> None:
        text = notes(logs.table(tmp_path / "a.csv", [*ROWS, Row(4, "alone", 1.0)]))
        assert "1 of 13 (7.69 %) groups are of one answer" in text
        assert re.search(r"\d of 6 \(\S+ %\) prompts were seen at one step only", text)

    def test_steps_between_are_missing(self, tmp_path) -> None:
        said = "Steps with answers of their own are 10 apart or more; what was answered between them was not seen"
        assert f"{said}, unless a batch of answers serves" in notes(logs.trl(tmp_path / "t", some_rows([10, 20, 30])))
        assert f"{said}." in notes(logs.verl(tmp_path / "v", some_rows([10, 20, 30])))

    @pytest.mark.parametrize(("serves", "apart"), [(2, True), (10, False)])
    def test_steps_that_one_batch_serves_are_not_missing(self, serves, apart, tmp_path) -> None:
        (tmp_path / SETTINGS).write_text(json.dumps({"num_iterations": serves}))
        found = notes(logs.trl(tmp_path, some_rows([10, 20, 30])))
        assert ("are 10 apart or more; what was answered between them was not seen." in found) is apart
        assert ("apart" in found) is apart

    def test_a_log_that_is_missing_is_told(self, tmp_path) -> None:
        assert "has no log of the trainer" in notes(logs.trl(tmp_path, ROWS))
        (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": [{"step": 1, "reward": 1}]}))
        assert "has no log of the trainer" not in notes(tmp_path)
