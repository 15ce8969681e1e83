"""Claims printed from a made-up data set are never called inconsistent, and conflicts are small."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.claims.network import Network, State
from analysis.claims.relations import RELATIONS, RelationRow
from analysis.claims.solver.questions import Outcome
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import ClaimRow

from .conftest import CASES

KINDS = dict.fromkeys(("a", "b", "all", "h"), "count")
KINDS |= {"money": "money", "part": "share", "rate": "level", "mean": "money"}
RELATED = [
    one for one in read_rows(RELATIONS, CASES / "firm", CASES) if isinstance(one, RelationRow)
]


def printed(value: Fraction, places: int, rule: str) -> str:
    """Round a number of at least zero in whole numbers, by hand."""
    digits = value * 10**places
    whole = int(digits + Fraction(1, 2)) if rule == "half-up" else int(digits)
    text = str(whole).rjust(places + 1, "0")
    return text if places == 0 else f"{text[:-places]}.{text[-places:]}"


def row(claim_id: str, text: str, kind: str, quantity: str, period: str, unit: str) -> ClaimRow:
    cells = {"claim_id": claim_id, "kind": kind, "quantity": quantity, "period": period}
    other = {"place": "here", "role": "result", "readings": "", "unit": unit}
    return ClaimRow.model_validate(cells | other | {"quotation": text, "printed": text})


@dataclass(frozen=True)
class Publication:
    """What a made-up firm prints, and the data behind it."""

    rule: str
    claims: list[ClaimRow]
    relations: list[RelationRow]

    def state(self) -> State:
        """Judge it, by those relations that its claims need."""
        ids = {claim.claim_id for claim in self.claims}
        names = {claim.quantity for claim in self.claims}
        growing = {claim.quantity for claim in self.claims if claim.kind == "growth"}
        needed = [
            r
            for r in self.relations
            if (r.relation != "fall" or r.claim in ids)
            and (r.relation != "base" or r.quantity in growing)
            and (r.relation not in ("share", "ratio") or r.quantity in names)
        ]
        return State(Network(self.claims, needed, {"rounding": self.rule}))


@st.composite
def publications(draw: st.DrawFn, most: int = 9) -> Publication:
    """Draw quantities of two years, print them, and keep some of what is printed."""
    rule = draw(st.sampled_from(["half-up", "truncate"]))
    counts = st.integers(min_value=1, max_value=500)
    values: dict[tuple[str, str], Fraction] = {}
    for year in ("2023", "2024"):
        a, b, h = (Fraction(draw(counts)) for _ in range(3))
        money = Fraction(draw(st.integers(min_value=100, max_value=10**6)), 100)
        values |= {
            ("a", year): a,
            ("b", year): b,
            ("all", year): a + b,
            ("h", year): h,
            ("money", year): money,
            ("part", year): a / (a + b),
            ("rate", year): (a + b) / h,
            ("mean", year): money / (a + b),
        }
    claims, falling = [], set()
    for (name, year), value in values.items():
        percent = name == "part"
        places = draw(st.integers(0, 2)) if KINDS[name] in ("share", "level", "money") else 0
        text = printed(value * (100 if percent else 1), places, rule)
        claims.append(row(f"{name}-{year}", text, KINDS[name], name, year, "%" * percent))
    for name in ("all", "a", "money", "rate"):
        change = values[name, "2024"] / values[name, "2023"] - 1
        text = printed(abs(change) * 100, draw(st.integers(0, 2)), rule) + "%"
        growth = row(f"growth-{name}", text, "growth", name, "2024", "%")
        claims.append(growth)
        if change < 0:
            falling.add(growth.claim_id)
    kept = draw(st.lists(st.sampled_from(claims), min_size=1, max_size=most, unique=True))
    used = [r for r in RELATED if r.relation != "fall" or r.claim in falling]
    return Publication(rule, kept, used)


@settings(max_examples=150, deadline=None)
@given(publications())
def test_a_true_publication_is_never_called_inconsistent(publication: Publication) -> None:
    state = publication.state()
    for group in state.groups:
        assert group.conflicts == ()
        if group.witness is not None:
            for item in state.items(group.tags):
                assert item.holds(group.witness)


@settings(max_examples=60, deadline=None)
@given(publications(most=6), st.data())  # a conflict among more takes a search through all subsets
def test_every_claim_of_a_conflict_is_needed(publication: Publication, data: st.DataObject) -> None:
    wrong = data.draw(st.sampled_from(publication.claims))
    more = printed(Fraction(wrong.printed.rstrip("%")) * 2 + 1, 0, "half-up")
    text = more + "%" * wrong.printed.endswith("%")
    changed = wrong.model_copy(update={"printed": text, "quotation": text})
    claims = [changed if claim is wrong else claim for claim in publication.claims]

    def found(some: list[ClaimRow]) -> set[frozenset[str]]:
        groups = Publication(publication.rule, some, publication.relations).state().groups
        return {frozenset(one) for group in groups for one in group.conflicts}

    state = Publication(publication.rule, claims, publication.relations).state()
    conflicts = found(claims)
    assert found(data.draw(st.permutations(claims))) == conflicts  # in whatever order
    for conflict in (one for group in state.groups for one in group.conflicts):
        fewer = found([claim for claim in claims if claim.claim_id in conflict])
        assert fewer == {frozenset(conflict)}  # the other claims clear none
        assert wrong.claim_id in conflict
        for tag in conflict:
            rest = [other for other in conflict if other != tag]
            assert state.every.some(rest).possible() is not Outcome.REFUTED
