"""The quotas of AWS that an execution keeps, all adjustable; None lifts one.

Source: AWS guide, "Service quotas" (executions, payload size, state machine variables).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import timedelta

_NO_LIMIT = sys.maxsize


@dataclass(frozen=True, slots=True)
class Limits:
    """What an execution may use.

    Attributes:
        payload_bytes: JSON text of an input, result or output, in UTF-8.
        history_events: Events of one history; the last one has to be the execution's end.
        duration: From start to end; for Express executions `express_duration` counts instead.
        express_duration: The same for Express executions.
        inline_map_concurrency: Iterations of one inline Map at a time, whatever it asks for.
        variables_bytes: JSON text of all variables of one scope together.
        bounds: Bytes of a payload and of variables, and history events, as numbers.
    """

    payload_bytes: int | None = 256 * 1024
    history_events: int | None = 25_000
    duration: timedelta | None = timedelta(days=365)
    express_duration: timedelta | None = timedelta(minutes=5)
    inline_map_concurrency: int | None = 40
    variables_bytes: int | None = 10 * 1024 * 1024
    bounds: tuple[int, int, int] = field(init=False, repr=False, compare=False)
    duration_us: int | None = field(init=False, repr=False, compare=False)
    express_duration_us: int | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Have the bounds as numbers and the spans in microseconds, as every execution does."""
        limits = (self.payload_bytes, self.variables_bytes, self.history_events)
        bounds = tuple(_NO_LIMIT if limit is None else limit for limit in limits)
        object.__setattr__(self, "bounds", bounds)
        for name in ("duration", "express_duration"):
            span: timedelta | None = getattr(self, name)
            microseconds = None if span is None else span // timedelta(microseconds=1)
            object.__setattr__(self, f"{name}_us", microseconds)
