"""Which files a step of the build depends on, read from the code's own imports.

The Makefile runs each step as ``python -m analysis.build.graph STAMP -- STEP OPTIONS``, which
leaves a rule of make beside the step's stamp. So a change in a module reruns the steps that import
it, directly or not, and no others, and a lost output reruns the step that wrote it; nobody keeps a
list. Of the modules that a step could import, those stand in its rule that it did import: which
these are follows from its inputs.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis.base.errors import InputError

PACKAGE = "analysis"


def dependencies(entries: Iterable[str], src: Path = Path("src")) -> list[Path]:
    """Find every file of the package that the entries need when they run.

    Returns
    -------
    list of Path
        From :func:`modules` and :func:`with_data`.
    """
    return with_data(modules(entries, src))


def with_data(found: Iterable[Path]) -> list[Path]:
    """Add to modules all files that are no Python in their folders: templates, styles, fonts."""
    paths = set(found)
    folders = {path.parent for path in paths}
    return sorted(paths | {file for folder in folders for file in _data_files(folder)})


def modules(entries: Iterable[str], src: Path = Path("src")) -> set[Path]:
    """Find every module of the package that the entries could import when they run.

    Parameters
    ----------
    entries : iterable of str
        Dotted modules (``analysis.kpis.compare``), commands of a module (``analysis.cli:kpis``, see
        `command_imports`) or notebooks (``notebooks/02_kpis.ipynb``).
    src : Path
        The folder that holds the package.

    Returns
    -------
    set of Path
        The modules imported, and the ``__init__`` files above them.

    Raises
    ------
    InputError
        If a module or notebook is missing or is not valid Python.
    """
    found: set[Path] = set()
    waiting: list[str] = []
    for entry in entries:
        module, _, command = entry.partition(":")
        package = module.rpartition(".")[0]
        if entry.endswith(".ipynb"):
            waiting.extend(_notebook_imports(Path(entry)))
        elif (path := _module_file(module, src)) is None:
            raise InputError("the package has no such module", file=src, value=module)
        elif command:
            found.add(path)
            waiting.extend([package, *command_imports(_parse(path), command, package)])
        else:
            waiting.append(module)
    while waiting:
        for name in _prefixes(waiting.pop()):
            path = _module_file(name, src)
            if path is not None and path not in found:
                found.add(path)
                package = name if path.name == "__init__.py" else name.rpartition(".")[0]
                waiting.extend(_imports(_parse(path), package))
    return found


def command_imports(tree: ast.Module, command: str, package: str) -> set[str]:
    """List the imports that one command of a command line module needs.

    A command is a public function of that name which imports what it needs itself. The imports of
    the other public functions are left out, save `main`; where no function has the command's name,
    all imports count.

    Parameters
    ----------
    tree : ast.Module
        The parsed command line module.
    command : str
        Name of the command, such as ``kpis``.
    package : str
        The package the module is in, to resolve relative imports.
    """
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    others = {name for name in functions - {command, "main"} if not name.startswith("_")}
    if command not in functions:
        others = set()
    body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.FunctionDef) and node.name in others)
    ]
    return _imports(ast.Module(body=body, type_ignores=[]), package)


def fragment(target: str, files: Iterable[Path], also: Iterable[str] = ()) -> str:
    """Write the rule of make that says what a target depends on.

    Parameters
    ----------
    target : str
        The step's stamp.
    files : iterable of Path
        What the step depends on.
    also : iterable of str
        Further prerequisites which the Makefile knows of, but which may disappear (notebooks).

    Returns
    -------
    str
        The rule, and an empty rule for each file: when one is deleted or renamed, make runs the
        step again instead of complaining that it cannot make the file.
    """
    names = [*(path.as_posix() for path in files), *also]
    return f"{target}: \\\n  " + " \\\n  ".join(names) + "\n" + " ".join(names) + ":\n"


class _Imports(ast.NodeVisitor):
    """Collects the dotted names a syntax tree imports, except those for type checkers alone."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.names: set[str] = set()

    def visit_Import(self, node: ast.Import) -> None:
        self.names.update(alias.name for alias in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = node.module or ""
        if node.level:
            parents = self.package.split(".")
            above = parents[: len(parents) - node.level + 1]
            base = ".".join([*above, base] if base else above)
        # the name may be a module or a value: what turns out to be no module is dropped later
        self.names.add(base)
        self.names.update(f"{base}.{alias.name}" for alias in node.names)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) not in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            self.generic_visit(node)
            return
        for child in node.orelse:
            self.visit(child)


def _imports(tree: ast.AST, package: str) -> set[str]:
    visitor = _Imports(package)
    visitor.visit(tree)
    return {name for name in visitor.names if name.split(".")[0] == PACKAGE}


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        rule = f"this is not valid Python: {error.msg}"
        raise InputError(rule, file=path, row=error.lineno) from error


def _notebook_imports(path: Path) -> set[str]:
    """List what the code cells import; lines for IPython (``%magic``, ``!shell``) are skipped."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except FileNotFoundError as error:
        raise InputError("there is no such notebook", file=path) from error
    except (ValueError, KeyError) as error:
        raise InputError("this is not a Jupyter notebook", file=path) from error
    names: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] != "code":
            continue
        lines = "".join(cell["source"]).splitlines()
        code = "\n".join(line for line in lines if not line.lstrip().startswith(("%", "!")))
        try:
            names |= _imports(ast.parse(code), PACKAGE)
        except SyntaxError as error:
            rule = f"cell {number} is not valid Python: {error.msg}"
            raise InputError(rule, file=path) from error
    return names


def _module_file(name: str, src: Path) -> Path | None:
    base = src.joinpath(*name.split("."))
    for path in (base / "__init__.py", base.with_name(base.name + ".py")):
        if path.is_file():
            return path
    return None


def _prefixes(name: str) -> Iterator[str]:
    """``a.b.c`` runs ``a``, then ``a.b``, then ``a.b.c``."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])


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


def outputs(target: str, files: Iterable[Path]) -> str:
    """Write the rule of make by which a step runs again when a file that it wrote is deleted."""
    here = Path.cwd()
    kept = sorted(
        {
            path.relative_to(here).as_posix()
            for path in map(Path.absolute, files)
            if path.is_file() and path.is_relative_to(here)
        }
    )
    return f"{target}: $(call kept,{' '.join(kept)})\n" if kept else ""


def _ran() -> set[Path]:
    """Return the files of all modules that this process has imported."""
    names = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return {Path(name).resolve() for name in names if name}


def main(arguments: list[str]) -> int:
    """Run a step, and write the rules for its stamp to a file beside it.

    Parameters
    ----------
    arguments : list of str
        The step's stamp, more prerequisites as they are, ``--``, and the step as the command line
        takes it.
    """
    cut = arguments.index("--")
    (target, *also), command = arguments[:cut], arguments[cut + 1 :]
    entries = [f"{PACKAGE}.cli:{command[0]}"]
    if command[0] == "notebook":
        entries.append(command[1])
    try:
        found = modules(entries)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # make says so
        return 130

    from analysis.base.files import written
    from analysis.cli import main as run

    status = run(command)
    if status == 0:
        if command[0] != "notebook":  # whose cells run in another process
            ran = _ran()
            found = {path for path in found if path.resolve() in ran}
        rule = fragment(target, with_data(found), also)
        Path(f"{target}.new").write_text(rule + outputs(target, written), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
