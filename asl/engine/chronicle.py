"""The part of an execution that keeps its history: writes it, shares it with forks, forgets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.history import WIDTH, Past, Recorded, Records, count

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.jsontypes import Json

_FEW_EVENTS = 1_000  # so many more than are kept may be there, before they are forgotten


class Chronicle:
    """What has happened to an execution, as records (`asl.engine.history`).

    Attributes:
        now: The time of the newest event.
        history: The newest records; `recorded` has all that are still there.
        before: How many events were written before those.
        past: Records before those that are kept.
        kept: How many of the newest events are kept; None for all.
        history_limit: How many events may be written.
        longest: The length of `history` at which limits have to be looked at.
        on_forget: Called before events that are not kept are forgotten.
    """

    __slots__ = (
        "before",
        "history",
        "history_limit",
        "kept",
        "longest",
        "now",
        "on_forget",
        "past",
    )

    now: int
    history_limit: int

    def open_history(self, past: Past | None, before: int, kept: int | None) -> None:
        """Begin with no records but those of the past; `history_limit` is known."""
        self.history: Records = []
        self.past = past
        self.before = before
        self.kept = kept
        self.on_forget: Callable[[], None] | None = None
        self.measure_history()

    @property
    def event_count(self) -> int:
        """How many history events were written; also the id of the last one."""
        return self.before + count(self.history)

    def recorded(self) -> Recorded:
        """The history, as far as it is still there."""
        return Recorded.of(self.past, self.history, self.before)

    def record(
        self,
        kind: str,
        previous: int,
        subject: str | None = None,
        data: Json = None,
        extra: Json = None,
    ) -> int:
        """Write a history event and give its id."""
        history = self.history
        history += (kind, previous, self.now, subject, data, extra)
        return self.before + len(history) // WIDTH

    def seal(self) -> None:
        """Let no record so far change any more, so that others may share them."""
        if self.history:
            self.before += count(self.history)
            self.past = Past(self.history, self.past)
            self.history = []
            self.measure_history()

    def forget(self) -> None:
        """Drop the oldest records, if they are many more than those that are to be kept."""
        if self.kept is None:
            return
        extra = count(self.history) - self.kept
        if extra < _FEW_EVENTS:
            return
        if self.on_forget is not None:
            self.on_forget()
        del self.history[: extra * WIDTH]
        self.before += extra
        self.past = None
        self.measure_history()

    def measure_history(self) -> None:
        """Find out how long `history` may become before it has to be looked at."""
        room = self.history_limit - self.before
        if self.kept is not None:
            room = min(room, 2 * self.kept + _FEW_EVENTS)
        self.longest = room * WIDTH
