"""The command line: ``python -m analysis COMMAND``.

As a step of the build, ``python -m analysis STAMP [NOTEBOOK] -- COMMAND``; see `build.graph`.
"""

import sys


def run(command: list[str]) -> int:
    """Run a command of the command line, imported only now."""
    from analysis.cli import main

    return main(command)


if __name__ == "__main__":
    if "--" in sys.argv:
        from analysis.build.graph import record

        sys.exit(record(sys.argv[1:], run))
    sys.exit(run(sys.argv[1:]))
