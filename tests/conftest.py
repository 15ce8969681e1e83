"""Fixtures shared by all tests."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from analysis.base.language import use

if TYPE_CHECKING:  # what tests need, the process that hands them out does not
    import pandas as pd
    from playwright.sync_api import Browser

    from analysis.claims.judge import Judge
    from analysis.tables.case import Case
    from analysis.tables.firm_tables import Ledger

ROOT = Path(__file__).resolve().parents[1]
SLOW = [
    line.split()
    for line in Path(__file__).with_name("slow.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
"""Files and folders that `make quick` leaves out, the longest first; see there."""

yaml.SafeLoader = yaml.CSafeLoader  # for the tests' own tables of cases, ten times as fast

settings.register_profile("same", derandomize=True)
settings.load_profile("same")


PLACES = {name: place for place, names in reversed([*enumerate(SLOW)]) for name in names}


def place(path: Path) -> int:
    """Return the line of `slow.txt` that names a file or its folder, or the number of lines."""
    names = (f"{path.parent.name}/{path.name}", path.name, path.parent.name)
    return min(PLACES.get(name, len(SLOW)) for name in names)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put slow files first, in their own order."""
    items.sort(key=lambda item: place(item.path))
    for item in items:
        if place(item.path) < len(SLOW):
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage, not at every turn, among what tests make, and not in what is imported."""
    gc.disable()
    found = yield
    gc.freeze()
    # or libraries report as leaked what the process holds; a worker ends without freeing it
    atexit.register(*((os._exit, 0) if "PYTEST_XDIST_WORKER" in os.environ else (gc.unfreeze,)))
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    return found


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fork kernels of notebooks."""
    if any(item.path.suffix == ".ipynb" for item in session.items):
        import nbval.kernel

        from tests.warm import Kernels

        nbval.kernel.KernelManager = Kernels


class Sharing(LoadFileScheduling):
    """Give a process the files of one line of `slow.txt`, or one file, or one test after `each`."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        names = SLOW[place(Path(file))] if place(Path(file)) < len(SLOW) else []
        if "each" in names:
            return nodeid
        return "+".join(names) if len(names) > 1 else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    return Sharing(config, log)


CHROMIUM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the one browser of a process: a second one cannot be driven beside it."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        pytest.skip("the browser tests need Debian's package chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=CHROMIUM.split())
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Leave the language of a case behind when a test ends."""
    yield
    use()


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def segelec() -> Case:
    from analysis.tables.case import load_case

    return load_case("segelec", ROOT)


@pytest.fixture(scope="session")
def judge(segelec: Case) -> Judge:
    from analysis.claims.judge import Judge

    return Judge(segelec)


@pytest.fixture(scope="session")
def ledger(segelec: Case) -> Ledger:
    from analysis.ledger.synthetic import make_ledger

    return make_ledger(segelec)


@pytest.fixture(scope="session")
def ledger_sums(ledger: Ledger) -> pd.DataFrame:
    from analysis.kpis.levels import sums

    return sums(ledger)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the inputs of the case into a small project of its own, free to be damaged."""
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path
