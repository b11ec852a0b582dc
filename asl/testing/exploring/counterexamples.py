"""An execution that an exploration found, as a script to paste into a test."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from asl.engine.limits import Limits
from asl.tasks.replies import Fails, Hangs, Returns, StartedBy, Submits
from asl.testing.exploring.pythontext import Group, layout, literal, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asl.jsontypes import Json
    from asl.runtimes.result import Result
    from asl.tasks.replies import Reply
    from asl.testing.exploring.pythontext import Expression


class Counterexample:
    """A shortest execution that a property does not hold for.

    Attributes:
        property: The property's name.
        why: What happened.
        result: How the execution went, to its end.
        script: Python text that runs it: ``machine.run(input, tasks={...})``.
    """

    def __init__(self, property_name: str, why: str, result: Result, script: str) -> None:
        self.property = property_name
        self.why = why
        self.result = result
        self.script = script

    def __repr__(self) -> str:
        return f"{self.property} does not hold: {self.why}\n{self.result!r}\n{self.script}"


def script_of(
    value: Json,
    calls: Iterable[tuple[str, Reply]],
    tasks: Iterable[str],
    *,
    seed: int,
    limits: Limits | None,
) -> str:
    """The text that runs an execution again.

    Args:
        value: Its input.
        calls: The state and the reply of each call, in the order in which they are made.
        tasks: The names of all Task states.
        seed: The seed, if it is not 0.
        limits: The limits, if they are not AWS's.
    """
    replies: dict[str, list[Reply]] = {}
    for state, reply in calls:
        replies.setdefault(state, []).append(reply)
    handlers: list[tuple[str, Expression]] = [
        (f"{text(state)}: ", _called("asl.script", *map(_reply, given)))
        for state, given in replies.items()
    ]
    handlers += [
        (f"{text(name)}: ", "asl.script(asl.hangs())") for name in tasks if name not in replies
    ]
    arguments: list[tuple[str, Expression]] = [("", literal(value))]
    if handlers:
        arguments.append(("tasks=", Group("{", handlers, "}")))
    if seed:
        arguments.append(("seed=", repr(seed)))
    changed = {} if limits is None else _changed(limits)
    if changed:
        parts = [(f"{name}=", _limit(each)) for name, each in changed.items()]
        arguments.append(("limits=", Group("asl.Limits(", parts, ")")))
    script = layout(Group("machine.run(", arguments, ")"), label="result = ")
    return (
        f"from datetime import timedelta\n\n{script}"
        if timedelta in map(type, changed.values())
        else script
    )


def _reply(reply: Reply) -> Expression:
    match reply:
        case Returns(output, after_us, every_us):
            return _called("asl.returns", literal(output), after=after_us, heartbeat_every=every_us)
        case Fails(error, cause, after_us, every_us):
            given = [literal(error)] if cause is None else [literal(error), literal(cause)]
            return _called("asl.fails", *given, after=after_us, heartbeat_every=every_us)
        case Hangs(every_us):
            return _called("asl.hangs", heartbeat_every=every_us)
        case Submits(output, then):
            return Group("asl.submits(", [("", literal(output)), ("then=", _reply(then))], ")")
        case StartedBy(worker_name, then):
            return _called("asl.started_by", text(worker_name), _reply(then))


def _called(name: str, *given: Expression, **spans_us: int) -> Group:
    """A call with these arguments, and with those spans that are not 0, in seconds."""
    spans = [(f"{each}=", _seconds(span)) for each, span in spans_us.items() if span]
    return Group(f"{name}(", [*(("", each) for each in given), *spans], ")")


def _seconds(span_us: int) -> str:
    whole, rest = divmod(span_us, 1_000_000)
    return f"{whole}.{rest:06}".rstrip("0") if rest else str(whole)


def _changed(limits: Limits) -> dict[str, timedelta | int | None]:
    """The limits that are not AWS's, by name."""
    usual = Limits().fields()
    return {name: limit for name, limit in limits.fields().items() if limit != usual[name]}


def _limit(limit: timedelta | int | None) -> str:
    if isinstance(limit, timedelta):
        return f"timedelta(microseconds={limit // timedelta(microseconds=1)})"
    return repr(limit)
