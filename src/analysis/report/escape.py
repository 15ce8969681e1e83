"""Text from data or Markdown, made safe to stand in Typst source."""

from __future__ import annotations

import re
import unicodedata

# A pair of these wraps the number of an unresolved reference; clean() removes them from all text.
MARK = "\ufdd0"

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]")
_PUNCTUATION = re.compile(r"""([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])""")
_PROSE_PUNCTUATION = re.compile(r"""([#$%&()*+\-./:;<=>@\[\\\]^_`{|}~])""")
_SPACES = re.compile(r"[ \t\n]+")  # not \s: no-break and thin spaces are meant
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cs", "Co", "Cn"}:  # PDF/A forbids private use; the others are no characters
        return _REPLACEMENT
    return "" if category == "Cc" and character not in "\n\t" else character


def clean(text: str) -> str:
    r"""Drop terminal colours and control characters; replace what no PDF/A may hold.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with ``\n`` line ends, and U+FFFD for private-use and unassigned code points.
    """
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    for separator in "\x0b\x0c\x85\u2028\u2029":
        text = text.replace(separator, "\n")
    return "".join(map(_printable, text))


def typst_text(text: str) -> str:
    """Typst markup that shows ``text`` letter by letter; runs of white space become one space.

    Every ASCII punctuation mark gets a backslash, which Typst allows anywhere, so no list of
    dangerous places (line starts, "--", "//", after a function call) has to be kept up to date.
    """
    return _SPACES.sub(" ", _PUNCTUATION.sub(r"\\\1", clean(text))).strip(" ")


def typst_prose(text: str) -> str:
    """Like `typst_text`, but keeps outer white space and leaves quotation marks to be curled."""
    return _SPACES.sub(" ", _PROSE_PUNCTUATION.sub(r"\\\1", clean(text)))


def typst_string(text: str) -> str:
    """``text`` as a Typst string literal, quotation marks included."""
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'


def slug(text: str) -> str:
    """GitHub-style anchor of a heading: lower case, no punctuation, hyphens for spaces."""
    kept = re.sub(r"[^\w\- ]", "", text.strip().lower())
    return kept.replace(" ", "-")
