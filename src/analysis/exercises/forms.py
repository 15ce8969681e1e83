"""Forms of answers: how each is asked for, read and compared, exactly.

A number stands for all values that print like it, whether it is typed as text or as a number; a
number with more digits than are asked for, as Python's own division gives, stands for its
neighbourhood. Units, decimal commas and signs of per cent are read where they fit the question.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any

from analysis.base.errors import InputError, printable
from analysis.base.numbers import Printed, parse
from analysis.base.text import own_yaml
from analysis.claims.printed import preimage

LONGEST = 40
"""Characters of the longest text that is read as a number."""

_BILLION = 10**9
_FRACTION = re.compile(r"([+\-−]?\d+)\s*/\s*(\d+)", re.ASCII)
_TEXTS: Mapping[str, Mapping[str, str]] = own_yaml(__file__, "forms.yaml")
_SHORT = {"soles": ("s/.", "s/", "sol", "pen"), "złoty": ("zł", "zloty", "pln")}


class UnreadableError(Exception):
    """An answer is of no type or form that can be compared; the text says what to write."""


def _nothing(_: Any) -> str:
    return ""


def _never(_: Any) -> bool:
    return False


@dataclass(frozen=True)
class Reading:
    """What an answer stands for.

    Attributes
    ----------
    fits : callable
        Whether it is the same as a value.
    near : callable
        What is missing where it is nearly the same as a value; empty where it is not.
    resembles : callable
        Whether it is a value that was rounded further than the question wants.
    """

    fits: Callable[[Any], bool]
    near: Callable[[Any], str] = _nothing
    resembles: Callable[[Any], bool] = _never


class Form(ABC):
    """How an answer is written; its texts stand in ``forms.yaml``."""

    @property
    def again(self) -> str:
        """What to say of a wrong answer that is no typical mistake."""
        return self.say("again")

    def instruction(self) -> str:
        """Say how to write the answer, in Markdown."""
        return self.say("way")

    def say(self, name: str, **words: object) -> str:
        """Return a text of this form, or of any, with its braces filled."""
        own = _TEXTS.get(type(self).__name__, {})
        return (own.get(name) or _TEXTS["any"][name]).format_map(words)

    def unreadable(self, given: str, why: str) -> UnreadableError:
        """Return an error that says why an answer cannot be read, and how to write it."""
        return UnreadableError(self.say("unreadable", given=given, why=why, way=self.instruction()))

    def collection(self, found: frozenset[Any], wanted: Callable[[Any], frozenset[Any]]) -> Reading:
        """Read parts in any order; nearly right are those with some too few or too many."""

        def near(value: Any) -> str:
            right = wanted(value)
            if right and found > right:
                return self.say("extra", extra=min(found - right))
            return self.say("some") if found and found < right else ""

        return Reading(lambda value: found == wanted(value), near)

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
            return f"an exact number{unit}, or the calculation that gives it"
        decimals = "1 decimal" if self.places == 1 else f"{self.places} decimals"
        example = f"12.{'345678'[: self.places]}"
        return f"a number{unit} with {decimals} or more, such as `{example}`, or its calculation"

    def read(self, answer: object) -> Reading:
        """Read a number of any type, or text with digits.

        Examples
        --------
        >>> Number(places=1).read("18.3").fits(Fraction(55, 3))
        True
        >>> Number("soles", 2).read("S/ 1.234,50").fits(Fraction(2469, 2))
        True
        >>> Number().read("18.3").fits(Fraction(55, 3))
        False
        """
        if isinstance(answer, tuple):
            raise UnreadableError(self.say("comma"))
        if isinstance(answer, bool) or not isinstance(answer, Real | Decimal | str):
            raise self.unreadable(kind_of(answer), "is no number")
        if isinstance(answer, Integral):
            whole = int(answer)
            if abs(whole) >= 10**LONGEST:
                raise UnreadableError(self.say("large"))
            return self._text(str(whole))
        if isinstance(answer, Rational):
            return self._exact(Fraction(int(answer.numerator), int(answer.denominator)))
        if isinstance(answer, Real):
            return self._float(float(answer))
        if isinstance(answer, str):
            return self._text(answer.strip())
        if not answer.is_finite() or abs(answer.adjusted()) > LONGEST:
            raise UnreadableError(self.say("endless"))
        return self._text(f"{answer:f}")  # with all its digits, which say how far it was rounded

    def slips(self, value: Any) -> Iterator[tuple[Any, str]]:
        """Yield a share or a growth factor for a per cent, and the wrong sign."""
        if self.unit.startswith("percentage points"):
            yield value / 100, self.say("points")
        if self.unit.startswith("per cent"):
            yield value / 100, self.say("share")
            yield value * 100, self.say("hundredfold")
            yield 1 + value / 100, self.say("factor")
        yield -value, self.say("sign")

    def _exact(self, number: Fraction) -> Reading:
        def near(value: Fraction) -> str:
            if self.places is None or abs(number - value) > self._half:
                return ""
            return self.say("nearly", way=self.instruction())

        return Reading(lambda value: bool(number == value), near)

    def _float(self, number: float) -> Reading:
        if not math.isfinite(number):
            raise UnreadableError(self.say("infinite", given=number))
        exact, digits = Fraction(number), repr(number)
        margin = self._half if self.places is not None else max(abs(exact), Fraction(1)) / _BILLION
        short = re.fullmatch(r"-?\d+\.(\d+)", digits)
        coarse = short and len(short[1]) < (self.places or 0)
        read = self._text(digits) if coarse else Reading(_never)  # 1.5 may be 1.50 or 1.5 rounded
        return replace(read, fits=lambda value: bool(abs(exact - value) <= margin))

    def _text(self, text: str) -> Reading:
        if match := _FRACTION.fullmatch(text):
            if len(text) > LONGEST or not int(match[2]):
                raise self.unreadable(quoted(text), "is no number")
            return self._exact(Fraction(int(match[1].replace("−", "-")), int(match[2])))
        try:
            printed = parse(self._without_unit(text) if len(text) <= LONGEST else "")
            if printed.times > 1:  # nothing is asked for in millions
                raise InputError("a number in words", value=text)
        except InputError:
            raise self.unreadable(quoted(text), "cannot be read as a number") from None
        number, decimals = printed.number, printed.decimals
        if printed.percent and not self.unit.startswith("per"):
            if self.unit or self.places is None:
                raise UnreadableError(self.say("percent", way=self.instruction()))
            number, decimals = number / 100, decimals + 2
        if self.places is None:
            return self._exact(number)
        plain = replace(printed, number=number, decimals=decimals, percent=False, times=1)
        return self._printed(plain, self.places)

    def _printed(self, printed: Printed, places: int) -> Reading:
        """Read digits as all numbers that print like them, if there are enough digits."""
        inside, enough = preimage(printed), printed.decimals >= places
        significant = len(re.sub(r"\D", "", printed.text).lstrip("0"))

        def near(value: Fraction) -> str:
            close = printed.decimals or 10 * abs(printed.number - value) <= abs(value)
            if not enough and value in inside and printed.number and close:
                return self.say("short", way=self.instruction())
            if enough and abs(printed.number - value) <= self._half:
                return self.say("digit")
            return ""

        return Reading(
            lambda value: value == printed.number or (enough and value in inside),
            near,
            lambda value: significant > 1 and value in inside,
        )

    def _without_unit(self, text: str) -> str:
        """Leave out the unit before or after the digits."""
        head = self.unit.split(" per ")[0]
        names = [self.unit, head, head.removesuffix("s"), *_SHORT.get(head.split(" ")[-1], ())]
        unit = "|".join(re.escape(name) for name in names if name)
        return re.sub(rf"^({unit}) ?(?=\d)|(?<=\d) ?({unit})$", "", text, flags=re.IGNORECASE)

    @property
    def _half(self) -> Fraction:
        return Fraction(1, 2 * 10 ** (self.places or 0))


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
        return f"two exact numbers{unit} in round brackets, such as `(1.25, 1.75)`"

    def read(self, answer: object) -> Reading:
        """Read a pair; each number as :class:`Number` does."""
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            raise self.unreadable(kind_of(answer), "is no pair")
        one = Number(self.unit)
        low, high = (one.read(part) for part in answer)

        def fits(value: tuple[Fraction, Fraction]) -> bool:
            return low.fits(value[0]) and high.fits(value[1])

        def near(value: tuple[Fraction, Fraction]) -> str:
            if low.fits(value[1]) and high.fits(value[0]):
                return self.say("swapped")
            if low.fits(value[0]) or high.fits(value[1]):
                end = "lower" if low.fits(value[0]) else "upper"
                return self.say("half", end=end)
            return ""

        return Reading(fits, near)

    def slips(self, value: Any) -> Iterator[tuple[Any, str]]:
        """Yield both ends as shares."""
        yield (value[0] / 100, value[1] / 100), self.say("shares")


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
        return self.say("way", what=self.what)

    def read(self, answer: object) -> Reading:
        """Read one whole number or a collection of them."""
        return self.collection(frozenset(self._whole(part) for part in _parts(answer)), frozenset)

    def _whole(self, part: object) -> int:
        if isinstance(part, float) and part.is_integer():
            part = int(part)
        if isinstance(part, str) and part.strip().isdecimal() and len(part) <= LONGEST:
            part = int(part)
        if isinstance(part, bool) or not isinstance(part, Integral):
            raise self.unreadable(kind_of(part), "is no whole number")
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
            raise self.unreadable(kind_of(answer), "is none of the words")
        chosen = plain(answer)
        if chosen not in {plain(option) for option in self.options}:
            raise self.unreadable(quoted(answer), "is no option")
        return Reading(lambda value: chosen == plain(value))


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
        found = frozenset(plain(str(part)) for part in parts)
        return self.collection(found, lambda value: frozenset(map(plain, value)))


def _parts(answer: object) -> list[object]:
    if isinstance(answer, range) and len(answer) > 10_000:
        raise UnreadableError("A range of that length holds more numbers than can fit.")
    if isinstance(answer, list | tuple | set | frozenset | range):
        return list(answer)
    return [answer]


def plain(text: str) -> str:
    """Write a text in small letters with single blanks, so that spelling does not count."""
    text = re.sub(r"\s*([<>])\s*", r" \1 ", text.replace("−", "-"))
    return " ".join(text.casefold().split())


def quoted(text: str) -> str:
    """Quote what was given, shortened, without what could upset a page."""
    text = printable(" ".join(text.split()))
    return f"“{text if len(text) <= LONGEST else text[:LONGEST] + '…'}”"


def kind_of(answer: object) -> str:
    """Name what was given, for a sentence."""
    if answer is None:
        return "None"
    if isinstance(answer, bool):
        return f"{answer}"
    if isinstance(answer, str):
        return quoted(answer)
    return f"An answer of type {type(answer).__name__}"
