"""Text that a spreadsheet program would take for a formula, in files that it may open.

A cell of a CSV file that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break is run as a
formula when the file is opened in a spreadsheet program (OWASP: CSV injection). So free text is
written with an apostrophe before it, as one types it there oneself, and read without it: the round
trip is exact. What is nothing but a number, or a sign alone, is written as it is, since it means
the same either way. Keys may not begin so at all, since an apostrophe in one file and none in
another would break references. Workbooks need none of this: their cells say that they are text.
"""

from __future__ import annotations

import re

import pandas as pd
from pandas.api.types import is_numeric_dtype

_RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_PLAIN = re.compile(r"[+-]|[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(/\d+)?( ?%| ?pp)?", re.ASCII)


def guarded(text: str) -> str:
    """Return text as it is written to CSV and XLSX files.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-0.5"), guarded("'=1+1"), guarded("plain")
    ("'=1+1", '-0.5', "''=1+1", 'plain')
    """
    return f"'{text}" if _RISKY.match(text) and not _PLAIN.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return text as it was before :func:`guarded`."""
    return text[1:] if _GUARDED.match(text) and not _PLAIN.fullmatch(text[1:]) else text


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts are all :func:`guarded`."""
    safe = frame.copy(deep=False)
    for name in frame.columns[[not is_numeric_dtype(kind) for kind in frame.dtypes]]:
        cells = [guarded(cell) if isinstance(cell, str) else cell for cell in frame[name]]
        if any(isinstance(cell, str) for cell in cells):
            safe[name] = pd.Series(cells, index=frame.index, dtype="object")
    return safe
