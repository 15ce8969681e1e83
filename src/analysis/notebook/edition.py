"""An edition of a case's report: which period it is about, and what that is compared with (4.3.6).

The report of a case is its own edition: the current period of ``case.yaml`` against the year
before, targets read as by default. A periodic report is any other: the chapters that depend on the
period, for a month, quarter, half-year or year, a base and readings of the targets.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.base import periods as time
from analysis.base.errors import InputError
from analysis.base.language import tr
from analysis.base.plan import ARTICLE, PAPER
from analysis.base.text import listed
from analysis.kpis.catalogue import Totals
from analysis.kpis.cube import CUBE, ledger_folder, read_cube
from analysis.tables.case import Case, load_case
from analysis.tables.strategy_tables import target_axes

YEAR_AGO = "year-ago"
PREVIOUS = "previous"

COMMITTED = (PAPER, ARTICLE)
"""Cases whose outputs are committed; all others, and reports on a period, are made on demand."""


@dataclass(frozen=True)
class Edition:
    """One report on a case; made by :func:`edition`.

    Attributes
    ----------
    case : Case
        The case.
    period : str
        A month, quarter, half-year or year.
    base : {"year-ago", "previous"}
        What the period is compared with.
    choices : mapping of str to str
        Readings of targets that replace the defaults of the case.
    asked : tuple of str
        What was asked for, as it stands in names; empty for the report of the case.
    detail : bool
        Whether a firm's report has its annex.
    """

    case: Case
    period: str
    base: str
    choices: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    detail: bool = False

    @property
    def periodic(self) -> bool:
        """Whether it is a periodic report, not the report of the case."""
        return bool(self.asked)

    @property
    def name(self) -> str:
        """Name of the report without suffix, such as ``segelec-2024Q1-previous``."""
        return "-".join((self.case.name, *self.asked, *(["detail"] if self.detail else [])))

    @property
    def grain(self) -> time.Grain:
        """Length of the period."""
        return time.parse_label(self.period)[0]

    @property
    def reading(self) -> dict[str, str]:
        """One option per axis."""
        return self.case.reading(dict(self.choices))

    @property
    def folder(self) -> Path:
        """Where what is not committed lies: figures and notebooks of a periodic report."""
        return self.case.root / ".build" / self.name

    @property
    def quarter(self) -> str:
        """Last quarter that has ended when the period ends, or else the ledger's first."""
        first = time.parse_quarter(self.case.parameters.periods.first)
        return time.period_label(max(first, time.last_ended(self.period, "quarter")), "quarter")

    @property
    def days(self) -> tuple[str, str]:
        """First and last day of the period, such as ``2023-01-01`` and ``2023-06-30``."""
        grain, index = time.parse_label(self.period)
        return time.first_day(index, grain).isoformat(), time.end_day(index, grain).isoformat()

    @property
    def rows(self) -> Path:
        """Folder of the ledger's tables."""
        return ledger_folder(self.case)

    @cached_property
    def sums(self) -> Totals:
        """The stored sums by month, type and segment."""
        return read_cube(self.case)

    @property
    def home(self) -> Path:
        """Folder that holds ``figures``."""
        return self.folder if self.periodic else self.case.root

    @property
    def parameters(self) -> dict[str, object]:
        """Parameters of notebooks, by name."""
        about: dict[str, object] = {"case": self.case.name, "period": self.period}
        base = self.base if self.is_compared else ""
        return about | {"base": base, "readings": dict(self.choices)}

    @property
    def is_compared(self) -> bool:
        """Whether the period that this one is compared with lies within the ledger."""
        return self.reaches(self.base_period())

    def base_period(self, base: str | None = None) -> str:
        """Label of the period that this one is compared with."""
        grain, index = time.parse_label(self.period)
        return time.period_label(index - time.distance(grain, base or self.base), grain)

    def reaches(self, label: str) -> bool:
        """Whether a period lies within the ledger."""
        first, last = _months(self.case)
        grain, index = time.parse_label(label)
        return first <= time.first_month(index, grain) and time.last_month(label) <= last

    def comparable(self) -> list[str]:
        """Periods of this length up to this one whose base lies within the ledger too."""
        grain, index = time.parse_label(self.period)
        back = time.distance(grain, self.base)
        first = time.containing(_months(self.case)[0] + time.MONTHS[grain] - 1, grain)
        return [time.period_label(number, grain) for number in range(first + back, index + 1)]

    def make_options(self) -> str:
        """Write what follows ``make report`` to build it, with a space before."""
        given = {"CASE": "" if self.case.name == "segelec" else self.case.name}
        if self.periodic:
            given |= {"PERIOD": self.period, "BASE": self.base if self.base != YEAR_AGO else ""}
            given["READING"] = " ".join(f"{k}={v}" for k, v in sorted(self.choices.items()))
        texts = {name: f'"{text}"' if " " in text else text for name, text in given.items()}
        return "".join(f" {name}={text}" for name, text in texts.items() if text)

    def title(self) -> str:
        """Say in a line which period a periodic report is on."""
        if not self.is_compared:
            return tr("Report on {period}", period=time.in_words(self.period))
        base = time.in_words(self.base_period())
        if time.is_to_date(self.period):
            base = time.base_words(self.grain, self.base, self.period)
        period = time.in_words(self.period)
        return tr("Report on {period}, compared with {base}", period=period, base=base)

    def about(self) -> str:
        """Say in two sentences what changes are measured on and how targets are read."""
        axes = self.case.parameters.readings
        told = [
            f"{name} = {option} ({axes[name].options[option]})"
            for name, option in sorted(self.choices.items())
        ]
        base = time.base_words(self.grain, self.base, self.period)
        against = tr("Changes are those on {base}", base=base)
        if not self.is_compared:
            against = tr("No earlier period is known")
        if not told:
            return f"{against}; {tr('targets are read as the case does by default.')}"
        return f"{against}; {tr('targets are read with {readings}.', readings=listed(told))}"


