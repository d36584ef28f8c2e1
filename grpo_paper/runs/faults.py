"""How reading fails, where that makes a difference to what is read next; all are ValueErrors, and say what is wrong."""


class BrokenFileError(ValueError):
    """One file cannot be read as what it should be: it is left out and named, and the others are read."""


class NothingYetError(ValueError):
    """There is nothing to tell from what lies there, and there may be when the run goes on."""
