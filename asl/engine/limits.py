"""The quotas of AWS that an execution keeps, all adjustable; None lifts one.

Source: AWS guide, "Service quotas" (executions, payload size, state machine variables).
"""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import cached_property

from asl.values import Value

#: What stands for a limit that was lifted.
NO_LIMIT = sys.maxsize


class Limits(Value):
    """What an execution may use.

    Attributes:
        payload_bytes: JSON text of an input, result or output, in UTF-8.
        history_events: Events of one history; the last one has to be the execution's end.
        duration: From start to end; for Express executions `express_duration` counts instead.
        express_duration: The same for Express executions.
        inline_map_concurrency: Iterations of one inline Map at a time, whatever it asks for.
        variables_bytes: JSON text of all variables of one scope together.
        assign_bytes: JSON text of the variables that one Assign sets.
    """

    payload_bytes: int | None = 256 * 1024
    history_events: int | None = 25_000
    duration: timedelta | None = timedelta(days=365)
    express_duration: timedelta | None = timedelta(minutes=5)
    inline_map_concurrency: int | None = 40
    variables_bytes: int | None = 10 * 1024 * 1024
    assign_bytes: int | None = 256 * 1024

    @cached_property
    def bounds(self) -> tuple[int, int, int, int]:
        """Bytes of a payload, of variables and of an Assign, and history events, as numbers."""
        limits = (self.payload_bytes, self.variables_bytes, self.assign_bytes, self.history_events)
        payload, variables, assign, events = (NO_LIMIT if each is None else each for each in limits)
        return payload, variables, assign, events

    @cached_property
    def duration_us(self) -> int | None:
        """`duration` in microseconds."""
        return _microseconds(self.duration)

    @cached_property
    def express_duration_us(self) -> int | None:
        """`express_duration` in microseconds."""
        return _microseconds(self.express_duration)


def _microseconds(span: timedelta | None) -> int | None:
    return None if span is None else span // timedelta(microseconds=1)
