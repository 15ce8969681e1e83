"""Runs the steps of a build whose inputs have changed, in forks of one warm process.

A step is a command of the command line. When it has succeeded, a record says what it read and what
it wrote, each file with a digest of its content: its declared inputs, all that earlier steps wrote,
the modules of the package that it imported, and the data files beside these. It runs again when one
of them differs, and when what it wrote is gone or was changed. Contents are compared, not dates.

When several steps have to run, the process imports the large packages and all of ours once; each
step is then a fork of it, and what it used of ours is noted. Where forks are unsafe (macOS,
Windows) each step is a process of its own.
"""

from __future__ import annotations

import builtins
import gc
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from multiprocessing import Pipe
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = Path(__file__).parents[1]
FORKS = sys.platform == "linux"
"""Whether a process that has imported large packages is forked here."""
INTERRUPTED = 130
"""Exit status of a build that was interrupted from the keyboard."""
forked = False
"""Whether this process is such a fork, and so may be changed as a step likes."""
last: dict[str, Any] = {}
"""What the step of this process read and wrote, if since then nothing but its notebook differs."""


@dataclass(frozen=True)
class Step:
    """A command of the build.

    Attributes
    ----------
    name : str
        Differs from any other step's in one build.
    command : tuple of str
        As the command line takes it.
    record : Path
        JSON file on what the last successful run read and wrote.
    inputs : tuple of str
        Files that it reads, besides what earlier steps write and the package's own.
    after : tuple of str
        Names of the steps that come before it.
    """

    name: str
    command: tuple[str, ...]
    record: Path
    inputs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Contents:
    """Digests of files as they were when first asked for.

    Parameters
    ----------
    memory : Path
        JSON file that remembers the digests of files whose size, dates and inode have not changed.
    """

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known = _read_json(memory)
        self._seen: dict[str, list[Any]] = {}
        self._digests: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """Digest of a file's content; empty if there is no such file."""
        if name not in self._digests:
            self._digests[name] = self._digest(name)
        return self._digests[name]

    def _digest(self, name: str) -> str:
        try:
            about = Path(name).stat()
            state = [about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino]
            known = self._known.get(name, [])
            if known[:-1] != state:
                known = [*state, hashlib.sha256(Path(name).read_bytes()).hexdigest()]
        except OSError:
            return ""
        self._seen[name] = known
        return str(known[-1])

    def renew(self, names: Iterable[str]) -> None:
        """Look again at files that a step has written."""
        for name in names:
            self._digests.pop(name, None)

    def remember(self) -> None:
        """Write the digests down for the next build."""
        if any(self._known.get(name) != state for name, state in self._seen.items()):
            _write_json(self._memory, self._known | self._seen)


