"""What ``case.yaml`` may say, and where the files of a case lie."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from analysis.base.errors import InputError, system_error
from analysis.base.language import (
    Code,
    currency_words,
    language_of,
    locales,
    tr,
    use,
    using,
    words_of,
)
from analysis.base.periods import Calendar, count_by, end_day, months_in, parse_month
from analysis.base.text import PlainLoader
from analysis.tables import schema
from analysis.tables.columns import LAST_DAY, MONTH, CostCategory, forbidden

Words = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class Parameters(schema.Strict):
    """The contents of ``case.yaml``; `periods` and `date` are those of the rows if left out."""

    name: Annotated[str, Field(pattern=schema.NAME)]
    title: str
    subtitle: str
    kind: Literal["synthetic", "yours", "printed"]
    currency: Annotated[str, Field(pattern=schema.CURRENCY)]
    currency_name: Annotated[str, Field(pattern=schema.WORDS)] = "money"
    date: datetime.date = LAST_DAY
    source: schema.Source | None = None
    periods: schema.Periods = schema.ANY_PERIOD
    readings: dict[str, schema.Axis] = Field(default_factory=dict)
    calibration: schema.Calibration | None = None
    effect: Annotated[str, Field(min_length=1)] = "What keeps the firm from its targets"
    """What the causes of ``causes.csv`` are causes of, as the cause-and-effect diagram says it."""
    intake: schema.IntakeSettings = schema.IntakeSettings()
    columns: dict[str, dict[str, dict[str, str | Words] | None]] = Field(default_factory=dict)
    """By file (or ``file, sheet name``), table and header: which column of ours it is, or the words
    of the rows that are read."""
    accounts: dict[str, Literal[CostCategory, "ignore"]] = Field(default_factory=dict)
    """Kind of cost of the firm's own accounts: by name, or by the first digits of their numbers."""
    rates: dict[str, float | int | str] = Field(default_factory=dict)
    """Worth of one unit of other currencies, where ``rates.csv`` has none for the day or month."""
    capital_cost: schema.CapitalRates | None = None
    """For economic value added of quarterly statements, which leave both rates open."""
    indicators: dict[Annotated[str, Field(pattern=schema.ID)], schema.OwnIndicator] = Field(
        default_factory=dict
    )
    """Indicators of the firm's own by key."""
    engine: Literal["auto", "pandas", "duckdb"] = "auto"
    """What the rows are summed with; see :mod:`analysis.kpis.cube`."""
    language: Code = "en"
    """Of a firm's report, dashboard and messages."""
    locale: str | None = None
    """Whose numbers and names of months are used, if not those of ``LOCALES``."""
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    """Month in which the firm's year begins; all quarters, half-years and years are the firm's."""
    complete_from: datetime.date | None = None
    """First day of a firm that began within a quarter."""
    complete_through: datetime.date | None = None
    """Last day of which the rows are complete; the periods that it lies in are reported to date."""
    closed: Annotated[tuple[Annotated[str, Field(pattern=MONTH)], ...], Field(strict=False)] = ()
    """Months in which a table without rows had nothing to record, so that they count as zero."""

    @model_validator(mode="before")
    @classmethod
    def _words_are_those_of_the_language(cls, given: object) -> object:
        """Take subtitle and the currency's name (CLDR) from the language where there are none."""
        if not isinstance(given, dict):
            return given
        code: Code = given["language"] if given.get("language") in get_args(Code) else "en"
        usual = {"subtitle": words_of(code).get("Board report", "Board report")}
        if "currency_name" not in given and isinstance(given.get("currency"), str):
            usual["currency_name"] = currency_words(given["currency"], code)
        return usual | given

    @field_validator("rates")
    @classmethod
    def _are_above_zero(cls, rates: dict[str, float | int | str]) -> dict[str, float | int | str]:
        for currency, rate in rates.items():
            if not re.fullmatch(r"\d+(\.\d+)?", str(rate)) or float(rate) <= 0:
                rule = tr(
                    "the rate of {currency} must be a number above 0, such as 4.05",
                    currency=currency,
                )
                raise ValueError(rule)
        return rates

    @field_validator("accounts", mode="before")
    @classmethod
    def _numbers_are_names(cls, given: object) -> object:
        return {str(k): v for k, v in given.items()} if isinstance(given, dict) else given

    @field_validator("locale")
    @classmethod
    def _is_of_the_language(cls, locale: str | None, info: ValidationInfo) -> str | None:
        if locale and "language" in info.data and locale not in locales(info.data["language"]):
            known = ", ".join(locales(info.data["language"]))
            rule = tr("this locale is none of the language; known are {names}", names=known)
            raise ValueError(rule)
        return locale

    def speak(self) -> None:
        """Use the language of the case from now on."""
        use(self.language, self.locale)

    @model_validator(mode="after")
    def _ends_are_in_order(self) -> Parameters:
        first, last = self.complete_from, self.complete_through
        if first and last and first > last:
            ends = {"first": first, "last": last}
            rule = tr("complete_from ({first}) must not be after complete_through ({last})", **ends)
            raise ValueError(rule)
        return self

    @property
    def calendar(self) -> Calendar:
        """How the firm counts its time."""
        closed = tuple(map(parse_month, self.closed))
        ends = self.complete_from, self.complete_through
        return Calendar(self.fiscal_year_starts, *ends, closed)


