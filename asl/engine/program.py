"""A definition made ready to run: each state becomes a step that knows what comes after it.

The model (`asl.language.model`) says what a state is; a step is what it does. Steps are linked to
each other once, so the run loop follows pointers and looks nothing up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asl.engine.cursor import Cursor
    from asl.engine.failure import StateError
    from asl.language.model import Definition, Scope, State

#: What entering a state does: the next step, or None when the branch waits or has ended.
Enter: TypeAlias = "Callable[[Cursor], Step | None]"


class Step:
    """One state, ready to run.

    Attributes:
        enter: Enters the state. Everything else is only there for states that can wait:
        resume: Goes on after what the cursor waited for has come (a value: reply, outputs,
        nothing).
        retry: Makes the next attempt after a retrier's delay.
        fail: Takes the failure of what the cursor waited for.
        expire: Takes the timeout of a task.
        scopes: The programs inside: a Parallel's branches, a Map's processor.
        children: What the child executions of a Distributed Map run; None for all else.
    """

    __slots__ = (
        "children",
        "enter",
        "expire",
        "fail",
        "name",
        "resume",
        "retry",
        "scopes",
        "state",
    )

    enter: Enter
    resume: Callable[[Cursor, Any], Step | None]
    retry: Enter
    fail: Callable[[Cursor, StateError], Step | None]
    expire: Callable[[Cursor, StateError], Step | None]

    def __init__(self, state: State) -> None:
        self.state = state
        self.name = state.name
        self.scopes: tuple[ProgramScope, ...] = ()
        self.children: Program | None = None

    def __repr__(self) -> str:
        return f"Step({self.state.pointer or '/'})"


class ProgramScope:
    """The steps of one scope, by state name."""

    __slots__ = ("start", "steps")

    def __init__(self, scope: Scope, bind: Callable[[Step, ProgramScope], None]) -> None:
        self.steps: Mapping[str, Step] = {name: Step(state) for name, state in scope.states.items()}
        self.start = self.steps[scope.start_at]
        for step in self.steps.values():
            bind(step, self)

    def after(self, name: str | None) -> Step | None:
        """The step of a Next; None where the scope ends."""
        return None if name is None else self.steps[name]


class Program:
    """A definition with its steps, and the steps by JSON pointer (for snapshots).

    ``outer`` is the program with the Distributed Map whose children run this one; None for a whole
    state machine, and until the Map has been entered.
    """

    __slots__ = ("by_pointer", "definition", "outer", "scope")

    def __init__(self, definition: Definition, bind: Callable[[Step, ProgramScope], None]) -> None:
        self.definition = definition
        self.outer: Program | None = None
        self.scope = ProgramScope(definition.scope, bind)
        self.by_pointer: dict[str, Step] = {}
        pending = [self.scope]
        while pending:
            for step in pending.pop().steps.values():
                self.by_pointer[step.state.pointer] = step
                pending.extend(step.scopes)
