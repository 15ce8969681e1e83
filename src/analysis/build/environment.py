"""Makes environment.yml, for conda and Binder, from pyproject.toml and the lock.

The direct dependencies of the report and of JupyterLab are listed with the locked versions; conda
finds theirs itself. ``python -m analysis.build.environment`` writes the file for ``make lock``.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from analysis.base.errors import InputError

PYTHON = "3.12"
"""The Python that conda and Binder get: the middle one of those the locks serve."""

CONDA_NAMES: Mapping[str, str] = {
    "flit-core": "flit-core",
    "ipykernel": "ipykernel",
    "ipython": "ipython",
    "jupyter-client": "jupyter_client",  # with an underscore, in the channel
    "jupyterlab": "jupyterlab",
    "matplotlib": "matplotlib-base",  # without the Qt window system
    "mistune": "mistune",
    "narwhals": "narwhals",
    "nbclient": "nbclient",
    "nbconvert": "nbconvert-core",  # without pandoc
    "nbformat": "nbformat",
    "numpy": "numpy",
    "openpyxl": "openpyxl",
    "pandas": "pandas",
    "papermill": "papermill",
    "pydantic": "pydantic",
    "pyyaml": "pyyaml",
    "scipy": "scipy",
    "seaborn": "seaborn-base",  # without statsmodels
    "traitlets": "traitlets",
}
"""Names of the dependencies in the conda-forge channel."""

PIP_ONLY = frozenset({"schemdraw", "tex2typst", "typst"})
"""Dependencies that pip installs: the channel has no known name, or only old versions of them."""

_HEAD = f"""\
# Made by `make lock` from pyproject.toml and requirements/lab.txt; do not edit.
# For conda (`conda env create`, then `make report VENV=$CONDA_PREFIX`) and for Binder.
# Tested for form: every spec is valid and met by the locked version. A real `conda env create` was
# not run where this file was made, since no conda channel can be reached from there. conda checks
# no hashes of ours and chooses the indirect dependencies itself, so it promises the same rounded
# tables, not the same bytes; for those take `make report`, which installs the lock.
name: segelec-reproduction
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python={PYTHON}
  - pip
"""


def marker_environment(
    python: str, system: str = "linux", machine: str = "x86_64"
) -> dict[str, str]:
    """Describe a machine to the markers of a lock.

    Parameters
    ----------
    python : str
        Version such as ``3.12`` (its latest micro version is assumed) or ``3.11.7``.
    system : str
        As `sys.platform` says it.
    machine : str
        As `platform.machine` says it.
    """
    here = {key: str(value) for key, value in default_environment().items()}
    return here | {
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python if python.count(".") == 2 else f"{python}.99",
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "platform_machine": machine,
    }


def locked_versions(lock: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Read which version of each package a lock gives to a machine.

    Parameters
    ----------
    lock : str
        Text of a file in requirements/.
    environment : mapping
        The machine, see `marker_environment`.

    Returns
    -------
    dict
        Canonical name to version.

    Raises
    ------
    InputError
        If a package is not pinned, or pinned twice for the same machine.
    """
    versions: dict[str, str] = {}
    for line in lock.splitlines():
        if not line or line[0] in "# ":
            continue
        requirement = Requirement(line.removesuffix("\\"))
        name = canonicalize_name(requirement.name)
        pins = [pin.version for pin in requirement.specifier if pin.operator == "=="]
        if len(pins) != 1:
            raise InputError("a lock pins every package with ==", value=line)
        if requirement.marker is not None and not requirement.marker.evaluate(environment):
            continue
        if name in versions:
            raise InputError("the lock pins a package twice for one machine", value=name)
        versions[name] = pins[0]
    return versions


def direct_requirements(pyproject: Mapping[str, Any], *groups: str) -> list[Requirement]:
    """List the project's own dependencies with those of the groups named, sorted by name.

    Parameters
    ----------
    pyproject : mapping
        Contents of pyproject.toml.
    *groups : str
        Dependency groups; the groups they include count.
    """
    texts = list(pyproject["project"]["dependencies"])
    waiting = list(groups)
    while waiting:
        for item in pyproject["dependency-groups"][waiting.pop()]:
            if isinstance(item, str):
                texts.append(item)
            else:
                waiting.append(item["include-group"])
    found = {canonicalize_name(item.name): item for item in map(Requirement, texts)}
    return [found[name] for name in sorted(found)]


def conda_environment(pyproject: Mapping[str, Any], lock: str) -> str:
    """Write environment.yml.

    Parameters
    ----------
    pyproject : mapping
        Contents of pyproject.toml.
    lock : str
        Text of requirements/lab.txt.

    Returns
    -------
    str
        YAML.

    Raises
    ------
    InputError
        If a dependency is in neither `CONDA_NAMES` nor `PIP_ONLY`.
    """
    versions = locked_versions(lock, marker_environment(PYTHON))
    conda, pip = [], []
    for requirement in direct_requirements(pyproject, "lab"):
        name = canonicalize_name(requirement.name)
        if name in CONDA_NAMES:
            conda.append(f"{CONDA_NAMES[name]}={versions[name]}")
        elif name in PIP_ONLY:
            marker = f" ; {requirement.marker}" if requirement.marker else ""
            pip.append(f"{name}=={versions[name]}{marker}".replace('"', "'"))
        else:
            raise InputError(
                "a dependency has no conda name",
                file="pyproject.toml",
                value=name,
                fix="add it to CONDA_NAMES or PIP_ONLY in src/analysis/build/environment.py",
            )
    lines = [f"  - {spec}" for spec in conda] + ["  - pip:"]
    lines += [f"      - {spec}" for spec in [*pip, "-e ."]]
    return _HEAD + "\n".join(lines) + "\n"


def main() -> int:
    """Write environment.yml into the current folder; errors go to stderr with exit status 2."""
    pyproject = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    lock = Path("requirements/lab.txt").read_text(encoding="utf-8")
    try:
        text = conda_environment(pyproject, lock)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    Path("environment.yml").write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
