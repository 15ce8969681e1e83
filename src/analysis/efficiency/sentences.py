"""What became of every sentence: possible together, following, open, contradictory, hanging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, groupby
from typing import Annotated, Final, Literal, NamedTuple

import pandas as pd
from pydantic import Field, model_validator

from analysis.base.periods import parse_quarter
from analysis.base.text import column, fields, frame_of
from analysis.efficiency import article, feasible
from analysis.efficiency.article import COMPANIES, DESIGNS, SENTENCES, SentenceRow, make_statements
from analysis.efficiency.quarterly_statements import STATEMENTS, Book, book, prepare
from analysis.tables.case import Case
from analysis.tables.columns import Identifier, Text
from analysis.tables.rows import Row, data_package, define, read_frame, read_rows, write_frame
from analysis.tables.schema import Axis

STATUS: Final = {
    "follows": "follows",
    "adds": "adds",
    "ratios": "on ratios",
    "hangs": "open",
    "other reading": "not in force",
}
"""How tables call what became of a sentence."""


class CounterexampleRow(Row):
    """An amount of a made-up company replaced so that one conclusion of the article fails."""

    statement_id: Identifier = Field(description="the conclusion; references statements_claims")
    company_id: Identifier = Field(description="references companies")
    period: Annotated[str, Field(pattern=r"^\d{4}Q[1-4]$")] = Field(description="quarter")
    column: Identifier = Field(description="column of the statements")
    value: int = Field(description="the new amount, thousand złoty")


class BoundRow(Row):
    """A ratio of amounts to be bounded."""

    pin_id: Identifier = Field(description="key")
    name: Text = Field(description="what it is")
    expression: Text = Field(description="in the language of the formulas")
    unit: Literal["times", "share"] = Field(description="how it is shown")


class ShapeRow(Row):
    """Denominators of one quarter, from which the solver makes a company under odd readings."""

    period: Annotated[str, Field(pattern=r"^\d{4}Q[1-4]$")] = Field(description="quarter")
    sales: int = Field(gt=0, description="sales")
    total_assets: int = Field(gt=0, description="total assets at the end of the quarter")
    fixed_assets: int = Field(gt=0, description="fixed assets at the end of the quarter")
    inventories: int = Field(gt=0, description="inventories at the end of the quarter")
    equity: int = Field(gt=0, description="equity at the end of the quarter")
    operating_profit: int = Field(description="operating profit of the quarter")


SHAPE: Final = define(
    "shape",
    ShapeRow,
    "period",
    "Denominators of a company that loses its sales, tried where neither made-up company fits",
    file="shapes.csv",
)
COUNTEREXAMPLES: Final = define(
    "counterexamples",
    CounterexampleRow,
    "statement_id company_id period column",
    "Changes after which one conclusion fails and every other sentence holds",
)
BOUNDS: Final = define("pins", BoundRow, "pin_id", "Ratios to be bounded")


Part = Literal["chart-1", "table-1", "table-2"]


class SchemeRow(Row):
    """One cell of a rebuilt chart or table."""

    part: Part = Field(description="chart or table of the article")
    row: Identifier = Field(description="row of the table, or box of the chart")
    column: Identifier = Field(description="column of the table, or role of the box")
    english: Text = Field(description="what it says, in English")
    polish: Text = Field(description="what it says, in Polish")
    origin: Literal["stated", "supplied"] = Field(description="by the article's text, or by us")
    quotation: str = Field(description="short verbatim quotation; empty where we supply it")

    @model_validator(mode="after")
    def _stated_cells_quote(self) -> SchemeRow:
        if (self.origin == "stated") != bool(self.quotation):
            raise ValueError("quotation: a stated cell needs one, a supplied cell has none")
        return self


SCHEME: Final = define(
    "scheme",
    SchemeRow,
    "part row column",
    "Chart 1 and tables 1 and 2 of the article, rebuilt cell by cell",
)


def scheme_cells(case: Case, part: Part) -> pd.DataFrame:
    """Return the cells of one chart or table, in order."""
    cells = read_frame(SCHEME, case.raw, case.root)
    return cells[cells["part"] == part].reset_index(drop=True)


def scheme_table(case: Case, part: Part) -> pd.DataFrame:
    """Return a rebuilt table; a degree sign follows every cell that we supply.

    Returns
    -------
    DataFrame
        One row per row of the table, one column per column of it.
    """
    cells = scheme_cells(case, part)
    shown = cells["english"] + cells["origin"].map({"stated": "", "supplied": "°"})
    wide = cells.assign(shown=shown).pivot(index="row", columns="column", values="shown")
    order = list(dict.fromkeys(cells["column"]))
    return wide.reindex(index=list(dict.fromkeys(cells["row"])), columns=order)


def company_books(case: Case) -> dict[str, Book]:
    """Return the made-up companies' statements by company."""
    frame = prepare(make_statements(case))
    return {row.company_id: book(frame, row.company_id) for row in article.read_companies(case)}


