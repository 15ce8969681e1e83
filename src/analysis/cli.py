"""The commands behind the Makefile: ``python -m analysis COMMAND``.

Each command is a function that imports what it needs itself, where it needs it, so that the build
knows exactly which modules a step depends on.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import BuildError, InputError, system_error
from analysis.base.plan import ARTICLE, PAPER, step_line

if TYPE_CHECKING:
    from analysis.tables.case import Case


def build(args: argparse.Namespace) -> int:
    """Run the steps towards a report, the figures or a dashboard that are not up to date."""
    from analysis.base.plan import Goal, build, watch

    readings = tuple(sorted(args.reading))
    asked = Goal(args.goal, args.case, args.period, args.base, readings, args.detail)
    return (watch if args.watch else build)(asked, main, jobs=args.jobs)


def edition(args: argparse.Namespace) -> str:
    """Check that a report on this period, base and readings can be made; write nothing."""
    from analysis.notebook.edition import asked_for
    from analysis.notebook.edition import chapters as select

    asked = asked_for(args)
    select(asked)
    return asked.name


def verdicts(args: argparse.Namespace) -> str:
    """Give every printed claim a verdict."""
    from analysis.base.errors import raise_all
    from analysis.claims.judge import Judge
    from analysis.claims.verdicts import require_possible, universe_table, verdict_table
    from analysis.intake.case_files import still_example
    from analysis.tables.case import load_case
    from analysis.tables.rows import read_rows, write_frame
    from analysis.tables.strategy_tables import CLAIMS, DIAGNOSIS_TABLES

    case = load_case(args.case)
    calibrated = case.parameters.calibration is not None
    checked = (CLAIMS,) if case.has_own_rows else (CLAIMS, *DIAGNOSIS_TABLES)
    for raw in checked:  # all inputs are checked before anything is written
        if calibrated or (case.raw / raw.file).is_file():
            read_rows(raw, case.raw, case.root)
    if not case.has_claims:
        return "none: the case has no claims.csv"
    raise_all([problem.error() for problem in still_example(case, {})])
    judge = Judge(case)
    if calibrated:
        require_possible(judge, case.reading())
    table, universes = verdict_table(judge), universe_table(judge)
    write_frame(table, case.processed / "verdicts.csv")
    write_frame(universes, case.processed / "multiverse.csv")
    return f"{table['claim_id'].nunique()} claims"


def ledger(args: argparse.Namespace) -> str | int:
    """Check a case's own rows, or make a synthetic ledger (of other readings in another folder)."""
    from analysis.ledger.synthetic import make_ledger, require_same, write_ledger
    from analysis.method.check_ins import draw_check_ins
    from analysis.method.key_results import load_okrs
    from analysis.notebook.edition import choice
    from analysis.tables.case import load_case
    from analysis.tables.strategy_tables import has_okrs

    case = load_case(args.case)
    other = bool(args.reading) or args.seed is not None
    if (other or args.out) and case.parameters.calibration is None:
        raise InputError(
            "this ledger is not made from printed numbers: there is nothing to choose",
            value=args.case,
            fix="leave out --reading, --seed and --out",
        )
    if case.parameters.kind == "printed":
        return "none: the case has claims alone"
    if case.has_own_rows:
        return _keep_rows(case)
    if other and args.out is None:
        raise InputError(
            "the ledger of another reading or seed needs a folder of its own",
            fix="add --out FOLDER",
        )
    choices = dict(choice(text) for text in args.reading)
    tables = make_ledger(case, choices, args.seed)
    require_same(case, tables, choices)
    if has_okrs(case):
        tables["check_in"] = draw_check_ins(case, load_okrs(case), tables)
    write_ledger(tables, args.out or case.processed / "ledger")
    return f"{sum(map(len, tables.values())):,} rows"


def _keep_rows(case: Case) -> str | int:
    """Check a case's own rows and keep what is right; list on stderr what is wrong."""
    from analysis.intake.case_check import store_tables

    text, good = store_tables(case)
    if good:
        return text
    print(text, file=sys.stderr)
    return 2


