"""Success on each question of a split, from several samples each: a table, and its mean.

python -m recipes.gsm8k.evaluate MODEL --questions openai/gsm8k --samples 50 --out table.csv
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from grpo_paper.files import whole
from recipes.gsm8k.questions import load, right

SEQUENCES = 512
"""Answers that are written at once."""


@torch.no_grad()
def successes(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[list[dict[str, str]]],
    answers: Sequence[str],
    samples: int,
    longest: int,
    temperature: float,
) -> list[int]:
    """How many of so many sampled answers to each prompt are right; longest: tokens of an answer at most."""
    model.eval()
    found = []
    at_once = max(SEQUENCES // samples, 1)
    for start in range(0, len(prompts), at_once):
        asked = tokenizer.apply_chat_template(
            list(prompts[start : start + at_once]),
            add_generation_prompt=True,
            padding=True,
            return_tensors="pt",
            return_dict=True,
        ).to(model.device)
        written = model.generate(
            **asked,
            do_sample=True,
            temperature=temperature,
            top_k=0,
            top_p=1.0,
            num_return_sequences=samples,
            max_new_tokens=longest,
        )[:, asked["input_ids"].shape[1] :]
        texts = tokenizer.batch_decode(written, skip_special_tokens=True)
        for i, key in enumerate(answers[start : start + at_once]):
            found.append(sum(right(text, key) for text in texts[i * samples : (i + 1) * samples]))
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a folder or a name of the Hub")
    parser.add_argument("--questions", default="openai/gsm8k")
    parser.add_argument("--split", default="test")
    parser.add_argument("--first", type=int, help="so many questions only")
    parser.add_argument("--samples", type=int, default=50)
    parser.add_argument("--longest", type=int, default=200)
    parser.add_argument("--temperature", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    model = AutoModelForCausalLM.from_pretrained(given.model, dtype=dtype).to(device)
    tokenizer = AutoTokenizer.from_pretrained(given.model, padding_side="left")
    rows = load(given.questions, given.split, given.first)
    found = successes(model, tokenizer, rows["prompt"], rows["answer"], given.samples, given.longest, given.temperature)
    with whole(given.out) as partial, partial.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("question", "right", "samples"))
        for asked, count in zip(rows["prompt"], found, strict=True):
            table.writerow((asked[-1]["content"], count, given.samples))
    print(
        f"{sum(found)} of {len(found) * given.samples} answers are right: {sum(found) / len(found) / given.samples:.2%}"
    )


if __name__ == "__main__":
    main()