def edition(
    case: Case,
    *,
    period: str | None = None,
    base: str | None = None,
    readings: Iterable[str] = (),
    detail: bool = False,
) -> Edition:
    """Check what was asked for; asked for nothing, return the report of the case.

    Parameters
    ----------
    case : Case
        The case.
    period : str, optional
        Such as ``2024Q1``, ``2024-02``, ``2023H2`` or ``2023``; by default the current one of the
        case.
    base : {"year-ago", "previous"}, optional
        What to compare with; by default the year before.
    readings : iterable of str
        ``AXIS=OPTION``: readings of targets that replace the defaults.
    detail : bool
        Whether a firm's report has its annex.

    Raises
    ------
    InputError
        If the period has another form, lies outside the ledger, or has nothing to be compared
        with; if a base or reading is unknown.
    """
    if period:
        time.parse_label(period)
    texts = sorted(set(readings))
    given = [text for text in (period, base) if text]
    asked = (*given, *(text.replace("=", "-") for text in texts))
    current = case.parameters.periods.current
    choices = _choices(case, [choice(text) for text in texts])
    chosen = (period or current).removeprefix("FY")
    made = Edition(case, chosen, base or YEAR_AGO, choices, asked, detail)
    if made.periodic:
        _check_within(made)
    if base or (made.periodic and not case.has_own_rows):
        _check_base(made)
    return made


def begin(
    case: str,
    period: str | int | None = None,
    base: str | None = None,
    readings: Mapping[str, str] | None = None,
) -> Edition:
    """Check the parameters of a notebook, all at once, and return what it works on.

    Parameters
    ----------
    case : str
        Folder of ``data/raw``.
    period : str, optional
        Such as ``2024Q1``, ``2024-02``, ``2023H2`` or ``2023``; by default the current one of the
        case.
    base : {"year-ago", "previous"}, optional
        What the period is compared with. If given, the ledger must reach back to it.
    readings : mapping of str to str, optional
        Readings of targets that replace the defaults.

    Raises
    ------
    InputError
        With a line for every parameter that does not fit, and what it could be.
    """
    wrong: list[str] = []
    made = None
    if base not in (None, YEAR_AGO, PREVIOUS):
        wrong.append(f"base: there is no “{base}”; choose {YEAR_AGO} or {PREVIOUS}")
        base = None
    with _noting(wrong, "period"):
        if isinstance(period, int):
            fix = f'write "{period}" in quotes; with papermill, -r period {period}'
            raise InputError("a period is text", value=period, fix=fix)
    period = None if isinstance(period, int) else period
    with _noting(wrong, "case"):
        found = load_case(case)
        found.parameters.speak()
        if found.parameters.kind != "printed" and not (found.processed / CUBE).is_file():
            raise InputError(
                "the ledger of this case has not been built",
                value=case,
                fix=f"make report CASE={case}",
            )
        period = period and period.removeprefix("FY")
        made = Edition(found, period or found.parameters.periods.current, base or YEAR_AGO)
    with _noting(wrong, "period"):
        if made is not None:
            _check_within(made)
            if base is not None:
                _check_base(made)
        elif period:
            time.parse_label(period)
    if made is not None and readings:
        with _noting(wrong, "readings"):
            made = replace(made, choices=_choices(made.case, readings.items()))
    if made is None or wrong:
        raise InputError("\n".join(wrong))
    pd.set_option("display.width", 100, "display.max_columns", 20)  # whatever the terminal
    return made


