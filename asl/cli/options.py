"""Options that several commands have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.errors import UsageError

if TYPE_CHECKING:
    import argparse


def add_set(parser: argparse.ArgumentParser) -> None:
    """Add ``--set``: see `substitutions_of`."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="substitutions",
        help="the value of a ${NAME} placeholder; may be repeated",
    )


def substitutions_of(options: argparse.Namespace) -> dict[str, str]:
    """The values of placeholders by name, as ``--set`` gave them.

    Raises:
        UsageError: One of them is not NAME=VALUE.
    """
    return dict(_substitution(text) for text in options.substitutions)


def _substitution(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set takes NAME=VALUE, not {text!r}")
    return name, value
