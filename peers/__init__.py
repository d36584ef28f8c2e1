"""Our loss beside those of TRL, torchrl and verl, in an environment of their own: ``make peers``."""
