"""The view of a running execution: a line for each state, retry, failure and wait.

On a terminal lines are indented by what they stand in, and coloured; elsewhere the same lines are
plain text.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from asl.engine.history import HistoryEvent
    from asl.runtimes.result import Result

_COLOURS = {"dim": "2", "bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_STATUS_COLOUR = {"SUCCEEDED": "green", "RUNNING": "yellow"}
_TIME_WIDTH = 14
_FAILED = ("Failed", "TimedOut")
_CHILDREN_START = ("ParallelStateStarted", "MapStateStarted")
_CHILDREN_ENTERED = ("ParallelStateEntered", "MapStateEntered")
_ATTEMPTS = ("Scheduled", *_CHILDREN_START)
_SHOWN = 100


class View:
    """Prints the events of one execution as they are written."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._coloured = out.isatty()
        self._started: datetime | None = None
        self._kinds: dict[int, tuple[str, datetime]] = {}
        self._depths: dict[int, int] = {0: 0}
        self._state_depths: dict[str, int] = {}

    def show(self, event: HistoryEvent) -> None:
        """Take an event; print a line if it says something new."""
        kind, at, before = event["type"], event["timestamp"], event["previousEventId"]
        self._started = self._started or at
        before_kind, before_at = self._kinds.get(before, ("", at))
        self._kinds[event["id"]] = (kind, at)
        depth = self._depths[event["id"]] = self._depth(event, before_kind)
        if kind.endswith("StateEntered"):
            self._line(at, depth, _details(event)["name"], "cyan")
        elif kind.endswith(_ATTEMPTS) and before_kind.endswith((*_FAILED, "FailStateEntered")):
            self._line(at, depth, f"  retry after {_span(at - before_at)}", "yellow")
        elif kind.endswith(_FAILED) and not kind.startswith(("Execution", "Map", "Parallel")):
            self._line(at, depth, f"  failed: {_failure(event)}", "red")

    def _depth(self, event: HistoryEvent, before_kind: str) -> int:
        """How many Parallel and Map states the event stands in."""
        kind, depth = event["type"], self._depths[event["previousEventId"]]
        name = _details(event).get("name", "")
        if kind.endswith("StateEntered"):
            depth += before_kind in ("ParallelStateStarted", "MapIterationStarted")
            self._state_depths[name] = depth
        elif kind in _CHILDREN_START and before_kind not in _CHILDREN_ENTERED:
            depth -= 1  # tried again: what comes before is the failure of a child
        return self._state_depths.get(name, depth)

    def close(self, result: Result) -> None:
        """Print how the execution ended."""
        colour = _STATUS_COLOUR.get(result.status, "red")
        end = result.started_at + result.elapsed
        self._line(end, 0, result.status, colour)
        if result.status == "SUCCEEDED":
            print(json.dumps(result.output, ensure_ascii=False, indent=2), file=self._out)
        elif result.error or result.cause:
            text = f"{result.error or 'no error name'}: {result.cause or ''}"
            print(_printable(text), file=self._out)
        for waiting in result.waiting:
            text = f"{waiting.state_name!r} waits for a {waiting.waits_for}"
            print(_printable(text), file=self._out)

    def _line(self, at: datetime, depth: int, text: str, colour: str) -> None:
        text = _printable(text)
        since = _span(at - (self._started or at)).rjust(_TIME_WIDTH)
        indent = "  " * depth
        print(
            f"{self._paint(since, 'dim')}  {indent}{self._paint(text, colour)}",
            file=self._out,
            flush=True,
        )

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self._coloured else text


def _printable(text: str) -> str:
    """Text of a definition or a task without what could steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _span(span: timedelta) -> str:
    """A span for people: at most two units."""
    if span < timedelta(minutes=1):
        return f"{span.total_seconds():g}s"
    seconds = round(span.total_seconds())
    parts = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])


def _details(event: HistoryEvent) -> dict[str, Any]:
    details: dict[str, Any] = next(
        (value for key, value in event.items() if key.endswith("Details")), {}
    )
    return details


def _failure(event: HistoryEvent) -> str:
    details = _details(event)
    text = ": ".join(filter(None, (details.get("error"), details.get("cause"))))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
