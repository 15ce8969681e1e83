"""Linear programs over sums of quantities, in whole numbers throughout: no rounding of any kind.

The simplex method with limits on every variable, as solvers of arithmetic with assumptions have it
(Dutertre and de Moura 2006): a question only sets limits on sums that stay in the tableau, so that
the next one starts where the last one ended. Bland's rule (1977) keeps it from cycling. Every
refutation, and every largest value, is checked by adding up inequalities from scratch. `Links`
says what limits on sums mean for whole quantities, one sum after the other, without the tableau.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd

Form = tuple[tuple[str, int], ...]
"""A sum of quantities, each times a whole number other than zero, sorted by name."""

Tag = int
"""The claims and cases that set a limit, a bit each; 0 for what always holds."""

_Terms = Sequence[tuple[int, int]]

Limit = tuple[int, Tag]
Limits = dict[int, Limit]

_STEPS = 1_000
"""So many sums are looked at to move limits."""

_FINEST = 1_000
"""Moves of less than one part in so many, of the limit and of its distance, are left out."""

_LONG = 10**6
"""Lines with larger numbers are divided by what all of theirs share."""


@dataclass(slots=True)
class _Line:
    """A basic variable by the others: ``times * basic = sum of weights * other``, times above 0."""

    times: int
    weights: dict[int, int]
    total: int | None = None  # the sum, until one of its values changes
    long: int = _LONG

    def shorten(self) -> None:
        """Divide by what all numbers share; not again before they have grown much longer."""
        if (divisor := gcd(self.times, *self.weights.values())) > 1:
            self.times //= divisor
            self.weights = {v: w // divisor for v, w in self.weights.items()}
        self.long = max(_LONG, self.times << 12)

    def add(self, weight: int, inner: _Line) -> None:
        """Add another line with a weight."""
        factor = inner.times
        if factor != 1 and (common := gcd(weight, factor)) != 1:
            weight //= common
            factor //= common
        if factor != 1:
            self.times *= factor
            self.weights = {v: w * factor for v, w in self.weights.items()}
        weights = self.weights
        for other, w in inner.weights.items():
            if total := weights.get(other, 0) + weight * w:
                weights[other] = total
            else:
                weights.pop(other, None)
        self.total = None
        if self.times > self.long:
            self.shorten()


@dataclass(frozen=True)
class Inequality:
    """``form <= limit`` (side 1) or ``form >= limit`` (side -1), taken so many times."""

    times: int
    form: Form
    side: int
    limit: int


def added_up(used: Iterable[Inequality]) -> tuple[dict[str, int], int]:
    """Add up inequalities: the sum's weights by name, and what it cannot exceed.

    Examples
    --------
    A refutation: x is at most 1 and at least 2, so that 0 is at most -1.

    >>> x = (("x", 1),)
    >>> added_up([Inequality(1, x, 1, 1), Inequality(1, x, -1, 2)])
    ({}, -1)
    """
    weights: dict[str, int] = {}
    bound = 0
    for one in used:
        if one.times <= 0:
            raise ValueError("an inequality is taken more often than never")
        bound += one.times * one.side * one.limit
        for name, weight in one.form:
            weights[name] = weights.get(name, 0) + one.times * one.side * weight
    return {name: weight for name, weight in weights.items() if weight}, bound


class Links:
    """Sums of whole quantities and their parts, by which each limits the others.

    Attributes
    ----------
    sums : dict of int to tuple
        By variable of a sum, its parts and itself, which add up to 0; as they are and turned.
    """

    def __init__(self) -> None:
        self.sums: dict[int, tuple[_Terms, _Terms]] = {}
        self._users: dict[int, dict[int, None]] = {}

    def add(self, variable: int, parts: _Terms) -> None:
        """Add a sum with its parts: variables and weights. The last one is looked at first."""
        terms = [*parts, (variable, -1)]
        self.sums[variable] = terms, [(v, -w) for v, w in terms]
        for v, _ in terms:
            self._users.setdefault(v, {})[variable] = None

    def drop(self, variable: int) -> None:
        """Forget a sum."""
        for v, _ in self.sums.pop(variable, ((), ()))[0]:
            del self._users[v][variable]

    def using(self, variable: int) -> Iterable[int]:
        """Return the sums that have a variable as a part, or that it stands for."""
        return self._users.get(variable, ())

    def narrow(self, low: Limits, high: Limits, changed: Iterable[int]) -> Tag | None:
        """Move limits inwards, to whole numbers, from some sums on.

        Returns
        -------
        int or None
            The tags of limits that exclude each other, if some do.

        Examples
        --------
        Of x + y, which is 5, at most 1 is y; and x is at most 3.

        >>> links = Links()
        >>> links.add(2, [(0, 1), (1, 1)])
        >>> low, high = {0: (0, 1), 1: (0, 1), 2: (5, 2)}, {0: (3, 4), 1: (1, 8), 2: (5, 2)}
        >>> links.narrow(low, high, [2])
        14
        """
        waiting = dict.fromkeys(changed)
        for _ in range(_STEPS):
            if not waiting:
                break
            row, _ = waiting.popitem()
            alone = row if len(self._users[row]) == 1 else None  # to move its limits serves nothing
            for terms in self.sums[row]:
                room, tags, bare = 0, 0, None
                for v, w in terms:
                    limit = low.get(v) if w > 0 else high.get(v)
                    if limit is not None:
                        room -= w * limit[0]
                        tags |= limit[1]
                    elif bare is None:
                        bare = v, w
                    else:
                        break
                else:
                    if bare is None and room < 0:
                        return tags
                    for v, w in terms if bare is None else [bare]:
                        near, far = (low, high) if w > 0 else (high, low)
                        start, old = 0 if bare else near[v][0], far.get(v)
                        if v == alone or (old is not None and (old[0] - start) * w <= room):
                            continue
                        move = room // w if w > 0 else -(room // -w)
                        size = start + move
                        if old is not None:
                            width = move if bare else old[0] - start
                            if abs(old[0] - size) * _FINEST < min(abs(size), abs(width)):
                                continue
                        far[v] = size, tags and _tags(terms, v, low, high)
                        waiting.update(self._users[v])
                        waiting.pop(row, None)
        return None


def _tags(terms: _Terms, but: int, low: Limits, high: Limits) -> Tag:
    """Return the tags of the limits that keep terms small, but for one of them."""
    found = 0
    for v, w in terms:
        limit = (low if w > 0 else high).get(v)
        if v != but and limit is not None:
            found |= limit[1]
    return found


@dataclass
class Question:
    """Limits on variables, and where to look for whole numbers.

    Attributes
    ----------
    forms : dict of int to form
        The variables that speak of its quantities.
    low, high : dict of int to (int, tag)
        By variable.
    totals : set of int
        The sums to branch on.
    links : Links
        How sums limit their parts.
    names : set of str
        Its quantities.
    changed : sequence of int
        The sums that an addition speaks of.
    """

    forms: dict[int, Form]
    low: Limits
    high: Limits
    totals: AbstractSet[int]
    links: Links
    names: set[str]
    changed: Sequence[int] = ()

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The variables to branch on, the first one that is not whole."""
        return tuple(v for v, form in self.forms.items() if v in self.totals or len(form) == 1)

    @cached_property
    def singles(self) -> Mapping[str, int]:
        """The quantities that have to be whole, and their variables."""
        return {form[0][0]: v for v, form in self.forms.items() if len(form) == 1}

    def met(self, data: Mapping[str, int]) -> bool:
        """Say whether whole numbers meet all limits."""
        low, high = self.low, self.high
        for v, form in self.forms.items():
            total = sum([weight * data[name] for name, weight in form])
            if (v in low and total < low[v][0]) or (v in high and total > high[v][0]):
                return False
        return True


