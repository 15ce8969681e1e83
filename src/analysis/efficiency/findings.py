"""What a finding of the diagnosis is, and what its rules share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from analysis.base.periods import quarter_label
from analysis.efficiency.catalogue import indicator
from analysis.efficiency.dynamics import Values, trend
from analysis.efficiency.ratios import CapitalCost, series
from analysis.efficiency.statements import Book
from analysis.efficiency.words import FALLS, RISES, STAYS, Text, each, fill


@dataclass(frozen=True)
class Finding:
    """One sentence of the diagnosis.

    Attributes
    ----------
    rule_id : str
        Key of the rule.
    text : Text
        The sentence, English and Polish.
    rule : Text
        When it is said and how its figures are made.
    figures : tuple
        (name, quarter label, exact value) of every figure in it.
    correction : Text or None
        What the article's own argument for such a sentence gets wrong.
    """

    rule_id: str
    text: Text
    rule: Text
    figures: tuple[tuple[str, str, Fraction], ...]
    correction: Text | None = None


@dataclass(frozen=True)
class Subject:
    """What a rule looks at: a company's statements and indicators (closing, not annualised).

    ``cost`` is what the table's economic value added charges for capital, if anything.
    """

    statements: Book
    table: pd.DataFrame
    cost: CapitalCost | None = None
    found: dict[str, dict[int, Fraction | None]] = field(default_factory=dict)

    @property
    def quarters(self) -> list[int]:
        """Quarter indices in order."""
        return list(self.statements)

    def values(self, name: str) -> dict[int, Fraction]:
        """Return an indicator where it is defined."""
        if name not in self.found:
            self.found[name] = series(self.table, name)
        return {q: v for q, v in self.found[name].items() if v is not None}

    def complete(self, *names: str) -> bool:
        """Whether indicators are defined in every quarter."""
        return all(len(self.values(name)) == len(self.statements) for name in names)

    def column(self, *names: str) -> dict[int, Fraction]:
        """Return a sum of columns by quarter."""
        return {
            q: Fraction(sum(amounts[n] for n in names)) for q, amounts in self.statements.items()
        }


def figures(
    name: str, values: dict[int, Fraction], chosen: list[int] | None = None
) -> tuple[tuple[str, str, Fraction], ...]:
    """Record the figures of a sentence."""
    return tuple((name, quarter_label(q), values[q]) for q in (chosen or list(values)))


def trend_words(values: Values) -> tuple[Text, Text] | None:
    """Say where a trend goes and whether that is more than chance; None without a trend."""
    found = trend(values)
    if found is None:
        return None
    direction = {"rises": RISES, "falls": FALLS, "stays": STAYS}[found.direction]
    certain = (
        Text(
            "(95% interval of the slope without zero)",
            "(95-procentowy przedział nachylenia bez zera)",
        )
        if found.certain
        else Text(
            "(chance alone could do it: the 95% interval of the slope holds zero)",
            "(może to być przypadek: 95-procentowy przedział nachylenia zawiera zero)",
        )
    )
    return direction, certain


def trend_finding(
    subject: Subject, names: tuple[str, ...], unit: Callable[..., Text]
) -> list[Finding]:
    """Say how indicators move over the quarters, one sentence each."""
    made = []
    for name in names:
        values = subject.values(name)
        words = trend_words(values) if subject.complete(name) else None
        if words is None:
            continue
        record, first, last = indicator(name), min(values), max(values)
        made.append(
            Finding(
                f"trend-{name}",
                fill(
                    Text(
                        "{name} {moves} over the quarters, from {first} to {last} {certain}.",
                        "{name}: trend {moves}, od {first} do {last} {certain}.",
                    ),
                    name=Text(record.english, record.polish),
                    moves=words[0],
                    first=unit(values[first]),
                    last=unit(values[last]),
                    certain=words[1],
                ),
                Text(
                    "sign of the least-squares slope over all quarters; interval by t with n − 2 "
                    "degrees of freedom",
                    "znak nachylenia prostej najmniejszych kwadratów; przedział t o n − 2 "
                    "stopniach swobody",
                ),
                figures(name, values),
            )
        )
    return made


def by_sign(values: dict[int, Fraction]) -> tuple[list[int], list[int]]:
    """Return the quarters above zero and those below."""
    return [q for q, v in values.items() if v > 0], [q for q, v in values.items() if v < 0]


def told(values: dict[int, Fraction], chosen: list[int], unit: Callable[..., Text]) -> Text:
    """Write the values of chosen quarters."""
    return each([unit(values[q]) for q in chosen])
