"""What is wrong with a ``case.yaml``, in words, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from analysis.base.errors import InputError, system_error
from analysis.base.periods import parse_period, parse_quarter
from analysis.base.text import PlainLoader, texts_of
from analysis.tables.columns import broken_rule, forbidden

NAME = r"^[a-z][a-z0-9_-]*$"
ID = r"^[a-z][a-z0-9_]*$"
CURRENCY = r"^[A-Z]{3}$"
WORDS = r"^[\p{L} ]+$"
_SAID: Mapping[str, tuple[str, str]] = {
    NAME: ("must be small letters, digits, hyphens and underscores", "write it like acme"),
    ID: ("must be small letters, digits and underscores", "write it like new_door"),
    CURRENCY: ("must be the three capital letters of a currency", "write it like PEN"),
    WORDS: ("must be letters and spaces", "write it like soles"),
    "string_type": ("must be text", "put it between quotation marks"),
    "int_type": ("must be a whole number", "write digits alone, without quotation marks"),
    "bool_type": ("must be true or false", "write one of the two"),
    "date_type": ("must be a day", "write it like 2024-12-31, without quotation marks"),
    "tuple_type": ("must be a list", "write each entry on a line of its own, after a hyphen"),
    "too_short": ("must have more entries", "add some"),
}
"""What a pattern or type of ``case.yaml`` asks for, in words, and what to do."""


_YAML_REMEDIES: Mapping[str, str] = {
    "mapping values are not allowed here": "put a text that holds a colon into quotation marks, "
    'such as title: "Acme: a year of growth", and let keys of one level begin in one column',
    "cannot start any token": "indent with blanks, not tabs, and put a text that begins with a "
    "special character into quotation marks",
    "expected <block end>": "let keys of one level begin in one column, and put a text that holds "
    "quotation marks or a colon into quotation marks of the other kind",
}
"""What to do about what the reader of YAML says."""


def yaml_problem(error: Exception, file: Path) -> InputError:
    """Say why a text is no YAML, and in which row."""
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or "syntax error"
    row = None if mark is None else mark.line + 1
    fix = next((fix for words, fix in _YAML_REMEDIES.items() if words in reason), None)
    return InputError(f"not readable as YAML ({reason})", file=file, row=row, fix=fix)


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
        rule, fix = _SAID.get(said, (broken_rule(problem), None))
        if problem["type"] in {"model_type", "dict_type", "model_attributes_type"}:
            rule = "the file is empty or holds no keys" if column is None else "this must hold keys"
        elif problem["type"] == "extra_forbidden":
            rule, fix = _unknown_key(problem["loc"], top)
        elif problem["type"] == "missing":
            rule = "this key is required"
        value = None if problem["type"] in {"missing", "value_error"} else problem["input"]
        found.append(InputError(rule, file=file, column=column, value=value, fix=fix))
    return found


def _unknown_key(place: tuple[int | str, ...], top: type[BaseModel]) -> tuple[str, str | None]:
    """Say which keys are known where an unknown one stands, and which it may be a slip of."""
    model: type[BaseModel] | None = top
    for part in place[:-1]:
        if model is not None and part in model.model_fields:
            model = _model_in(model.model_fields[str(part)].annotation)
    known = list(model.model_fields) if model is not None else []
    near = get_close_matches(str(place[-1]), known, n=1, cutoff=0.6)
    rule = f"this key is unknown; known are {', '.join(known)}"
    return rule, f"did you mean {near[0]}?" if near else "take it out"


def _model_in(kind: Any) -> type[BaseModel] | None:
    """Return the model that a field holds, be it by itself, in a list or under names."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for part in get_args(kind) if (found := _model_in(part))), None)


