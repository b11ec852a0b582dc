"""What ought to hold for every execution, as functions to call in a test.

Each takes an `asl.Result` and raises an AssertionError that says what is wrong and shows the run.
They have the names that exploration has for its properties.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from asl.engine.limits import Limits
from asl.errors import UsageError
from asl.tasks.replies import microseconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.engine.history import HistoryEvent
    from asl.runtimes.result import Result
    from asl.tasks.replies import Span

#: AWS's limit of a payload.
_PAYLOAD_LIMIT = Limits().bounds[0]
#: Where the details of an event have a payload, as JSON text.
_PAYLOADS = ("input", "output", "parameters")


def always_ends(result: Result, *, within: Span | None = None) -> None:
    """It has ended, within a span of its own time: seconds or a timedelta; any if None."""
    if result.status == "RUNNING":
        raise _broken("it has not ended", result)
    if within is not None and result.elapsed > timedelta(microseconds=microseconds(within)):
        raise _broken(f"it took longer than {_span(within)}", result)


def never_fails_with(result: Result, *errors: str) -> None:
    """It did not fail with one of these errors: ``States.Runtime`` if none is named."""
    if result.error in (errors or ("States.Runtime",)):
        raise _broken(f"it failed with {result.error}", result)


def payload_below(result: Result, limit_bytes: int = _PAYLOAD_LIMIT) -> None:
    """Every input, output, result and task payload has less than so many bytes of JSON text.

    Raises:
        UsageError: The run did not keep its whole history, so nobody knows.
    """
    forgotten = result.recorded.forgotten
    if forgotten:
        raise UsageError(
            f"the payloads are not known: {forgotten} history events were not kept "
            "(run with history=None)"
        )
    for event, text in _payloads(result):
        size = len(text.encode("utf-8", "surrogatepass"))
        if size >= limit_bytes:
            said = f"a payload of {size:,} bytes is not below {limit_bytes:,}: "
            raise _broken(f"{said}event {event['id']} ({event['type']})", result)


def _payloads(result: Result) -> Iterator[tuple[HistoryEvent, str]]:
    for event in result.history:
        for details in event.values():
            if isinstance(details, dict):
                for name in _PAYLOADS:
                    text = details.get(name)
                    if isinstance(text, str):
                        yield event, text


def _broken(what: str, result: Result) -> AssertionError:
    return AssertionError(f"{what}\n{result!r}")


def _span(span: Span) -> str:
    return str(span) if isinstance(span, timedelta) else f"{span:g} seconds"