def _read_json(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(json.dumps(content, indent=0), encoding="utf-8")
    new.replace(path)


class Build:
    """The steps towards a goal, run in order and side by side.

    Parameters
    ----------
    steps : sequence of Step
        Each after those that it names in `after`.
    folder : Path
        Where builds remember digests, and hold the lock that keeps two builds apart.
    run : callable
        Runs a command and returns its exit status; called in a fork.
    jobs : int
        How many steps run at the same time.
    packages : sequence of sequence of str
        Modules that the process imports before it forks several steps: first those that most steps
        need; the others, and all of the package, if more than one step has inputs that changed.
    resident : Resident, optional
        Runs the steps that set a PDF.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        folder: Path,
        run: Callable[[list[str]], int],
        *,
        jobs: int = 1,
        packages: Sequence[Sequence[str]] = (),
        resident: Resident | None = None,
    ) -> None:
        self.steps = {step.name: step for step in steps}
        self.ran: list[str] = []
        self._contents = Contents(folder / "contents.json")
        self._run, self._jobs, self._packages = run, jobs, packages
        self._resident = resident
        self._started: list[subprocess.Popen[bytes]] = []
        self._before: dict[str, list[str]] = {}
        for step in steps:
            nearer = [name for name in step.after if name in self.steps]
            all_before = [far for name in nearer for far in (*self._before[name], name)]
            self._before[step.name] = list(dict.fromkeys(all_before))

    def run(self) -> int:
        """Run the steps that are not current.

        Returns
        -------
        int
            Exit status: 0, or that of the first step that failed. Steps that run beside it are
            finished; what comes after it is not begun.
        """
        waiting, done = dict(self.steps), set[str]()
        running: dict[int, Step] = {}
        status = 0
        try:
            while waiting or running:
                for step in list(waiting.values()) if not status else ():
                    if not done.issuperset(self._before[step.name]):
                        continue
                    if self.is_current(step):
                        done.add(waiting.pop(step.name).name)
                    elif len(running) < self._jobs:
                        if not self.ran:
                            self._prepare(waiting.values())
                        self.ran.append(step.name)
                        running[self._start(waiting.pop(step.name))] = step
                if running:
                    process, code = os.wait()
                    if process not in running:  # a resident that has ended
                        continue
                    step = running.pop(process)
                    failed = os.waitstatus_to_exitcode(code)
                    status = status or (failed if failed >= 0 else 128 - failed)
                    if not failed:
                        self._record(step)
                        done.add(step.name)
                elif status:
                    break
        except KeyboardInterrupt:  # the steps have had it too
            for process in running:
                with suppress(ChildProcessError):
                    os.waitpid(process, 0)
            status = INTERRUPTED
        self._contents.remember()
        return status

    def is_current(self, step: Step) -> bool:
        """Whether a step's last run read and wrote what is there now."""
        return self._changed(step, _read_json(step.record)) == set()

    def _changed(self, step: Step, record: Mapping[str, Any]) -> set[str] | None:
        """Files that differ from when a step last ran; None if it never did so like this."""
        if record.get("command") != [*step.command] or record.get("given") != self._given(step):
            return None
        known = (record["read"] | record["wrote"]).items()
        return {name for name, digest in known if self._contents[name] != digest}

    def _given(self, step: Step) -> list[str]:
        written = (
            name
            for before in self._before[step.name]
            for name in _read_json(self.steps[before].record).get("wrote", ())
        )
        return sorted({*step.inputs, *written})

    def _prepare(self, waiting: Collection[Step]) -> None:
        """Look at the package before it is read, and import what several steps would."""
        for name in package_files(map(str, PACKAGE.rglob("*.py"))):
            self._contents[name]
        if FORKS and len(waiting) > 2:
            one = sum(self._computes(step) for step in waiting) < 2
            import_once(chain(*self._packages[:1] if one else (*self._packages, modules())))

    def _computes(self, step: Step) -> bool:
        """Whether a step has to run, and has more to do than texts and pages."""
        texts = step.command[0] in ("report", "sums") or self._only_text(step)
        return not texts and not self.is_current(step)

    def _only_text(self, step: Step) -> bool:
        return self._changed(step, _read_json(step.record)) == {step.command[1]}

    def _start(self, step: Step) -> int:
        record = _read_json(step.record) if self._only_text(step) else {}
        step.record.unlink(missing_ok=True)
        step.record.parent.mkdir(parents=True, exist_ok=True)
        note = step.record.with_suffix(".new")
        sys.stdout.flush()
        if not FORKS:
            command = [sys.executable, "-m", "analysis", str(note), "--", *step.command]
            self._started.append(subprocess.Popen(command))  # so that only run() waits for it
            return self._started[-1].pid
        process = os.fork()
        if process == 0:
            global forked
            forked = True
            last.update(record)
            if self._resident and step.command[0] == "report":
                os._exit(self._resident.run(note, step.command))
            os._exit(watch(note, self._run, step.command))
        return process

    def _record(self, step: Step) -> None:
        note = step.record.with_suffix(".new")
        seen = _read_json(note)
        self._contents.renew(seen["wrote"])
        given = self._given(step)
        read = {name: self._contents[name] for name in (*given, *seen["read"])}
        wrote = {name: self._contents[name] for name in seen["wrote"]}
        about = {"command": step.command, "given": given, "read": read, "wrote": wrote}
        _write_json(step.record, about)
        note.unlink()


def collect_rarely() -> None:
    """Look for garbage rarely: commands are short, and little of what they import is any."""
    gc.set_threshold(50_000, 20, 20)


def guarded(run: Callable[[list[str]], int], command: Sequence[str]) -> int:
    """Run a command; report a mistake in the project's own Python by its place."""
    collect_rarely()
    try:
        return run([*command])
    except SyntaxError as error:
        name = ", ".join(_relative([Path(error.filename or "")])) or error.filename
        print(f"{name}, row {error.lineno}: this is not valid Python: {error.msg}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:
        sys.excepthook(*sys.exc_info())
        return 1


def watch(note: Path, run: Callable[[list[str]], int], command: Sequence[str]) -> int:
    """Run a step's command and note which files of the package it imported, and what it wrote.

    Returns
    -------
    int
        The command's exit status. The note is written only if it is 0.
    """
    status = guarded(run, command)
    if status == 0:
        from analysis.base.text import imported, written

        names = (getattr(sys.modules[name], "__file__", None) for name in used())
        read = {*package_files(filter(None, (*names, *imported))), *last.get("read", ())}
        wrote = {*_relative(written), *last.get("wrote", ())}
        _write_json(note, {"read": sorted(read), "wrote": sorted(wrote)})
    sys.stdout.flush()
    sys.stderr.flush()
    return status


_import = builtins.__import__
_shared = set[str]()
"""Modules that :func:`import_once` has imported."""
_imported: dict[str, set[str]] = {}
"""By importing module, what it has asked for of the package, since :func:`import_once`."""


def import_once(names: Iterable[str]) -> None:
    """Import modules for all forks to come, and from now on note which module imports which.

    One that cannot be imported is left to the step that needs it.
    """
    builtins.__import__ = _noting
    gc.disable()  # little of what is imported is rubbish
    before = {*sys.modules}
    for name in names:
        with suppress(Exception):
            importlib.import_module(name)
    _shared.update(sys.modules.keys() - before)
    gc.freeze()  # or forks would look through all this for rubbish, and copy its pages
    collect_rarely()
    gc.enable()


def modules() -> list[str]:
    """Names of all modules of the package."""
    paths = (path.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("[!_]*.py"))
    return sorted(".".join(path.with_suffix("").parts) for path in paths)


def _noting(
    name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
) -> ModuleType:
    if name.startswith(PACKAGE.name):
        asked = _imported.setdefault(str((globals or {}).get("__name__")), set())
        asked.update((name, *(f"{name}.{part}" for part in fromlist or ())))
    return _import(name, globals, locals, fromlist, level)


def used() -> set[str]:
    """Names of the modules that this process has imported, or would have had to."""
    unused = {*_shared}
    asked = [name for importer in _imported.keys() - _shared for name in _imported[importer]]
    while asked:
        name = asked.pop()
        if name in unused:
            unused.remove(name)
            asked += [name.rpartition(".")[0], *_imported.get(name, ())]
    return sys.modules.keys() - unused


class Resident:
    """A fork that runs commands one after the other, so that the next finds at hand what it needs.

    Parameters
    ----------
    run : callable
        Runs a command and returns its exit status.
    """

    def __init__(self, run: Callable[[list[str]], int]) -> None:
        self._ours, theirs = Pipe()
        self._process = os.fork()
        if self._process == 0:
            self._ours.close()
            with suppress(EOFError, KeyboardInterrupt):
                while True:
                    theirs.send(_run_again(run, *theirs.recv()))
            os._exit(0)
        theirs.close()

    def run(self, note: Path, command: Sequence[str]) -> int:
        """Have a command run and noted, as by :func:`watch`."""
        self._ours.send((note, command))
        return int(self._ours.recv())

    def stop(self) -> None:
        """End the fork."""
        self._ours.close()
        with suppress(ChildProcessError):
            os.waitpid(self._process, 0)


def _run_again(run: Callable[[list[str]], int], note: Path, command: Sequence[str]) -> int:
    from analysis.base.text import written

    written.clear()
    return watch(note, run, command)


def package_files(names: Iterable[str]) -> list[str]:
    """Files of the package among some, with the files in their folders that are no Python."""
    found = {Path(name) for name in names if name.startswith(f"{PACKAGE}{os.sep}")}
    folders = {path.parent for path in found}
    return _relative(found | {file for folder in folders for file in _data_files(folder)})


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


def _relative(paths: Iterable[Path]) -> list[str]:
    """Names below the current folder, each once; what is gone or lies elsewhere is left out."""
    here = Path.cwd()
    files = {path.absolute() for path in paths if path.is_file()}
    return sorted(path.relative_to(here).as_posix() for path in files if path.is_relative_to(here))


def fix_environment() -> None:
    """Set what packages read when they are imported, and keep out two that no build needs.

    matplotlib keeps to its own defaults, whatever the user's ``matplotlibrc`` says; steps run side
    by side, so each keeps to one core. A kernel that a user starts is none of this process's forks.
    """
    found = importlib.util.find_spec("matplotlib")
    if found and found.origin:
        os.environ["MATPLOTLIBRC"] = str(Path(found.origin).with_name("mpl-data") / "matplotlibrc")
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    # jsonschema would have it build a grammar of addresses, for a second, and no notebook has any
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # nobody debugs a build's notebooks
