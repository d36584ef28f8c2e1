"""A Llama of two layers and a tokenizer of single letters, in a folder from which TRL loads both without a network."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast


def save(folder: Path, letters: str, dtype: torch.dtype = torch.float32, **settings: Any) -> PreTrainedTokenizerFast:
    """Write both; settings are those of the Llama. Blanks between letters are left out. Returns the tokenizer."""
    words = {word: i for i, word in enumerate(["<pad>", "<eos>", *letters])}
    plain = Tokenizer(models.WordLevel(words, unk_token="<pad>"))
    plain.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split("", "isolated")]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="<pad>", eos_token="<eos>", padding_side="left"
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    ends = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None}
    config = LlamaConfig(vocab_size=len(words), num_hidden_layers=2, **ends, **settings)
    LlamaForCausalLM(config).to(dtype).save_pretrained(folder)
    return tokenizer