@dataclass(frozen=True)
class Case:
    """A validated case and where its files lie.

    Attributes
    ----------
    root : Path
        The project's root folder.
    parameters : Parameters
        The validated ``case.yaml``.
    from_rows : frozenset of str
        Its keys that are taken from the rows: ``periods``, ``date`` or none.
    """

    root: Path
    parameters: Parameters
    from_rows: frozenset[str] = frozenset()

    def spanning(self, months: Collection[int], lasts: Iterable[str] = ()) -> Case:
        """Return the case with the periods and date of its rows, where ``case.yaml`` has none.

        Parameters
        ----------
        months : collection of int
            Indices of the months with a row.
        lasts : iterable of str
            The last day, month or quarter of each table. The date is the latest of days in the last
            month, or the end of it, unless the case says through which day its rows are complete.
        """
        ended = end_day(max(months), "month")
        days = [last for last in lasts if last.startswith(f"{ended:%Y-%m-}")]
        last = datetime.date.fromisoformat(max(days, default=str(ended)))
        about = self.parameters.complete_through or last
        found = {"periods": schema.periods_of(months), "date": about}
        update = {name: found[name] for name in sorted(self.from_rows)}
        return replace(self, parameters=self.parameters.model_copy(update=update))

    @property
    def name(self) -> str:
        """Name of the case, which is also its folder's name."""
        return self.parameters.name

    @property
    def raw(self) -> Path:
        """Folder of the immutable inputs."""
        return self.root / "data" / "raw" / self.name

    @property
    def processed(self) -> Path:
        """Folder of the machine-made tables."""
        return self.root / "data" / "processed" / self.name

    @property
    def has_own_rows(self) -> bool:
        """Whether its rows are handed in, not made up so that they meet what was printed."""
        parameters = self.parameters
        made_up = parameters.calibration is not None or parameters.source is not None
        return parameters.kind == "yours" or (parameters.kind == "synthetic" and not made_up)

    @property
    def method(self) -> Path:
        """Folder of the tables on diagnosis, strategy and targets.

        Where rows are handed in, in whatever form, that is where the checked tables are written.
        """
        return self.processed / "method" if self.has_own_rows else self.raw

    @property
    def figures(self) -> Path:
        """Folder of the figures and their plotted data."""
        return self.root / "figures" / self.name

    @property
    def service_types(self) -> tuple[schema.ServiceType, ...]:
        """Kinds of service with their names, as far as the case names them."""
        calibration = self.parameters.calibration
        return calibration.service_types if calibration else ()

    @property
    def has_claims(self) -> bool:
        """Whether something printed is to be judged."""
        return (self.raw / "claims.csv").is_file()

    def reading(self, choices: dict[str, str] | None = None) -> dict[str, str]:
        """One option per axis: the defaults, with some of them replaced.

        Raises
        ------
        InputError
            If an axis or an option is unknown.
        """
        axes = self.parameters.readings
        reading = {name: axis.default for name, axis in axes.items()}
        for name, option in (choices or {}).items():
            if name not in axes:
                known = f"known are {', '.join(axes)}" if axes else "the case has none"
                fix = "leave it out, or describe it under readings: in case.yaml"
                raise InputError(f"there is no reading of this name; {known}", value=name, fix=fix)
            if option not in axes[name].options:
                known = ", ".join(axes[name].options)
                rule = f"not an option of the reading {name}; known are {known}"
                raise InputError(rule, value=option)
            reading[name] = option
        return reading