def read_shape(case: Case) -> feasible.Denominators:
    """Read the denominators with which companies are sought under readings that fit no other."""
    shape = [row.model_dump() for row in read_rows(SHAPE, case.raw, case.root)]
    return {parse_quarter(row["period"]): row | {"K3": row["operating_profit"]} for row in shape}


def _in_force(case: Case) -> list[SentenceRow]:
    return article.in_force(article.read_sentences(case), case.reading())


class Failure(NamedTuple):
    """A comparison that a company does not meet."""

    statement_id: str
    comparison: str


def failures(sentences: Iterable[SentenceRow], statements: Book, first: str) -> list[Failure]:
    """List the comparisons that a company's statements do not meet, checked on exact numbers.

    Parameters
    ----------
    sentences : iterable of SentenceRow
        Such as :func:`in_force` returns them.
    statements : Book
        The company.
    first : str
        Quarter that the article calls the first, such as ``2006Q1``.
    """
    lookup = article.exact_lookup(statements, parse_quarter(first))
    missed = []
    for sentence in sentences:
        for comparison in sentence.parts:
            try:
                good = comparison.holds(lookup)
            except article.UndefinedRatioError:
                good = False
            if not good:
                missed.append(Failure(sentence.statement_id, comparison.text))
    return missed


def sentence_table(case: Case) -> pd.DataFrame:
    """Say of every sentence what became of it.

    Returns
    -------
    DataFrame
        Columns statement_id, place, quotation, english, role, formula, status (a key of `STATUS`),
        one column per made-up company (whether it meets the sentence; empty where there is nothing
        to meet), correction and note.
    """
    first = case.parameters.periods.first
    active = _in_force(case)
    linear = feasible.linearise(active, first)
    missed = {
        name: {failure.statement_id for failure in failures(active, statements, first)}
        for name, statements in company_books(case).items()
    }
    known = {sentence.statement_id for sentence in active}
    rows = []
    for sentence in article.read_sentences(case):
        head = fields(sentence, "statement_id place quotation english role formula quarters")
        status, met = "other reading" if sentence.formula else "hangs", dict.fromkeys(missed, "")
        if sentence.statement_id in known:
            status = _status(sentence, linear, first)
            found = {name: sentence.statement_id in against for name, against in missed.items()}
            met = {name: "no" if failed else "yes" for name, failed in found.items()}
        rows.append(head | {"status": status} | met | fields(sentence, "correction note"))
    return pd.DataFrame(rows)


def _status(sentence: SentenceRow, linear: feasible.Linearised, first: str) -> str:
    parts = sentence.parts
    if any((sentence.statement_id, part.text) in linear.nonlinear for part in parts):
        return "ratios"
    entailed = all(feasible.follows(linear, part, first, sentence.statement_id) for part in parts)
    return "follows" if entailed else "adds"


def reading_table(case: Case) -> pd.DataFrame:
    """Say of every option of every reading whether all sentences can be true together.

    Returns
    -------
    DataFrame
        Columns axis, question, option, meaning, default, possible, and conflict (a minimal set
        of sentences that contradict each other, empty if there is none). "Possible" comes with
        a company found by the solver that meets every sentence, checked one by one. Pairs of
        options follow where each is possible and both together are not.
    """
    first = case.parameters.periods.first
    axes = case.parameters.readings
    models = [*company_books(case).values(), read_shape(case)]
    sentences = article.read_sentences(case)

    @cache
    def against(*active: SentenceRow) -> tuple[str, ...]:
        return feasible.conflict(feasible.linearise(active, first))

    @cache
    def company(*active: SentenceRow) -> Book | None:
        return _any_company(active, first, models)

    rows = []
    for name, axis in axes.items():
        for option in axis.options:
            active = article.in_force(sentences, case.reading({name: option}))
            excluded = against(*active)
            possible = not excluded and company(*active) is not None
            rows.append(_reading(axes, {name: option}, possible, excluded))
    refused = {(row["axis"], row["option"]) for row in rows if not row["possible"]}
    others = [(n, o) for n, axis in axes.items() for o in axis.options if o != axis.default]
    for pair in combinations([one for one in others if one not in refused], 2):
        if len(chosen := dict(pair)) == 2 and (
            excluded := against(*article.in_force(sentences, case.reading(chosen)))
        ):
            rows.append(_reading(axes, chosen, False, excluded))
    return pd.DataFrame(rows)


def _reading(
    axes: Mapping[str, Axis], chosen: Mapping[str, str], possible: bool, against: tuple[str, ...]
) -> dict[str, object]:
    return {
        "axis": ", ".join(chosen),
        "question": " ".join(axes[name].question for name in chosen),
        "option": ", ".join(chosen.values()),
        "meaning": "; ".join(axes[name].options[option] for name, option in chosen.items()),
        "default": all(axes[name].default == option for name, option in chosen.items()),
        "possible": possible,
        "conflict": "; ".join(against),
    }


def _any_company(
    active: Sequence[SentenceRow], first: str, models: Iterable[feasible.Denominators]
) -> Book | None:
    for model in models:
        found = feasible.solved_company(active, first, model)
        if found is not None and not failures(active, found, first):
            return found
    return None


