"""Verdicts of the paper's claims: what the engine's notes found by hand must come out."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import analysis.claims
from analysis.base.errors import InputError
from analysis.base.language import LOCALES, words_of
from analysis.claims.judge import Judge
from analysis.claims.solver.bounds import bounds
from analysis.claims.solver.system import total
from analysis.claims.verdicts import (
    count_conflicts,
    count_verdicts,
    read_verdicts,
    survival,
    universe_table,
)
from analysis.claims.wording import MEANINGS, WORDS
from analysis.tables.case import Case, load_case
from analysis.tables.rows import write_frame
from analysis.tables.strategy_tables import read_claims

from .conftest import cases, check


def row(table: pd.DataFrame, claim: str, rounding: str = "half-up", **reading: str) -> pd.Series:
    """The one row of a claim under some options (the default of an axis if not given)."""
    rows = table[table["claim_id"] == claim]
    rows = rows[rows["rounding"].str.contains(rounding) | (rows["rounding"] == "")]
    wanted = rows[rows["default"] | (len(reading) > 0)]
    for axis, option in reading.items():
        wanted = wanted[(wanted["reading"] + ";").str.contains(f"{axis}={option};", regex=False)]
    assert len(wanted) >= 1, (claim, reading)
    return wanted.iloc[0]


def test_every_claim_has_one_default_verdict(segelec: Case, table: pd.DataFrame) -> None:
    assert list(table.columns) == list(read_verdicts(segelec).columns)
    default = table[table["default"]]
    assert list(default["claim_id"]) == [c.claim_id for c in read_claims(segelec)]
    assert set(table["verdict"]) <= set(WORDS)
    assert (table["evidence"].str.len() > 10).all()
    assert table["evidence"].str.endswith((".",)).all()


@pytest.mark.parametrize(("verdict", "claims"), cases("verdicts", "default").items())
def test_default_verdicts(table: pd.DataFrame, verdict: str, claims: list[str]) -> None:
    assert [c for c in claims if row(table, c)["verdict"] != verdict] == []


@pytest.mark.parametrize(("claim", "reading", "wanted"), cases("verdicts", "rows"))
def test_verdicts_by_reading(
    table: pd.DataFrame, claim: str, reading: dict[str, str], wanted: dict[str, Any]
) -> None:
    check(row(table, claim, **reading), wanted)


@pytest.mark.parametrize(("block", "reading", "wanted"), cases("verdicts", "ends"))
def test_ends_that_printed_results_leave(
    segelec: Case,
    judge: Judge,
    block: str,
    reading: dict[str, str],
    wanted: dict[str, list[int | None]],
) -> None:
    system = judge.system(block, segelec.reading(reading))
    for names, ends in wanted.items():
        found = bounds(system, total(*names.split()))
        assert [end and end.value for end in (found.low, found.high)] == ends, names


def test_every_claim_of_a_conflict_says_so(
    segelec: Case, judge: Judge, table: pd.DataFrame
) -> None:
    """Every universe without a data set: each of its blamed claims has a row that says so."""
    usual, claims = segelec.reading(), {claim.claim_id: claim for claim in judge.claims}
    rules = list(segelec.parameters.readings["rounding"].options)
    alike: set[tuple[object, ...]] = set()
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in table[table["verdict"] == "inconsistent"].itertuples():
        named = options(row.reading)
        for rule in row.rounding.split("; ") if row.rounding else rules:
            alike.add((row.claim_id, rule, judge.bearing(claims[row.claim_id], usual | named)))
            rows.setdefault((row.claim_id, rule), []).append(named)
    seen = 0
    for universe in universe_table(judge).to_dict("records"):
        chosen = {axis: str(universe[axis]) for axis in usual if universe.get(axis)}
        for tag in filter(None, str(universe["conflict"]).split("; ")):
            rule = str(universe["rounding"])
            # A row names the axes that decide; or the same bears on its claim under its reading.
            named = any(
                one.keys() & chosen.keys() and one.items() <= (usual | chosen).items()
                for one in rows[tag, rule]
            )
            bearing = judge.bearing(claims[tag], usual | chosen)
            assert named or (tag, rule, bearing) in alike, (tag, chosen)
            seen += 1
    assert seen > 100


def options(reading: str) -> dict[str, str]:
    """The options that a row names."""
    pairs = [pair.split("=") for pair in reading.split("; ") if pair]
    return dict(pairs)


@pytest.mark.parametrize(("quarters", "total"), cases("verdicts", "labour"))
def test_labour_need_not_grow_alike(
    table: pd.DataFrame, quarters: list[tuple[int, int, str, str]], total: str
) -> None:
    """Both print with a total of labour outside 10.77 % to 11.26 %: no text may exclude it."""
    rates = []
    for before, after, hours_before, hours_after in quarters:
        ratio = (after / Decimal(hours_after)) / (before / Decimal(hours_before))
        rates.append(f"{100 * (ratio - 1):.1f}")
    assert rates == ["10.5", "11.0"]
    assert (sum(q[0] for q in quarters), sum(q[1] for q in quarters)) == (288, 354)
    labour = sum(Decimal(q[3]) for q in quarters) / sum(Decimal(q[2]) for q in quarters)
    word = "grew" if labour > 1 else "fell"
    assert f"{word} by {100 * abs(labour - 1):.2f}%" == total
    for quarter in ("q1", "q2"):
        assert "labour" not in row(table, f"abstract-productivity-{quarter}")["evidence"]


def test_places_that_repeat_a_result_share_its_verdict(table: pd.DataFrame) -> None:
    for one, other in (("abstract-services", "6-services"), ("abstract-alarms", "6-alarms")):
        mine = table[table["claim_id"] == one]["verdict"].tolist()
        assert mine == table[table["claim_id"] == other]["verdict"].tolist()


def changed(case: Case, printed: dict[str, str], root: Path) -> Case:
    """The case with other strings in print, in every place that repeats them."""
    shutil.copytree(case.raw, root / "data" / "raw" / case.name)
    (root / "pyproject.toml").touch()
    path = root / "data" / "raw" / case.name / "claims.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    about = ["quantity", "role", "printed"]
    for claim, text in printed.items():
        (old,) = rows.loc[rows["claim_id"] == claim, about].to_dict("records")
        same = (rows[about] == pd.Series(old)).all(axis=1)
        rows.loc[same, "printed"] = rows.loc[same, "quotation"] = text
    write_frame(rows, path)
    return load_case(case.name, root)


@pytest.mark.parametrize(("printed", "claim", "reading", "wanted"), cases("verdicts", "changed"))
def test_a_changed_print_changes_the_verdict(
    segelec: Case,
    printed: dict[str, str],
    claim: str,
    reading: dict[str, str],
    wanted: dict[str, Any],
    tmp_path: Path,
) -> None:
    judge = Judge(changed(segelec, printed, tmp_path))
    (about,) = (c for c in judge.claims if c.claim_id == claim)
    found = judge.judge(about, segelec.reading(reading))
    check(vars(found) | {"other": "; ".join(found.other)}, wanted)


def test_reading_before_making_is_refused(segelec: Case, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not been made"):
        read_verdicts(replace(segelec, root=tmp_path))


def test_reading_gives_back_what_was_written(
    segelec: Case, table: pd.DataFrame, tmp_path: Path
) -> None:
    elsewhere = replace(segelec, root=tmp_path)
    write_frame(table, elsewhere.processed / "verdicts.csv")
    pd.testing.assert_frame_equal(read_verdicts(elsewhere), table, check_dtype=False)


def test_verdicts_are_counted_once_per_claim() -> None:
    verdicts = ["reproduced", "not reported", *["inconsistent"] * 5, "consistent"]
    conflicts = ["", "", "a; b", "a; b", "c", "", "d", "e; f"]
    frame = pd.DataFrame({"verdict": verdicts, "default": True, "conflict": conflicts})
    frame.loc[6, "default"] = False
    assert list(count_verdicts(frame)) == list(WORDS)
    assert list(count_verdicts(frame).values()) == [1, 1, 4, 0, 1, 0, 0]
    assert count_conflicts(frame) == 2
    assert tuple(MEANINGS) == WORDS


def test_a_broken_table_of_verdicts_is_refused(segelec: Case, tmp_path: Path) -> None:
    case = replace(segelec, root=tmp_path)
    path = case.processed / "verdicts.csv"
    path.parent.mkdir(parents=True)
    text = "role,default,verdict,conflict\nresult,True,reproduced,\nresult,True,perhaps,\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"verdicts\.csv, row 3, column verdict: “perhaps”"):
        read_verdicts(case)
    path.write_text("role,verdict\n", encoding="utf-8")
    with pytest.raises(InputError, match="column default: this column is missing"):
        read_verdicts(case)


@pytest.mark.parametrize("rounding", ["half-up", "half-even", "truncate"])
@pytest.mark.parametrize("period", ["2024H1", "2023H1+2024H1", "2023H1"])
@pytest.mark.parametrize("base", ["year-on-year", "previous-quarter", "on-later"])
def test_services_by_listing_all_counts(
    segelec: Case, judge: Judge, rounding: str, period: str, base: str
) -> None:
    """Independent: whole numbers only, growth in tenths of a per cent by integer arithmetic."""

    def prints(change: int, whole: int) -> bool:
        twice = 2000 * change  # twice the growth in tenths of a per cent, times whole
        if rounding == "truncate":
            return 229 * whole <= 1000 * change < 230 * whole
        low, high = 457 * whole, 459 * whole
        return low <= twice < high if rounding == "half-up" else low < twice < high

    counts = range(1, 1000)
    if base == "previous-quarter":
        if period == "2024H1":
            fits = any(prints(354 - 2 * q, q) for q in range(1, 354))
        elif period == "2023H1":
            fits = any(prints(a - q, q) for q in counts for a in range(q, 2 * q))
        else:
            fits = any(prints(a - q, q) for q in range(1, 354) for a in range(1, 354 - q - 1))
    else:
        pairs = {
            "2024H1": [(e, 354) for e in counts],
            "2023H1": [(354, later) for later in counts],
            "2023H1+2024H1": [(e, 354 - e) for e in range(1, 354)],
        }[period]
        fits = any(prints(later - e, later if base == "on-later" else e) for e, later in pairs)
    reading = segelec.reading(
        {"rounding": rounding, "services_period": period, "services_growth": base}
    )
    assert (not judge.conflict("services", reading)) == fits


def test_blocks_count_all_universes_without_listing_them(segelec: Case, judge: Judge) -> None:
    blocks = universe_table(judge)
    # by rounding rule: services 6*3, sales 7*3, satisfaction 4*2; for the first two also 2*2*3
    # ways to read productivity, which they share
    assert blocks.groupby("block").size().to_dict() == {
        "services": 3 * 18 * 12,
        "sales": 3 * 21 * 12,
        "satisfaction": 3 * 8,
    }
    universes, surviving = survival(blocks)
    assert universes == 3 * 18 * 21 * 12 * 8
    # by hand: 6, 6 and 8 of 8 for satisfaction. With sales by the same labour two of three bases
    # of sales fit, if productivity is compared with the quarter before
    keys = ["rounding", "productivity_growth", "labour", "productivity_output"]
    alive = blocks[blocks["survives"] & (blocks["block"] != "satisfaction")]
    both = alive.groupby([*keys, "block"]).size().unstack(fill_value=0)
    people = {"half-up": 6, "half-even": 6, "truncate": 8}
    hand = sum(people[key[0]] * row["services"] * row["sales"] for key, row in both.iterrows())
    assert surviving == hand
    linked = both.xs(("constant", "sales"), level=("labour", "productivity_output"))
    assert set(linked.xs("previous-quarter", level="productivity_growth")["sales"]) == {2 * 7}
    assert set(linked.xs("year-on-year", level="productivity_growth")["sales"]) == {0}
    assert blocks[blocks["default"]]["survives"].all()
    # each is decided: beside no data set stands a contradiction
    assert ((blocks["conflict"] != "") != blocks["survives"]).all()


def test_readings_that_bear_alike_share_a_row(table: pd.DataFrame) -> None:
    rows = table[table["claim_id"] == "abstract-productivity-q1"]
    free = [text for text in rows["reading"].unique() if "labour=free" in text]
    assert free == [
        f"productivity_growth={base}; labour=free" for base in ("year-on-year", "previous-quarter")
    ]
    usual = table[table["default"]]
    assert usual["claim_id"].is_unique
    assert not table.duplicated(["claim_id", "reading", "rounding"]).any()


def test_sales_by_the_same_labour_print_like_the_paper(segelec: Case, judge: Judge) -> None:
    """A data set with the same labour in every quarter, made by hand, in centimos."""
    sales = {
        "sales@2022Q2": 12_065_373,
        "sales@2023Q2": 13_513_218,
        "sales@2023Q4": 13_000_365,
        "sales@2024Q1": 14_365_403,
        "sales@2024Q2": 15_945_597,
    }
    assert sales["sales@2024Q1"] + sales["sales@2024Q2"] == 303_110_00
    growths = [
        ("2023Q2", "2022Q2", "0", "12"),
        ("2024Q2", "2023Q2", "0", "18"),
        ("2024Q1", "2023Q4", "0.0", "10.5"),
        ("2024Q2", "2024Q1", "0.0", "11.0"),
    ]
    for now, then, grain, printed in growths:
        rate = 100 * (Decimal(sales[f"sales@{now}"]) / sales[f"sales@{then}"] - 1)
        assert str(rate.quantize(Decimal(grain))) == printed
    chosen = {
        "labour": "constant",
        "productivity_output": "sales",
        "productivity_growth": "previous-quarter",
    }
    reading = segelec.reading(chosen)
    system = judge.system("sales", reading)
    assert len(system.claims) == 5  # two growths of sales, two of productivity, the total
    assert all(claim.holds(sales) for claim in (*system.claims, *system.definitions))
    assert not any(judge.conflict(block, reading) for block in judge.blocks)
    # year on year the second quarter's sales would have grown by 11.0% and by 18%
    conflict = judge.conflict("sales", reading | {"productivity_growth": "year-on-year"})
    assert conflict == ("abstract-productivity-q2", "abstract-sales-growth-2024")


def test_every_list_of_verdicts_is_the_same() -> None:
    source = Path(analysis.claims.__file__).parents[1]
    script = (source / "dashboard/js/panels_claims.js").read_text(encoding="utf-8")
    listed = re.search(r"VERDICTS = (\[.*?\]);", script)
    assert listed is not None
    assert sorted(json.loads(listed[1])) == sorted(WORDS)
    assert all(set(WORDS) <= set(words_of(code)) for code in LOCALES if code != "en")
    template = (source / "report/template/parts.typ").read_text(encoding="utf-8")
    block = template.partition("#let verdict-colours = (")[2].partition("\n)")[0]
    coloured = [line.partition(":")[0].strip().replace("-", " ") for line in block.split("\n")]
    assert [word for word in coloured if word] == list(WORDS)


def test_growth_on_the_later_count_is_that_rate_itself(table: pd.DataFrame) -> None:
    """Two quarters of at least one service before, 354 after: at most 352 / 354 of the later."""
    rows = table[table["claim_id"] == "5-services-growth"]
    texts = rows.loc[rows["reading"].str.contains("on-later"), "evidence"]
    most = (Decimal(352) / 354 * 100).quantize(Decimal("0.001"), rounding="ROUND_UP")
    assert texts.str.contains(f"at most {most}%", regex=False).any()
    assert not texts.str.contains("at most \u2212", regex=False).any()
