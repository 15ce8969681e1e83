"""Models of YAML files: what is wrong with one in words, and the parts of a ``case.yaml``.

The whole file, and where a case lies, stands in :mod:`analysis.tables.case`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from analysis.base import periods as time
from analysis.base.errors import InputError
from analysis.base.language import tr
from analysis.base.text import own_yaml
from analysis.tables.columns import broken_rule

NAME = r"^[a-z][a-z0-9_-]*$"
ID = r"^[a-z][a-z0-9_]*$"
CURRENCY = r"^[A-Z]{3}$"
WORDS = r"^[\p{L} ]+$"
PER_CENT = r"^\d{1,2}(\.\d+)?%$"
_PATTERNS = {"NAME": NAME, "ID": ID, "CURRENCY": CURRENCY, "WORDS": WORDS, "PER_CENT": PER_CENT}
_MESSAGES = own_yaml(__file__, "messages.yaml")
_SAID = {_PATTERNS.get(name, name): tuple(said) for name, said in _MESSAGES["said"].items()}
"""What a pattern or type of ``case.yaml`` asks for, in words, and what to do."""
_MISSING: Mapping[str, str] = _MESSAGES["missing"]
_YAML_REMEDIES: Mapping[str, str] = _MESSAGES["yaml"]
"""What to do about what the reader of YAML says."""


def yaml_problem(error: Exception, file: Path) -> InputError:
    """Say why a text is no YAML, and in which row."""
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or "syntax error"
    row = None if mark is None else mark.line + 1
    fix = next((fix for words, fix in _YAML_REMEDIES.items() if words in reason), None)
    rule = tr("not readable as YAML")
    return InputError(rule, file=file, row=row, value=reason, fix=fix and tr(fix))


def texts_of(found: object, path: str = "") -> Iterator[tuple[str, str]]:
    """List the texts in what a ``case.yaml`` holds, each after the path of its keys."""
    if isinstance(found, str):
        yield path, found
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from texts_of(value, f"{path}.{key}" if path else str(key))
    elif isinstance(found, Sequence):
        for place, value in enumerate(found):
            yield from texts_of(value, f"{path}.{place}")


def schema_problems(error: ValidationError, file: Path, top: type[BaseModel]) -> list[InputError]:
    """Turn pydantic's findings into our kind of message.

    Parameters
    ----------
    error : ValidationError
        What it found.
    file : Path
        How messages call the file.
    top : type of BaseModel
        The model of the whole file.
    """
    found = []
    for problem in error.errors():
        column = ".".join(str(part) for part in problem["loc"]) or None
        said = problem.get("ctx", {}).get("pattern", problem["type"])
        rule, fix = (text and tr(text) for text in _SAID.get(said, (broken_rule(problem), "")))
        if problem["type"] in {"model_type", "dict_type", "model_attributes_type"}:
            empty, other = tr("the file is empty or holds no keys"), tr("this must hold keys")
            rule = empty if column is None else other
        elif problem["type"] == "extra_forbidden":
            rule, fix = _unknown_key(problem["loc"], top)
        elif problem["type"] == "missing":
            add = tr("add a line {key}: ..., as data/raw/template/case.yaml has it", key=column)
            rule = tr("this key is required")
            fix = tr(_MISSING[column]) if column and column in _MISSING else add
        value = None if problem["type"] in {"missing", "value_error"} else problem["input"]
        found.append(InputError(rule, file=file, column=column, value=value, fix=fix or None))
    return found


def _unknown_key(place: tuple[int | str, ...], top: type[BaseModel]) -> tuple[str, str]:
    """Say which keys are known where an unknown one stands, and which it may be a slip of."""
    model: type[BaseModel] | None = top
    for part in place[:-1]:
        if model is not None and part in model.model_fields:
            model = _model_in(model.model_fields[str(part)].annotation)
    known = list(model.model_fields) if model is not None else []
    near = get_close_matches(str(place[-1]), known, n=1, cutoff=0.6)
    rule = tr("this key is unknown; known are {names}", names=", ".join(known))
    return rule, tr("did you mean {name}?", name=near[0]) if near else tr("take it out")


def _model_in(kind: Any) -> type[BaseModel] | None:
    """Return the model that a field holds, be it by itself, in a list or under names."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for part in get_args(kind) if (found := _model_in(part))), None)


