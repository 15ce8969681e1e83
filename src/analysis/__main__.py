"""The command line: ``python -m analysis COMMAND``.

``python -m analysis NOTE -- COMMAND`` also notes what the command imported and wrote; see
`analysis.base.steps`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from analysis.base.steps import guarded, watch


def run(command: list[str]) -> int:
    """Run a command of the command line, imported only now."""
    from analysis.cli import main

    return main(command)


if __name__ == "__main__":
    if sys.argv[2:3] == ["--"]:
        sys.exit(watch(Path(sys.argv[1]), run, sys.argv[3:]))
    sys.exit(guarded(run, sys.argv[1:]))
