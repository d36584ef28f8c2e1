"""The smallest chapter, with a body of one's own."""

from pathlib import Path

from book.pipeline.chapters import Chapter

MINIMAL = """---
kernelspec: {display_name: Python 3, language: python, name: python3}
---

```{code-cell} python
:tags: [parameters]

profile = "quick"
seed = 0
```

```{code-cell} python
from grpo_paper.chapter import begin

begin(profile, seed)
BODY
```
"""


def minimal(folder: Path, body: str = "print(profile)", **parameters: object) -> Chapter:
    path = folder / "minimal.md"
    path.write_text(MINIMAL.replace("BODY", body))
    return Chapter(path, parameters)
