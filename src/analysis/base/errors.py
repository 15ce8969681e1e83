"""The errors that a user of the project is meant to see: their text says all there is to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from analysis.base.language import tr

_REMEDIES: Mapping[type[OSError], str] = {
    PermissionError: "allow yourself to read and write it and its folder, or use a copy",
    IsADirectoryError: "put a file in the place of this folder",
    NotADirectoryError: "make a folder of what comes before the last part of this name",
    FileNotFoundError: "correct the name, or make the folder first",
}


class BuildError(Exception):
    """A step of the build failed; the text says where and why."""


class InputError(BuildError):
    """Something in the input breaks a rule; says where, which rule, and how to mend it.

    Parameters
    ----------
    rule : str
        The rule that was broken, as a full sentence without its final stop.
    file : str or Path, optional
        The file that holds the offending value.
    row : int or str, optional
        Line of a table counted as an editor shows it (the header is line 1), or a key.
    column : str, optional
        Column, or dotted path inside a YAML file.
    value : object, optional
        The offending value; shown in quotes, shortened to 60 characters.
    fix : str, optional
        What the user can do about it.

    Attributes
    ----------
    others : tuple of InputError
        What else was found to be wrong at the same time.
    """

    def __init__(
        self,
        rule: str,
        *,
        file: str | Path | None = None,
        row: int | str | None = None,
        column: str | None = None,
        value: object = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(rule)
        self.rule = rule
        self.file = None if file is None else str(file)
        self.row = row
        self.column = column
        self.value = value
        self.fix = fix
        self.others: tuple[InputError, ...] = ()

    @property
    def all(self) -> tuple[InputError, ...]:
        """The problem itself and all that were found with it."""
        return (self, *self.others)

    def __str__(self) -> str:
        place = []
        if self.file is not None:
            place.append(self.file)
        if self.row is not None:
            place.append(tr("row {row}", row=self.row))
        if self.column is not None:
            place.append(tr("column {column}", column=self.column))
        text = ", ".join(place) + ": " if place else ""
        if self.value is not None:
            shown = printable(" ".join(str(self.value).splitlines()))
            shown = shown if len(shown) <= 60 else shown[:57] + "..."
            text += f"{tr('“{text}”', text=shown)}: "
        text += self.rule
        if self.fix:
            text += f". {tr('To fix: {fix}', fix=self.fix)}"
        return printable(text, but="\n")

    def _render_traceback_(self) -> list[str]:
        """Show the message in a notebook, without a traceback."""
        return [f"InputError: {self}"]


ErrorAt = Callable[..., InputError]
"""Makes errors of one place, such as a row: ``partial(InputError, file=file, row=3)``."""


@contextmanager
def collecting(errors: list[InputError]) -> Iterator[None]:
    """Add the problems that are raised inside to a list, and go on after it."""
    try:
        yield
    except InputError as error:
        errors += error.all


def raise_all(errors: Sequence[InputError]) -> None:
    """Raise the first of some problems with the others in it; without any, do nothing."""
    if errors:
        first, *others = errors
        first.others = tuple(others)
        raise first


def system_error(error: OSError, file: str | Path | None = None) -> InputError:
    """Return what the system says of a file that it does not read or write, with the remedy.

    Parameters
    ----------
    error : OSError
        What was raised.
    file : str or Path, optional
        How the message calls the file; as the system does if left out.
    """
    named = file if file is not None else error.filename
    if named is not None and Path(named).is_relative_to(Path.cwd()):
        named = Path(named).relative_to(Path.cwd())
    remedies = (fix for kind, fix in _REMEDIES.items() if isinstance(error, kind))
    return InputError(
        f"cannot be read or written ({error.strerror or error})",
        file=named,
        fix=next(remedies, None),
    )


def shown(path: Path, root: Path) -> Path:
    """Shorten a path for messages where it lies below the root."""
    return path.relative_to(root) if path.is_relative_to(root) else path


def printable(text: str, but: str = "") -> str:
    """Make text from a file fit to be shown: nothing in it moves the cursor or hides a letter.

    Characters in `but` stay as they are.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in but else "�" for letter in text)
