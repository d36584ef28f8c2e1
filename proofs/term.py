"""A number that keeps what was done to it: the sixth reading of a formula, as a term of Coq."""

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grpo_paper.theory import elementary

BINARY = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}
LEVEL = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
"""How tightly each sign binds in Coq; a sign before a term stands between the two levels of `*` and `^`."""
NAMED: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "logit": lambda p: math.log(p / (1 - p)),
    "atan": math.atan,
    "arcsinh": math.asinh,
    "Rmin": min,
    "Rmax": max,
    "Rpower": math.pow,
    "Rabs": abs,
}
"""Coq's name of each function that is no sign, and what it does to floats."""
PRIMITIVES: dict[Any, str] = dict(zip(elementary.POINTWISE, list(NAMED), strict=False))


@dataclass(frozen=True)
class Term:
    """A letter, a whole number, or a sign or function applied to terms.

    >>> x = Term("x")
    >>> print(1 / elementary.sqrt(x * (1 - x) + 0.5))
    1 / sqrt (x * (1 - x) + 5 / 10)
    >>> print(-(x**2) - (3 - x))
    (- x ^ 2) - (3 - x)
    """

    head: str
    arguments: tuple["Term", ...] = ()

    @property
    def free_symbols(self) -> set[str]:
        """Its letters; that there are some tells the library that it is no plain number."""
        if self.arguments:
            return set().union(*(argument.free_symbols for argument in self.arguments))
        return set() if self.head.isdigit() else {self.head}

    def value(self, letters: dict[str, float]) -> float:
        """What it comes to with floats for its letters.

        >>> (1 / Term("x")).value({"x": 4.0})
        0.25
        """
        if not self.arguments:
            return float(self.head) if self.head.isdigit() else letters[self.head]
        values = [argument.value(letters) for argument in self.arguments]
        if self.head in BINARY:
            return -values[0] if len(values) == 1 else BINARY[self.head](*values)
        return NAMED[self.head](*values)

    def __str__(self) -> str:
        if not self.arguments:
            return self.head
        if self.head not in BINARY:
            return " ".join([self.head, *(f"({a})" if a.arguments else str(a) for a in self.arguments)])
        if len(self.arguments) == 1:
            return f"- {self.arguments[0]._inside(3)}"
        left, right = self.arguments
        level = LEVEL[self.head]
        return f"{left._inside(level + (self.head == '^'))} {self.head} {right._inside(level + 1)}"

    def _inside(self, level: int) -> str:
        """As it stands beside a sign that binds so tightly."""
        if self.head not in BINARY:
            return str(self)
        own = LEVEL[self.head] if len(self.arguments) == 2 else 0
        return f"({self})" if own < level else str(self)

    def __add__(self, other: Any) -> "Term":
        return Term("+", (self, term(other)))

    def __radd__(self, other: Any) -> "Term":
        return Term("+", (term(other), self))

    def __sub__(self, other: Any) -> "Term":
        return Term("-", (self, term(other)))

    def __rsub__(self, other: Any) -> "Term":
        return Term("-", (term(other), self))

    def __mul__(self, other: Any) -> "Term":
        return Term("*", (self, term(other)))

    def __rmul__(self, other: Any) -> "Term":
        return Term("*", (term(other), self))

    def __truediv__(self, other: Any) -> "Term":
        return Term("/", (self, term(other)))

    def __rtruediv__(self, other: Any) -> "Term":
        return Term("/", (term(other), self))

    def __pow__(self, exponent: int) -> "Term":
        if not isinstance(exponent, int) or exponent < 0:
            raise ValueError(f"exponent = {exponent!r} is outside its domain: it must be whole and ≥ 0; use power")
        return Term("^", (self, Term(str(exponent))))

    def __neg__(self) -> "Term":
        return Term("-", (self,))

    def __abs__(self) -> "Term":
        return Term("Rabs", (self,))


def term(value: Any) -> Term:
    """A term, or a number as the decimal that it is written as.

    >>> print(term(-2), term(0.25))
    - 2 25 / 100
    """
    if isinstance(value, Term):
        return value
    if value < 0:
        return -term(-value)
    if float(value).is_integer():
        return Term(str(int(value)))
    digits = Fraction(repr(value))
    scale = 10 ** len(repr(value).partition(".")[2])
    if digits * scale != int(digits * scale):
        raise ValueError(f"value = {value!r} is outside its domain: it must be written without an exponent")
    return Term("/", (Term(str(int(digits * scale))), Term(str(scale))))


def changed(whole: Term) -> Iterator[tuple[str, Term]]:
    """Every term that differs in one place: a sign turned, a factor or a summand dropped, each with a word for it.

    >>> for what, other in changed(Term("a") + Term("b") / Term("c")):
    ...     print(what, "|", other)
    sign of + | a - b / c
    without b / c | a
    without c | a + b
    """
    if whole.head in BINARY and len(whole.arguments) == 2:
        left, right = whole.arguments
        if whole.head in "+-":
            turned = "-" if whole.head == "+" else "+"
            yield f"sign of {whole.head}", Term(turned, whole.arguments)
            yield f"without {right}", left
        elif whole.head in "*/":
            yield f"without {right}", left
            if whole.head == "*":
                yield f"without {left}", right
        elif right.head != "1":
            yield f"power {right} less 1", Term("^", (left, Term(str(int(right.head) - 1))))
    elif whole.head == "-":
        yield "sign", whole.arguments[0]
    elif whole.head in ("Rmin", "Rmax"):
        yield whole.head, Term("Rmax" if whole.head == "Rmin" else "Rmin", whole.arguments)
    elif whole.head == "Rabs":
        yield "size", whole.arguments[0]
    for i, argument in enumerate(whole.arguments):
        for what, other in changed(argument):
            yield what, Term(whole.head, (*whole.arguments[:i], other, *whole.arguments[i + 1 :]))


def _apply(name: str) -> Callable[..., Term]:
    return lambda *arguments: Term(name, tuple(map(term, arguments)))


for _primitive, _coq in PRIMITIVES.items():
    _primitive.register(Term, _apply(_coq))
