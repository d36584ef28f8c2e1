"""Readers of every format, against a dictionary's count of the same rows."""

import gzip
import json
import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from grpo_paper.runs import verl
from grpo_paper.runs.settings import Settings
from tests.runs import logs
from tests.runs.logs import Row, counted, notes, of, reads, some_rows

ROWS = some_rows()


class TestEachFormat:
    @pytest.mark.parametrize(
        "write",
        [
            lambda path: logs.trl(path, ROWS),
            lambda path: logs.trl(path, ROWS) / "completions",
            lambda path: logs.verl(path, ROWS),
            lambda path: logs.verl(path / "rollouts", ROWS).parent,
            lambda path: logs.verl(path, ROWS, uid=True),
            lambda path: logs.verl(path, ROWS, validation=True),
            lambda path: logs.table(path / "a.csv", ROWS),
            lambda path: logs.table(path / "a.parquet", ROWS),
            lambda path: logs.table(path / "a.jsonl", ROWS),
        ],
    )
    def test_counts_what_a_dictionary_counts(self, write, tmp_path) -> None:
        run = reads(write(tmp_path))
        assert of(run) == counted(ROWS)
        assert run.settings.group_size == 4

    def test_a_conversation_is_a_prompt(self, tmp_path) -> None:
        run = reads(logs.trl(tmp_path, ROWS, chat=True))
        assert of(run) == counted(row._replace(prompt=f"user: {row.prompt}") for row in ROWS)

    def test_pictures_in_a_conversation_are_part_of_it(self, tmp_path) -> None:
        """Which are lists in place of text, and told apart by all that they hold."""
        prompts = [[{"role": "user", "content": [{"type": "text", "text": text}]}] for text in "aab"]
        logs.trl_file(tmp_path, 1, [Row(1, prompt, 1.0) for prompt in prompts])
        assert reads(tmp_path).groups.size.tolist() == [2, 1]

    @pytest.mark.parametrize("ending", [".csv", ".jsonl"])
    def test_packed_and_with_a_mark_of_bytes(self, ending, tmp_path) -> None:
        content = b"\xef\xbb\xbf" + logs.table(tmp_path / f"a{ending}", ROWS).read_bytes()
        (tmp_path / f"b{ending}").write_bytes(content)
        (tmp_path / f"c{ending}.gz").write_bytes(gzip.compress(content))
        assert of(reads(tmp_path / f"b{ending}")) == of(reads(tmp_path / f"c{ending}.gz")) == counted(ROWS)

    @pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl"])
    def test_columns_can_be_told(self, ending, tmp_path) -> None:
        path = logs.table(tmp_path / f"a{ending}", ROWS, ("at", "question", "score"))
        told = {"step": "at", "prompt": "question", "reward": "score"}
        assert of(reads(path, columns=told)) == counted(ROWS)
        with pytest.raises(ValueError, match=r"no column step; it has at, question, score, answer\."):
            reads(path)
        with pytest.raises(ValueError, match="cannot hold both the step and the prompt; say which"):
            reads(path, columns={"step": "at", "prompt": "at", "reward": "score"})

    @pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl"])
    def test_rewards_that_are_right_and_wrong_by_name(self, ending, tmp_path) -> None:
        rows = [row._replace(reward=row.reward == 1) for row in ROWS]
        assert of(reads(logs.table(tmp_path / f"a{ending}", rows))) == counted(ROWS)

    def test_steps_that_are_whole_floats(self, tmp_path) -> None:
        rows = [row._replace(step=float(row.step)) for row in ROWS]
        for ending in (".csv", ".parquet", ".jsonl"):
            assert of(reads(logs.table(tmp_path / f"a{ending}", rows))) == counted(ROWS)

    def test_steps_that_are_text(self, tmp_path) -> None:
        """As in the tables that older releases of TRL sent to wandb."""
        rows = [row._replace(step=str(row.step)) for row in ROWS]
        for ending in (".parquet", ".jsonl"):
            assert of(reads(logs.table(tmp_path / f"a{ending}", rows))) == counted(ROWS)
        file = logs.trl_file(tmp_path / "out", 1, [row for row in ROWS if row.step == 1])
        table = pq.read_table(file)
        steps = pa.array(["1"] * len(table))
        pq.write_table(table.set_column(table.schema.get_field_index("step"), "step", steps), file)
        assert of(reads(tmp_path / "out")) == counted(row for row in ROWS if row.step == 1)

    def test_blocks_and_batches_make_no_difference(self, tmp_path, monkeypatch) -> None:
        for module, name in (("lines", "BLOCK"), ("plain", "BLOCK"), ("plain", "ROWS"), ("groups", "PENDING")):
            monkeypatch.setattr(f"grpo_paper.runs.{module}.{name}", 300 if name == "BLOCK" else 7)
        for ending in (".csv", ".parquet", ".jsonl"):
            assert of(reads(logs.table(tmp_path / f"a{ending}", ROWS))) == counted(ROWS)