class Tableau:
    """Sums of quantities that need not be whole, each a variable that may have limits.

    Variables are numbered as they come. A basic one is a line over the others, which have whole
    values of their own.

    Attributes
    ----------
    forms : dict of int to tuple
        The sum that each variable stands for.
    """

    def __init__(self) -> None:
        self.forms: dict[int, Form] = {}
        self._known: dict[Form, int] = {}
        self._lines: dict[int, _Line] = {}
        self._order: list[int] = []  # the basic ones, sorted
        self._value: dict[int, int] = {}
        self._next = 0

    def variable(self, form: Form) -> int:
        """Return the number of the variable for a sum."""
        if form in self._known:
            return self._known[form]
        line = _Line(1, {})
        if len(form) != 1 or form[0][1] != 1:
            for name, weight in form:
                single = self.variable(((name, 1),))
                line.add(weight * line.times, self._line(single))
        number = self._known[form] = self._next
        self._next += 1
        self.forms[number] = form
        if len(form) != 1 or form[0][1] != 1:
            self._lines[number] = line
            self._order.append(number)
        else:
            self._value[number] = 0
        return number

    def drop(self, variable: int) -> None:
        """Forget a sum of several quantities."""
        if variable not in self._lines:
            users = (v for v, line in self._lines.items() if variable in line.weights)
            basic = min(users, key=lambda v: (len(self._lines[v].weights), v))
            near = self.at(basic)
            self._pivot(basic, variable)
            self._value[basic] = near[0] // near[1]
        del self._lines[variable]
        self._order.remove(variable)
        del self._known[self.forms.pop(variable)]

    def at(self, v: int) -> tuple[int, int]:
        """Return the value of a variable as numerator and denominator, in lowest terms."""
        if v in self._value:
            return self._value[v], 1
        line = self._lines[v]
        total = self._total(line)
        divisor = gcd(total, line.times)
        return total // divisor, line.times // divisor

    def meet(self, low: Limits, high: Limits) -> frozenset[Tag] | None:
        """Go to a point within all limits, or return the tags of limits that exclude each other."""
        crossed = [v for v, (end, _) in high.items() if v in low and end < low[v][0]]
        if crossed:
            v = min(crossed)
            return self._refuted([(1, v, low[v], -1), (1, v, high[v], 1)])
        for v, value in self._value.items():
            if v in low and value < low[v][0]:
                self._move(v, low[v][0])
            elif v in high and value > high[v][0]:
                self._move(v, high[v][0])
        while (broken := self._broken(low, high)) is not None:
            basic, side = broken  # side 1: above its upper limit, -1: below its lower one
            line = self._lines[basic]
            ends = [(high if w * side < 0 else low, v, w) for v, w in line.weights.items()]
            free = [v for end, v, _ in ends if not self._stuck(v, end)]
            own = (high if side > 0 else low)[basic]
            if not free:
                used = [(line.times, basic, own, side)]
                used += [(abs(w), v, end[v], 1 if end is high else -1) for end, v, w in ends]
                return self._refuted(used)
            self._pivot(basic, min(free))
            self._value[basic] = own[0]
        return None

    def maximise(self, goal: int, side: int, low: Limits, high: Limits) -> Fraction | None:
        """Go from a point within all limits to where a variable is largest (side -1: smallest).

        Returns
        -------
        Fraction or None
            The largest value; None if it grows without end.
        """
        while True:
            moves = [(v, 1 if w * side > 0 else -1) for v, w in self._line(goal).weights.items()]
            moves = [one for one in moves if not self._stuck(one[0], high if one[1] > 0 else low)]
            if not moves:
                return self._largest(goal, side, low, high)
            entering, way = min(moves)
            steps = [
                (room, v)
                for v in (entering, *self._lines)
                if (room := self._room(v, entering, way, low, high)) is not None
            ]
            if not steps:
                return None
            _, leaving = min(steps)
            if leaving == entering:
                self._move(entering, (high if way > 0 else low)[entering][0])
                continue
            upper = self._lines[leaving].weights[entering] * way > 0
            self._pivot(leaving, entering)
            self._value[leaving] = (high if upper else low)[leaving][0]

    def _line(self, v: int) -> _Line:
        """Return the line of a variable; of one that is not basic, itself."""
        return self._lines[v] if v in self._lines else _Line(1, {v: 1}, self._value[v])

    def _stuck(self, v: int, end: Limits) -> bool:
        """Say whether a variable that is not basic stands at its limit."""
        return v in end and end[v][0] == self._value[v]

    def _room(self, v: int, entering: int, way: int, low: Limits, high: Limits) -> Fraction | None:
        """Return how far one variable can move until another (or itself) meets its limit."""
        line = self._line(v)
        weight = line.weights.get(entering, 0)
        end = high if weight * way > 0 else low
        if not weight or v not in end:
            return None
        return Fraction(abs(end[v][0] * line.times - self._total(line)), abs(weight))

    def _largest(self, goal: int, side: int, low: Limits, high: Limits) -> Fraction:
        """Return the largest value, by which the limits add up to it."""
        line, used = self._line(goal), []
        for v, w in line.weights.items():
            way = 1 if w * side > 0 else -1
            end = high if way > 0 else low
            used.append(Inequality(abs(w), self.forms[v], way, end[v][0]))
        weights, bound = added_up(used)
        if weights != {name: side * line.times * weight for name, weight in self.forms[goal]}:
            raise AssertionError("the bound does not check; this is a bug")
        return Fraction(side * bound, line.times)

    def _total(self, line: _Line) -> int:
        """Return the value of a line's variable, times its `times`."""
        if line.total is None:
            line.total = sum(weight * self._value[v] for v, weight in line.weights.items())
        return line.total

    def _move(self, v: int, value: int) -> None:
        """Give a variable that is not basic another value."""
        self._value[v] = value
        for line in self._lines.values():
            if v in line.weights:
                line.total = None

    def _broken(self, low: Limits, high: Limits) -> tuple[int, int] | None:
        """Return the first basic variable outside its limits, and on which side it is."""
        lines = self._lines
        for v in self._order:
            line = lines[v]
            total = self._total(line) if line.total is None else line.total
            if v in high and total > high[v][0] * line.times:
                return v, 1
            if v in low and total < low[v][0] * line.times:
                return v, -1
        return None

    def _pivot(self, basic: int, other: int) -> None:
        """Exchange a basic variable, whose value the caller sets, and one of its line."""
        line = self._lines.pop(basic)
        self._order.remove(basic)
        insort(self._order, other)
        weight = line.weights.pop(other)
        del self._value[other]
        sign = 1 if weight > 0 else -1
        turned = {v: -sign * w for v, w in line.weights.items()}
        turned[basic] = sign * line.times
        made = _Line(abs(weight), turned)
        for old in self._lines.values():
            if other in old.weights:
                old.add(old.weights.pop(other), made)
        self._lines[other] = made

    def _refuted(self, used: Iterable[tuple[int, int, Limit, int]]) -> frozenset[Tag]:
        """Check a refutation by adding up its inequalities, and return the tags in it."""
        listed = list(used)
        sums = (Inequality(times, self.forms[v], side, end) for times, v, (end, _), side in listed)
        weights, bound = added_up(sums)
        if weights or bound >= 0:
            raise AssertionError("the refutation does not check; this is a bug")
        return frozenset(tag for _, _, (_, tag), _ in listed)
