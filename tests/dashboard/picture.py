"""Take the picture of the dashboard that stands in the notebook and the README.

``python -m tests.dashboard.picture`` renews ``docs/dashboard.png`` by Debian's Chromium. The file
names in its text “Source” the page that it shows, so that a test sees when it is out of date.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

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
        browser.close()
    about = PngInfo()
    about.add_text("Source", digest())
    few = Image.open(io.BytesIO(shot)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    few.save(PICTURE, optimize=True, pnginfo=about)


if __name__ == "__main__":
    take()
    print(PICTURE.relative_to(ROOT))
