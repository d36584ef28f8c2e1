"""The recipe for GSM8K: its verifier on awkward answers, its settings in TRL, and a short run from end to end."""

import csv
import json
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig

from grpo_paper.runs import reading
from grpo_paper.runs.settings import Settings
from recipes.gsm8k import evaluate, tiny
from recipes.gsm8k.questions import correct, load, number, right
from recipes.gsm8k.train import ALWAYS, SIZES, train

QUICK = {"num_train_epochs": 1, "save_steps": 2, "disable_tqdm": True}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows how an answer looks, and questions."""
    folder = tmp_path_factory.mktemp("start")
    tiny.make(folder, lessons=60)
    return folder


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6 * 7 = 42\n#### 42", 42),
        ("####42.", 42),
        ("####\n42", 42),
        ("**#### 42**", 42),
        ("#### 1,234,567", 1234567),
        ("#### $1,042.50", Fraction(2085, 2)),
        ("#### $18 dollars", 18),
        ("#### 18.00", 18),
        ("#### .5", Fraction(1, 2)),
        ("#### 3/4", Fraction(3, 4)),
        ("#### -5", -5),
        ("#### −5", -5),
        ("#### - 5", -5),
        ("#### -$5", -5),
        ("#### $-5", -5),
        ("#### 50%", 50),
        ("#### 1\nNo, wait.\n#### 2", 2),
        ("#### 7, so \\boxed{8}", 8),
        ("\\boxed{7}, so #### 8", 8),
        ("\\boxed{18}", 18),
        ("\\boxed {\\$18}", 18),
        ("\\boxed{18\\text{ dollars}}", 18),
        ("\\boxed{\\text{18}}", 18),
        ("\\boxed{3{,}000}", 3000),
        ("\\boxed{x = -\\frac{3}{4}}", Fraction(-3, 4)),
        ("\\boxed{{7}} and 9 others", 7),
        # No answer: nothing marked, nothing there, cut off, several numbers, no number at all.
        ("The answer is 42.", None),
        ("", None),
        ("####", None),
        ("#### forty-two", None),
        ("\\boxed{42", None),
        ("\\boxed{}", None),
        ("#### 12 apples and 3 pears", None),
        ("#### 1, 2, 3, 4, 5", None),
        ("#### 1,2,3", None),
        ("#### 10:30", None),
        ("#### 5 - 3", None),
        ("#### 2.5.3", None),
        ("#### 1e3", None),
        ("#### 1/0", None),
    ],
)
def test_the_number_of_an_answer(text, value) -> None:
    assert number(text) == value


def test_the_reward() -> None:
    said = ["that is \\boxed{1,000}", "#### 1000.0", "#### 100", "1000"]
    words = [[{"role": "assistant", "content": text}] for text in said]
    assert correct(words, answer=["500 * 2 = <<500*2=1000>>1000\n#### 1,000"] * 4) == [1.0, 1.0, 0.0, 0.0]
    assert not right("nothing", "nothing either")  # two texts without a number do not agree


@pytest.mark.parametrize("size", SIZES)
def test_trl_takes_the_settings_of_every_size(size, tmp_path) -> None:
    settings, _ = SIZES[size]
    made = GRPOConfig(output_dir=str(tmp_path), **ALWAYS, **settings | {"use_cpu": True, "bf16": False})
    assert (made.generation_batch_size // made.num_generations) == {"paper": 4, "small": 8, "tiny": 16}[size]
    batches = 7473 // (7 * made.generation_batch_size // made.num_generations)
    assert size != "paper" or (batches, batches * made.num_iterations) == (266, 2660)
    # Each batch of answers is logged once.
    assert made.logging_steps == made.num_iterations * made.steps_per_generation / made.gradient_accumulation_steps


def test_questions_are_those_of_the_file(start) -> None:
    rows = load(str(start), "train")
    lines = [json.loads(line) for line in (start / "train.jsonl").read_text().splitlines()]
    assert [row["prompt"][-1]["content"] for row in rows] == [line["question"] for line in lines]
    assert all(number(line["answer"]) == sum(map(int, line["question"].split("+"))) for line in lines)
    assert len(load(str(start), "test", 5)) == 5


def test_a_question_without_an_answer_is_refused(tmp_path) -> None:
    (tmp_path / "train.jsonl").write_text('{"question": "1+1", "answer": "two"}\n')
    with pytest.raises(ValueError, match="the answer 'two' gives no number after ####"):
        load(str(tmp_path), "train")


def test_from_end_to_end(start, tmp_path, monkeypatch) -> None:
    """Stopped after an epoch, gone on with, read, evaluated."""
    out, name = tmp_path / "run", str(start)
    train("tiny", out, name, name, page=False, **QUICK)
    with pytest.raises(ValueError, match=r"beta = 0.0: the run in .* has 1.0 and would go on with another"):
        train("tiny", out, name, name, page=False, beta=0.0, **QUICK)
    made = train("tiny", out, name, name, page=False, **QUICK | {"num_train_epochs": 2})
    assert made.state.global_step == 8
    # 32 prompts, 16 a batch, a batch serves two steps and is logged once.
    run = reading.read(out, Settings())
    assert (run.settings.beta, run.settings.group_size, run.settings.updates) == (1.0, 16, 2)
    assert sorted(set(run.groups.step.tolist())) == [2, 4, 6, 8]
    assert len(run.groups.prompts) == 32
    assert run.groups.size.tolist() == [16] * 64
    table = tmp_path / "table.csv"
    asked = ["--questions", name, "--first", "4", "--samples", "8", "--longest", "5", "--temperature", "1"]
    monkeypatch.setattr(sys, "argv", ["evaluate", str(out / "final"), *asked, "--out", str(table)])
    evaluate.main()
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["question"] for row in rows] == [row["prompt"][-1]["content"] for row in load(name, "test", 4)]
    assert all(0 <= int(row["right"]) <= 8 == int(row["samples"]) for row in rows)


def test_success_is_counted_question_by_question(start) -> None:
    """Samples of several questions are written at once; beside each question's own, one at a time, from the same model.

    At temperature 1e-4 all samples of a question are alike: scores of words differ by more than 1e-3.
    """
    model = AutoModelForCausalLM.from_pretrained(start)
    tokenizer = AutoTokenizer.from_pretrained(start, padding_side="left")
    rows = load(str(start), "train", 6)
    prompts = rows["prompt"]
    torch.manual_seed(0)
    said = []
    for prompt in prompts:
        ids = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        written = model.generate(**ids, do_sample=False, max_new_tokens=5)[0, ids["input_ids"].shape[1] :]
        said.append(f"#### {number(tokenizer.decode(written, skip_special_tokens=True)) or 0}")
    keys = [said[0], "#### -1", said[2], said[3], "#### -1", said[5]]
    assert evaluate.successes(model, tokenizer, prompts, keys, 4, 5, 1e-4) == [4, 0, 4, 4, 0, 4]