def check_claims(args: argparse.Namespace) -> int:
    """Test a table of printed statistics, a row each."""
    from analysis.claims.batch import check_claims as check

    text, errors = check(args.file, args.out)
    if args.out is None:
        print(text, end="")
    for error in errors:
        print(f"check-claims: {error}", file=sys.stderr)
    return 1 if errors else 0


def grade(args: argparse.Namespace) -> int:
    """Make the table of a class from the files that students hand in."""
    from analysis.exercises.lesson import class_table

    table, errors = class_table(args.folder)
    print(table)
    for error in errors:
        print(f"grade: {error}", file=sys.stderr)
    return 1 if errors else 0


def solutions(args: argparse.Namespace) -> int:
    """Print the answers of a set of exercises, for teachers."""
    from analysis.exercises.lesson import solutions as found

    print(found(args.topic, args.case, args.student))
    return 0


def kpis(args: argparse.Namespace) -> str | int:
    """Compute the KPI table and its comparisons, from a case's own rows as they now are."""
    from analysis.base.language import counted, using
    from analysis.kpis.compare import comparison_csv, kpi_csv
    from analysis.kpis.cube import are_stored, make_cube, write_cube
    from analysis.kpis.levels import MORE, NOTHING, kpi_periods
    from analysis.method.balanced_scorecard import METHOD_TABLES, method_tables
    from analysis.tables.case import load_case
    from analysis.tables.rows import write_frame

    case = load_case(args.case)
    kind = case.parameters.kind
    if kind == "printed":
        return "none: the case has claims alone"
    if case.has_own_rows and not are_stored(case):
        kept = _keep_rows(case)
        if isinstance(kept, int):
            return kept
        case = load_case(args.case)  # with the periods of the rows as they now are
    cube = make_cube(case)
    if cube.empty:
        raise InputError(NOTHING, file=case.raw.relative_to(case.root), fix=MORE)
    totals = cube.groupby(["month", "measure"], as_index=False)[["value"]].sum()
    table = kpi_periods(totals)
    made = {
        "kpis": kpi_csv(totals, kind, case.parameters.currency_name),
        "comparison": comparison_csv(table, kind),
    }
    made |= method_tables(case, totals)
    for name, frame in made.items():
        write_frame(frame, case.processed / f"{name}.csv")
    for name in METHOD_TABLES - made.keys():  # from when the case still had what they need
        (case.processed / f"{name}.csv").unlink(missing_ok=True)
    write_cube(case, cube)
    with using(case.parameters.language, case.parameters.locale):
        return counted("{n} indicator", "{n} indicators", table["kpi"].nunique())


def efficiency(args: argparse.Namespace) -> str:
    """Decide what the Kowalczyk article's sentences allow; make companies that satisfy them."""
    from analysis.efficiency.sentences import build_article
    from analysis.tables.case import load_case

    root = load_case(args.case).root
    return f"{build_article(load_case(ARTICLE, root))} sentences of the article"


def chapters(args: argparse.Namespace) -> str:
    """Write down which notebooks a report has."""
    from analysis.base.text import write_text
    from analysis.notebook.edition import asked_for
    from analysis.notebook.edition import chapters as select

    asked = asked_for(args)
    paths = select(asked)
    names = [path.relative_to(asked.case.root).as_posix() for path in paths]
    write_text(asked.folder / "chapters.txt", "\n".join(names) + "\n")
    return f"{len(names)} notebooks"


def notebook(args: argparse.Namespace) -> str:
    """Run one notebook."""
    from analysis.notebook.edition import COMMITTED, asked_for
    from analysis.notebook.run import run

    asked = asked_for(args)
    source = Path(args.notebook)
    committed = asked.case.name in COMMITTED and not asked.periodic
    run(
        source,
        source if committed else asked.folder / source.name,
        parameters=asked.parameters,
        figures=asked.home / "figures",
        kept=asked.folder / source.name,
    )
    return ""


