"""Forms of answers: how each is asked for, read and compared, exactly.

A number that is written with digits, as text or Decimal, stands for all values that print like it;
a whole number or Fraction stands for itself; a float for a stated neighbourhood of itself.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any

from analysis.base.errors import InputError, printable
from analysis.base.numbers import Printed, parse
from analysis.claims.printed import preimage

LONGEST = 40
"""Characters of the longest text that is read as a number."""

_BILLION = 10**9
_FRACTION = re.compile(r"([+\-−]?\d+)\s*/\s*(\d+)", re.ASCII)


class UnreadableError(Exception):
    """An answer is of no type or form that can be compared; the text says what to write."""


def _nothing(_: Any) -> str:
    return ""


@dataclass(frozen=True)
class Reading:
    """What an answer stands for.

    Attributes
    ----------
    fits : callable
        Whether it is the same as a value.
    near : callable
        What is missing where it is nearly the same as a value; empty where it is not.
    note : str
        What to say of the way it was written.
    """

    fits: Callable[[Any], bool]
    near: Callable[[Any], str] = _nothing
    note: str = ""


class Form(ABC):
    """How an answer is written."""

    @abstractmethod
    def instruction(self) -> str:
        """Say how to write the answer, in Markdown."""

    @abstractmethod
    def read(self, answer: object) -> Reading:
        """Read an answer; an UnreadableError with one sentence if that is impossible."""

    def slips(self, value: Any) -> Iterable[tuple[Any, str]]:  # noqa: ARG002
        """Return what mistakes of writing lead to, such as a share for a per cent, with words."""
        return ()


@dataclass(frozen=True)
class Number(Form):
    """A number.

    Attributes
    ----------
    unit : str
        In words, such as ``per cent``; empty for a bare number.
    places : int or None
        Decimals that are enough; None where the exact number is wanted.
    """

    unit: str = ""
    places: int | None = None

    def instruction(self) -> str:
        """Say how to write the answer."""
        unit = f" in {self.unit}" if self.unit else ""
        if self.places is None:
            return f"a number{unit}, exact"
        decimals = "1 decimal" if self.places == 1 else f"{self.places} decimals"
        example = f"{12:d}.{'345678'[: self.places]}"
        return f'a number{unit}: exact, or rounded to {decimals} as text, such as `"{example}"`'

    def read(self, answer: object) -> Reading:
        """Read a whole number, Fraction, Decimal, float or text.

        Examples
        --------
        >>> Number(places=1).read("18.3").fits(Fraction(55, 3))
        True
        >>> Number().read("18.3").fits(Fraction(55, 3))
        False
        """
        if isinstance(answer, bool) or not isinstance(answer, Real | Decimal | str):
            raise UnreadableError(f"{_kind(answer)} is no number; write {self.instruction()}.")
        if isinstance(answer, Rational):
            return self._exact(Fraction(int(answer.numerator), int(answer.denominator)))
        if isinstance(answer, Real):
            return self._float(float(answer))
        return self._text(_digits(answer) if isinstance(answer, Decimal) else answer.strip())

    def slips(self, value: Any) -> Iterator[tuple[Any, str]]:
        """Yield a share for a per cent, and the wrong sign."""
        if self.unit.startswith("per cent"):
            yield value / 100, "That looks like a share: the question asks for per cent of a whole."
            yield value * 100, "That is a hundred times too much: it is in per cent already."
        yield -value, "The size is right, the sign is not: what is taken from what?"

    def _exact(self, number: Fraction) -> Reading:
        def near(value: Fraction) -> str:
            if self.places is None or abs(number - value) > self._half:
                return ""
            return (
                "Nearly: a whole number or a Fraction counts as exact, and this one is rounded. "
                f"Write {self.instruction()}."
            )

        return Reading(lambda value: bool(number == value), near)

    def _float(self, number: float) -> Reading:
        if not math.isfinite(number):
            raise UnreadableError(f"{number} is no number that can be compared.")
        exact = Fraction(number)
        margin = self._half if self.places is not None else max(abs(exact), Fraction(1)) / _BILLION
        within = f"{float(margin):g}" if self.places is not None else "one part in a billion"
        note = (
            f"You gave a float, which is accepted within {within}. Exact numbers are better: "
            "`Fraction(1, 3)` is a third, `1 / 3` only nearly."
        )
        return Reading(lambda value: bool(abs(exact - value) <= margin), note=note)

    def _text(self, text: str) -> Reading:
        if match := _FRACTION.fullmatch(text):
            if len(text) > LONGEST or not int(match[2]):
                raise UnreadableError(f"“{_shown(text)}” is no number; write {self.instruction()}.")
            return self._exact(Fraction(int(match[1].replace("−", "-")), int(match[2])))
        try:
            if len(text) > LONGEST:
                raise InputError("too long")
            printed = parse(text.removesuffix("%").strip() if self._per_cent else text)
        except InputError:
            raise UnreadableError(
                f"“{_shown(text)}” cannot be read as a number; write {self.instruction()}."
            ) from None
        if printed.percent:
            raise UnreadableError(
                f"The question does not ask for per cent; write {self.instruction()}, without %."
            )
        if self.places is None:
            return self._exact(printed.number)
        return self._printed(printed, self.places)

    def _printed(self, printed: Printed, places: int) -> Reading:
        """Read digits as all numbers that print like them, if there are enough digits."""
        inside, enough = preimage(printed), printed.decimals >= places

        def near(value: Fraction) -> str:
            if not enough and value in inside:
                return f"Rounded too far: write {self.instruction()}."
            if enough and abs(printed.number - value) <= self._half:
                return "The first digits are right, the last one is not. Round once more."
            return ""

        return Reading(lambda value: value == printed.number or (enough and value in inside), near)

    @property
    def _half(self) -> Fraction:
        return Fraction(1, 2 * 10 ** (self.places or 0))

    @property
    def _per_cent(self) -> bool:
        return self.unit.startswith("per cent")


@dataclass(frozen=True)
class Pair(Form):
    """Two numbers, the lower one first.

    Attributes
    ----------
    unit : str
        Of both.
    """

    unit: str = ""

    def instruction(self) -> str:
        """Say how to write the answer."""
        unit = f" in {self.unit}" if self.unit else ""
        return f'two numbers{unit} in round brackets, exact, such as `("1.25", "1.75")`'

    def read(self, answer: object) -> Reading:
        """Read a pair; each number as :class:`Number` does."""
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            raise UnreadableError(f"{_kind(answer)} is no pair; write {self.instruction()}.")
        one = Number(self.unit)
        low, high = (one.read(part) for part in answer)

        def fits(value: tuple[Fraction, Fraction]) -> bool:
            return low.fits(value[0]) and high.fits(value[1])

        def near(value: tuple[Fraction, Fraction]) -> str:
            if low.fits(value[1]) and high.fits(value[0]):
                return "The two numbers are right: put the lower one first."
            if low.fits(value[0]) or high.fits(value[1]):
                end = "lower" if low.fits(value[0]) else "upper"
                return f"The {end} end is right, the other one is not yet."
            return ""

        return Reading(fits, near, low.note or high.note)

    def slips(self, value: Any) -> Iterator[tuple[Any, str]]:
        """Yield both ends as shares."""
        yield (value[0] / 100, value[1] / 100), "These look like shares; write per cent."


@dataclass(frozen=True)
class Counts(Form):
    """Any number of whole numbers, possibly none, in any order.

    Attributes
    ----------
    what : str
        What is counted.
    """

    what: str

    def instruction(self) -> str:
        """Say how to write the answer."""
        return (
            f"all numbers of {self.what} that fit, in square brackets, such as `[7, 8]`; "
            "`[]` if there is none"
        )

    def read(self, answer: object) -> Reading:
        """Read one whole number or a collection of them."""
        found = frozenset(self._whole(part) for part in _parts(answer))

        def near(value: Collection[int]) -> str:
            extra, missing = sorted(found - set(value)), set(value) - found
            if extra and not missing and value:
                return f"Everything that fits is there, but {extra[0]} does not fit."
            if found and missing and not extra:
                return "These fit, but they are not all."
            return ""

        return Reading(lambda value: found == frozenset(value), near)

    def _whole(self, part: object) -> int:
        if isinstance(part, float) and part.is_integer():
            part = int(part)
        if isinstance(part, str) and part.strip().isdecimal() and len(part) <= LONGEST:
            part = int(part)
        if isinstance(part, bool) or not isinstance(part, Integral):
            raise UnreadableError(f"{_kind(part)} is no whole number; write {self.instruction()}.")
        return int(part)


@dataclass(frozen=True)
class Choice(Form):
    """One of several words.

    Attributes
    ----------
    options : tuple of str
        The words.
    """

    options: tuple[str, ...]

    def instruction(self) -> str:
        """Say how to write the answer."""
        return "one of " + ", ".join(f'`"{option}"`' for option in self.options)

    def read(self, answer: object) -> Reading:
        """Read a word, whatever its capitals and spaces."""
        if not isinstance(answer, str):
            raise UnreadableError(
                f"{_kind(answer)} is none of the words; write {self.instruction()}."
            )
        chosen = _plain(answer)
        if chosen not in {_plain(option) for option in self.options}:
            raise UnreadableError(f"“{_shown(answer)}” is no option; write {self.instruction()}.")
        return Reading(lambda value: chosen == _plain(value))


@dataclass(frozen=True)
class Several(Form):
    """Some of several words, in any order.

    Attributes
    ----------
    options : tuple of str
        The words.
    """

    options: tuple[str, ...]

    def instruction(self) -> str:
        """Say how to write the answer."""
        first, last = self.options[0], self.options[-1]
        return f'all that fit, in square brackets, such as `["{first}", "{last}"]`'

    def read(self, answer: object) -> Reading:
        """Read a collection of words, or one text with commas."""
        parts = answer.split(",") if isinstance(answer, str) else _parts(answer)
        one = Choice(self.options)
        for part in parts:
            one.read(part)
        found = frozenset(_plain(str(part)) for part in parts)

        def same(value: Collection[str]) -> bool:
            return found == frozenset(map(_plain, value))

        def near(value: Collection[str]) -> str:
            wanted = frozenset(map(_plain, value))
            if found and found < wanted:
                return "These fit, but they are not all."
            if found > wanted:
                return "All that fit are there, and at least one that does not."
            return ""

        return Reading(same, near)


def _parts(answer: object) -> list[object]:
    if isinstance(answer, range) and len(answer) > 10_000:
        raise UnreadableError("A range of that length holds more numbers than can fit.")
    if isinstance(answer, list | tuple | set | frozenset | range):
        return list(answer)
    return [answer]


def _digits(number: Decimal) -> str:
    """Write a Decimal with all its digits, which say how far it was rounded."""
    if not number.is_finite() or abs(number.adjusted()) > LONGEST:
        raise UnreadableError("This Decimal is no number that can be compared.")
    return f"{number:f}"


def _plain(text: str) -> str:
    return " ".join(text.replace("−", "-").casefold().split())


def _shown(text: str) -> str:
    text = printable(" ".join(text.split()))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _kind(answer: object) -> str:
    """Name what was given, for a sentence."""
    if answer is None:
        return "None"
    if isinstance(answer, bool):
        return f"{answer}"
    if isinstance(answer, str):
        return f"“{_shown(answer)}”"
    return f"An answer of type {type(answer).__name__}"
