"""One scenario: what is given, how tasks answer, and what is to come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from asl.jsontypes import Json
    from asl.machine import StateMachine
    from asl.runtimes.result import Result
    from asl.tasks.replies import Reply
    from asl.testing.documents import Document


@dataclass(frozen=True)
class Scenario:
    """A scenario that was read from a file and found to be without fault.

    Attributes:
        name: Its key in the file.
        document: The file.
        machine: The state machine.
        input: JSON.
        tasks: Replies by the name of a task: one for all calls, or a list with one for each.
        start: When virtual time starts.
        seed: Of all randomness.
        storage: The folder that stands for S3, if there is one.
        expect: What is expected, as in the file.
    """

    name: str
    document: Document = field(repr=False)
    machine: StateMachine
    input: Json = field(repr=False)
    tasks: Mapping[str, Reply | list[Reply]] = field(repr=False)
    start: datetime
    seed: int
    storage: Path | None
    expect: Mapping[str, Any] = field(repr=False)

    @property
    def line(self) -> int:
        """The line of the file, from 1."""
        return self.document.line(("scenarios", self.name), at_key=True)


class Verdict(NamedTuple):
    """What came of a scenario: ``result`` is None if the run itself was not possible."""

    result: Result | None
    faults: list[str]