class _Strict(BaseModel):
    """Unknown keys are refused and values are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Source(_Strict):
    """The publication whose printed numbers the case holds."""

    authors: str
    title: str
    published: str


class Periods(_Strict):
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
            parse_period(label) if info.field_name == "baseline" else parse_quarter(label)
        except InputError as error:
            raise ValueError(f"“{label}”: {error.rule}; {error.fix}") from error
        return label

    @model_validator(mode="after")
    def _are_periods_in_order(self) -> Periods:
        first, last, current = (
            parse_quarter(label) for label in (self.first, self.last, self.current)
        )
        if first > last:
            raise ValueError(
                f"first ({self.first}) must not be after last ({self.last}); correct one of them"
            )
        if not first <= current <= last:
            raise ValueError(
                f"current ({self.current}) must lie between first ({self.first}) "
                f"and last ({self.last})"
            )
        if not all(first <= quarter <= last for quarter in parse_period(self.baseline)):
            raise ValueError(f"baseline ({self.baseline}) must lie within first and last")
        return self


class Axis(_Strict):
    """One question that the print leaves open, its reasonable answers, and the default one."""

    question: str
    default: str
    options: Annotated[dict[str, str], Field(min_length=1)]

    @model_validator(mode="after")
    def _default_is_an_option(self) -> Axis:
        if self.default not in self.options:
            raise ValueError(
                f"default '{self.default}' is none of the options: {', '.join(self.options)}"
            )
        return self


class ServiceType(_Strict):
    """A kind of service; ``printed`` says whether the publication names it."""

    id: Annotated[str, Field(pattern=ID)]
    name: str
    printed: bool


class Range(_Strict):
    """A closed range of whole numbers."""

    min: int
    max: int

    @model_validator(mode="after")
    def _is_in_order(self) -> Range:
        if self.min > self.max:
            raise ValueError(f"min ({self.min}) must not exceed max ({self.max})")
        return self


class Calibration(_Strict):
    """What the print leaves open and a synthetic ledger must choose."""

    seed: int
    respondents: Range
    service_types: Annotated[tuple[ServiceType, ...], Field(min_length=2, strict=False)]


class IntakeSettings(_Strict):
    """How a case's own files are written, where that cannot be told from the files.

    A setting that is left out is taken from the files if they leave no doubt; whatever they leave
    in doubt is asked for.
    """

    encoding: Literal["utf-8", "cp1252", "cp1250", "latin-1"] | None = None
    delimiter: Literal["comma", "semicolon", "tab", "pipe"] | None = None
    decimal: Literal["point", "comma"] | None = None
    dates: Literal["iso", "day-first", "month-first"] | None = None
    two_digit_years: Literal[1900, 2000] | None = None
    ignore: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Names of files, folders and sheets that look like tables and are none."""
    sales_may_differ_by: Annotated[int, Field(ge=0, le=100)] = 0
    """Per cent by which invoices and statements may disagree on a quarter's sales."""


class Parameters(_Strict):
    """The contents of ``case.yaml``."""

    name: Annotated[str, Field(pattern=NAME)]
    title: str
    subtitle: str
    kind: Literal["synthetic", "yours", "printed"]
    currency: Annotated[str, Field(pattern=CURRENCY)]
    currency_name: Annotated[str, Field(pattern=WORDS)]
    date: date
    source: Source | None = None
    periods: Periods
    readings: dict[str, Axis] = {}
    calibration: Calibration | None = None
    effect: Annotated[str, Field(min_length=1)] = "What keeps the firm from its targets"
    """What the causes of ``causes.csv`` are causes of, as the cause-and-effect diagram says it."""
    intake: IntakeSettings = IntakeSettings()
    engine: Literal["auto", "pandas", "duckdb"] = "auto"
    """What the rows are summed with; see :mod:`analysis.kpis.cube`."""


@dataclass(frozen=True)
class Case:
    """A validated case and where its files lie.

    Attributes
    ----------
    root : Path
        The project's root folder.
    parameters : Parameters
        The validated ``case.yaml``.
    """

    root: Path
    parameters: Parameters

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
    def service_types(self) -> tuple[ServiceType, ...]:
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
                raise InputError(
                    "there is no reading of this name; "
                    + (f"known are {', '.join(axes)}" if axes else "the case has none"),
                    value=name,
                    fix="leave it out, or describe it under readings: in case.yaml",
                )
            if option not in axes[name].options:
                raise InputError(
                    f"not an option of the reading {name}; known are "
                    + ", ".join(axes[name].options),
                    value=option,
                )
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
    """Read and validate ``data/raw/<name>/case.yaml``.

    Raises
    ------
    InputError
        If the case does not exist, is not readable YAML, or breaks a rule of its schema.
    """
    root = root or project_root()
    path = _path_of(name, root)
    found = _read_parameters(path, path.relative_to(root), name)
    if isinstance(found, Parameters):
        return Case(root, found)
    first, *others = found
    if others:
        first.rule += f" (more problems at {', '.join(str(other.column) for other in others)})"
    raise first


def case_problems(name: str, root: Path) -> list[InputError]:
    """Return everything that is wrong with a case's ``case.yaml``; nothing if all is well.

    Raises
    ------
    InputError
        If there is no such case.
    """
    path = _path_of(name, root)
    found = _read_parameters(path, path.relative_to(root), name)
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


def _read_parameters(path: Path, shown: Path, name: str) -> Parameters | list[InputError]:
    """Read ``case.yaml``, or say all that is wrong with it."""
    if not path.resolve().is_relative_to(path.parent.resolve()):
        rule = "the file lies outside the case's folder"
        return [InputError(rule, file=shown, fix="put the file itself here")]
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), PlainLoader)
        rule, fix = "holds a control character", "type the text again"
        texts = [(column, text) for column, text in texts_of(content) if forbidden(text)]
        if texts:
            return [
                InputError(rule, file=shown, column=column, value=text, fix=fix)
                for column, text in texts
            ]
        parameters = Parameters.model_validate(content)
    except OSError as error:
        return [system_error(error, shown)]
    except UnicodeDecodeError:
        return [InputError("the file is not UTF-8 text", file=shown, fix="save it as UTF-8")]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            return schema_problems(error, shown, Parameters)
        return [yaml_problem(error, shown)]
    if parameters.name != name:
        rule = f"the name must be that of its folder, {name}"
        return [InputError(rule, file=shown, column="name", value=parameters.name)]
    return parameters
