"""Any table of claims and relations gets verdicts or one message, never a traceback."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.claims import relations

from .conftest import Maker, claim, judged

NAMES = st.sampled_from(["a", "b", "c", "d"])
PERIODS = st.sampled_from(["2023", "2024", "2024H1", "unstated"])
NUMBERS = st.sampled_from(["0", "3", "12", "7%", "40%", "150%", "2.5", "1,000"])
KINDS = st.sampled_from(["count", "share", "growth", "level", "money"])
PARTS = st.one_of(
    NAMES,
    PERIODS,
    st.tuples(NAMES, NAMES).map("; ".join),
    st.tuples(NAMES, PERIODS).map("@".join),
    st.tuples(PERIODS, PERIODS).map("; ".join),
    st.sampled_from(["4", "growth", "level", ""]),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str]:
    claims = "".join(
        claim(
            f"c{n}",
            draw(NUMBERS),
            draw(KINDS),
            draw(NAMES),
            draw(PERIODS),
            role=draw(st.sampled_from(["result", "result", "target"])),
            readings=draw(st.sampled_from(["", "", "base"])),
            unit=draw(st.sampled_from(["", "%", "points", "thousand x", "euros"])),
        )
        for n in range(draw(st.integers(1, 6)))
    )
    rows = []
    for n in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(sorted(relations.KINDS)))
        rare = draw(st.integers(0, 9)) == 0
        cells = {
            "period": draw(PERIODS) if "period" in relations.KINDS[kind].needs or rare else "",
            "of": draw(PARTS) if "of" in relations.KINDS[kind].needs or rare else "",
            "by": draw(NAMES) if "by" in relations.KINDS[kind].needs or rare else "",
            "claim": f"c{draw(st.integers(0, 3))}"
            if "claim" in relations.KINDS[kind].needs or rare
            else "",
        }
        reading = draw(st.sampled_from(["", "", "base=year", "base=half"]))
        rows.append(
            f"r{n},{kind},{draw(NAMES)},{cells['period']},{cells['of']},{cells['by']},{reading},"
            f"{cells['claim']},\n"
        )
    return claims, "".join(rows)


@st.composite
def likely_tables(draw: st.DrawFn) -> tuple[str, str]:
    """Draw tables whose rows name what is there, so that most get verdicts."""
    rows, made = [], []
    kinds = {name: draw(st.sampled_from(["count", "count", "level", "share"])) for name in "abcd"}
    for n in range(draw(st.integers(2, 7))):
        name, period = draw(NAMES), draw(st.sampled_from(["2023", "2024"]))
        kind = draw(st.sampled_from([kinds[name], kinds[name], "growth"]))
        shape = {"count": ["3", "12", "30", "1,000"], "level": ["2.5", "0.0", "40"]}
        number = draw(st.sampled_from(shape.get(kind, ["7%", "40%", "12.5%", "150%"])))
        made.append(claim(f"c{n}", number, kind, name, period))
        if kind == "growth":
            before = str(int(period) - 1)
            rows.append(f"base,{name},{period},{before},,,")
    texts = st.sampled_from(
        [
            "sum,a,,b; c,,,",
            "sum,a,2024,b; c; d,,,",
            "share,d,,a,b,,",
            "ratio,d,,a,c,,",
            "at most,b,,a,,,",
            "equal,c,2024,c@2023,,,",
            "equal,a,,b,,,",
            "unit,a,,4,,,",
            "less is better,a,,,,,",
            "period sum,b,2024,2024Q1; 2024Q2,,,",
            "fall,a,,,,,c0",
        ]
    )
    rows += draw(st.lists(texts, max_size=4, unique=True))
    printed = "".join(made)
    rows += [f"unprinted,{name},,,,," for name in "abcd" if f",{name},20" not in printed]
    return printed, "".join(f"r{n},{row},\n" for n, row in enumerate(dict.fromkeys(rows)))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(tables(), likely_tables()))
def test_verdicts_or_one_message(make: Maker, drawn: tuple[str, str]) -> None:
    case = make(*drawn, {"base": ("year", "half")})
    message = ""
    try:
        table = judged(case)
    except InputError as error:
        message = str(error)
    assert "\n" not in message
    if not message:
        assert table["evidence"].str.endswith(".").all()
        assert (table.groupby("claim_id")["default"].sum() == 1).all()
