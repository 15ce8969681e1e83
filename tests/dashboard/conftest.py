"""A real browser with the dashboard in it, without a network; skipped where there is none."""

from __future__ import annotations

import copy
import csv
from collections.abc import Callable, Iterator
from functools import cache, partial
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
LOOK: dict[str, Any] = {
    "viewport": {"width": 1440, "height": 900},
    "color_scheme": "light",
    "reduced_motion": "reduce",
}
"""How a page is shown unless a test wants it otherwise."""


class Shown:
    """The dashboard in a tab, and everything that went wrong there."""

    file: Path

    def __init__(self, browser: Browser, has_touch: bool) -> None:
        context = browser.new_context(
            offline=True, accept_downloads=True, locale="en-US", has_touch=has_touch
        )
        context.add_init_script(path=PROBE)
        self.page: Page = context.new_page()
        self._faults: list[str] = []
        self.page.on("console", lambda message: self._faults.append(message.text))
        self.page.on("pageerror", lambda error: self._faults.append(str(error)))
        self.page.on("request", lambda request: self.expect_own(request.url))

    def expect_own(self, address: str) -> None:
        """Note a request for anything but the file itself."""
        if not address.startswith((self.file.as_uri(), "about:", "blob:")):
            self._faults.append(address)

    def open(self, fragment: str = "", **look: Any) -> Shown:
        """Load the page anew; with a viewport and media, as in a tab that was just made."""
        self.page.goto("about:blank")
        if look:
            self.page.set_viewport_size(look.pop("viewport"))
            self.page.emulate_media(media="null", **look)
            self.page.mouse.move(0, 0)
        self.page.goto(f"{self.file.as_uri()}{fragment}")
        return self

    def probe(self, name: str, *arguments: str) -> Any:
        """Call a function of probe.js in the page."""
        return self.page.evaluate("([name, given]) => probe[name](...given)", [name, arguments])

    def view(self, fragment: str, *panels: str) -> dict[str, Any]:
        """Change the address, as a reader does who pastes another one.

        Panels whose numbers are wanted are read, and nothing is painted.
        """
        seen: dict[str, Any] = self.probe("view", fragment, *panels)
        return seen

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
        """Console messages, broken policies, errors and requests, once."""
        self.page.evaluate("0")  # what was on its way has come
        found, self._faults[:] = [*self._faults], []
        return found


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
def tab(browser: Browser) -> Callable[[bool], Shown]:
    """One tab for a mouse, one for fingers: a new one costs more than what most tests do."""
    return cache(partial(Shown, browser))


@pytest.fixture
def show(tab: Callable[[bool], Shown], paper_file: Path, tmp_path: Path) -> Iterator[Show]:
    """Open the dashboard of a model; afterwards nothing may have gone wrong in any tab."""
    opened = set()

    def make(
        made: dict[str, Any] | None = None, fragment: str = "", has_touch: bool = False, **look: Any
    ) -> Shown:
        shown = tab(has_touch)
        shown.file = write(tmp_path / "dashboard.html", made) if made else paper_file
        opened.add(shown)
        return shown.open(fragment, **LOOK | look)

    yield make
    assert [fault for shown in opened for fault in shown.faults()] == []


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