class TestRewards:
    def test_of_any_two_values(self, tmp_path) -> None:
        """The lower may come first or last."""
        for flipped in (False, True):
            rows = sorted((row._replace(reward=[-0.5, 2.0][int(row.reward)]) for row in ROWS), key=lambda r: r.reward)
            path = logs.table(tmp_path / "a.csv", rows[::-1] if flipped else rows)
            assert of(reads(path)) == counted(rows, right=2.0)

    def test_above_a_bound_are_right(self, tmp_path) -> None:
        rng = random.Random(1)
        rows = [row._replace(reward=rng.choice([0.0, 0.3, 0.7, float("inf")])) for row in ROWS]
        path = logs.table(tmp_path / "a.csv", rows)
        assert of(reads(path, right_above=0.5)) == counted(row._replace(reward=row.reward > 0.5) for row in rows)

    @pytest.mark.parametrize(
        ("bound", "words"),
        [
            (1, "No reward is above 1: they are from 0.1 to 1,"),
            (0, "Every reward is above 0: they are from 0.1 to 1,"),
            (0.1, ""),
        ],
    )
    def test_a_bound_that_tells_none_from_another_is_told(self, bound, words, tmp_path) -> None:
        path = logs.table(tmp_path / "a.csv", [Row(1, "a", reward) for reward in (0.1, 1.0, 0.5)])
        assert words in notes(path, right_above=bound) if words else not notes(path, right_above=bound)

    def test_a_bound_that_is_no_number(self, tmp_path) -> None:
        with pytest.raises(ValueError, match="right_above = nan is outside its domain"):
            reads(logs.table(tmp_path / "a.csv", ROWS), right_above=float("nan"))

    def test_that_are_missing_are_left_out_and_told(self, tmp_path) -> None:
        rows = [*ROWS, Row(9, "none", float("nan")), Row(9, "none", float("nan"))]
        for path in (
            logs.trl(tmp_path / "t", rows),
            logs.table(tmp_path / "a.csv", rows),
            logs.verl(tmp_path / "v", rows),
        ):
            assert of(reads(path)) == counted(ROWS)
            assert "2 of 50 (4 %) rows have no reward" in notes(path)


