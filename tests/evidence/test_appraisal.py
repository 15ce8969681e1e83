"""The appraisal of the paper: quotations, claims, grades, and what it may call a contradiction."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.claims.verdicts import read_verdicts
from analysis.evidence.appraisal import SECTIONS, Appraisal, read_appraisal
from analysis.evidence.soundness import check_table
from analysis.tables.case import Case, load_case
from analysis.tables.strategy_tables import read_claims


@pytest.fixture(scope="module")
def appraisal(segelec: Case) -> Appraisal:
    return read_appraisal(segelec)


@pytest.fixture(scope="module")
def usual(segelec: Case) -> pd.DataFrame:
    frame = read_verdicts(segelec)
    return frame[frame["default"]].set_index("claim_id")


def test_every_section_is_filled(appraisal: Appraisal) -> None:
    sizes = {name: len(entries) for name, entries in appraisal.items()}
    assert sizes["nih"] == 12
    assert 8 <= sizes["questions"] <= 12
    assert all(sizes[name] for name in SECTIONS)


if "PUBLICATIONS" in os.environ:  # a folder of the source texts, which are not ours to publish

    def test_quotations_are_verbatim(segelec: Case, appraisal: Appraisal) -> None:
        folder = Path(os.environ["PUBLICATIONS"])
        texts = [_bare(path.read_text(encoding="utf-8")) for path in folder.glob("*.txt")]
        entries = [entry for part in appraisal.values() for entry in part]
        quoted = [str(entry["quotation"]) for entry in entries if "quotation" in entry]
        for text in (*quoted, *(claim.quotation for claim in read_claims(segelec))):
            assert any(_bare(text) in source for source in texts), text


def _bare(text: str) -> str:
    """Leave out blanks, and write signs as the print does."""
    signs = {r"$\div$": "÷", r"$\times$": "×"}
    for typed, sign in signs.items():
        text = text.replace(typed, sign)
    return re.sub(r"\s+", "", text)


FINDINGS = [
    ("satisfaction: level or growth", "conditional", ["43.65% to 43.74%", "56.33%"]),
    ("three satisfaction targets", "open", ["59.74%", "70.60%"]),
    ("costs: a rate or a cap", "conditional", ["11.36%", "if both are about the same costs"]),
    ("sustainability: times or over three", "firm", ["give 80 in Table 2", "720", "240", "13.04%"]),
    ("net profit margin", "firm", ["1,000", "909", "−9.1%"]),
    ("ROI or ROE", "damaged", ["One letter", "no formula at all"]),
    ("operating-cost rate", "unreadable", ["fraction bar"]),
    ("satisfaction index", "damaged", ["38 satisfied of 49", "77.6%", "60.1%"]),
    ("which period the sales cover", "open", []),
    ("which period the services cover", "open", ["288", "13 pairs", "159 and 195", "24.1%"]),
    ("no sampling", "open", ["77.4%", "77.7%", "about services"]),
    ("services and productivity", "conditional", ["10.77% to", "11.26%", "sales by labour"]),
    ("targets without a result", "not reported", ["7 of 11", "not yet due"]),
    ("what caused the growth", "open", ["three causes"]),
    ("in time and within budget", "weak measure", ["deadlines and budgets"]),
]


@pytest.mark.parametrize(("number", "wanted"), list(enumerate(FINDINGS)))
def test_finding(appraisal: Appraisal, number: int, wanted: tuple[str, str, list[str]]) -> None:
    found, (topic, kind, parts) = appraisal["findings"][number], wanted
    assert (found["topic"], found["kind"]) == (topic, kind)
    assert all(part in found["text"] for part in parts)


def test_only_a_firm_contradiction_accuses(appraisal: Appraisal, usual: pd.DataFrame) -> None:
    wrong = set(usual.index[usual["verdict"] == "inconsistent"])
    firm = set[str]()
    for entry in appraisal["findings"]:
        about = {*entry["one"], *entry.get("other", [])}
        if entry["kind"] == "firm":
            assert about & wrong, entry["topic"]
            firm |= about
        else:
            assert not about & wrong, entry["topic"]
    assert wrong <= firm


def test_nothing_is_inconsistent_that_the_checks_of_formulas_pass(usual: pd.DataFrame) -> None:
    faults = check_table("soles").set_index("form")["faults"]
    for claim in usual.index[usual["verdict"] == "inconsistent"]:
        assert usual.loc[claim, "role"] == "formula"
        assert (faults[[claim]] != "").any(), claim


def test_no_result_is_contradicted(usual: pd.DataFrame) -> None:
    results = usual[usual["role"] == "result"]
    assert len(results) == 19
    assert set(results["verdict"]) == {"consistent"}


def test_a_sentence_is_no_contradiction(usual: pd.DataFrame) -> None:
    found = usual[(usual["role"] == "statement")]["verdict"]
    assert len(found) == 14
    assert set(found) <= {"consistent", "underdetermined", "not reported"}


def test_no_effect_is_bounded(segelec: Case) -> None:
    causes = read_verdicts(segelec).query("quantity == 'cause' or claim_id == '5-services-cause'")
    assert len(causes)
    assert (causes["bounds"] == "").all()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: firm", "kind: sure", "sure"),
        ("[4.4.1-cost-target]", "[4.4.1-costs]", "4.4.1-costs"),
        ("{satisfaction_start_max}", "{startmost}", "startmost"),
        ("settles: what is before", "settled: what is before", "settles is missing"),
        ("note: No statement in our text.}", "note: Nowhere, none}", "none is not known"),
        ("threats:", "dangers:", "dangers"),
        ("threats:", "threats: [", "not readable as YAML"),
    ],
)
def test_a_slip_is_named(segelec: Case, project: Path, old: str, new: str, said: str) -> None:
    path = project / "data" / "raw" / "segelec" / "appraisal.yaml"
    made = Path("data/processed/segelec")
    (project / made).mkdir(parents=True)
    for name in ("verdicts.csv", "multiverse.csv"):
        shutil.copy(segelec.root / made / name, project / made)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_appraisal(load_case("segelec", project))
    assert "data/raw/segelec/appraisal.yaml" in str(caught.value)


def test_chapters_agree_on_targets(segelec: Case, usual: pd.DataFrame) -> None:
    """What the print meets, the ledger that meets the print meets too, under every reading."""
    targets = pd.read_csv(segelec.raw / "targets.csv").set_index("target_id")
    scores = pd.read_csv(segelec.processed / "okr.csv").query("period == '2024Q2'")
    reached = 0
    for row in scores[scores["target_id"].isin(targets.index)].itertuples():
        target = targets.loc[row.target_id]
        verdict = usual.loc[target["claim_id"], "verdict"]
        if verdict == "consistent" and target["option"] != "points" and row.chosen:
            reached += 1
            assert row.status == "met", row.target_id
        assert verdict != "inconsistent", row.target_id
    assert reached == 3  # revenue, satisfaction of 20%, productivity
