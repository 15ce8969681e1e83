"""Many questions on one system: which of its claims contradict each other.

The simplex method with limits on every variable, as solvers of arithmetic with assumptions have it
(Dutertre and de Moura 2006): claims only set limits on sums that stay in the tableau, so that the
next question starts where the last one ended, and a line that cannot be met names the claims that
exclude each other. Integers throughout; every refutation is checked from scratch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import gcd, lcm

from analysis.claims.solver.simplex import Refuted, Row, is_refutation
from analysis.claims.solver.system import Claim, Form

_Tag = str | int | None
"""The claim that sets a limit, the number of a case, or None for what always holds."""
_Limit = tuple[int, _Tag]
_Limits = dict[int, _Limit]

MOST_CASES = 1_000
"""So many cases of one question are looked at before it is given up."""

_DEEPEST = 450


@dataclass
class _Line:
    """A basic variable by the others: ``times * basic = sum of weights * other``, times above 0."""

    times: int
    weights: dict[int, int]

    def shorten(self) -> None:
        divisor = 1 if self.times == 1 else gcd(self.times, *self.weights.values())
        if divisor > 1:
            self.times //= divisor
            self.weights = {v: w // divisor for v, w in self.weights.items()}


class Relaxation:
    """Claims over quantities of at least zero that need not be whole.

    Parameters
    ----------
    rules : sequence of Claim
        What always holds.
    claims : mapping of str to sequence of Claim
        What can be switched on and off, by tag.
    """

    def __init__(self, rules: Sequence[Claim], claims: Mapping[str, Sequence[Claim]]) -> None:
        self._forms: list[Form] = []
        self._known: dict[Form, int] = {}
        self._lines: dict[int, _Line] = {}
        self._value: list[int] = []
        self._uses: Counter[int] = Counter()
        self._totals: set[int] = set()  # a total can settle at once what its parts would not
        self._cases = 0
        self._rules = self._limits(None, rules)
        self._claims = {tag: self._limits(tag, made) for tag, made in claims.items()}

    def decide(
        self, tags: Iterable[str], more: Sequence[Claim] = (), most: int = MOST_CASES
    ) -> dict[str, int] | tuple[str, ...] | None:
        """Find whole numbers that meet some claims, or those claims that exclude each other.

        Parameters
        ----------
        tags : iterable of str
            Which claims.
        more : sequence of Claim
            What is added for this question; like the rules it is not named in an answer.
        most : int
            So many cases are looked at; 1 leaves it at fractions.

        Returns
        -------
        dict, tuple or None
            A data set; or the tags of claims; or None if it stays open.
        """
        low: _Limits = {}
        high: _Limits = {}
        chosen = [self._rules, *(self._claims[tag] for tag in tags), self._limits(None, more)]
        for v, upper, limit in chain.from_iterable(chosen):
            side = high if upper else low
            if v not in side or (limit[0] < side[v][0] if upper else limit[0] > side[v][0]):
                side[v] = limit
        for v, form in enumerate(self._forms):
            if len(form) == 1 and (v not in low or low[v][0] < 0):
                low[v] = (0, None)
        self._cases = most
        found = self._split(low, high, 0)
        if not isinstance(found, frozenset):
            return found
        return tuple(str(tag) for tag in found if tag is not None)

    def holding(self, data: Mapping[str, int]) -> set[str]:
        """Return the tags of claims that a data set meets; none if it breaks a rule."""
        sums = [self._sum(v, data) for v in range(len(self._forms))]

        def met(limits: Sequence[tuple[int, bool, _Limit]]) -> bool:
            return all(sums[v] <= e if upper else sums[v] >= e for v, upper, (e, _) in limits)

        return (
            {t for t, limits in self._claims.items() if met(limits)} if met(self._rules) else set()
        )

    def _sum(self, v: int, data: Mapping[str, int]) -> int:
        total = 0
        for name, weight in self._forms[v]:
            total += weight * data[name]
        return total

    def _split(
        self, low: _Limits, high: _Limits, depth: int
    ) -> dict[str, int] | frozenset[_Tag] | None:
        """Branch on a quantity that is not whole; a case that the conflict does not use is cut."""
        self._cases -= 1
        core = self._check(low, high)
        if core is not None:
            return core
        values = {v: self._at(v) for v, form in enumerate(self._forms) if self._branches(v, form)}
        data = self._whole(values, low, high)
        if data is not None or self._cases <= 0 or depth > _DEEPEST:
            return data
        broken = [v for v, (_, times) in values.items() if times > 1]
        v = min(broken, key=lambda one: (one not in self._totals, -self._uses[one], one))
        at, case = values[v][0] // values[v][1], self._cases
        found: frozenset[_Tag] = frozenset()
        for below, above in (({v: (at, case)}, {}), ({}, {v: (at + 1, case)})):
            part = self._split(low | above, high | below, depth + 1)
            if not isinstance(part, frozenset) or case not in part:
                return part
            found |= part - {case}
        return found

    def _branches(self, v: int, form: Form) -> bool:
        return len(form) == 1 or v in self._totals

    def _at(self, v: int) -> tuple[int, int]:
        """Return the value of a variable as numerator and denominator."""
        if v not in self._lines:
            return self._value[v], 1
        line = self._lines[v]
        value = self._scaled(line)
        if line.times == 1:
            return value, 1
        divisor = gcd(value, line.times)
        return value // divisor, line.times // divisor

    def _scaled(self, line: _Line) -> int:
        """Return the value of a line's variable, times its `times`."""
        total, values = 0, self._value
        for v, weight in line.weights.items():
            total += weight * values[v]
        return total

    def _whole(
        self, values: Mapping[int, tuple[int, int]], low: _Limits, high: _Limits
    ) -> dict[str, int] | None:
        """Try the whole numbers nearest to the values, and the values times what makes them so."""
        single = {form[0][0]: values[v] for v, form in enumerate(self._forms) if len(form) == 1}
        scale = lcm(*(below for _, below in single.values()))
        nearest = {name: (2 * n + d) // (2 * d) for name, (n, d) in single.items()}
        for data in (nearest, {name: n * scale // d for name, (n, d) in single.items()}):
            if all(self._sum(v, data) >= end for v, (end, _) in low.items()) and all(
                self._sum(v, data) <= end for v, (end, _) in high.items()
            ):
                return data
        return None

    def _limits(self, tag: _Tag, claims: Sequence[Claim]) -> list[tuple[int, bool, _Limit]]:
        """Return the variables that claims limit, whether from above, and the limits."""
        self._totals |= {self._variable(form) for one in claims for form in one.totals}
        return [
            (self._variable(form), upper, (end, tag))
            for one in claims
            for form, upper, end in one.limits
        ]

    def _variable(self, form: Form) -> int:
        if form in self._known:
            return self._known[form]
        line = _Line(1, {})
        if len(form) != 1:
            for name, weight in form:
                self._uses[self._variable(((name, 1),))] += 1
                self._add(line, weight * line.times, self._variable(((name, 1),)))
        number = self._known[form] = len(self._forms)
        self._forms.append(form)
        self._value.append(0)
        if len(form) != 1:
            self._lines[number] = line
        return number

    def _add(self, line: _Line, weight: int, variable: int) -> None:
        """Add a variable with a weight to a line."""
        inner = self._lines.get(variable) or _Line(1, {variable: 1})
        if inner.times != 1:
            line.times *= inner.times
            line.weights = {v: w * inner.times for v, w in line.weights.items()}
        for other, w in inner.weights.items():
            total = line.weights.get(other, 0) + weight * w
            if total:
                line.weights[other] = total
            else:
                del line.weights[other]
        line.shorten()

    def _check(self, low: _Limits, high: _Limits) -> frozenset[_Tag] | None:
        for v, (limit, _) in low.items():
            if v in high and high[v][0] < limit:
                return self._proved([(1, v, low[v], -1), (1, v, high[v], 1)])
        for v in range(len(self._value)):
            if v not in self._lines:
                if v in low:
                    self._value[v] = max(self._value[v], low[v][0])
                if v in high:
                    self._value[v] = min(self._value[v], high[v][0])
        while (broken := self._broken(low, high)) is not None:
            basic, side = broken  # side 1: above its upper limit, -1: below its lower one
            line = self._lines[basic]
            ends = [(high if w * side < 0 else low, v, w) for v, w in line.weights.items()]
            free = [v for end, v, _ in ends if v not in end or end[v][0] != self._value[v]]
            if not free:
                own = (high if side > 0 else low)[basic]
                used = [(line.times, basic, own, side)]
                used += [(abs(w), v, end[v], 1 if end is high else -1) for end, v, w in ends]
                return self._proved(used)
            self._pivot(basic, min(free))
            self._value[basic] = (high if side > 0 else low)[basic][0]
        return None

    def _broken(self, low: _Limits, high: _Limits) -> tuple[int, int] | None:
        """Return the first basic variable outside its limits, and on which side it is."""
        for v in sorted(self._lines):
            if v not in low and v not in high:
                continue
            line = self._lines[v]
            value = self._scaled(line)
            if v in high and value > high[v][0] * line.times:
                return v, 1
            if v in low and value < low[v][0] * line.times:
                return v, -1
        return None

    def _pivot(self, basic: int, other: int) -> None:
        """Exchange a basic variable and one of its line."""
        line = self._lines.pop(basic)
        weight = line.weights.pop(other)
        sign = 1 if weight > 0 else -1
        turned = {v: -sign * w for v, w in line.weights.items()} | {basic: sign * line.times}
        self._lines[other] = _Line(abs(weight), turned)
        for v, old in self._lines.items():
            if v != other and (times := old.weights.pop(other, 0)):
                self._add(old, times, other)

    def _proved(self, used: Sequence[tuple[int, int, _Limit, int]]) -> frozenset[_Tag]:
        """Check a refutation by adding up its inequalities, and return the tags in it."""
        names = sorted({name for _, v, _, _ in used for name, _ in self._forms[v]})
        rows: list[Row] = []
        multipliers: list[tuple[int, int]] = []
        for times, v, (limit, tag), side in used:
            weights = dict(self._forms[v])
            row = Row(tuple(side * weights.get(n, 0) for n in names), side * limit, str(tag))
            multipliers.append((len(rows), times))
            rows.append(row)
        if not is_refutation(rows, Refuted(tuple(multipliers))):
            raise AssertionError("the refutation does not check; this is a bug")
        return frozenset(tag for _, _, (_, tag), _ in used)
