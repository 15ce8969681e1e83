"""cvc5, an SMT solver, decides the same systems: an opinion that shares no code with ours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations, product

import cvc5
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.text import Rounding
from analysis.claims.judge import Judge
from analysis.claims.network import Group
from analysis.claims.solver.bounds import minimal_conflicts
from analysis.claims.solver.questions import Questions
from analysis.claims.solver.search import Search
from analysis.claims.solver.system import Claim, System, at_most, equal, linear, quantity, total
from analysis.claims.solver.tableau import Form
from analysis.tables.case import load_case, project_root
from benchmarks.trust import growth, says, share


def opinion(claims: Sequence[Claim]) -> bool | None:
    """Whether cvc5 finds whole numbers of at least zero that meet all; None if it gives up."""
    return _opinion(frozenset(limit for claim in claims for limit in claim.limits))


@cache
def _opinion(limits: frozenset[tuple[Form, bool, int]]) -> bool | None:
    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setLogic("QF_LIA")
    solver.setOption("tlimit-per", "5000")
    solver.setOption("dio-solver", "false")  # faster, and it gives up on fewer systems
    kinds, whole = cvc5.Kind, terms.getIntegerSort()
    names = sorted({name for form, _, _ in limits for name, _ in form})
    known = {name: terms.mkConst(whole, name) for name in names}
    zero = terms.mkInteger(0)
    for one in known.values():
        solver.assertFormula(terms.mkTerm(kinds.GEQ, one, zero))
    for form, upper, end in sorted(limits):
        parts = [
            terms.mkTerm(kinds.MULT, terms.mkInteger(str(times)), known[name])
            for name, times in form
        ]
        left = terms.mkTerm(kinds.ADD, zero, zero, *parts)
        sign = kinds.LEQ if upper else kinds.GEQ
        solver.assertFormula(terms.mkTerm(sign, left, terms.mkInteger(str(end))))
    found = solver.checkSat()
    return None if found.isUnknown() else found.isSat()


def agrees(claims: Sequence[Claim]) -> None:
    """Compare our answer with cvc5; a data set that meets every limit needs no other opinion."""
    ours = Search((), {str(i): [one] for i, one in enumerate(claims)})
    found = ours.decide([str(i) for i in range(len(claims))])
    if isinstance(found, dict):
        assert all(type(count) is int and count >= 0 for count in found.values())
        assert all(one.holds(found) for one in claims)
        for form, upper, end in (limit for one in claims for limit in one.limits):
            value = sum(times * found[name] for name, times in form)
            assert value <= end if upper else value >= end
    elif found is not None:
        assert opinion([claims[int(i)] for i in found]) is not True


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 400), min_size=4, max_size=4),
    st.lists(st.integers(-1, 1), min_size=7, max_size=7),
    st.sampled_from([Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.TRUNCATE]),
    st.sets(st.integers(0, 6), min_size=2),
)
def test_true_figures_with_misprints(
    counts: list[int], off: list[int], rounding: Rounding, kept: set[int]
) -> None:
    claims = misprinted(counts, off, rounding)
    agrees([claims[i] for i in sorted(kept)])


def misprinted(counts: list[int], off: list[int], rounding: Rounding) -> tuple[Claim, ...]:
    """Print what counts give, each number off by as much as is said."""
    a, b, c, d = counts
    x, y = total("a", "b"), total("c", "d")

    def percent(part: int, whole: int, slip: int) -> str:
        tenths = (2000 * part + whole) // (2 * whole) + slip
        return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}%"

    return (
        says("a", quantity("a"), str(a + off[0]), rounding),
        says("x", x, str(a + b + off[1]), rounding),
        says("y", y, str(c + d + off[2]), rounding),
        growth("g", y, x, percent(c + d - a - b, a + b, off[3]), rounding),
        share("s", quantity("a"), x, percent(a, a + b, off[4]), rounding),
        share("t", quantity("c"), y, percent(c, c + d, off[5]), rounding),
        equal("same", quantity("b"), quantity("d")) if off[6] else at_most("less", x, a + b),
    )


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=4, max_size=4),
    st.lists(st.integers(-1, 1), min_size=7, max_size=7),
    st.permutations(range(5)),
)
def test_all_minimal_conflicts_in_any_order(
    counts: list[int], off: list[int], order: list[int]
) -> None:
    claims = misprinted(counts, off, Rounding.HALF_UP)
    items = {str(i): (claims[i],) for i in range(5)}

    def conflicts(tags: Sequence[str]) -> set[frozenset[str]]:
        asked = Questions({tag: items[tag] for tag in tags}, ())
        return {frozenset(one) for one in minimal_conflicts(tags, asked.core).sets}

    sets = [frozenset(s) for n in range(1, 6) for s in combinations(items, n)]
    bad = [one for one in sets if opinion([claims[int(i)] for i in one]) is False]
    found = conflicts(list(items))
    assert found == {one for one in bad if not any(other < one for other in bad)}
    assert conflicts([str(i) for i in order]) == found
    assert conflicts([str(i) for i in sorted(order[:4])]) <= found  # more claims clear none


CASES_OF_RELATIONS = sorted(
    path.parent.name for path in (project_root() / "data" / "raw").glob("*/relations.csv")
)


@pytest.mark.parametrize("name", CASES_OF_RELATIONS)
def test_every_group_of_the_committed_cases(name: str) -> None:
    case = load_case(name, project_root())
    judge = Judge(case)
    axes = case.parameters.readings
    seen: set[Group] = set()
    readings = [
        (block, case.reading(dict(zip(names, options, strict=True))))
        for block, names in judge.blocks.items()
        for options in product(*(axes[name].options for name in names))
    ]
    for block, reading in readings:
        state = judge.state(block, reading)
        for group in state.groups:
            if group not in seen:  # readings share groups
                seen.add(group)
                rules = tuple(state.network.definitions)
                agrees(touching(linear(state.items(group.settled)), rules))
                for conflict in group.conflicts:
                    items = [state.items([tag]) for tag in conflict]
                    made = [claim for some in items for claim in some if isinstance(claim, Claim)]
                    if len(made) < sum(map(len, items)):
                        continue  # it multiplies open quantities
                    assert opinion(touching(made, rules)) is not True, conflict
                    for some in items:  # each claim of a conflict is needed: a data set shows it
                        rest = touching([one for one in made if one not in some], rules)
                        data = Search((), {"": rest}).decide([""])
                        assert isinstance(data, dict), conflict
                        assert all(one.holds(data) for one in rest)


def touching(claims: Sequence[Claim], rules: tuple[Claim, ...]) -> list[Claim]:
    """Return some claims with the definitions that bear on them."""
    system = System((), rules).only(claims)
    return [*system.claims, *system.definitions]
