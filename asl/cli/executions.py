"""``asl executions``: look at the durable executions of a database, and act on them."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl.cli.options import add_database_url, database_url_of
from asl.cli.terminal import visible, write
from asl.errors import UsageError, quote

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from asl.durable import Description, Host

_SQLITE = "sqlite:///"
_STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "SUSPENDED")
_PAGE = 1_000
_LONGEST_NOTE = 60


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "executions",
        help="list, describe, stop, redrive or resume durable executions",
        description="Look at the durable executions of a database, and act on them.",
    )
    add_database_url(parser)
    actions = parser.add_subparsers(required=True, metavar="action")
    listing = actions.add_parser("list", help="list executions, the newest first")
    listing.add_argument("--machine", help="of this state machine")
    listing.add_argument("--status", choices=_STATUSES, help="with this status")
    listing.add_argument("--name-prefix", metavar="TEXT", help="whose names begin with a text")
    listing.add_argument("--parent", metavar="ARN", help="that this execution has started")
    listing.add_argument(
        "--limit", type=int, default=50, metavar="N", help="how many are shown at most (50)"
    )
    listing.add_argument("--json", action="store_true", help="print one JSON document a line")
    listing.set_defaults(action=_list)
    for name, action, text in (
        ("describe", _describe, "show one as a JSON document"),
        ("history", _history, "show its history events so far, each a line of JSON"),
        ("stop", _stop, "abort one"),
        ("redrive", _redrive, "let one go on that ended badly"),
        ("resume", _resume, "let one go on that is suspended"),
    ):
        one = actions.add_parser(name, help=text)
        one.add_argument("arn", help="the execution's ARN")
        one.set_defaults(action=action)
        if action is _stop:
            one.add_argument("--error", help="as it shows in the history")
            one.add_argument("--cause", help="as it shows in the history")
    deleting = actions.add_parser("delete-ended", help="delete those that ended long ago")
    deleting.add_argument(
        "--older-than", type=float, required=True, metavar="DAYS", help="ended so many days ago"
    )
    deleting.set_defaults(action=_delete_ended)
    parser.set_defaults(command=act)


def act(options: argparse.Namespace) -> int:
    """Do what was asked for; 0 if it could be done."""
    url = database_url_of(options)
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():
        raise UsageError(f"there is no database {quote(url)}: a worker or a host makes it")

    import asl.durable  # noqa: PLC0415 - its extra may not be there

    with asl.durable.Host(url) as host:
        options.action(host, options)
    return 0


def _list(host: Host, options: argparse.Namespace) -> None:
    if options.limit < 1:
        raise UsageError(f"--limit has to be 1 or more, not {options.limit}")
    for shown, execution in enumerate(_found(host, options)):
        if shown == options.limit:
            print(f"asl: there are more than {shown}: see --limit", file=sys.stderr)
            return
        if options.json:
            _print(_document(execution))
        else:
            write(sys.stdout, _line(execution))


def _found(host: Host, options: argparse.Namespace) -> Iterator[Description]:
    token: str | None = None
    while True:
        page = host.list(
            machine=options.machine, status=options.status, parent=options.parent,
            name_prefix=options.name_prefix, limit=min(_PAGE, options.limit + 1), next_token=token,
        )  # fmt: skip
        yield from page.executions
        token = page.next_token
        if token is None:
            return


def _line(execution: Description) -> str:
    note = execution.error or ""
    if execution.status == "SUSPENDED":
        note = (execution.reason or "").strip().rpartition("\n")[2]
    elif execution.is_parked:
        wakes = execution.wakes_at
        note = "parked" if wakes is None else f"parked until {_second(wakes)}"
    if len(note) > _LONGEST_NOTE:
        note = f"{note[: _LONGEST_NOTE - 3]}..."
    words = [f"{execution.status:<9}", _second(execution.started_at), execution.arn]
    return "  ".join([*words, visible(note)]).rstrip() + "\n"


def _second(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _describe(host: Host, options: argparse.Namespace) -> None:
    _print(_document(host.describe(options.arn)), indent=2)


def _history(host: Host, options: argparse.Namespace) -> None:
    for event in host.history(options.arn):
        _print(event)


def _stop(host: Host, options: argparse.Namespace) -> None:
    host.stop(options.arn, options.error, options.cause)


def _redrive(host: Host, options: argparse.Namespace) -> None:
    host.redrive(options.arn)


def _resume(host: Host, options: argparse.Namespace) -> None:
    host.resume(options.arn)


def _delete_ended(host: Host, options: argparse.Namespace) -> None:
    if not 0 <= options.older_than < 1e6:
        raise UsageError(f"--older-than takes a number of days, not {options.older_than}")
    number = host.delete_ended(timedelta(days=options.older_than))
    print(f"deleted: {number}")


def _document(execution: Description) -> dict[str, Any]:
    """An execution in the words of AWS's DescribeExecution, and what AWS does not know."""
    return {
        "executionArn": execution.arn,
        "name": execution.name,
        "stateMachine": execution.machine,
        "status": execution.status,
        "startDate": execution.started_at,
        "stopDate": execution.stopped_at,
        "input": execution.input,
        "output": execution.output,
        "error": execution.error,
        "cause": execution.cause,
        "redriveCount": execution.redrive_count,
        "reason": execution.reason,
        "isParked": execution.is_parked,
        "wakesAt": execution.wakes_at,
        "parentArn": execution.parent,
    }


def _print(document: dict[str, Any], indent: int | None = None) -> None:
    print(json.dumps(document, indent=indent, default=datetime.isoformat))