class Strict(BaseModel):
    """Unknown keys are refused and values are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Source(Strict):
    """The publication whose printed numbers the case holds."""

    authors: str
    title: str
    published: str


class Axis(Strict):
    """One question that the print leaves open, its reasonable answers, and the default one."""

    question: str
    default: str
    options: Annotated[dict[str, str], Field(min_length=1)]

    @model_validator(mode="after")
    def _default_is_an_option(self) -> Axis:
        if self.default not in self.options:
            names = ", ".join(self.options)
            rule = tr(
                "default '{name}' is none of the options: {names}", name=self.default, names=names
            )
            raise ValueError(rule)
        return self


class ServiceType(Strict):
    """A kind of service; ``printed`` says whether the publication names it."""

    id: Annotated[str, Field(pattern=ID)]
    name: str
    printed: bool


class Range(Strict):
    """A closed range of whole numbers."""

    min: int
    max: int

    @model_validator(mode="after")
    def _is_in_order(self) -> Range:
        if self.min > self.max:
            raise ValueError(f"min ({self.min}) must not exceed max ({self.max})")
        return self


class Calibration(Strict):
    """What the print leaves open and a synthetic ledger must choose."""

    seed: int
    respondents: Range
    service_types: Annotated[tuple[ServiceType, ...], Field(min_length=2, strict=False)]


class Periods(Strict):
    """First and last quarter of the ledger, the AS-IS period and the reported quarter.

    Left out, the AS-IS period is the first quarter, and the reported quarter the last.
    """

    first: str
    last: str
    baseline: str
    current: str

    @model_validator(mode="before")
    @classmethod
    def _ends_are_usual(cls, given: object) -> object:
        if not isinstance(given, dict) or not {"first", "last"} <= given.keys():
            return given
        return {"baseline": given["first"], "current": given["last"]} | given

    @field_validator("first", "last", "current", "baseline")
    @classmethod
    def _is_a_period(cls, label: str, info: ValidationInfo) -> str:
        try:
            if info.field_name == "current" and "-" in label:
                time.parse_month(label)
            else:
                time.parse_period(label) if info.field_name == "baseline" else time.parse_quarter(
                    label
                )
        except InputError as error:
            raise ValueError(f"“{label}”: {error.rule}; {error.fix}") from error
        return label.replace("FY", "")

    @model_validator(mode="after")
    def _are_periods_in_order(self) -> Periods:
        first, last = time.parse_quarter(self.first), time.parse_quarter(self.last)
        grain, current = time.parse_label(self.current)
        named = self.model_dump()
        if first > last:
            rule = tr(
                "first ({first}) must not be after last ({last}); correct one of them", **named
            )
            raise ValueError(rule)
        if grain == "quarter" and not first <= current <= last:
            rule = tr(
                "current ({current}) must lie between first ({first}) and last ({last})", **named
            )
            raise ValueError(rule)
        if not all(first <= quarter <= last for quarter in time.parse_period(self.baseline)):
            raise ValueError(tr("baseline ({baseline}) must lie within first and last", **named))
        return self


def periods_of(months: Collection[int]) -> Periods:
    """Return the periods of rows, for a ``case.yaml`` that names none.

    Parameters
    ----------
    months : collection of int
        Indices of the months with a row.

    Returns
    -------
    Periods
        The report is about the last quarter with a row in each of its months, or about the one that
        lies open if the case says through which day it is complete. Rows that hold no whole quarter
        give a report on their last month.

    Examples
    --------
    >>> periods_of(range(12 * 2023 + 1, 12 * 2024 + 11)).current
    '2024Q3'
    >>> periods_of([*range(12 * 2024, 12 * 2024 + 8), 12 * 2024 + 9]).current
    '2024Q2'
    >>> periods_of([12 * 2024 + 4]).current
    '2024-05'
    """
    through = time.calendar().complete_through
    known = {month for month in months if through is None or month <= time.month_of(through)}
    known |= set(time.calendar().closed)
    quarters = sorted({time.containing(month, "quarter") for month in known})
    whole = [q for q in quarters if set(time.covered(q, "quarter")) <= known]
    current = time.month_label(max(known))
    if whole:
        current = time.quarter_label((whole if through is None else quarters)[-1])
    first, last = time.quarter_label(quarters[0]), time.quarter_label(quarters[-1])
    return Periods(first=first, last=last, baseline=first, current=current)


ANY_PERIOD = Periods(first="1900Q1", last="2199Q4", baseline="1900Q1", current="2199Q4")
"""Stands for the periods of rows that were not read yet."""


class IntakeSettings(Strict):
    """How a case's own files are written, where that cannot be told from the files.

    A setting that is left out is taken from the files if they leave no doubt; whatever they leave
    in doubt is asked for.
    """

    encoding: Literal["utf-8", "cp1252", "cp1250", "latin-1"] | None = None
    delimiter: Literal["comma", "semicolon", "tab", "pipe"] | None = None
    decimal: Literal["point", "comma"] | None = None
    dates: Literal["iso", "day-first", "month-first"] | None = None
    two_digit_years: Literal[1900, 2000] | None = None
    below_zero: Literal["leave-out", "subtract"] | None = None
    """Whether sales below zero are left out, as payments in a bank statement, or subtracted."""
    credit_notes: Literal["subtract", "add"] | None = None
    """Whether rows that say they are credit notes, and whose amounts have no minus, get one."""
    not_empty: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Words that elsewhere stand for an empty cell, such as NA, and here mean something."""
    unnamed_customers: Annotated[tuple[str, ...], Field(strict=False)] | None = None
    """Names under which sales to anybody are booked; if left out, the usual ones."""
    ignore: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Names of files, folders and sheets that look like tables and are none."""
    sales_may_differ_by: Annotated[int, Field(ge=0, le=100)] = 0
    """Per cent by which invoices and statements may disagree on a quarter's sales."""
    cash_may_differ_by: Annotated[int, Field(ge=0, le=100)] = 0
    """Per cent of a quarter's closing cash by which it may differ from what the flows lead to."""


Share = Annotated[str, Field(pattern=PER_CENT)]


class CapitalRates(Strict):
    """What a firm's capital costs in a year, and the tax on operating profit: for value added."""

    rate: Share
    tax: Share

    @property
    def shares(self) -> tuple[Fraction, Fraction]:
        """Both as exact fractions of one."""
        rate, tax = (Fraction(text.rstrip("%")) / 100 for text in (self.rate, self.tax))
        return rate, tax


class OwnIndicator(Strict):
    """An indicator of the firm's own: a measure, or one divided by another."""

    name: Annotated[str, Field(min_length=1)]
    level: str
    unit: Annotated[str, Field(min_length=1)] = "money"
    better: Literal["higher", "lower"] = "higher"
    perspective: Literal["Financial", "Customer", "Internal processes", "People"] = "Financial"
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    definition: str = ""


Own = tuple[tuple[str, OwnIndicator], ...]
"""Indicators of a firm's own by key."""

_own: Own = ()


def use_indicators(own: Mapping[str, OwnIndicator]) -> None:
    """Add a firm's own indicators to the catalogue, from now on and in the whole process."""
    global _own
    _own = tuple(own.items())


def own_indicators() -> Own:
    """Return the firm's own indicators."""
    return _own
