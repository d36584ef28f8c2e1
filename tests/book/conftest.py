"""A place of its own for executed chapters."""

from pathlib import Path

import pytest

from book.pipeline import chapters as pipeline


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Path:
    """A folder in which a chapter's inputs are found and chapters are kept."""
    monkeypatch.setattr(pipeline, "KEPT", tmp_path / "chapters")
    monkeypatch.setattr(pipeline, "ROOT", tmp_path)
    monkeypatch.setattr(pipeline, "BUILD", tmp_path / "build")
    for name in ("notebooks", "grpo_paper", "book/pipeline"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "grpo_paper" / "h.py").write_text("1")
    (tmp_path / "book" / "pipeline" / "chapters.py").write_text("1")
    (tmp_path / "requirements.lock").write_text("1")
    return tmp_path
