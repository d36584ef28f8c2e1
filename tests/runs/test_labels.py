"""What prompts are shown by."""

from grpo_paper.runs.labels import LABEL, Labels


def shown(*texts: str) -> tuple[str, ...]:
    labels = Labels()
    for text in texts:
        labels.add(text)
    return labels.texts(range(len(texts)))


def test_short_ones_are_shown_whole() -> None:
    assert shown("a\n b", "a c") == ("a b", "a c")


def test_what_all_begin_with_is_left_out_sentence_by_sentence() -> None:
    system = "system: You are a teacher of arithmetic who answers with one number, and nothing else at all.\n"
    texts = [f"{system}user: Think well. What is {question}?" for question in ("2 + 2", "2 + 3", "3 + 3")]
    for order in (texts, texts[::-1]):
        assert shown(*order) == tuple("… What is" + text.rpartition("is")[2] for text in order)
    assert shown(*texts, f"{system}user: Say three.")[0] == "… user: Think well. What is 2 + 2?"
    assert shown(*texts, "Say three.") == (*(" ".join(text.split())[:LABEL] for text in texts), "Say three.")


def test_one_alone_has_nothing_in_common() -> None:
    assert shown("A sentence. " * 30) == (("A sentence. " * 30)[:LABEL],)
