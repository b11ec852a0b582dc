"""Options that several commands have."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from asl.errors import UsageError

if TYPE_CHECKING:
    import argparse

_DATABASE_URL = "ASL_DATABASE_URL"


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


def add_database_url(parser: argparse.ArgumentParser) -> None:
    """Add ``--database-url``: see `database_url_of`."""
    parser.add_argument(
        "--database-url",
        metavar="URL",
        help="sqlite:///FILE for one process, postgresql://USER@HOST/NAME for any number of them "
        f"(${_DATABASE_URL})",
    )


def database_url_of(options: argparse.Namespace) -> str:
    """The URL of the database: ``--database-url``, or the environment's.

    Raises:
        UsageError: There is neither.
    """
    url: str | None = options.database_url or os.environ.get(_DATABASE_URL)
    if not url:
        raise UsageError(
            "which database? Give --database-url sqlite:///FILE or postgresql://USER@HOST/NAME, or "
            f"set {_DATABASE_URL}"
        )
    return url
