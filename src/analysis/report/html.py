"""Pieces of HTML, as they occur in Markdown and in notebook outputs, to Typst markup."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

from analysis.report.escape import typst_prose, typst_string

Attributes = list[tuple[str, str | None]]

_WRAP = {
    "b": "strong",
    "strong": "strong",
    "th": "strong",
    "i": "emph",
    "em": "emph",
    "cite": "emph",
    "var": "emph",
    "sub": "sub",
    "sup": "super",
    "u": "underline",
    "s": "strike",
    "del": "strike",
    "small": "small",
}
_MONOSPACE = {"code", "kbd", "samp", "tt"}
_LINE_ENDING = {"p", "div", "li", "tr", "summary"}
_INVISIBLE = {"script", "style", "template", "head", "title"}


class Fragment(HTMLParser):
    """Collects Typst markup from HTML tags and from markup that is already Typst.

    Tags that carry meaning in print (emphasis, sub- and superscripts, code, links, line breaks)
    are kept; all others are dropped and their text kept; comments, scripts and styles vanish.

    Parameters
    ----------
    link : callable, optional
        ``link(url, markup) -> markup``; without it the link's text stands alone.
    image : callable, optional
        ``image(source, alt) -> markup``; without it images are dropped.
    escape : callable, optional
        How text becomes markup; by default as prose.
    """

    def __init__(
        self,
        link: Callable[[str, str], str] | None = None,
        image: Callable[[str, str], str] | None = None,
        escape: Callable[[str], str] = typst_prose,
    ) -> None:
        super().__init__(convert_charrefs=True)
        self._link = link
        self._image = image
        self._escape = escape
        self._parts: list[str] = []
        self._open: list[tuple[str, int, str]] = []
        self._hidden = 0

    def add(self, markup: str) -> None:
        """Append markup that is already Typst."""
        if not self._hidden:
            self._parts.append(markup)

    def result(self) -> str:
        """Everything collected, with unclosed tags ignored."""
        self.close()
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note where a tag's content begins."""
        attributes = {name: value or "" for name, value in attrs}
        if tag in _INVISIBLE:
            self._hidden += 1
        elif tag == "br":
            self.add("#linebreak();")
        elif tag == "img" and self._image is not None:
            self.add(self._image(attributes.get("src", ""), attributes.get("alt", "")))
        elif tag in _WRAP or tag in _MONOSPACE or tag == "a":
            self._open.append((tag, len(self._parts), attributes.get("href", "")))

    def handle_endtag(self, tag: str) -> None:
        """Wrap what stands between a tag and its end."""
        if tag in _INVISIBLE:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _LINE_ENDING and self._parts:
            self.add("#linebreak();")
        elif tag in [name for name, _, _ in self._open]:
            while True:
                name, start, url = self._open.pop()
                if name == tag:
                    break
            inner = "".join(self._parts[start:])
            self._parts[start:] = [self._wrapped(tag, inner, url)]

    def _wrapped(self, tag: str, inner: str, url: str) -> str:
        if tag == "a":
            return self._link(url, inner) if url and self._link is not None else inner
        if tag in _MONOSPACE:
            return f"#monospace[{inner}]"
        return f"#{_WRAP[tag]}[{inner}]"

    def handle_data(self, data: str) -> None:
        """Keep text, escaped."""
        self.add(self._escape(data))


def html_to_typst(
    html: str,
    link: Callable[[str, str], str] | None = None,
    image: Callable[[str, str], str] | None = None,
) -> str:
    """Typst markup of a piece of HTML without tables; empty if it shows nothing."""
    fragment = Fragment(link, image)
    fragment.feed(html)
    return fragment.result().strip().removesuffix("#linebreak();")


def code_block(text: str, language: str = "") -> str:
    """Typst markup of a block of code or terminal output, shown as it stands."""
    lang = f", lang: {typst_string(language)}" if language else ""
    return f"#raw({typst_string(text.rstrip())}, block: true{lang})"