@contextmanager
def _noting(wrong: list[str], parameter: str) -> Iterator[None]:
    """Note what is wrong with a parameter instead of raising it."""
    try:
        yield
    except InputError as error:
        wrong.append(f"{parameter}: {error}")


def asked_for(options: argparse.Namespace) -> Edition:
    """Return the edition that options of the command line ask for; see :func:`edition`."""
    case = load_case(options.case)
    case.parameters.speak()
    return edition(
        case,
        period=options.period,
        base=options.base,
        readings=options.reading,
        detail=options.detail,
    )


def choice(text: str) -> tuple[str, str]:
    """Split ``AXIS=OPTION``.

    Raises
    ------
    InputError
        If there is no equals sign.

    Examples
    --------
    >>> choice("target_kind=points")
    ('target_kind', 'points')
    """
    axis, mark, option = text.partition("=")
    if not mark:
        raise InputError("a reading is written as AXIS=OPTION", value=text)
    return axis, option


def _choices(case: Case, given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Check readings of targets, pairs of axis and option."""
    choices: dict[str, str] = {}
    known = target_axes(case)
    for axis, option in given:
        if axis in choices:
            raise InputError("this reading is chosen twice", value=axis)
        case.reading({axis: option})
        if axis not in known:
            raise InputError(
                "a report can read targets in another way; this reading is one of results, which "
                "needs another ledger",
                value=axis,
                fix=f"choose from {', '.join(sorted(known)) or 'none'}, or see "
                "python -m analysis ledger --help",
            )
        choices[axis] = option
    return choices


def _check_within(made: Edition) -> None:
    periods = made.case.parameters.periods
    if not made.reaches(made.period):
        raise InputError(
            f"the period lies outside the ledger, which runs from {periods.first} to "
            f"{periods.last}",
            value=made.period,
        )


def _check_base(made: Edition) -> None:
    base = made.base_period()
    closer = made.base != YEAR_AGO or made.grain == "year"
    if not made.reaches(base):
        raise InputError(
            f"there is nothing to compare with: {base} lies before the ledger, which begins with "
            f"{made.case.parameters.periods.first}",
            value=made.period,
            fix="choose a later period"
            + ("" if closer else ", or compare with the one before (BASE=previous)"),
        )


def _months(case: Case) -> tuple[int, int]:
    """First and last month of the ledger."""
    first, last = case.parameters.periods.first, case.parameters.periods.last
    return time.first_month(time.parse_quarter(first), "quarter"), time.last_month(last)


_TAKES_PERIOD = re.compile('^ *"period = ', re.MULTILINE)
"""A line of the parameters cell of notebooks that take a period."""


def chapters(made: Edition) -> list[Path]:
    """Choose the notebooks of a report, in reading order.

    A case whose ledger is calibrated to its claims has the numbered notebooks, which tell the
    paper's story; the one on the article is that of the article's case. A case with rows of its own
    has the board's pages, with details also the annex; what its publication prints, if there is
    one, follows. A case of claims alone has the chapter on claims. A report on a period has those
    of them that take one as their parameter.

    Raises
    ------
    InputError
        If the case has nothing to report on.
    """
    case, periodic = made.case, made.periodic
    notebooks = case.root / "notebooks"
    found: list[Path] = []
    if case.name == ARTICLE:
        found = sorted(notebooks.glob("[0-9][0-9]_article.ipynb"))
    elif case.parameters.calibration is not None:
        numbered = sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
        found = [path for path in numbered if not path.stem.endswith("_article")]
    elif case.has_own_rows:
        names = ["firm/board", *(["firm/annex"] if made.detail else [])]
        names += ["publication/claims"] if case.has_claims else []
        found = [notebooks / f"{name}.ipynb" for name in names]
    if found and periodic:
        return [path for path in found if _TAKES_PERIOD.search(path.read_text(encoding="utf-8"))]
    if found:
        return found
    if periodic:
        raise InputError(
            "a report on a period needs rows, and the case has none",
            file=case.raw.relative_to(case.root),
        )
    found = [notebooks / "publication" / "claims.ipynb"] if case.has_claims else []
    if not found:
        raise InputError(
            "there is nothing to report on: the case has no claims.csv",
            file=case.raw.relative_to(case.root),
            fix="write down what the firm publishes in claims.csv, as data/raw/courier does",
        )
    return found
