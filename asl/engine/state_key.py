"""What of an execution decides its future, as a value: two with equal keys go on alike.

Exploration forks executions, and most of what it meets it has met before: the order of two replies,
or the error that was retried, is forgotten as soon as the retry succeeds. The key of an execution
holds what the states still ahead can depend on: where its cursors stand, their data and variables,
counts of retries, what is waited for, timers as spans from now, the seeded source. It leaves out
what only tells of the past: history, ids, and when it all happened.

That is the law, for two executions of one machine with the same input, identity and limits: equal
keys, then the same events at the same distances in time give the same history from here on, but
for ids, links and times, and for the ids that AWS writes into the causes of failed states ("entered
at the event id #7"). Deadline and history limit are left out too, so it holds as long as neither
comes. Where a definition can see the time or an id of its own (`shows_time_or_ids`), or where those
limits come near, the key has to be ``exact``: then it has the instant and all ids, and the law
holds without a "but", links aside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from asl.jsontypes import dump
from asl.language.model import WorkState

if TYPE_CHECKING:
    from asl.engine.cursor import Cursor
    from asl.engine.execution import Execution
    from asl.engine.join import Join
    from asl.engine.states.map_ import Iterations
    from asl.language.model import Definition

#: A hashable value; what is in it is nobody's business.
StateKey: TypeAlias = tuple[object, ...]

# What the context object shows that is the same at any time.
_STEADY = r"\.(?:Execution|StateMachine|Map|State\.(?:Name|RetryCount))\b"
_TELLTALE = re.compile(
    rf"\$\$(?!{_STEADY})"
    rf"|\$states(?!\.(?:input|result|errorOutput)\b|\.context{_STEADY})"
    r"|\$(?:now|millis)\b"
)


def shows_time_or_ids(definition: Definition) -> bool:
    """Whether what a state does may depend on the instant, or on an id of the execution's own.

    It looks for text that may do so (``$$.State.EnteredTime``, ``$$.Task.Token``, ``$now()``, a
    context object as a whole, a Wait for a Timestamp), so it may say yes where no is true.
    """
    pending: list[Any] = [definition.tree]
    while pending:
        node = pending.pop()
        if type(node) is str:
            if _TELLTALE.search(node):
                return True
        elif type(node) is dict:
            if node.get("Type") == "Wait" and not node.keys().isdisjoint(_INSTANTS):
                return True
            pending += [*node.keys(), *node.values()]
        elif type(node) is list:
            pending += node
    return False


_INSTANTS = ("Timestamp", "TimestampPath")


def state_key(execution: Execution, *, exact: bool = False) -> StateKey:
    """The key of an execution that stands between two events."""
    moment = (execution.now, execution.event_count, execution.last_wait_id) if exact else ()
    root = execution.root
    if not execution.is_running or root is None:
        status, output, error, cause = execution.outcome
        return status, dump(output), error, cause, *moment
    now = execution.now
    ranks = {wait_id: rank for rank, wait_id in enumerate(sorted(execution.waiting))}
    timers = sorted(
        (due - now, ranks[wait_id], kind)
        for due, wait_id, kind in execution.timers
        if wait_id in ranks
    )
    signals = [
        (name, *(dump(payload.value) for payload in kept))
        for name, kept in execution.signals.items()
        if kept
    ]
    return (
        _Keys(now, ranks, exact=exact).of_cursor(root),
        tuple(timers),
        tuple(sorted(signals)),
        execution.random.state,
        *moment,
    )


class _Keys:
    """Makes the keys of cursors and joins. Of wait ids only their order counts."""

    def __init__(self, now: int, ranks: dict[int, int], *, exact: bool) -> None:
        self.now = now
        self.ranks = ranks
        self.exact = exact

    def of_cursor(self, cursor: Cursor) -> StateKey:
        call, state, variables = cursor.call, cursor.step.state, cursor.variables
        return (
            state.pointer,
            cursor.waits_for,
            self.ranks[cursor.wait_id] if cursor.waits_for else None,
            dump(cursor.data),
            # No query sees in which order variables were assigned.
            dump(dict(sorted(variables.items()))) if variables else None,
            (cursor.retries, *cursor.retry_counts) if isinstance(state, WorkState) else None,
            None if cursor.item is None else (cursor.item[0], dump(cursor.item[1])),
            None if call is None else dump(call.payload),
            (cursor.heartbeat_us, cursor.heartbeat_due - self.now) if cursor.heartbeat_us else None,
            (cursor.wait_id, cursor.entered_id, cursor.entered_at) if self.exact else None,
            None if cursor.children is None else self.of_join(cursor.children),
        )

    def of_join(self, join: Join) -> StateKey:
        to_come = None
        if join.next_index < join.total:  # only of a Map: all branches of a Parallel start at once
            iterations = cast("Iterations", join)
            to_come = dump(iterations.data), dump(iterations.items)
        return (
            join.total,
            join.width,
            join.next_index,
            tuple(map(dump, join.results)),
            tuple((index, self.of_cursor(child)) for index, child in join.running.items()),
            to_come,
        )
