"""``asl lsp``: the language server for editors."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from asl.cli.settings import load_settings
from asl.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    import argparse

    from asl.editor.faults import Options

_LOG = logging.getLogger(__name__)
_HOST = "127.0.0.1"  # nobody else is to read what somebody edits here


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "lsp",
        help="start the language server, for editors",
        description="Start the language server: on standard input and output, as editors want it.",
    )
    parser.add_argument(
        "--tcp", type=int, metavar="PORT", help=f"wait on a port of {_HOST} instead"
    )
    parser.set_defaults(command=serve)


def serve(options: argparse.Namespace) -> int:
    """Serve until the editor says exit; 0 if it said shutdown before, as it should, else 1."""
    import asl  # noqa: PLC0415 - it imports nothing of the command line

    try:
        from asl.editor.server import make_server  # noqa: PLC0415 - pygls is an extra
    except ImportError as error:
        raise MissingExtra("lsp", "the language server") from error
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # it tells of each request it refuses
    server = make_server(asl.__version__, options_for)
    with suppress(KeyboardInterrupt, SystemExit):
        if options.tcp is None:
            # the server closes what it writes to, and nobody else may write there
            out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
            with redirect_stdout(sys.stderr):
                server.start_io(stdout=out)
        else:
            # an exit over TCP ends asyncio's server in a way that it finds worth a traceback
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)
            server.start_tcp(_HOST, options.tcp)
    return 0 if server.was_shut_down else 1


def options_for(uri: str) -> Options:
    """How the file of a URI is to be checked, as its project's ``pyproject.toml`` says."""
    from asl.editor.faults import Options  # noqa: PLC0415 - only this command needs the room

    place = urlsplit(uri)
    if place.scheme != "file":
        return Options()
    path = Path(url2pathname(place.path))
    try:
        settings = load_settings(path.parent)
    except UsageError as error:  # an editor is no place to fail in: it goes on without
        _LOG.warning("%s", error)
        return Options()
    ignored = settings.ignore_in(path)
    return Options(
        type=settings.type_of(path) or "STANDARD",
        extensions=settings.extensions,
        ignore=ignored,
        enable=settings.enable - ignored,
    )