def bound_table(case: Case) -> pd.DataFrame:
    """Bound some ratios over all companies that meet the linear sentences.

    Returns
    -------
    DataFrame
        Columns pin_id, name, expression, unit, low, high (Fractions, None without a limit),
        low_attained, high_attained, low_ours, high_ours (whether the limit is another one without
        the thresholds that we chose for vague words), and one column per made-up company with its
        value.
    """
    first = case.parameters.periods.first
    active = _in_force(case)
    both = _with_accounting(active, first)
    plain = _with_accounting([sentence.without_thresholds() for sentence in active], first)
    companies = company_books(case)
    rows = []
    for row in read_rows(BOUNDS, case.raw, case.root):
        low, high = feasible.bound(both, row.expression, first)
        freer = feasible.bound(plain, row.expression, first)
        rows.append(
            {
                **row.model_dump(),
                "low": low.value,
                "high": high.value,
                "low_attained": low.attained,
                "high_attained": high.attained,
                "low_ours": low.value != freer[0].value,
                "high_ours": high.value != freer[1].value,
                **{name: _at(row.expression, b, first) for name, b in companies.items()},
            }
        )
    return pd.DataFrame(rows, dtype="object")


def _with_accounting(sentences: list[SentenceRow], first: str) -> feasible.Linearised:
    linear = feasible.linearise(sentences, first)
    known = {**linear.claims, ("accounting", "balance and cash"): feasible.accounting(first)}
    return feasible.Linearised(known, linear.nonlinear)


def _at(expression: str, statements: Book, first: str) -> Fraction:
    part = article.comparisons(f"{expression} > 0")[0]
    return part.left_value(article.exact_lookup(statements, parse_quarter(first)))


def conclusion_table(case: Case) -> pd.DataFrame:
    """Change a made-up company so that a conclusion fails while all other sentences hold.

    Returns
    -------
    DataFrame
        Columns statement_id, company_id, change (in words), failing (sentences that the changed
        company misses, joined by semicolons).
    """
    first = case.parameters.periods.first
    active = _in_force(case)
    frame = make_statements(case)
    made = []
    examples = read_rows(COUNTEREXAMPLES, case.raw, case.root)
    for statement, group in groupby(examples, key=lambda row: row.statement_id):
        changes, changed = list(group), frame.copy()
        for change in changes:
            place = (frame["company_id"] == change.company_id) & (frame["period"] == change.period)
            changed.loc[place, change.column] = change.value
        company = changes[0].company_id
        missed = failures(active, book(prepare(changed), company), first)
        words = (f"{c.column.replace('_', ' ')} {c.value:,} in {c.period}" for c in changes)
        failing = dict.fromkeys(miss.statement_id for miss in missed)
        made.append((statement, company, ", ".join(words), "; ".join(failing)))
    return frame_of(made, "statement_id company_id change failing")


RAW: Final = (SENTENCES, SCHEME, COMPANIES, DESIGNS, SHAPE, COUNTEREXAMPLES, BOUNDS)
"""Tables of an article's case, in reading order."""

_KIND = "synthetic"
_DERIVED = "derived"


def build_article(case: Case) -> int:
    """Write statements, sentences, readings, bounds and conclusions; return the sentences' number.

    Everything is computed before the first file is replaced. Every row says which kind of number
    it holds.

    Parameters
    ----------
    case : Case
        A case with ``statements_claims.csv``.
    """
    tables = {
        f"ledger/{STATEMENTS.file}": make_statements(case),
        "sentences.csv": sentence_table(case).assign(kind=_DERIVED),
        "readings.csv": reading_table(case).assign(kind=_DERIVED),
        "pins.csv": _texts(bound_table(case)).assign(kind=_DERIVED),
        "conclusions.csv": conclusion_table(case).assign(kind=_KIND),
    }
    for name, frame in tables.items():
        write_frame(frame, case.processed / name)
    return len(tables["sentences.csv"])


def read_bounds(case: Case) -> pd.DataFrame:
    """Read the bounds as exact numbers (None without a limit) and truth values."""
    made = read_made(case, "pins.csv")
    for name in ("low", "high", "SYN-A", "SYN-B"):
        made[name] = column(None if cell == "" else Fraction(str(cell)) for cell in made[name])
    for name in ("low_attained", "high_attained", "low_ours", "high_ours"):
        made[name] = made[name].astype(str) == "True"
    return made


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Write exact numbers as fractions (5/12), which any reader can turn back."""
    return frame.map(lambda cell: str(cell) if isinstance(cell, Fraction) else cell)


def read_made(case: Case, name: str) -> pd.DataFrame:
    """Read one of the files that :func:`build_article` made, empty cells as empty texts."""
    return pd.read_csv(case.processed / name, keep_default_na=False, encoding="utf-8")


def description(case: Case) -> str:
    """Return the data package of the raw tables, made from their row models."""
    title = "Kowalczyk: what the article says of its company, and our made-up companies"
    return data_package(case.name, title, RAW)
