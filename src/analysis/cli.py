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

from analysis.errors import BuildError, InputError


def verdicts(args: argparse.Namespace) -> str:
    """Give every printed claim a verdict."""
    from analysis.case import load_case
    from analysis.claims import verdict_table
    from analysis.tables import write_frame

    case = load_case(args.case)
    table = verdict_table(case)
    write_frame(table, case.processed / "verdicts.csv")
    return f"{table['claim_id'].nunique()} claims"


def ledger(args: argparse.Namespace) -> str:
    """Make the synthetic ledger of a case."""
    from analysis.calibrate import make_ledger, write_ledger
    from analysis.case import load_case

    case = load_case(args.case)
    tables = make_ledger(case)
    write_ledger(tables, case.processed / "ledger")
    return f"{sum(map(len, tables.values())):,} rows"


def kpis(args: argparse.Namespace) -> str:
    """Compute the KPI table and its comparisons."""
    from analysis.calibrate import read_ledger
    from analysis.case import load_case
    from analysis.export import comparison_csv, kpi_csv
    from analysis.kpis import kpi_table, sums
    from analysis.tables import write_frame

    case = load_case(args.case)
    kind = case.parameters.kind
    totals = sums(read_ledger(case))
    table = kpi_table(totals)
    write_frame(kpi_csv(totals, kind), case.processed / "kpis.csv")
    write_frame(comparison_csv(table, kind), case.processed / "comparison.csv")
    return f"{table['kpi'].nunique()} KPIs, {table['period'].nunique()} quarters"


def values(args: argparse.Namespace) -> str:
    """Compute every number that stands in prose."""
    from analysis.case import load_case
    from analysis.claims import read_verdicts
    from analysis.facts import facts
    from analysis.values import save

    case = load_case(args.case)
    table = facts(case, read_verdicts(case))
    save(table, case.processed / "values.json")
    return f"{len(table)} values"


def efficiency(args: argparse.Namespace) -> str:
    """Decide what the article's sentences allow, and make the companies that satisfy them."""
    from analysis.case import load_case
    from analysis.efficiency.build import build

    return f"{build(load_case(args.case))} sentences"


def notebook(args: argparse.Namespace) -> str:
    """Run one notebook."""
    from analysis.case import load_case
    from analysis.notebook import parameters_from_text, run

    case = load_case(args.case)
    source = Path(args.notebook)
    pairs = [("case", case.name), *(args.parameter or [])]
    parameters = parameters_from_text(source, pairs)
    run(
        source,
        source if case.name == "segelec" else case.root / ".build" / case.name / source.name,
        parameters=parameters,
        values=case.processed / "values.json",
        figures=case.root / "figures",
    )
    return ""


def report(args: argparse.Namespace) -> str:
    """Set the executed notebooks as one PDF."""
    from analysis.case import load_case
    from analysis.report import build_report

    case = load_case(args.case)
    chapters = sorted((case.root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if case.name != "segelec":
        chapters = [case.root / ".build" / case.name / path.name for path in chapters]
    path = build_report(case.name, chapters, case.root / "report" / f"{case.name}.pdf")
    return f"{path.relative_to(case.root)}"


def sums(args: argparse.Namespace) -> str:
    """Fill the README's numbers and write the checksums of all machine-made files."""
    from analysis.case import load_case
    from analysis.files import write_text
    from analysis.readme import figure_index, with_index
    from analysis.values import check_all_used, fill, load
    from analysis.verify import write_sums

    case = load_case(args.case)
    path = case.processed / "values.json"
    table = load(path)
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
    verdicts, ledger, kpis, efficiency, values, notebook, report, sums, verify,
)  # fmt: skip


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
    parser = argparse.ArgumentParser(prog="analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for function in COMMANDS:
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(function=function)
        command.add_argument("--case", default="segelec", help="folder of data/raw")
        if function is notebook:
            command.add_argument("notebook", help="path of the notebook")
            command.add_argument(
                "-p", "--parameter", nargs=2, action="append", metavar=("NAME", "VALUE")
            )
    args = parser.parse_args(arguments)
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
