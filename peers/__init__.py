"""Our loss and our advantages beside those of TRL, torchrl and verl, in an environment of their own: ``make peers``."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before transformers is imported: nothing is fetched
os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
