"""How fast the dashboard is in a real browser: until its first picture, and after a click."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import BuildError
from analysis.base.periods import month_label
from analysis.dashboard.page import page
from analysis.dashboard.page_data import cube_model, model
from analysis.kpis.levels import wide
from analysis.kpis.reduce import DIMENSIONS, reduce
from analysis.tables.case import Case, load_case
from benchmarks.rows import ledger
from benchmarks.timing import Run, row

PART = "dashboard"
ROWS = 100_000
"""Services of the large ledger."""
MOST_MS = 50
FIRST_MS = 300
CLICKS, OPENED = 60, 9
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

CLICK = """
async (count) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(0);
  }));
  const buttons = () => [...document.querySelectorAll("[data-group] button")];
  const runs = [];
  for (let at = 0; at < count; at++) {
    const all = buttons(), button = all[(at * 37) % all.length];
    await painted();
    const begun = performance.now();
    button.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: at % 2 === 1 }));
    document.body.getBoundingClientRect();
    const laid = performance.now();
    await painted();
    runs.push([performance.now() - begun, laid - begun]);
  }
  return runs;
}
"""

FIRST = """
async () => {
  const entry = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!entry()) await new Promise((done) => setTimeout(done, 10));
  const [opened] = performance.getEntriesByType("navigation");
  return [entry().startTime, opened.domContentLoadedEventEnd];
}
"""


def measure(
    case: str,
    rows: int = ROWS,
    clicks: int = CLICKS,
    opened: int = OPENED,
    browser: Any = None,
) -> list[dict[str, str]]:
    """Click on buttons and bars of the page of a case, and of one on a large made-up ledger.

    Parameters
    ----------
    case : str
        A case with a ledger.
    rows : int
        Services of the large ledger; its other panels are those of the case.
    clicks : int
        Clicks on each page, a few more before them not counted.
    opened : int
        How many times each page is opened, once more before them not counted.
    browser : playwright.sync_api.Browser, optional
        A browser that runs; one is started by default.

    Returns
    -------
    list of dict
        Two rows of the table of speeds for each page: wall time from opening it to its first
        picture, and up to when its scripts have run; wall time from a click to the next picture
        on the screen (which alone takes up to 17 ms), and time of script and layout.

    Raises
    ------
    BuildError
        If Chromium or its driver is missing.
    """
    if browser is None:
        with chromium() as started:
            return measure(case, rows, clicks, opened, started)
    study = load_case(case)
    small = model(study)
    made = ledger(rows)
    monthly = reduce(made, DIMENSIONS)
    large = small | cube_model(wide(monthly, "month"), monthly)
    large["current"] = month_label(large["months"]["first"] + large["months"]["count"] - 1)
    pages = ((small, services(study)), (large, rows))
    found = []
    for made, number in pages:
        first, after = clicked(browser, page(made), clicks, opened)
        name = f"page of {len(cells(made))} sums"
        found.append(row(PART, f"{name}: opened", first, cases=number, most_ms=FIRST_MS))
        found.append(row(PART, f"{name}: a click", after, cases=number, most_ms=MOST_MS))
    return found


def services(case: Case) -> int:
    """Count the services of a case."""
    return len(pd.read_csv(case.processed / "ledger" / "service.csv", usecols=["service_id"]))


def cells(made: dict[str, Any]) -> list[int]:
    """Return the months of all cells of a page's cube."""
    found: list[int] = made["cube"]["month"]
    return found


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium and end it."""
    path = shutil.which("chromium")
    if path is None:
        raise BuildError("the dashboard is measured in Debian's chromium, which is not installed")
    try:
        driver = import_module("playwright.sync_api")
    except ImportError:
        raise BuildError("playwright is missing: make test sets its environment up") from None
    with driver.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def clicked(
    browser: Any, html: str, clicks: int, opened: int, warm: int = 5
) -> tuple[list[Run], list[Run]]:
    """Open a page in a new tab several times and time that, then clicks; the first do not count."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "dashboard.html")
        file.write_text(html, encoding="utf-8", newline="\n")
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        times = []
        for _ in range(1 + opened):
            tab.goto("about:blank")
            tab.goto(file.as_uri())
            times.append(tab.evaluate(FIRST))
        found = tab.evaluate(CLICK, clicks + warm)
        tab.close()
    first, after = ([Run(*(ms / 1000 for ms in run)) for run in runs] for runs in (times, found))
    return first[1:], after[warm:]


def section(table: pd.DataFrame) -> str:
    """Write the results as a section of the page.

    Parameters
    ----------
    table : DataFrame
        Text in the columns `benchmarks.timing.COLUMNS`.
    """
    lines = [
        "## Dashboard",
        "",
        "| Services | Page | Median | Fastest to slowest | Script and layout | Target |",
        "|--:|---|--:|--:|--:|---|",
        *(
            f"| {int(one['cases']):,} | {one['method']} | {one['median_ms']} ms "
            f"| {one['fastest_ms']} ms to {one['slowest_ms']} ms | {one['cpu_ms']} ms "
            f"| {one['target']}: {one['met']} |"
            for one in table.to_dict("records")
        ),
        "",
        f"From opening the file to the first picture, {OPENED} times; from a click on a button or "
        f"bar to the next picture, {table['runs'].iloc[-1]} clicks on each page. In headless "
        "Chromium without a graphics card; waiting for the screen alone takes up to 17 ms of it. "
        "The page holds sums, so its size hardly grows with the rows. All rows are synthetic: "
        "SEGELEC's ledger, and a larger one that is made up for this.",
    ]
    return "\n".join(lines) + "\n"
