"""Numbers in the prose on any case's claims: what ``values.json`` holds for a case without rows."""

from __future__ import annotations

import pandas as pd

from analysis.base.numbers import decimal
from analysis.claims.multiverse import survival
from analysis.show.facts.common import Facts, verdict_counts

_whole = decimal(0)


def facts(verdicts: pd.DataFrame, blocks: pd.DataFrame) -> Facts:
    """Compute the values.

    Parameters
    ----------
    verdicts : DataFrame
        ``verdicts.csv``: one row per claim and reading, the default reading marked.
    blocks : DataFrame
        ``multiverse.csv``: one row per block of results and combination of its readings.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key.
    """
    depends = verdicts.groupby("claim_id")["verdict"].nunique() > 1
    universes, surviving = survival(blocks)
    counts = {
        "n_depending": int(depends.sum()),
        "n_universes": universes,
        "n_surviving": surviving,
    }
    source = "verdicts.csv and multiverse.csv"
    return verdict_counts(verdicts) | {
        key: {"text": _whole(count), "kind": "derived", "source": source}
        for key, count in counts.items()
    }
