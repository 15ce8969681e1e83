"""The article's chart 1 and tables 1 and 2, whose pictures our text lacks, rebuilt from its words.

Every cell says whether the text states it, with a quotation, or whether we supply it.
"""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd
from pydantic import Field, model_validator

from analysis.tables.case import Case
from analysis.tables.columns import Identifier, Text
from analysis.tables.rows import Row, Table, read_frame

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


SCHEME: Final = Table(
    "scheme",
    "scheme.csv",
    SchemeRow,
    ("part", "row", "column"),
    "Chart 1 and tables 1 and 2 of the article, rebuilt cell by cell",
)


def scheme_cells(case: Case, part: Part) -> pd.DataFrame:
    """Return the cells of one chart or table, in order."""
    cells = read_frame(SCHEME, case.raw, case.root)
    return cells[cells["part"] == part].reset_index(drop=True)


def scheme_table(case: Case, part: Part, mark: str = "°") -> pd.DataFrame:
    """Return a rebuilt table, what we supply marked at its end.

    Parameters
    ----------
    case : Case
        The article's case.
    part : {"table-1", "table-2"}
        Which table.
    mark : str
        Follows every supplied cell.

    Returns
    -------
    DataFrame
        One row per row of the table, one column per column of it.
    """
    cells = scheme_cells(case, part)
    shown = cells["english"] + cells["origin"].map({"stated": "", "supplied": mark})
    wide = cells.assign(shown=shown).pivot(index="row", columns="column", values="shown")
    order = list(dict.fromkeys(cells["column"]))
    return wide.reindex(index=list(dict.fromkeys(cells["row"])), columns=order)
