"""A real browser with the dashboard in it, without a network; skipped where there is none."""

from __future__ import annotations

import copy
import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
import yaml
from playwright.sync_api import Browser, Page

from analysis.dashboard.page import page
from analysis.dashboard.page_data import model
from analysis.tables.case import Case

PROBE = Path(__file__).with_name("probe.js")
ROWS: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("rows.yaml").read_text(encoding="utf-8")
)
PANELS = ["cards", "course", "types", "segments"]
TABLES = [*PANELS, "okr", "scorecard", "sums"]
LANGUAGES = ("en", "es", "pl")
MEDIA: dict[str, Any] = {
    "media": "null",
    "color_scheme": "light",
    "reduced_motion": "no-preference",
    "forced_colors": "none",
    "contrast": "no-preference",
}
"""How a new tab shows a page."""


class Shown:
    """The dashboard in a tab, and everything that went wrong there."""

    file: Path

    def __init__(self, browser: Browser, **options: Any) -> None:
        context = browser.new_context(offline=True, accept_downloads=True, **options)
        context.add_init_script(path=PROBE)
        self.page: Page = context.new_page()
        self.media = {name: options.get(name, usual) for name, usual in MEDIA.items()}
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def reset(self) -> None:
        """Leave the tab as a new one is, but for its page."""
        self.messages.clear()
        self.requests.clear()
        self.page.emulate_media(**self.media)
        self.page.mouse.move(0, 0)

    def open(self, fragment: str = "") -> Shown:
        self.page.goto("about:blank")
        self.page.goto(f"{self.file.as_uri()}{fragment}")
        return self

    def probe(self, name: str, *arguments: str) -> Any:
        """Call a function of probe.js in the page."""
        return self.page.evaluate("([name, given]) => probe[name](...given)", [name, arguments])

    def view(self, fragment: str) -> None:
        """Change the address, as a reader does who pastes another one."""
        self.probe("view", fragment)

    def save(self, panel: str, form: str) -> bytes:
        """Save a panel as CSV, XLSX, SVG or PNG."""
        self.page.locator(f"[data-key=files-{panel}]").click()
        with self.page.expect_download() as saved:
            self.page.locator(f"[data-key=save-{form}]").click()
        assert saved.value.suggested_filename.endswith(f"-{panel}.{form}")
        return saved.value.path().read_bytes()

    def csv(self, panel: str) -> tuple[list[str], list[dict[str, str]]]:
        """Save a panel as CSV; return what stands above the table, and its rows."""
        lines = self.save(panel, "csv").decode("utf-8-sig").splitlines(keepends=True)
        head = [line for line in lines if line.lstrip('"').startswith("# ")]
        rows = csv.DictReader(StringIO("".join(lines[len(head) :]), newline=""))
        return [line.strip().strip('"') for line in head], list(rows)

    def faults(self) -> list[str]:
        """Console messages, broken policies, and requests for anything but the file itself."""
        own = self.file.parent.as_uri()
        foreign = [url for url in self.requests if not url.startswith((own, "about:", "blob:"))]
        return [*self.messages, *foreign, *self.page.evaluate("window.violations ?? []")]


@pytest.fixture(scope="session")
def paper_model(segelec: Case) -> dict[str, Any]:
    return model(segelec)


@pytest.fixture
def a_model(paper_model: dict[str, Any]) -> dict[str, Any]:
    """A copy of the paper's model, free to be changed."""
    return copy.deepcopy(paper_model)


Show = Callable[..., Shown]


@pytest.fixture(scope="session")
def paper_file(paper_model: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dashboard of the paper's model, as most tests open it."""
    return write(tmp_path_factory.mktemp("dashboard") / "dashboard.html", paper_model)


def write(path: Path, made: dict[str, Any]) -> Path:
    path.write_text(page(made), encoding="utf-8", newline="\n")
    return path


@pytest.fixture(scope="session")
def tabs() -> dict[str, list[Shown]]:
    """Tabs that are free, by their options: a new one costs more than what most tests do."""
    return defaultdict(list)


@pytest.fixture
def show(
    browser: Browser, tabs: dict[str, list[Shown]], paper_file: Path, tmp_path: Path
) -> Iterator[Show]:
    """Open the dashboard of a model; afterwards nothing may have gone wrong in any tab."""
    opened: list[tuple[str, Shown]] = []

    def make(made: dict[str, Any] | None = None, fragment: str = "", **options: Any) -> Shown:
        options = {"locale": "en-US", "viewport": {"width": 1440, "height": 900}} | options
        key = repr(options)
        shown = tabs[key].pop() if tabs[key] else Shown(browser, **options)
        name = f"dashboard{len(opened)}.html"
        shown.file = write(tmp_path / name, made) if made else paper_file
        opened.append((key, shown))
        return shown.open(fragment)

    yield make
    faults = [fault for _, shown in opened for fault in shown.faults()]
    for key, shown in opened:
        shown.reset()
        tabs[key].append(shown)
    assert faults == []


def in_the_page(quarter: int) -> str:
    """Write a quarter as the English page does: Q2 2024."""
    return f"Q{quarter % 4 + 1} {quarter // 4}"


def fragment(**parts: list[str] | str) -> str:
    """Write an address: q=[...], t=[...], lang="es"."""
    texts = {
        name: value if isinstance(value, str) else ",".join(quote(item, safe="~") for item in value)
        for name, value in parts.items()
    }
    return "#" + "&".join(f"{name}={text}" for name, text in texts.items())


def frame(*lines: str) -> pd.DataFrame:
    """Read words between spaces, the first line names columns; days are in those with _on."""
    names, *rows = (line.split() for line in lines)
    made = pd.DataFrame(rows, columns=names)
    for name in names:
        if name.endswith("_on"):
            made[name] = pd.to_datetime(made[name])
        elif made[name].str.isdecimal().all():
            made[name] = made[name].astype(int)
    return made
