"""Numbers kept for the text are kept as myst_nb keeps them."""

from unittest import mock

import myst_nb.ext.glue
import pytest

from grpo_paper import chapter


@pytest.mark.parametrize("number", [3, 0.1, 1.8e-137], ids=repr)
def test_as_myst_nb_does(number) -> None:
    with mock.patch.object(chapter, "display") as ours, mock.patch.object(myst_nb.ext.glue, "ipy_display") as theirs:
        chapter.glue("name", number)
        myst_nb.ext.glue.glue("name", number, display=False)
    assert ours.call_args == theirs.call_args
