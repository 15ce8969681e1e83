"""The commands behind the Makefile: ``python -m analysis COMMAND``.

Each command is a function that imports what it needs itself, so that the build knows exactly which
modules a step depends on.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import BuildError, InputError

if TYPE_CHECKING:
    from analysis.case import Case

PAPER = "segelec"
"""The case whose notebooks, figures and report are committed."""


def verdicts(args: argparse.Namespace) -> str:
    """Give every printed claim a verdict."""
    from analysis.case import load_case
    from analysis.claims import judge_of, verdict_table
    from analysis.claims.multiverse import require_possible
    from analysis.tables import RAW_TABLES, read_rows, write_frame

    case = load_case(args.case)
    calibrated = case.parameters.calibration is not None
    for raw in RAW_TABLES:  # all inputs are checked before anything is written
        if calibrated or (case.raw / raw.file).is_file():
            read_rows(raw, case.raw, case.root)
    if not case.has_claims:
        return _none(case, "verdicts.csv", "the case has no claims.csv")
    judge = judge_of(case)
    if calibrated:
        require_possible(case, case.reading())
    table, universes = verdict_table(case, judge), judge.universes()
    write_frame(table, case.processed / "verdicts.csv")
    write_frame(universes, case.processed / "multiverse.csv")
    return f"{table['claim_id'].nunique()} claims"


def _none(case: Case, output: str, why: str) -> str:
    """Tell make that a step has nothing to make, so that it does not look for the output."""
    from analysis.files import write_text

    write_text(case.root / ".build" / case.name / f"{output}.none", "")
    return f"none: {why}"


def ledger(args: argparse.Namespace) -> str:
    """Make the synthetic ledger of a case, or one for other readings in another folder."""
    from analysis.calibrate import make_ledger, write_ledger
    from analysis.case import load_case
    from analysis.okr import has_okrs, load_okrs
    from analysis.okr.draw import draw_check_ins
    from analysis.reproduce import require_same

    case = load_case(args.case)
    if case.parameters.kind == "printed":
        return _none(case, "ledger", "the case has claims alone")
    choices = dict(_choice(text) for text in args.reading or [])
    if (choices or args.seed is not None) and args.out is None:
        raise InputError(
            "the ledger of another reading or seed needs a folder of its own",
            fix="add --out FOLDER",
        )
    tables = make_ledger(case, choices, args.seed)
    require_same(case, tables, choices)
    if has_okrs(case):
        tables["check_in"] = draw_check_ins(case, load_okrs(case), tables)
    write_ledger(tables, args.out or case.processed / "ledger")
    return f"{sum(map(len, tables.values())):,} rows"


def _choice(text: str) -> tuple[str, str]:
    axis, mark, option = text.partition("=")
    if not mark:
        raise InputError("a reading is written as AXIS=OPTION", value=text)
    return axis, option


def check_claims(args: argparse.Namespace) -> int:
    """Test a table of printed statistics, a row each."""
    from analysis.claims.batch import check_claims as check

    text, errors = check(args.file, args.out)
    if args.out is None:
        print(text, end="")
    for error in errors:
        print(f"check-claims: {error}", file=sys.stderr)
    return 1 if errors else 0


def kpis(args: argparse.Namespace) -> str:
    """Compute the KPI table and its comparisons."""
    from analysis.calibrate import read_ledger
    from analysis.case import load_case
    from analysis.export import comparison_csv, kpi_csv
    from analysis.export_method import write_method_tables
    from analysis.kpis import kpi_table, sums
    from analysis.okr import has_okrs
    from analysis.tables import write_frame

    case = load_case(args.case)
    kind = case.parameters.kind
    if kind == "printed":
        return _none(case, "kpis.csv", "the case has claims alone")
    totals = sums(read_ledger(case))
    table = kpi_table(totals)
    write_frame(kpi_csv(totals, kind), case.processed / "kpis.csv")
    write_frame(comparison_csv(table, kind), case.processed / "comparison.csv")
    if has_okrs(case):
        write_method_tables(case)
    return f"{table['kpi'].nunique()} KPIs, {table['period'].nunique()} quarters"


def values(args: argparse.Namespace) -> str:
    """Compute every number that stands in prose."""
    from analysis.case import load_case
    from analysis.claims import read_verdicts
    from analysis.claims.multiverse import read_blocks
    from analysis.efficiency.build import ARTICLE
    from analysis.facts import facts
    from analysis.facts_claims import facts as claim_facts
    from analysis.facts_efficiency import efficiency_facts
    from analysis.facts_okr import facts as okr_facts
    from analysis.okr import has_okrs
    from analysis.values import save

    case = load_case(args.case)
    if case.parameters.calibration is None:
        table = claim_facts(read_verdicts(case), read_blocks(case)) if case.has_claims else {}
        save(table, case.processed / "values.json")
        return f"{len(table)} values"
    table = facts(case, read_verdicts(case), read_blocks(case))
    table |= efficiency_facts(load_case(ARTICLE, case.root))
    if has_okrs(case):
        table |= okr_facts(case)
    save(table, case.processed / "values.json")
    return f"{len(table)} values"


def efficiency(args: argparse.Namespace) -> str:
    """Decide what the Kowalczyk article's sentences allow; make companies that satisfy them."""
    from analysis.case import load_case
    from analysis.efficiency.build import ARTICLE, build

    root = load_case(args.case).root
    return f"{build(load_case(ARTICLE, root))} sentences of the article"


