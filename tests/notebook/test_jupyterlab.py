"""The committed notebooks in JupyterLab, opened without a signature and without being run.

JupyterLab shows in a notebook that it does not trust only what can do no harm: images, and HTML
without scripts and frames. That is how everybody first sees these notebooks.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.notebook.run import read

pytestmark = pytest.mark.skipif(not find_spec("jupyterlab"), reason="JupyterLab is missing")

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=30_000)
PATHS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SHOWN = ".jp-NotebookPanel:visible"
"""The notebook in front."""
_SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
_MEASURE = """images => Promise.all(images.map(async (it) => {
  await it.decode();
  return [it.naturalWidth, it.checkVisibility() ? it.getBoundingClientRect().width : 0, it.alt];
}))"""
_KERNEL = {"argv": ["sleep", "600"], "display_name": "Python 3", "language": "python"}
"""It only looks like one, since no cell is run here."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start JupyterLab as `make lab` does, as a user who never opened a notebook."""
    home = tmp_path_factory.mktemp("home")
    (home / "settings").mkdir()
    (home / "settings" / "overrides.json").write_text(json.dumps(_SETTINGS), encoding="utf-8")
    kernel = home / "share" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(json.dumps(_KERNEL), encoding="utf-8")
    (home / "browser").write_text(f'#!/bin/sh\necho "$1" >{home}/opened\n', encoding="utf-8")
    (home / "browser").chmod(0o755)
    command = re.search(
        r"^\t@.*-m jupyter lab \$\$\(.*\) (--.*)$", (ROOT / "Makefile").read_text(), re.M
    )
    assert command is not None
    program = "import tests.lean; from jupyterlab.labapp import main; main()"
    started = [sys.executable, "-c", program, *command[1].split()]
    started += ["--allow-root", "--port=0", "--expose-app-in-browser"]
    started += [f"--LabApp.app_settings_dir={home / 'settings'}"]
    started += [f"--FileCheckpoints.checkpoint_dir={home / 'checkpoints'}"]
    names = ("DATA", "CONFIG", "RUNTIME")
    environment = {**os.environ, **{f"JUPYTER_{name}_DIR": f"{home}/{name}" for name in names}}
    environment |= {"HOME": str(home), "IPYTHONDIR": str(home), "BROWSER": f"{home}/browser %s"}
    environment["JUPYTER_PATH"] = str(home / "share")
    with (home / "log").open("w") as log:
        server = subprocess.Popen(started, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(600):
            if (home / "opened").is_file() or server.poll() is not None:
                break
            time.sleep(0.1)
        redirect = urlsplit((home / "opened").read_text().strip()).path
        found = re.search(r'href="(http[^"]*)"', Path(redirect).read_text(encoding="utf-8"))
        assert found is not None
        yield found[1]
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def page(address: str, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(60_000)
    page.goto(address)  # with the token of this server
    page.locator(SHOWN).locator(".jp-Cell").first.wait_for()  # or the overview opens over another
    page.evaluate("jupyterapp.restored")
    yield page
    page.close()


def open_notebook(page: Page, path: Path) -> None:
    """Open a notebook, and no other, in the page that is loaded: it takes seconds to load."""
    page.evaluate(
        """async (path) => {
          [...jupyterapp.shell.widgets("main")].forEach((open) => open.dispose());
          const opened = await jupyterapp.commands.execute("docmanager:open", {path});
          await opened.context.ready;
          jupyterapp.shell.activateById(opened.id);
        }""",
        path.relative_to(ROOT).as_posix(),
    )
    page.locator(SHOWN).locator(".jp-Cell").first.wait_for()


def test_lab_opens_the_overview_below_the_projects_root(page: Page, address: str) -> None:
    assert "/lab/tree/notebooks/00_overview.ipynb" in address
    listed = page.locator(".jp-DirListing-item")
    page.locator(".jp-BreadCrumbs-home").click()
    for name in ("data", "notebooks", "src"):
        listed.filter(has_text=re.compile(f"^{name}")).first.wait_for(state="attached")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_figure_and_table_is_visible(page: Page, path: Path) -> None:
    outputs = [output for cell in read(path).cells for output in cell.get("outputs", [])]
    shown = [output.get("metadata", {}).get("analysis", {}).get("type") for output in outputs]
    dashboards = sum(
        "dashboard-picture" in output.get("data", {}).get("text/html", "") for output in outputs
    )
    open_notebook(page, path)
    images = page.locator(SHOWN).locator(".jp-OutputArea-output img[alt]")
    expect(images).to_have_count(shown.count("figure") + dashboards)
    for width, box, alt in images.evaluate_all(_MEASURE):
        assert width > 300
        assert box > 300
        assert len(alt) > 80
    tables = page.locator(SHOWN).locator(".jp-OutputArea-output table > caption")
    expect(tables).to_have_count(shown.count("table"))


def test_links_lead_to_other_notebooks(page: Page) -> None:
    open_notebook(page, PATHS[0])
    page.locator(SHOWN).locator("a[href*='02_kpis.ipynb']").first.click()
    heading = page.locator(SHOWN).locator("h1").filter(has_text="indicators")
    heading.first.wait_for()
