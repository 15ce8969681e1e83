"""The article's sentences on its company: a table of constraints with quotation and place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field, model_validator

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter
from analysis.efficiency.formula import (
    Comparison,
    UndefinedRatioError,
    comparisons,
    exact_lookup,
)
from analysis.efficiency.statements import Book
from analysis.tables.case import Case
from analysis.tables.columns import Identifier, Text
from analysis.tables.rows import Row, Table, read_rows


class SentenceRow(Row):
    """One qualitative statement about the company's quarters."""

    statement_id: Identifier = Field(description="key")
    place: Text = Field(description="paragraph of the article, counted below the table named")
    quotation: Text = Field(description="short verbatim quotation (Polish)")
    english: Text = Field(description="the quotation in English, in our words")
    role: Literal["fact", "inference", "judgement"] = Field(
        description="says what is in the table; concludes from it; or values it"
    )
    formula: str = Field(description="comparisons over indicators; empty if it hangs in the air")
    quarters: str = Field(description="quarters that q stands for, separated by spaces")
    reading: str = Field(description="axis=option of case.yaml under which it holds; empty: always")
    correction: str = Field(description="what is too strong about it, empty if nothing")
    note: str = Field(description="threshold chosen for a vague word, or why it hangs in the air")

    @model_validator(mode="after")
    def _formula_can_be_read(self) -> SentenceRow:
        try:
            numbers = tuple(int(text) for text in self.quarters.split())
            comparisons(self.formula, numbers)
        except InputError as error:
            raise ValueError(f"formula: {error}") from error
        if not self.formula and not self.note:
            raise ValueError("note: a sentence without a formula needs the reason in its note")
        return self

    @property
    def parts(self) -> tuple[Comparison, ...]:
        """The comparisons that the sentence amounts to."""
        return comparisons(self.formula, tuple(int(text) for text in self.quarters.split()))


SENTENCES: Final = Table(
    "statements_claims",
    "statements_claims.csv",
    SentenceRow,
    ("statement_id",),
    "What the article's prose says of the company's four quarters",
)


@dataclass(frozen=True)
class Failure:
    """A comparison that a company does not meet."""

    statement_id: str
    comparison: str


def read_sentences(case: Case) -> list[SentenceRow]:
    """Read a case's sentences and check the readings that they name.

    Raises
    ------
    InputError
        If a row breaks a rule or names a reading that ``case.yaml`` lacks.
    """
    rows = read_rows(SENTENCES, case.raw, case.root)
    sentences = [row for row in rows if isinstance(row, SentenceRow)]
    for sentence in sentences:
        if sentence.reading:
            axis, _, option = sentence.reading.partition("=")
            try:
                case.reading({axis: option})
            except InputError as error:
                raise InputError(
                    error.rule,
                    file=(case.raw / SENTENCES.file).relative_to(case.root),
                    row=sentence.statement_id,
                    column="reading",
                    value=sentence.reading,
                ) from error
    return sentences


def in_force(sentences: Iterable[SentenceRow], reading: Mapping[str, str]) -> list[SentenceRow]:
    """Keep the sentences that hold under a reading and say something about the numbers."""
    chosen = {f"{axis}={option}" for axis, option in reading.items()}
    return [s for s in sentences if s.formula and (not s.reading or s.reading in chosen)]


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
    lookup = exact_lookup(statements, parse_quarter(first))
    missed = []
    for sentence in sentences:
        for comparison in sentence.parts:
            try:
                good = comparison.holds(lookup)
            except UndefinedRatioError:
                good = False
            if not good:
                missed.append(Failure(sentence.statement_id, comparison.text))
    return missed
