"""Take the picture of the dashboard that stands in the notebook, the report and the README.

``python -m tests.dashboard.picture`` renews ``docs/dashboard.png`` by Debian's Chromium. The file
names in its text “Source” the page that it shows, so that a test sees when it is out of date. Its
text “Places” says where the parts are that the report explains.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

from analysis.dashboard.page import CALL_OUTS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "report" / "segelec.html"
PICTURE = ROOT / "docs" / "dashboard.png"


def digest() -> str:
    """Return the SHA-256 of the dashboard's page."""
    return hashlib.sha256(PAGE.read_bytes()).hexdigest()


def take() -> None:
    """Open the page as on a laptop and write what is seen first."""
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        page.goto(PAGE.as_uri())
        shot = page.screenshot()
        places = {name: page.locator(f"#{name}").bounding_box() for name in CALL_OUTS}
        browser.close()
    about = PngInfo()
    about.add_text("Source", digest())
    shares = {name: [box["x"] / 1280, box["y"] / 900] for name, box in places.items() if box}
    about.add_text("Places", json.dumps(shares))
    few = Image.open(io.BytesIO(shot)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    few.save(PICTURE, optimize=True, pnginfo=about)


if __name__ == "__main__":
    take()
    print(PICTURE.relative_to(ROOT))
