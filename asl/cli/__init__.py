"""The command line: one module a command, each thin.

Exit status: 0 all is well, 1 the execution failed or a definition to check has faults, 2 the
definition to run or the call is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from asl.errors import AslError

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = (
    "run",
    "debug",
    "graph",
    "validate",
    "test",
    "coverage",
    "worker",
    "executions",
    "schema",
    "lsp",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="asl",
        description="Check and run state machines written in the Amazon States Language.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    asked = [name for name in _COMMANDS if name in arguments[:1]]
    for name in asked or _COMMANDS:  # only what was asked for is imported
        import_module(f"asl.cli.{name}").add_to(commands)
    options = parser.parse_args(arguments)
    try:
        status: int = options.command(options)
        sys.stdout.flush()
    except AslError as error:
        print(f"asl: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has gone: nothing more to say
        with suppress(OSError):  # a standard output that is no file has nothing left to flush
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status