class TestTRL:
    def test_a_batch_that_serves_several_steps_counts_once(self, tmp_path) -> None:
        """Answers tell: a batch with other answers, but alike in all else, is another one."""
        first, again, other = (some_rows([step], seed=3) for step in (1, 2, 3))
        again = [row._replace(answer=earlier.answer) for row, earlier in zip(again, first, strict=True)]
        logs.trl(tmp_path, [*first, *again, *other])
        assert of(reads(tmp_path)) == counted([*first, *other])
        assert "1 of 3 files have the answers of an earlier step once more, 16 rows" in notes(tmp_path)

    @pytest.mark.parametrize("place", ["trainer_state.json", "checkpoint-3/trainer_state.json"])
    def test_answers_of_evaluations_are_left_out(self, place, tmp_path) -> None:
        """From an evaluation on until the next batch of training, as the trainer's log tells."""
        logs.trl(tmp_path, ROWS)
        history = [
            {"step": 1, "reward": 0.5},
            {"step": 1, "eval_reward": 0.5, "eval_runtime": 1.0},
            {"step": 2, "loss": 0.0},
            {"step": 3, "reward": 0.5, "kl": 0.1},
        ]
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(json.dumps({"log_history": history, "global_step": 3}))
        run = reads(tmp_path)
        assert of(run) == counted(row for row in ROWS if row.step == 3)
        assert "2 of 3 files were left out, since an evaluation" in run.notes[0]
        assert run.scalars["step"].tolist() == [1, 3]
        np.testing.assert_array_equal(run.scalars["kl"], [np.nan, 0.1])

    def test_what_the_callback_keeps(self, tmp_path) -> None:
        """Evaluations are elsewhere, so that steps with one count; settings and scalars lie beside."""
        logs.trl(tmp_path, ROWS)
        logs.trl(tmp_path / "x", some_rows([2], seed=5))
        (tmp_path / "x" / "completions").rename(tmp_path / "evaluation")
        settings = {
            "num_generations": 4,
            "beta": 0.04,
            "scale_rewards": "none",
            "epsilon": 0.2,
            "seed": 3,
            "delta": None,
        }
        (tmp_path / "grpo-paper.json").write_text(json.dumps(settings))
        lines = [{"step": 2, "reward": 0.25, "kl": 0.5}, {"step": 2, "eval_reward": 1.0}, {"step": 3, "kl": None}]
        (tmp_path / "grpo-paper.jsonl").write_text("".join(map("{}\n".format, map(json.dumps, lines))) + '{"st')
        run = reads(tmp_path)
        assert of(run) == counted(ROWS)
        assert (run.settings.beta, run.settings.clip, run.settings.weighting.name) == (0.04, 0.2, "Dr. GRPO")
        assert {name: column.tolist() for name, column in run.scalars.items()} == {
            "step": [2],
            "reward": [0.25],
            "kl": [0.5],
        }
        assert of(reads(tmp_path, evaluation=True)) == counted(some_rows([2], seed=5))

    def test_what_the_callback_is_about_to_put_back_is_left_out(self, tmp_path) -> None:
        """Where it was killed after an evaluation: the file under the step's name is the evaluation's."""
        file = logs.trl(tmp_path, ROWS) / "completions" / "completions_00002.parquet"
        file.rename(file.with_name(f".{file.name}"))
        logs.trl_file(tmp_path, 2, [Row(2, "other", 1.0)])
        assert of(reads(tmp_path)) == counted(row for row in ROWS if row.step != 2)
        assert "in place of the answers of step 2; they were left out" in notes(tmp_path)

    def test_what_is_told_counts_more_than_what_lies_there(self, tmp_path) -> None:
        from grpo_paper.runs.reading import read

        logs.trl(tmp_path, ROWS)
        (tmp_path / "grpo-paper.json").write_text('{"beta": 0.04, "num_generations": 1}')
        run = read(tmp_path, Settings(beta=0.5, group_size=8))
        assert (run.settings.beta, run.settings.group_size) == (0.5, 8)
        assert "A setting of the run was passed over: num_generations = 1" in "\n".join(run.notes)
        assert "G is 8 as told, but most groups have 4 answers" in "\n".join(run.notes)

    def test_one_reward_of_several_must_be_told(self, tmp_path) -> None:
        rewards = {"correct": [1.0, 0.0], "format": [1.0, 1.0], "remark": ["a", "b"], "length": [3, 4]}
        logs.trl_file(tmp_path, 1, [Row(1, "a", 1.0), Row(1, "a", 0.0)], **rewards)
        with pytest.raises(ValueError, match="columns of rewards: correct, format, length; say which"):
            reads(tmp_path)
        assert reads(tmp_path, columns={"reward": "correct"}).groups.right.tolist() == [1]

    def test_the_log_tells_rewards_from_remarks(self, tmp_path) -> None:
        logs.trl_file(tmp_path, 1, [Row(1, "a", 1.0), Row(1, "a", 0.0)], correct=[1.0, 0.0], length=[3, 4])
        (tmp_path / "grpo-paper.jsonl").write_text('{"step": 1, "rewards/correct/mean": 0.5}\n')
        assert reads(tmp_path).groups.right.tolist() == [1]