def chapters(args: argparse.Namespace) -> int:
    """Name the notebooks of a case, as a line for make."""
    from analysis.case import load_case
    from analysis.chapters import chapters as select

    case = load_case(args.case)
    print("NOTEBOOKS :=", *(path.relative_to(case.root).as_posix() for path in select(case)))
    return 0


def notebook(args: argparse.Namespace) -> str:
    """Run one notebook."""
    from analysis.case import load_case
    from analysis.notebook import parameters_from_text, run

    case = load_case(args.case)
    source = Path(args.notebook)
    given = [("case", case.name), *(args.parameter or [])]
    if any(name == "case" for name, _ in args.parameter or []):
        raise InputError("the case is chosen with --case", value="-p case")
    committed = case.name == PAPER and not args.parameter
    run(
        source,
        source if committed else case.root / ".build" / case.name / source.name,
        parameters=parameters_from_text(source, given),
        values=case.processed / "values.json",
        figures=None if args.parameter else case.root / "figures",
    )
    return ""


def report(args: argparse.Namespace) -> str:
    """Set the executed notebooks as one PDF, and its title page and two figures as pictures."""
    from analysis.case import load_case
    from analysis.chapters import chapters as select
    from analysis.report import build_report, render_figure, render_pages

    case = load_case(args.case)
    executed = select(case)
    if case.name != PAPER:
        executed = [case.root / ".build" / case.name / path.name for path in executed]
    out = case.root / "report"
    path = build_report(case.name, executed, out / f"{case.name}.pdf")
    if case.name == PAPER:  # the README shows these
        render_pages(case.name, executed, {1: out / f"{case.name}-title.png"}, ppi=72)
        for name in ("fig_02_earlier_counts", "fig_07_sales_by_quarter"):
            render_figure(case.figures / f"{name}.svg", out / f"{case.name}-{name[7:]}.png")
    return f"{path.relative_to(case.root)}"


def sums(args: argparse.Namespace) -> str:
    """Fill the README's numbers and write the checksums of all machine-made files."""
    from analysis.case import load_case
    from analysis.files import write_text
    from analysis.readme import figure_index, with_index
    from analysis.values import check_all_used, fill, load
    from analysis.verify import write_sums

    case = load_case(args.case)
    if case.name != PAPER:  # the README and the checksums are those of the paper
        return ""
    table = load(case.processed / "values.json")
    readme = case.root / "README.md"
    notebooks = sorted((case.root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    text = readme.read_text(encoding="utf-8")
    write_text(readme, fill(with_index(text, figure_index(notebooks)), table, file="README.md"))
    check_all_used(table, [*notebooks, readme])
    return f"{write_sums(case.root)} files"


def verify(args: argparse.Namespace) -> int:
    """Build again elsewhere and compare every byte."""
    from analysis.case import project_root
    from analysis.verify import main as rebuild

    del args  # every case that has checksums is verified
    return rebuild(project_root())


COMMANDS: tuple[Callable[[argparse.Namespace], str | int], ...] = (
    verdicts, ledger, kpis, efficiency, values, chapters, notebook, report, sums, verify,
    check_claims,
)  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    parsers = {}
    for function in COMMANDS:
        name = function.__name__.replace("_", "-")
        parsers[name] = commands.add_parser(name, help=function.__doc__)
        parsers[name].set_defaults(function=function)
        if function is not check_claims:
            parsers[name].add_argument("--case", default=PAPER, help="folder of data/raw")
    add = parsers["notebook"].add_argument
    add("notebook", help="path of the notebook")
    add("-p", "--parameter", nargs=2, action="append", metavar=("NAME", "VALUE"))
    add = parsers["ledger"].add_argument
    add("--reading", action="append", metavar="AXIS=OPTION", help="replaces a default reading")
    add("--seed", type=int, help="replaces the seed of case.yaml")
    add("--out", type=Path, metavar="FOLDER", help="where the tables go")
    add = parsers["check-claims"].add_argument
    add(
        "file",
        type=Path,
        help="CSV with the columns kind, printed, n, items, n_max, later, rounding",
    )
    add("--out", type=Path, metavar="FILE", help="where the result goes (default: printed)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command and say so in a line.

    Returns
    -------
    int
        Exit status: 0 good, 1 a step failed or files differ, 2 bad input, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever the locale, a message must come through
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(arguments)
    begun = time.monotonic()
    try:
        result = args.function(args)
    except BuildError as error:
        print(f"{args.command}: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    except KeyboardInterrupt:
        print(f"{args.command}: interrupted", file=sys.stderr)
        return 130
    if isinstance(result, int):
        return result
    subject = Path(args.notebook).stem if args.command == "notebook" else result
    print(f"{args.command} {subject} … {time.monotonic() - begun:.1f} s", flush=True)
    return 0