def project_root(start: Path | None = None) -> Path:
    """Nearest folder at or above ``start`` (default: here) with pyproject.toml and data/raw.

    Raises
    ------
    InputError
        If there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").is_file() and (folder / "data" / "raw").is_dir():
            return folder
    raise InputError(
        "this is not inside the project (no folder above holds pyproject.toml and data/raw)",
        value=here,
        fix="change into the project's folder",
    )


def load_case(name: str, root: Path | None = None) -> Case:
    """Read and validate ``data/raw/<name>/case.yaml``, and count time as the case does.

    Raises
    ------
    InputError
        If the case does not exist, is not readable YAML, or breaks a rule of its schema.
    """
    root = root or project_root()
    path = _path_of(name, root)
    found = read_parameters(path, path.relative_to(root), name)
    if isinstance(found, Parameters):
        count_by(found.calendar)
        schema.use_indicators(found.indicators)
        case = Case(root, found, frozenset({"periods", "date"} - found.model_fields_set))
        months, lasts = _stored(case) if case.from_rows else (set(), [])
        return case.spanning(months, lasts) if months else case
    first, *others = found
    if others:
        first.rule += f" (more problems at {', '.join(str(other.column) for other in others)})"
    raise first


INVENTORY = "tables.csv"
"""Which tables came in, those with any row, with their number of rows and the days they cover."""

BY_MONTH = ("service", "sale", "cost", "staff_hours")
"""Tables that count as recorded in the months in which they have a row."""


def _stored(case: Case) -> tuple[set[int], list[str]]:
    """Return the months of a case's rows as they were stored, if they were, and tables' ends."""
    path = case.processed / INVENTORY
    if not path.is_file():
        return set(), []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["first"]]
    months: set[int] = set()
    for row in [row for row in rows if row["table"] in BY_MONTH] or rows:
        gaps = {
            month for label in filter(None, row["gaps"].split(", ")) for month in months_in(label)
        }
        first, last = months_in(row["first"][:7])[0], months_in(row["last"][:7])[-1]
        months |= set(range(first, last + 1)) - gaps
    return months, [row["last"] for row in rows]


def case_problems(name: str, root: Path) -> list[InputError]:
    """Return everything that is wrong with a case's ``case.yaml``; nothing if all is well.

    Raises
    ------
    InputError
        If there is no such case.
    """
    path = _path_of(name, root)
    with using(language_of(path)):
        found = read_parameters(path, path.relative_to(root), name)
    return [] if isinstance(found, Parameters) else found


def _path_of(name: str, root: Path) -> Path:
    cases = sorted(path.parent.name for path in (root / "data" / "raw").glob("*/case.yaml"))
    if name not in cases:
        raise InputError(
            "there is no case of this name (a folder of data/raw with a case.yaml); known are "
            + (", ".join(cases) or "none"),
            value=name,
            fix=f"create data/raw/{name}/case.yaml or choose one of those",
        )
    folder = root / "data" / "raw" / name
    if folder.resolve().parent != folder.parent.resolve():
        raise InputError(
            "the case's folder is a link that leads out of data/raw, where nothing is read",
            file=folder.relative_to(root),
            fix="copy the folder itself to this place",
        )
    return folder / "case.yaml"


def read_parameters(path: Path, shown: Path, name: str) -> Parameters | list[InputError]:
    """Read ``case.yaml``, or say all that is wrong with it."""
    at = partial(InputError, file=shown)
    if not path.resolve().is_relative_to(path.parent.resolve()):
        return [at("the file lies outside the case's folder", fix="put the file itself here")]
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), PlainLoader)
        rule, fix = tr("holds a control character"), tr("type the text again")
        texts = [(column, text) for column, text in schema.texts_of(content) if forbidden(text)]
        if texts:
            return [at(rule, column=column, value=text, fix=fix) for column, text in texts]
        parameters = Parameters.model_validate(content)
    except OSError as error:
        return [system_error(error, shown)]
    except UnicodeDecodeError:
        return [at(tr("the file is not UTF-8 text"), fix=tr("save it as UTF-8"))]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            return schema.schema_problems(error, shown, Parameters)
        return [schema.yaml_problem(error, shown)]
    if parameters.name != name:
        rule = tr("the name must be that of its folder, {name}", name=name)
        return [at(rule, column="name", value=parameters.name)]
    return parameters
