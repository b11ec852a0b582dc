"""``asl worker``: drive the durable executions of a database until it is told to stop."""

from __future__ import annotations

import logging
import math
import os
import re
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from asl.cli.finding import find_definitions
from asl.cli.options import add_database_url, add_set, database_url_of, substitutions_of
from asl.cli.settings import load_settings
from asl.cli.starting import handlers_of
from asl.errors import UsageError, quote
from asl.language.source import text_in
from asl.machine import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from asl.cli.finding import Found
    from asl.durable import Limit
    from asl.machine import StateMachine

_LIMIT = re.compile(r"(.+)=(\d*)(?:/(\d+)(?::(\d+(?:\.\d+)?))?)?")
_DESCRIPTION = """\
Drive durable executions of a database, until SIGTERM or SIGINT. Then it begins no more, lets the
calls end that are under way, and gives everything else back to the other workers at once. A second
signal ends it without waiting.
"""
_EPILOG = """\
Exit status: 0 it has stopped as it was asked to; 1 calls were still under way after --drain
seconds, and other workers make them again; 2 it could not start; 128 and more: a second signal
ended it.
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "worker",
        help="drive durable executions of a database",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add_database_url(parser)
    parser.add_argument(
        "--handlers",
        required=True,
        metavar="MODULE:NAME",
        help="a mapping of names to task handlers, or a function that returns one",
    )
    parser.add_argument(
        "--machines",
        nargs="+",
        default=[],
        metavar="FILE",
        help="definitions to register (files or folders), each by its file's name",
    )
    add_set(parser)
    parser.add_argument("--queue", default="default", help="whose executions (default)")
    parser.add_argument(
        "--concurrency",
        type=_count,
        default=100,
        metavar="N",
        help="jobs at a time, each of up to 100 executions (100)",
    )
    parser.add_argument(
        "--threads",
        type=_count,
        default=100,
        metavar="N",
        help="handlers that are plain functions at a time (100)",
    )
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        dest="limits",
        metavar="PATTERN=N[/RATE[:PER]]",
        help="how many calls of a resource or state may be under way at a time, and how many may "
        "begin within PER seconds (1); may be repeated, the first that matches holds",
    )
    parser.add_argument(
        "--storage", metavar="FOLDER", help="where Distributed Maps find and put objects"
    )
    parser.add_argument(
        "--threshold",
        type=_seconds,
        default=15.0,
        metavar="S",
        help="seconds without a sign of life after which a worker is taken for dead (15)",
    )
    parser.add_argument(
        "--drain",
        type=_seconds,
        default=30.0,
        metavar="S",
        help="seconds that calls under way may take when it is told to stop (30)",
    )
    parser.add_argument(
        "--log-format", choices=["text", "json"], default="text", help="of standard error (text)"
    )
    parser.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        default="info",
        help="what is worth logging (info)",
    )
    parser.add_argument(
        "--telemetry",
        action="store_true",
        help="give spans and metrics to OpenTelemetry, as the module of handlers or "
        "opentelemetry-instrument has set it up",
    )
    parser.set_defaults(command=work)


def work(options: argparse.Namespace) -> int:
    """Drive executions until a signal comes; 0 if all calls could end, else 1."""
    url = database_url_of(options)
    handlers = handlers_of(options.handlers, "--handlers")
    machines = [_machine(found, options) for found in find_definitions(options.machines)]
    limits = dict(map(limit_of, options.limits))
    if options.storage is not None and not Path(options.storage).is_dir():
        raise UsageError(f"--storage: there is no folder {quote(options.storage)}")

    import asl.durable  # noqa: PLC0415 - its extra may not be there

    telemetry = asl.durable.Telemetry() if options.telemetry else None
    with (
        stop_signal() as wait,
        asl.durable.Host(
            url, tasks=handlers, machines=machines, storage=options.storage, watcher=telemetry
        ) as host,
    ):
        _log_to_stderr(options)
        with host.worker(
            queue=options.queue,
            concurrency=options.concurrency,
            threads=options.threads,
            limits=limits,
            threshold=options.threshold,
            drain=options.drain,
        ) as worker:
            print(f"worker {worker.id} drives queue {options.queue!r}", flush=True)
            wait()
        if worker.cut_off:
            number = worker.cut_off
            what = "1 execution was" if number == 1 else f"{number} executions were"
            print(
                f"asl: {what} given up with calls under way: other workers make these again",
                file=sys.stderr,
            )
            if telemetry is not None:
                telemetry.flush()
            logging.shutdown()
            sys.stderr.flush()
            os._exit(1)  # a plain exit would wait for the threads of those calls
    return 0


@contextmanager
def stop_signal() -> Iterator[Callable[[], int]]:
    """What waits until somebody asks the process to end; who asks twice need not wait."""
    asked: list[int] = []
    signals: SimpleQueue[int] = SimpleQueue()  # of all queues the one that signals may use

    def ask(number: int, _: object) -> None:
        if asked:
            os._exit(128 + number)
        asked.append(number)
        signals.put(number)

    before = [(number, signal.signal(number, ask)) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        yield signals.get
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _log_to_stderr(options: argparse.Namespace) -> None:
    from asl.durable.logs import JsonFormatter, Seldom  # noqa: PLC0415 - what it imports may not be there

    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonFormatter()
        if options.log_format == "json"
        else logging.Formatter("%(asctime)s %(levelname)-7s %(message)s")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("asl").setLevel(options.log_level.upper())
    dbos = logging.getLogger("dbos")
    dbos.addHandler(logging.NullHandler())  # or it would write in a form of its own
    dbos.setLevel(logging.WARNING)
    dbos.addFilter(Seldom())  # at each poll it tells of a database that is down


def _machine(found: Found, options: argparse.Namespace) -> StateMachine:
    if found.path is None:
        raise UsageError("--machines takes files and folders: a machine is called as its file is")
    settings = load_settings(found.path.parent)
    return load(
        text_in(str(found.path)),
        substitutions=substitutions_of(options),
        type=settings.type_of(found.path) or "STANDARD",
        name=found.path.name.split(".")[0],
        extensions=settings.extensions,
    )


def limit_of(text: str) -> tuple[str, Limit]:
    """The pattern and the limit of a ``--limit``.

    Raises:
        UsageError: It is none.
    """
    from asl.durable import Limit  # noqa: PLC0415 - as above

    found = _LIMIT.fullmatch(text)
    if found is None or text.endswith("="):
        raise UsageError(
            "--limit takes PATTERN=N[/RATE[:PER]], such as pay=10, pay=10/100 or *mail*=/500:60, "
            f"not {text!r}"
        )
    pattern, concurrency, rate, per = found.groups()
    return pattern, Limit(
        int(concurrency) if concurrency else None,
        int(rate) if rate else None,
        float(per or 1),
    )


def _count(text: str) -> int:
    """So many things: 1 or more."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    """A span that has an end, and is longer than none."""
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise ValueError(text)
    return seconds


# What argparse calls a value that these refuse.
_count.__name__, _seconds.__name__ = "number (1 or more)", "number of seconds"
