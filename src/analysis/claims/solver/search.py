"""Whole numbers that meet claims, found or refuted by branching on one tableau."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import chain, islice
from math import lcm
from operator import or_

from analysis.claims.solver.system import Claim, Data, Linear, Number, System, primitive, reachable
from analysis.claims.solver.tableau import Form, Limit, Limits, Links, Question, Tableau

FEW_CASES = 1_000
"""So many cases are looked at where many questions are asked."""

MOST_CASES = 20_000
"""So many cases of one question are looked at before it is given up."""

_GUESSES = 20
"""So many cases are looked at where whole numbers are likely."""

_TOTALS_FIRST = 8
"""In all but one of so many cases totals are made whole before single quantities."""

_DEEPEST = 450


_Limited = tuple[int, bool, Limit]
"""A variable, whether it is limited from above, and the limit."""

Content = tuple[tuple[tuple[Form, int | None, int | None], ...], tuple[Form, ...]]
"""Sums with what they cannot go below and exceed, and the sums to branch on."""


class UndecidedError(Exception):
    """The search was given up before it had an answer."""


class ImpossibleError(Exception):
    """No data set agrees with the print, so that nothing can be bounded."""


class Search:
    """Claims over whole numbers of at least zero.

    Parameters
    ----------
    rules : sequence of Claim
        What always holds.
    claims : mapping of str to sequence of Claim
        What can be switched on and off, by tag.
    """

    def __init__(self, rules: Sequence[Claim], claims: Mapping[str, Sequence[Claim]]) -> None:
        self._tableau = Tableau()
        self._totals: set[int] = set()  # a total can settle at once what its parts would not
        self._cases = self.looked_at = 0
        self._links = Links()  # of a part
        self._last: tuple[object, Question] | None = None  # without what was added to it
        self._rules = self._limits(0, rules)
        self._bits = {tag: 1 << number for number, tag in enumerate(claims)}
        self._claims = {tag: self._limits(self._bits[tag], made) for tag, made in claims.items()}

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
            A data set for the quantities of these claims and of the rules that touch them; or the
            tags of claims; or None if it stays open.
        """
        with self._asked(tags, more) as question:
            self.looked_at = 0
            found = self._answer(question, most)
        if not isinstance(found, int):
            return found
        return tuple(tag for tag, bit in self._bits.items() if found & bit)

    def point(self, tags: Iterable[str]) -> dict[str, Fraction] | None:
        """Return numbers that meet some claims and need not be whole; None if there are none."""
        with self._asked(tags, ()) as question:
            if self._tableau.meet(question.low, question.high) is not None:
                return None
            return {name: Fraction(*self._tableau.at(v)) for name, v in question.singles.items()}

    def limit(
        self,
        above: Linear,
        below: Linear,
        side: int,
        tags: Iterable[str],
        more: Sequence[Claim] = (),
    ) -> tuple[Fraction | None, dict[str, int] | None]:
        """Return what a quotient cannot exceed (side -1: go below) even if nothing need be whole.

        Returns
        -------
        Fraction or None
            None if nothing limits it.
        dict or None
            A data set at this limit, if one is easy to find.

        Raises
        ------
        ImpossibleError
            If no data set meets the claims.
        """
        with self._asked(tags, more) as question:
            low, high, tableau = question.low, question.high, self._tableau
            if tableau.meet(low, high) is not None:
                raise ImpossibleError("no data set agrees with these claims")
            if below.terms:
                return _highest(question, tableau.forms, above, below, side)
            form, scale = primitive(above)
            way = side if scale > 0 else -side
            found = tableau.maximise(tableau.variable(form), way, low, high)
            if found is None:
                return None, None
            values = {v: tableau.at(v) for v in question.singles.values()}
            return Fraction(found, scale) + above.constant, _whole(question, values)

    def content(self, tags: Iterable[str], more: Sequence[Claim]) -> Content:
        """Return all limits on what some claims touch, and the sums to branch on."""
        with self._asked(tags, more) as asked:
            low, high = ({v: end for v, (end, _) in one.items()} for one in (asked.low, asked.high))
            forms = asked.forms.items()
            totals = tuple(form for v, form in forms if v in asked.totals)
            ends = ((form, low.get(v), high.get(v)) for v, form in forms if v in low or v in high)
            return tuple(ends), totals

    def holding(self, data: Data) -> set[str]:
        """Return the tags of claims that a data set meets; none if it breaks a rule."""
        forms = self._tableau.forms
        sums = {v: sum(weight * data[n] for n, weight in form) for v, form in forms.items()}

        def met(limits: Sequence[_Limited]) -> bool:
            return all(sums[v] <= e if upper else sums[v] >= e for v, upper, (e, _) in limits)

        held = {tag for tag, limits in self._claims.items() if met(limits)}
        return held if met(self._rules) else set()

    def _limits(self, tag: int, claims: Sequence[Claim]) -> list[_Limited]:
        """Return the variables that claims limit, whether from above, and the limits."""
        variable = self._tableau.variable
        self._totals |= {variable(form) for one in claims for form in one.totals}
        return [
            (variable(form), upper, (end, tag)) for one in claims for form, upper, end in one.limits
        ]

    @contextmanager
    def _asked(self, tags: Iterable[str], more: Sequence[Claim]) -> Iterator[Question]:
        """Set the limits of a question; sums that it alone speaks of are dropped after it."""
        forms, number = self._tableau.forms, len(self._tableau.forms)
        key = (tuple(tags), number, len(self._totals))
        if self._last is None or self._last[0] != key:
            chosen = [*chain.from_iterable(self._claims[tag] for tag in key[0])]
            nothing = Question({}, {}, {}, self._totals, self._links, set())
            self._last = key, self._with(nothing, [*self._rules, *chosen], chosen)
        asked = self._last[1]
        try:
            added = self._limits(0, more)
            yield self._with(asked, added, added) if added else asked
        finally:
            new = {v for v in islice(forms, number, None) if len(forms[v]) > 1}
            self._totals -= new
            for v in sorted(new):
                self._tableau.drop(v)
                self._links.drop(v)

    def _with(
        self, asked: Question, added: Sequence[_Limited], about: Sequence[_Limited]
    ) -> Question:
        """Return a question with more limits, and all that some of them touch."""
        forms, low, high = self._tableau.forms, dict(asked.low), dict(asked.high)
        low |= {v: (0, 0) for v, form in forms.items() if len(form) == 1 and v not in low}
        for v, upper, limit in added:
            side = high if upper else low
            if v not in side or (limit[0] < side[v][0] if upper else limit[0] > side[v][0]):
                side[v] = limit
        names = asked.names.union(*(_names(forms[v]) for v, _, _ in about))
        if names != asked.names:
            sums = [_names(forms[v]) for v in low.keys() | high.keys() if len(forms[v]) > 1]
            names = reachable(names, sums)
        touched = {v: form for v, form in forms.items() if names.issuperset(_names(form))}
        if isinstance(self, Part):
            for v, form in touched.items():
                if len(form) > 1 and v not in asked.links.sums:
                    asked.links.add(v, self._parts(v, touched))
        changed = [other for v, _, _ in added for other in asked.links.using(v)]
        return Question(touched, low, high, self._totals, asked.links, names, changed)

    def _linked(self, touched: Mapping[int, Form], low: Limits, high: Limits) -> Links:
        """Return how sums that are limited, or branched on, limit their parts."""
        sums = [v for v, form in touched.items() if len(form) > 1]
        limited = low.keys() | high.keys() | self._totals
        parts = {v: self._parts(v, touched) for v in sums if v in limited}
        links = Links()
        for v in sorted(parts, key=lambda v: -len(parts[v])):
            links.add(v, parts[v])  # the parts of a short sum limit each other the most
        return links

    def _parts(self, v: int, touched: Mapping[int, Form]) -> list[tuple[int, int]]:
        """Write a sum by its quantities, or by totals of them where it has whole ones."""
        left, parts = dict(touched[v]), []
        for other in self._totals & touched.keys() - {v}:
            times = {left.get(name) for name, _ in touched[other]}
            if len(times) == 1 and (weight := times.pop()):
                parts.append((other, weight))
                left = {n: w for n, w in left.items() if (n, 1) not in touched[other]}
        return parts + [(self._tableau.variable(((n, 1),)), w) for n, w in left.items()]

    def _answer(self, asked: Question, most: int) -> dict[str, int] | int | None:
        """Decide a question: by what limits say of each other, by fractions, then by branching.

        Before a long search, it looks where rounding can break no limit.
        """
        low, high = dict(asked.low), dict(asked.high)
        is_part = isinstance(self, Part)
        if is_part and most > 1:
            refuted = asked.links.narrow(low, high, asked.changed)
            if refuted is not None:
                return refuted
        self._cases = 1
        found = self._split(asked, asked.low, asked.high, None, 0)
        if found is not None or most == 1:
            return found
        self._cases = _GUESSES
        found = self._split(asked, *self._inside(asked), None, 0)
        if isinstance(found, dict):
            return found
        if not is_part:
            self._cases = _GUESSES
            found = self._split(asked, low, high, None, 0)
            if found is not None:
                return found
            asked.links = self._linked(asked.forms, low, high)
        self._cases = most
        return self._split(asked, low, high, () if is_part else asked.links.sums, 0)

    def _inside(self, asked: Question) -> tuple[Limits, Limits]:
        """Return limits so far inside that rounding keeps to the limits, where there is room."""
        low, high, forms = dict(asked.low), dict(asked.high), self._tableau.forms
        pinned = {v for v in low.keys() & high.keys() if low[v][0] == high[v][0]}
        fixed = {name for name, v in asked.singles.items() if v in pinned}
        for v in low.keys() | high.keys():
            form = forms[v]
            slack = (1 + sum(abs(weight) for name, weight in form if name not in fixed)) // 2
            room = high[v][0] - low[v][0] if v in low and v in high else 2 * slack
            if len(form) > 1 and room >= 2 * slack:
                if v in low:
                    low[v] = (low[v][0] + slack, 0)
                if v in high:
                    high[v] = (high[v][0] - slack, 0)
        return low, high

    def _split(
        self, asked: Question, low: Limits, high: Limits, changed: Iterable[int] | None, depth: int
    ) -> dict[str, int] | int | None:
        """Branch on a quantity that is not whole; a case that the conflict does not use is cut.

        What each limit that was `changed` says of others is worked out before; None leaves that.
        """
        case = 1 << (len(self._bits) + depth)
        while True:
            self._cases -= 1
            self.looked_at += 1
            if changed is not None:
                refuted = asked.links.narrow(low, high, changed)
                if refuted is not None:
                    return refuted
            core = self._tableau.meet(low, high)
            if core is not None:
                return reduce(or_, core)
            values = {v: self._tableau.at(v) for v in asked.order}
            data = _whole(asked, values)
            if data is not None or self._cases <= 0 or depth > _DEEPEST:
                return data
            other = self.looked_at % _TOTALS_FIRST == 0
            broken = (
                ((v in self._totals) is other, n // d, v) for v, (n, d) in values.items() if d > 1
            )
            _, at, v = min(broken)  # rounding what is small changes ratios the most
            if changed is not None:
                changed = asked.links.using(v)
            part = self._split(asked, dict(low), high | {v: (at, case)}, changed, depth + 1)
            if not isinstance(part, int) or not part & case:
                return part
            low = low | {v: (at + 1, part & ~case)}


class Part(Search):
    """A search for all that one question limits, under the empty tag, with narrowed limits.

    All questions on ranges within these limits go to it, so they are linked and narrowed once.

    Parameters
    ----------
    content : tuple
        As :meth:`Search.content` returns it.
    """

    def __init__(self, content: Content) -> None:
        super().__init__((), {})
        checked, totals = content
        variable = self._tableau.variable
        self._totals |= {variable(form) for form in totals}
        made = [(variable(form), least, most) for form, least, most in checked]
        low: Limits = {v: (end, 0) for v, end, _ in made if end is not None}
        high: Limits = {v: (end, 0) for v, _, end in made if end is not None}
        self._links = self._linked(self._tableau.forms, low, high)
        self._links.narrow(low, high, self._links.sums)
        self._bits[""] = 0
        below = [(v, False, end) for v, end in low.items()]
        self._claims[""] = below + [(v, True, end) for v, end in high.items()]


@lru_cache(maxsize=2**14)
def _names(form: Form) -> frozenset[str]:
    return frozenset(name for name, _ in form)


def _whole(asked: Question, values: Mapping[int, tuple[int, int]]) -> dict[str, int] | None:
    """Try the whole numbers nearest to the values, and the values times what makes them so."""
    parts = {name: values[v] for name, v in asked.singles.items()}
    nearest = {name: (2 * n + d) // (2 * d) for name, (n, d) in parts.items()}
    if asked.met(nearest):
        return nearest
    scale = lcm(*(d for _, d in parts.values()))
    scaled = {name: n * scale // d for name, (n, d) in parts.items()}
    return scaled if scale > 1 and asked.met(scaled) else None


def _highest(
    asked: Question, forms: Mapping[int, Form], above: Linear, below: Linear, side: int
) -> tuple[Fraction | None, dict[str, int] | None]:
    """Return what a quotient cannot exceed, and a data set there if one is easy to find.

    Charnes and Cooper (1962): with one over the denominator as a quantity and all others in
    proportion to it, the quotient becomes a sum; zero stands for quantities beyond all limits.
    """
    wide = Tableau()
    one = wide.variable((("", 1),))
    ends: tuple[Limits, Limits] = {one: (0, 0)}, {}
    for old, made in zip((asked.low, asked.high), ends, strict=True):
        for v, (end, _) in old.items():
            made[wide.variable((("", -end), *forms[v]) if end else forms[v])] = (0, 0)
    form, unit = primitive(Linear((*_times_one(below), *below.terms)))
    for made in ends:
        made[wide.variable(form)] = (unit.numerator, 0)
    if wide.meet(*ends) is not None:
        raise ImpossibleError("no data set agrees with these claims")
    form, scale = primitive(Linear((*_times_one(above), *above.terms)))
    found = wide.maximise(wide.variable(form), side if scale > 0 else -side, *ends)
    if found is None:
        return None, None
    limit, (size, times) = Fraction(found, scale * unit.denominator), wide.at(one)
    if size == 0:
        return limit, None
    values = {}
    for name, v in asked.singles.items():
        n, d = wide.at(wide.variable(((name, 1),)))
        values[v] = Fraction(n * times, d * size).as_integer_ratio()
    return limit, _whole(asked, values)


def _times_one(expression: Linear) -> tuple[tuple[str, Number], ...]:
    return (("", expression.constant),) if expression.constant else ()


def search_of(system: System) -> Search:
    """Return the search for a system, with all its claims under one tag, which is empty."""
    return Search((), {"": (*system.definitions, *system.claims)})


def found_by(search: Search, most: int) -> dict[str, int] | None:
    """Return a data set under the empty tag; None if there is none, an error if it stays open."""
    found = search.decide([""], (), most)
    if found is None:
        raise UndecidedError(f"no answer after {most:,} cases")
    return found if isinstance(found, dict) else None


def witness(system: System) -> dict[str, int] | None:
    """Find a data set that meets every claim; None if it is proved that there is none.

    Raises
    ------
    UndecidedError
        If the search had to be given up.

    Examples
    --------
    A total of 12 of which one part is twice the other:

    >>> from analysis.claims.solver.system import equal, quantity
    >>> one, other = quantity("one"), quantity("other")
    >>> twice = equal("twice", one, other * 2)
    >>> witness(System((equal("total", one + other, Linear((), Fraction(12))), twice)))
    {'one': 8, 'other': 4}
    >>> witness(System((equal("total", one + other, Linear((), Fraction(13))), twice)))
    """
    found = found_by(search_of(system), MOST_CASES)
    if found is None:
        return None
    data = dict.fromkeys(system.names, 0) | found
    if not all(claim.holds(data) for claim in (*system.definitions, *system.claims)):
        raise AssertionError("the data set does not check; this is a bug")
    return data
