"""Which steps lead to a report, and what each reads: the plan that `analysis.base.steps` runs.

To add a step: a function in ``cli.py``, and a line here that says what it comes after.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from analysis.base.errors import BuildError
from analysis.base.language import Code, language, language_of, tr, using
from analysis.base.steps import (
    FORKS,
    INTERRUPTED,
    PACKAGE,
    Build,
    Resident,
    Step,
    fix_environment,
    import_once,
)

PAPER = "segelec"
"""The case whose notebooks, figures and report are committed."""
ARTICLE = "kowalczyk"
"""The case of the second source, whose report is made beside that of the paper."""
PACKAGES = (
    [
        *("pandas", "narwhals", "babel.dates", "pydantic.main", "yaml", "nbformat.validator"),
        *("mistune", "typst"),
        *("analysis.notebook.run", "analysis.report.book", "analysis.report.outputs"),
    ],
    [
        *("openpyxl", "matplotlib.pyplot", "matplotlib.backends.backend_svg", "seaborn"),
        *("fontTools.subset", "schemdraw", "scipy.stats", "scipy.optimize", "papermill", "psutil"),
        *("ipykernel.inprocess.manager", "ipykernel.inprocess.ipkernel"),
        *("IPython.core.application", "IPython.core.completerlib", "IPython.core.oinspect"),
    ],
)
"""What a build imports once, before it forks its steps: what most need, and what notebooks need."""
_WATCHED = ("notebooks", "data/raw")
_PAUSE = 0.2
"""Seconds between looks at the files that authors write."""
_SHOWN = ("benchmarks/trust.csv", "docs/dashboard.png")
"""What notebooks show of what people made."""
_OF_CASE = ("verdicts", "ledger", "kpis", "efficiency", "dashboard", "sums")


@dataclass(frozen=True)
class Goal:
    """What is to be made.

    Attributes
    ----------
    what : str
        ``report``, ``figures`` or ``dashboard``.
    case : str
        Folder of data/raw.
    period, base : str or None
        Of a report on a period.
    readings : tuple of str
        Choices such as ``target_kind=points``.
    detail : bool
        Whether a firm's report has its annex.
    """

    what: str
    case: str
    period: str | None = None
    base: str | None = None
    readings: tuple[str, ...] = ()
    detail: bool = False

    @property
    def periodic(self) -> bool:
        """Whether it is on a period, base or readings of its own."""
        return bool(self.period or self.base or self.readings)

    @property
    def edition(self) -> str:
        """Name of the report.

        Examples
        --------
        >>> Goal("report", "acme", "2024Q1", readings=("target_kind=points",)).edition
        'acme-2024Q1-target_kind-points'
        """
        choices = (text.replace("=", "-") for text in self.readings)
        parts = (self.case, self.period, self.base, *choices, "detail" if self.detail else "")
        return "-".join(filter(None, parts))

    @property
    def options(self) -> list[str]:
        """Options of the command line that ask for this edition."""
        texts = {"period": self.period, "base": self.base}
        given = [f"--{name}={text}" for name, text in texts.items() if text]
        given += [f"--reading={text}" for text in self.readings]
        return ["--case", self.case, *given, *(["--detail"] if self.detail else [])]


def build(
    goal: Goal,
    run: Callable[[list[str]], int],
    *,
    jobs: int = 1,
    packages: Sequence[Sequence[str]] = PACKAGES,
) -> int:
    """Run the steps towards a goal that are not up to date.

    Parameters
    ----------
    goal : Goal
        What is to be made.
    run : callable
        The command line.
    jobs : int
        How many steps run side by side.
    packages : sequence of sequence of str
        What is imported before several steps run.

    Returns
    -------
    int
        Exit status.
    """
    fix_environment()
    status, ran = _build(goal, run, jobs, packages)
    if not ran and not status:
        ends = {"report": "pdf", "dashboard": "html"}
        file = f"report/{goal.edition}.{ends.get(goal.what)}"
        with using(_language(goal.case)):
            done = tr("nothing to do: {file} is up to date", file=file)
        if goal.what not in ends:
            done = f"nothing to do: the figures of {goal.edition} are up to date"
        print(done)
    return status


def _build(
    goal: Goal,
    run: Callable[[list[str]], int],
    jobs: int,
    packages: Sequence[Sequence[str]],
    resident: Resident | None = None,
) -> tuple[int, list[str]]:
    """Run the steps that are not up to date; return the exit status and the names of these."""
    home, ran = Path(".build", goal.case), list[str]()
    with _alone(home):
        for steps in plans(goal):
            made = Build(steps, home, run, jobs=jobs, packages=packages, resident=resident)
            status = made.run()
            ran += made.ran
            if status:
                return status, ran
    return 0, ran


def _language(case: str) -> Code:
    return language_of(Path("data/raw", case, "case.yaml"))


def step_line(command: str, what: str, case: str, seconds: float) -> str:
    r"""Say in a line that a step is done.

    Of a firm's case that is in its language, without names of steps, and only where it tells the
    firm something.

    Examples
    --------
    >>> step_line("kpis", "9 indicators", "segelec", 1.25), step_line("sums", "", "acme", 0.1)
    ('kpis 9 indicators … 1.2 s\n', '')
    """
    if case in (PAPER, ARTICLE):
        return f"{command} {what} … {seconds:.1f} s\n"
    with using(_language(case)):
        steps = {
            "verdicts": tr("Judged"),
            "ledger": tr("Checked"),
            "kpis": tr("Computed"),
            "notebook": tr("Computed"),
            "report": tr("Report"),
            "dashboard": tr("Dashboard"),
        }
        if command not in steps or what.startswith("none"):
            return ""
        what = {"board": tr("Board report"), "annex": tr("Annex")}.get(what, what)
        taken = f"{seconds:.1f}".replace(".", language().point)
        return f"{steps[command]}: {what} … {taken} s\n"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; wait, after a line that says so, while another build holds it."""
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "building").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with using(_language(folder.name)):
                wait = tr("another build is running in this folder: waiting for it to end")
            print(wait, file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def watch(
    goal: Goal,
    run: Callable[[list[str]], int],
    *,
    jobs: int = 1,
    packages: Sequence[Sequence[str]] = PACKAGES,
) -> int:
    """Build whenever a file has changed, until interrupted.

    One process stays: it has imported the large packages, and what lays out the PDF remembers the
    pages that a change does not concern. When the package itself has changed, it begins anew.

    Parameters are those of :func:`build`.
    """
    if not FORKS:
        raise BuildError("this system has no forks to watch with: run make report after an edit")
    fix_environment()
    import_once(chain(*packages))
    resident, package = Resident(run), _dates([str(PACKAGE)])
    seen, told = dict[str, int](), False
    with suppress(KeyboardInterrupt):
        while True:
            if package != _dates([str(PACKAGE)]):
                resident.stop()
                os.execv(sys.executable, [sys.executable, "-m", "analysis", *sys.argv[1:]])
            if (now := _dates(_WATCHED)) != seen:
                seen = now
                status, ran = _build(goal, run, jobs, packages, resident)
                if status == INTERRUPTED:
                    break
                if ran or not told:
                    state = "is not up to date" if status else "is up to date"
                    print(f"report/{goal.edition}.pdf {state}: waiting for a change", flush=True)
                    told = True
                if {"verdicts", "ledger", "kpis", "efficiency"} & {*ran}:
                    resident.stop()
                    resident = Resident(run)
            time.sleep(_PAUSE)
    resident.stop()
    return 0


def _dates(folders: Iterable[str]) -> dict[str, int]:
    """When each file below some folders was changed, in nanoseconds."""
    found = {}
    for top in folders:
        for folder, inner, names in os.walk(top):
            inner[:] = [name for name in inner if name[0] != "." and name != "__pycache__"]
            for path in (f"{folder}/{name}" for name in names if name[0] != "."):
                with suppress(OSError):  # it is gone again
                    found[path] = Path(path).stat().st_mtime_ns
    return found


def plans(goal: Goal) -> Iterator[list[Step]]:
    """List the steps towards a goal, after those that find out which notebooks there are."""
    raw = _files("data/raw", goal.case, "*")
    periodic = goal.periodic
    steps: list[Step] = []

    def add(
        *command: str,
        reads: Iterable[str] = (),
        after: Iterable[str] | None = None,
        name: str = "",
        case: str = "",
    ) -> Step:
        name = name or Path(command[-1]).stem
        of_case = case or (goal.case if name in _OF_CASE else "")
        step = Step(
            name,
            (*command, *(("--case", of_case) if of_case else goal.options)),
            Path(".build", goal.case if of_case else goal.edition, f"{name}.json"),
            ("requirements/report.txt", "pyproject.toml", *reads),
            tuple(step.name for step in steps) if after is None else tuple(after),
        )
        steps.append(step)
        return step

    def named(*names: str) -> list[str]:
        return [path for path in raw if Path(path).name in names]

    if periodic:
        add("edition", reads=named("case.yaml", "targets.csv"))
    add("verdicts", reads=named("case.yaml", "claims.csv", "relations.csv"))
    add("ledger", reads=raw)
    add("kpis")
    article = _files("data/raw", ARTICLE, "*")
    if goal.case == PAPER and article:
        add("efficiency", reads=article, after=())
    notebooks = _files("notebooks", "[0-9][0-9]_*.ipynb")
    of_article = [path for path in notebooks if path.endswith("_article.ipynb")]
    notebooks = [path for path in notebooks if path not in of_article]
    if goal.case != PAPER or periodic:
        chosen = add("chapters", reads=notebooks, after=["ledger"])
        yield steps
        notebooks = chosen.record.with_suffix(".txt").read_text(encoding="utf-8").split()
    made = [step.name for step in steps]
    if goal.what != "dashboard":
        for path in notebooks:
            add("notebook", path, reads=[path, *_SHOWN], after=made)
    if goal.what == "report":
        add("report", reads=notebooks)
    if goal.edition == PAPER and goal.what != "dashboard":
        for path in of_article:
            run = add("notebook", path, reads=[path], after=["efficiency"], case=ARTICLE)
            if goal.what == "report":
                add("report", reads=[path], after=[run.name], name="article", case=ARTICLE)
    if goal.what == "dashboard" or (goal.what == "report" and not periodic):
        add("dashboard", after=made)
    if goal.what == "report" and goal.edition == PAPER:
        add("sums")
    yield steps


def _files(*parts: str) -> list[str]:
    *folder, pattern = parts
    return sorted(str(path) for path in Path(*folder).glob(pattern) if path.is_file())