def dashboard(args: argparse.Namespace) -> str:
    """Write the dashboard: one HTML file for any browser, offline."""
    from analysis.dashboard.page import write_dashboard
    from analysis.tables.case import load_case

    case = load_case(args.case)
    path = write_dashboard(case)
    return f"{path.relative_to(case.root)}, {path.stat().st_size / 1000:.0f} kB"


def report(args: argparse.Namespace) -> str:
    """Set the executed notebooks as one PDF; of the paper's, show title page and two figures."""
    from analysis.notebook.edition import COMMITTED, asked_for
    from analysis.notebook.edition import chapters as select
    from analysis.report.book import build_report, read_notebook, render_figure, timestamp
    from analysis.report.outputs import remove_stale

    asked = asked_for(args)
    case = asked.case
    executed = select(asked)
    committed = not asked.periodic and case.name in COMMITTED
    if not committed:
        executed = [asked.folder / path.name for path in executed]
    out = case.root / "report"
    shown = committed and case.name == PAPER  # in the README
    if committed:
        remove_stale(case.figures, executed)
    path = build_report(
        asked,
        executed,
        out / f"{asked.name}.pdf",
        memory=out / f"{case.name}-layout.json" if committed else asked.folder / "layout.json",
        picture=out / f"{case.name}-title.png" if shown else None,
    )
    if case.has_own_rows:
        from analysis.report.slides import write_slides

        moment = timestamp(case.parameters.date)
        write_slides(map(read_notebook, executed), asked.home, path.with_suffix(".xlsx"), moment)
    if shown:
        for name in ("earlier_counts", "sales_by_quarter"):
            (drawing,) = case.figures.glob(f"fig_??_{name}.svg")
            render_figure(drawing, out / f"{case.name}-{name}.png")
    return f"{path.relative_to(case.root)}"


