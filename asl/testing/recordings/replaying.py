"""A machine on a recorded execution: does it still do the same, and if not, what is different?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from asl.errors import UsageError
from asl.language.model import every_state
from asl.runtimes.clocks import VirtualClock
from asl.testing.recordings.differing import Difference, differences_of
from asl.testing.recordings.events import parse_events
from asl.testing.recordings.player import NotRecorded, Player
from asl.testing.recordings.recording import Recording, as_recording, recording_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from asl.machine import StateMachine
    from asl.runtimes.local import Run
    from asl.runtimes.result import Result
    from asl.tasks.context import TaskHandler
    from asl.tasks.storage import Storage
    from asl.testing.recordings.events import History

_MOST_SHOWN = 50


class ReplayDiffers(AssertionError):  # noqa: N818 - named after what happened
    """A machine does not do what was recorded; the message says what is different."""


@dataclass(frozen=True)
class Replay:
    """What came of a machine on a recording.

    Attributes:
        recording: The recorded execution.
        result: The execution now; RUNNING if it asked for an answer that was not recorded.
        differences: What is not as recorded: by state, in the recorded order of states, then of the
            execution as a whole; empty if nothing is.
    """

    recording: Recording
    result: Result
    differences: tuple[Difference, ...]

    def check(self) -> Replay:
        """This replay, if it has no differences.

        Raises:
            ReplayDiffers: It has.
        """
        if self.differences:
            raise ReplayDiffers(str(self))
        return self

    def __str__(self) -> str:
        if not self.differences:
            return "the machine does what was recorded"
        lines = [f"  {difference}" for difference in self.differences[:_MOST_SHOWN]]
        more = len(self.differences) - _MOST_SHOWN
        lines += [f"  and {more} more"] if more > 0 else []
        return "\n".join(["the machine does not do what was recorded:", *lines])


def replay(
    machine: StateMachine,
    history: History | Recording,
    *,
    tasks: Mapping[str, TaskHandler] | None = None,
    storage: Storage | str | PathLike[str] | None = None,
    seed: int = 0,
    name: str | None = None,
) -> Replay:
    """Run a machine on a recorded execution: same input and start, and tasks answer as recorded.

    What is compared: the states that are entered, with their inputs and outputs; what tasks are
    asked; the outcome. Durations are not: AWS's clocks are not exact.

    Args:
        machine: The machine that was recorded, or what it has become.
        history: An exported history: see `read_recording`.
        tasks: Handlers for what the history does not tell: tasks inside Distributed Maps.
        storage: The objects that Distributed Maps read.
        seed: Of all randomness, which is not in a history.
        name: Of the execution, which is not in a history either.

    Raises:
        UsageError: The history is not whole, is one of another machine, or has a Map Run and there
            are no handlers for it.
    """
    recording = as_recording(history)
    known = {state.name for state in every_state(machine.definition.scope)}
    if recording.path and known.isdisjoint(recording.path):
        path = ", ".join(map(repr, dict.fromkeys(recording.path)))
        raise UsageError(
            "the history is one of another machine: "
            f"{machine.arn.name!r} has none of its states ({path})"
        )
    if recording.map_runs and not tasks:
        raise UsageError(
            f"the history has a Map Run, of the state {recording.map_runs[0]!r}: what its children "
            "did is in their own histories; pass handlers for its tasks (tasks=)"
        )
    player = Player(machine, recording, tasks or {}, start=recording.start)
    run = machine.start(
        recording.input,
        tasks=player.tasks,
        clock=VirtualClock(recording.start),
        seed=seed,
        name=name,
        storage=storage,
    )
    missing: list[Difference] = []
    try:
        _drive(run, recording)
    except NotRecorded as error:
        missing = [Difference(error.state, str(error))]
    result = run.result
    now = recording_of(parse_events(result.history))
    found = differences_of(recording, now, known=known, tokens=player.tokens)
    return Replay(recording, result, (*missing, *found))


def _drive(run: Run, recording: Recording) -> None:
    """Let everything happen that was recorded; somebody may have stopped the execution."""
    if recording.status == "ABORTED":
        run.advance(timedelta(microseconds=recording.elapsed_us))
        run.stop(recording.error, recording.cause)
    else:
        run.advance()