class TestVerl:
    def test_rollouts_and_validations_are_told_apart(self, tmp_path) -> None:
        other = some_rows([0, 3], seed=7)
        logs.verl(tmp_path / "a", other, validation=True)
        logs.verl(tmp_path / "b", ROWS)
        assert of(reads(tmp_path)) == counted(ROWS)
        assert of(reads(tmp_path, evaluation=True)) == of(reads(tmp_path / "a")) == counted(other)
        assert "a has validation dumps" in notes(tmp_path / "a")

    def test_both_in_one_folder(self, tmp_path) -> None:
        other = some_rows([0, 4], seed=7)
        logs.verl(tmp_path, ROWS)
        logs.verl(tmp_path, other, validation=True)
        assert of(reads(tmp_path)) == counted(ROWS)
        assert of(reads(tmp_path, evaluation=True)) == counted(other)
        assert "2 of 5 (40 %) files" in notes(tmp_path)

    def test_turns_count_once_under_the_first_prompt(self, tmp_path) -> None:
        """Whose later turns have the earlier ones in their input; the last turn has the score."""
        lines = [
            ("a_0_0", "q", 0.0),
            ("a_0_1", "q and more", 1.0),
            ("a_1_0", "q", 0.0),
            ("b_0_0", "r", 1.0),
            ("b_10_0", "r", 0.0),
            ("b_10_0", "r", 0.0),
        ]
        random.Random(0).shuffle(lines)
        with (tmp_path / "5.jsonl").open("w") as file:
            for uid, prompt, score in lines:
                file.write(json.dumps({"input": prompt, "output": "", "score": score, "step": 5, "uid": uid}) + "\n")
        assert of(reads(tmp_path)) == {(5, "q"): (1, 2), (5, "r"): (1, 2)}
        assert "1 of 6 (16.7 %) rows have the uid of another" in notes(tmp_path)
        assert "1 of 6 (16.7 %) rows are earlier turns" in notes(tmp_path)

    def test_another_uid_is_no_name_of_an_answer(self, tmp_path) -> None:
        for uids in (["0b5c7f1e"] * 4, ["a_0_0", "a_0_0", None, "a_1_0"], [7] * 4):
            with (tmp_path / "5.jsonl").open("w") as file:
                for uid in uids:
                    line = {"input": "q", "output": "", "score": 1, "step": 5, "uid": uid}
                    file.write(json.dumps(line) + "\n")
            assert of(reads(tmp_path)) == {(5, "q"): (4, 4)}

    def test_extras_may_be_of_any_type(self, tmp_path) -> None:
        with (tmp_path / "5.jsonl").open("w") as file:
            for extra in (1, "a", None, [1], {"b": 2}, float("nan")):
                line = {"input": "q", "output": "", "score": 1, "step": 5, "acc": extra, "gts": extra}
                file.write(json.dumps(line) + "\n")
        assert of(reads(tmp_path)) == {(5, "q"): (6, 6)}

    def test_what_lies_near(self, tmp_path) -> None:
        """Hydra's settings, of which the switches count, and the lines of the file logger."""
        logs.verl(tmp_path / "rollouts", ROWS)
        (tmp_path / ".hydra").mkdir()
        (tmp_path / ".hydra" / "config.yaml").write_text(
            "actor_rollout_ref:\n  actor:\n    use_kl_loss: true\n    kl_loss_coef: 0.001\n    clip_ratio: 0.2\n"
            "    ppo_epochs: 1\n    ppo_mini_batch_size: 64\n  rollout:\n    n: 4\n    val_kwargs:\n      n: 1\n"
            "data:\n  train_batch_size: 256\ncritic:\n  ppo_epochs: 7\n"
            "algorithm:\n  use_kl_in_reward: false\n  adv_estimator: grpo\n  norm_adv_by_std_in_grpo: false\n"
        )
        (tmp_path / "log.jsonl").write_text('{"step": 2, "data": {"actor/kl_loss": 0.25, "actor/lr": 1e-6}}\n')
        run = reads(tmp_path)
        assert (run.settings.beta, run.settings.clip, run.settings.updates) == (0.001, 0.2, 4)
        assert run.settings.weighting.name == "Dr. GRPO"
        assert run.scalars["kl"].tolist() == [0.25]
        (tmp_path / ".hydra" / "config.yaml").write_text("algorithm: [grpo\n\t}")
        assert "The settings that lie beside the run were passed over: it is no YAML" in notes(tmp_path)
        assert {".".join(("x", name)).split(".")[-1] for name in verl.CONFIGURATION} >= {"n", "kl_coef"}
