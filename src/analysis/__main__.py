"""The command line, ``python -m analysis COMMAND``, which the build runs step by step.

The Makefile runs each step as ``python -m analysis STAMP [NOTEBOOK] -- COMMAND``, which leaves
rules of make beside the step's stamp. A step depends on the files of the package that it
imported, here or in the kernel of its notebook, and on all that is no Python beside them
(templates, styles, fonts). So a change in a module reruns the steps that imported it and no
others, and a lost output reruns the step that wrote it; nobody keeps a list.

To add a step: a function in ``cli.py``, its name in ``STEPS`` of the Makefile, and a line there
that says what it waits for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from analysis.base.text import imported, written

PACKAGE = Path(__file__).parent


def with_data(modules: Iterable[Path]) -> list[Path]:
    """Add to modules the files in their folders that are no Python; skip files elsewhere."""
    found = {path for path in modules if path.is_relative_to(PACKAGE)}
    folders = {path.parent for path in found}
    return sorted(found | {file for folder in folders for file in _data_files(folder)})


def _data_files(folder: Path) -> Iterator[Path]:
    """Files that are no Python, in a package's folder and in subfolders that are no packages."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir():
            if not (path / "__init__.py").exists():
                yield from _data_files(path)
        elif path.suffix not in (".py", ".pyc"):
            yield path


def rules(target: str, needed: Iterable[str], made: Iterable[str]) -> str:
    """Write the rules of make that say what a stamp depends on and what its step wrote.

    Every file needed gets an empty rule as well: when one is deleted or renamed, make runs the
    step again instead of complaining that it cannot make the file.

    Examples
    --------
    >>> print(rules("kpis", ["a.py"], ["kpis.csv"]), end="")
    kpis: a.py
    a.py:
    kpis: $(call kept,kpis.csv)
    """
    names, outputs = " ".join(needed), " ".join(made)
    kept = f"{target}: $(call kept,{outputs})\n" if outputs else ""
    return f"{target}: {names}\n{names}:\n{kept}"


def _relative(paths: Iterable[Path]) -> list[str]:
    """Names below the current folder, each once; what is gone or lies elsewhere is left out."""
    here = Path.cwd()
    files = {path.absolute() for path in paths if path.is_file()}
    return sorted(path.relative_to(here).as_posix() for path in files if path.is_relative_to(here))


def record(arguments: list[str], run: Callable[[list[str]], int]) -> int:
    """Run a step, and write the rules for its stamp to a file beside it.

    Parameters
    ----------
    arguments : list of str
        The step's stamp, more prerequisites as they are, ``--``, and the step as the command line
        takes it.
    run : callable
        The command line.
    """
    cut = arguments.index("--")
    (target, *also), command = arguments[:cut], arguments[cut + 1 :]
    try:
        status = run(command)
    except SyntaxError as error:
        name = ", ".join(_relative([Path(error.filename or "")])) or error.filename
        place = f"{name}, row {error.lineno}"
        print(f"{place}: this is not valid Python: {error.msg}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # make says so
        return 130
    if status == 0:
        names = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        modules = {Path(name) for name in names if name} | {Path(name) for name in imported}
        needed = [*_relative(with_data(modules)), *also]
        Path(f"{target}.new").write_text(
            rules(target, needed, _relative(written)), encoding="utf-8"
        )
    return status


def run(command: list[str]) -> int:
    """Run a command of the command line, imported only now."""
    from analysis.cli import main

    return main(command)


if __name__ == "__main__":
    sys.exit(record(sys.argv[1:], run) if "--" in sys.argv else run(sys.argv[1:]))
