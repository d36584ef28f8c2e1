"""A question file of sums and a model of some 100,000 parameters that has seen sums, made here without a network."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

WORDS = ("<pad>", "<eos>", "####", *"0123456789+=")
PAD, EOS = 0, 1
TEMPLATE = (
    "{% for message in messages %}{% if message.role != 'system' %}{{ message.content }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}={% endif %}"
)
"""A sum and an equals sign. The instruction is left out, for models that read English."""
TOP = 100
"""Both numbers of a sum are below it."""
LESSONS, LESSON, RATE = 600, 64, 3e-3
"""How many lessons, of how many sums each, and the learning rate."""
Sum = tuple[int, int]


def make(folder: Path, train: int = 32, test: int = 32, lessons: int = LESSONS, seed: int = 0) -> None:
    """Write `train.jsonl` and `test.jsonl`, with so many questions, and a model that answers some of them rightly.

    It has had lessons in other sums, too few to be sure of any.
    """
    sums = [(a, b) for a in range(TOP) for b in range(TOP)]
    random.Random(seed).shuffle(sums)
    folder.mkdir(parents=True, exist_ok=True)
    for split, asked in {"train": sums[:train], "test": sums[train : train + test]}.items():
        lines = [json.dumps({"question": f"{a}+{b}", "answer": f"{a}+{b}={a + b}\n#### {a + b}"}) for a, b in asked]
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    _taught(tokenizer, sums[train + test :], lessons).save_pretrained(folder)


def _tokenizer() -> PreTrainedTokenizerFast:
    """A word for each digit and sign."""
    plain = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<pad>"))
    plain.pre_tokenizer = pre_tokenizers.Split(Regex("####|."), "isolated")
    plain.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="<pad>", eos_token="<eos>", padding_side="left", chat_template=TEMPLATE
    )


def _taught(tokenizer: PreTrainedTokenizerFast, sums: Sequence[Sum], lessons: int) -> Qwen2ForCausalLM:
    """A model after so many lessons."""
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(WORDS),
            hidden_size=64,
            intermediate_size=192,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=64,
            pad_token_id=PAD,
            eos_token_id=EOS,
            bos_token_id=None,
        )
    )
    optimizer = torch.optim.AdamW(model.parameters(), RATE)
    for _ in range(lessons):
        lesson = [sums[i] for i in torch.randint(len(sums), (LESSON,))]
        texts = [f"{a}+{b}=####{a + b}<eos>" for a, b in lesson]
        ids = tokenizer(texts, padding=True, padding_side="right", return_tensors="pt")["input_ids"]
        answered = (ids == WORDS.index("=")).cumsum(1) > 0
        labels = ids.masked_fill(~answered.roll(1, 1) | (ids == PAD), -100)
        optimizer.zero_grad()
        model(input_ids=ids, attention_mask=ids != PAD, labels=labels).loss.backward()
        optimizer.step()
    return model