def sums(args: argparse.Namespace) -> str:
    """Write the index of figures and the checksums of all machine-made files."""
    from analysis.base.text import write_text
    from analysis.report.outputs import INDEX, drawing_functions, figure_index, write_sums
    from analysis.tables.case import load_case

    case = load_case(args.case)
    if case.name != PAPER:  # the index and the checksums are those of the paper
        return ""
    notebooks = sorted((case.root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    functions = drawing_functions(Path(__file__).parent / "figures")
    write_text(case.root / INDEX, figure_index(notebooks, functions))
    return f"{write_sums(case.root)} files"


def verify(args: argparse.Namespace) -> int:
    """Build again elsewhere and compare every byte."""
    from analysis.report.outputs import verify as rebuild
    from analysis.tables.case import project_root

    del args  # every case that has checksums is verified
    return rebuild(project_root())


def check(args: argparse.Namespace) -> int:
    """List everything that is wrong with a case's own files, writing nothing."""
    from analysis.intake.case_check import check_case
    from analysis.tables.case import project_root

    text, good = check_case(args.case, project_root())
    print(text)
    return 0 if good else 2


def package(args: argparse.Namespace) -> int:
    """Write what describes the tables of a case, made from the row models."""
    from analysis.report.outputs import write_package
    from analysis.tables.case import load_case

    case = load_case(args.case)
    for path in write_package(case):
        print(path.relative_to(case.root))
    return 0


def new_case(args: argparse.Namespace) -> int:
    """Make a case of one's own from files, or copy an example."""
    from analysis.base.language import language_of, tr, using
    from analysis.intake.case_check import check_case
    from analysis.intake.new_case import case_from
    from analysis.intake.new_case import new_case as copy
    from analysis.tables.case import project_root

    root = project_root()
    if args.source:
        print(case_from(args.name, args.source, root, args.language))
        path = root / "data" / "raw" / args.name / "case.yaml"
        if good := bool(re.search("(?m)^currency:", path.read_text(encoding="utf-8"))):
            text, good = check_case(args.name, root)
            print(text)
        command = f"make {'report' if good else 'check'} CASE={args.name}"
        with using(language_of(path)):
            print("\n" + tr("Next: {command}", command=command))
        return 0
    folder = copy(args.name, root, args.form, args.language).relative_to(root)
    with using(language_of(root / folder / "case.yaml")):
        print(
            tr(
                "{folder} holds a copy of an example. Fill in case.yaml and the tables (its "
                "README.md says how), then: make check CASE={name}, make report CASE={name}",
                folder=folder,
                name=args.name,
            )
        )
    return 0


COMMANDS: tuple[Callable[[argparse.Namespace], str | int], ...] = (
    *(build, edition, verdicts, ledger, kpis, efficiency, chapters, notebook, dashboard, report),
    *(sums, verify, check_claims, grade, solutions, check, new_case, package),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    parsers = {}
    for function in COMMANDS:
        name = function.__name__.replace("_", "-")
        parsers[name] = commands.add_parser(name, help=function.__doc__)
        parsers[name].set_defaults(function=function)
        if function not in {check_claims, grade, new_case, solutions}:
            parsers[name].add_argument("--case", default=PAPER, help="folder of data/raw")
    add = parsers["build"].add_argument
    add("goal", choices=("report", "figures", "dashboard"), help="what to make")
    add("--watch", action="store_true", help="go on, and make again what each edit concerns")
    add("--jobs", type=int, default=1, help="how many steps run side by side")
    parsers["notebook"].add_argument("notebook", help="path of the notebook")
    for name in ("build", "edition", "chapters", "notebook", "report"):
        add = parsers[name].add_argument
        add("--period", help="the report is on this one, such as 2024Q1, 2024-02, 2023H2 or 2023")
        add("--base", help="compared with year-ago or previous")
        add("--detail", action="store_true", help="a firm's report with its annex")
    for name in ("build", "edition", "chapters", "notebook", "report", "ledger"):
        parsers[name].add_argument(
            "--reading",
            action="append",
            default=[],
            metavar="AXIS=OPTION",
            help="replaces a default reading",
        )
    add = parsers["ledger"].add_argument
    add("--seed", type=int, help="replaces the seed of case.yaml")
    add("--out", type=Path, metavar="FOLDER", help="where the tables go")
    add = parsers["new-case"].add_argument
    add("--name", required=True, help="name of the new folder of data/raw")
    add("--from", dest="source", metavar="FILES", help="exports to make it from: files or folders")
    add("--language", choices=("", "en", "es", "pl"), default="", help="of the case")
    add(
        "--form",
        choices=("csv", "claims"),
        default="csv",
        help="a firm's tables, or a publication's claims",
    )
    add = parsers["solutions"].add_argument
    add("topic", help="such as kpis")
    add("--case", default="", help="that of the notebook, if left out")
    add("--student", default="", help="whose ledger")
    add = parsers["grade"].add_argument
    add("folder", type=Path, help="holds the files; class.csv is written into it")
    add = parsers["check-claims"].add_argument
    add(
        "file",
        type=Path,
        help="CSV with the columns kind, printed, and as needed sd, sd_of, n, items, n_max, later, "
        "rounding, decimal",
    )
    add("--out", type=Path, metavar="FILE", help="where the result goes (default: printed)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command and say so in a line.

    Returns
    -------
    int
        Exit status: 0 good, 1 a step failed or files differ, 2 bad input, 130 interrupted, 141 its
        output is read no further.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever the locale, a message must come through
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(arguments)
    begun = time.monotonic()
    try:
        result = args.function(args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except BuildError as error:
        for problem in error.all if isinstance(error, InputError) else (error,):
            print(f"{args.command}: {problem}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    except OSError as error:  # a file or folder that may not be read or written, whichever it is
        print(f"{args.command}: {system_error(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{args.command}: interrupted", file=sys.stderr)
        return 130
    if isinstance(result, int):
        return result
    subject = Path(args.notebook).stem if args.command == "notebook" else result
    line = step_line(args.command, subject, args.case, time.monotonic() - begun)
    print(line, end="", flush=True)  # in one piece
    return 0
