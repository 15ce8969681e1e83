"""The one place that hands an output to the notebook."""

from __future__ import annotations

from collections.abc import Mapping


def emit(data: Mapping[str, str], about: Mapping[str, object] | None = None) -> None:
    """Show one output in several forms, the reader's program taking the one it likes best.

    Parameters
    ----------
    data : mapping
        From MIME type to text.
    about : mapping, optional
        What the PDF needs to know; stored in the output's metadata under ``analysis``.
    """
    from IPython.display import display

    metadata = {} if about is None else {"analysis": dict(about)}
    display(dict(data), raw=True, metadata=metadata)  # type: ignore[no-untyped-call]


def say(text: str) -> None:
    """Show a sentence, in Markdown, that the code computed; prefer Markdown cells with values."""
    emit({"text/markdown": text})
