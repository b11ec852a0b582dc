"""What can happen next in a world: which decisions there are, and which of them need a look.

All orders. Branches of a Parallel and iterations of a Map that wait at the same time can be
answered in any order, and slower than the timers of the others. `every_move` offers all of it: each
call that waits, with each outcome, or the next timer.

One order. Branches share no data, so what they do commutes, and as long as nobody looks at the
order across branches, one is as good as another. Only a failure that leaves its branch does not
commute: it stops the others. Let x be any call that waits, with an outcome that stops nobody. Then
it is enough to answer x first, with all of its outcomes. For take any run in which x is answered
later or not at all. If it is answered later, the answer can be moved to the front: what came
before it stood in other branches and, if the answer stops those, is gone without a trace. If it is
not answered at all, somebody's failure stopped it; then let it be answered first with the outcome
that stops nobody, and the rest goes as before. `few_moves` takes the first call for x. Where each
of its outcomes stops somebody it also offers to leave the call open, and so comes to the next one;
calls that were left open are answered when nothing else is left to happen. (This is a persistent
set in the sense of partial-order reduction: Godefroid, "Partial-Order Methods for the Verification
of Concurrent Systems", 1996.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from asl.tasks.replies import Fails, Hangs, Returns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.engine.commands import InvokeTask
    from asl.tasks.replies import Reply
    from asl.testing.exploring.outcomes import Outcomes
    from asl.testing.exploring.world import World


class Move(NamedTuple):
    """One decision: what happens, to the fresh or open call at which place, and which outcome."""

    kind: Literal["answer", "answer open", "hold", "advance", "silence"]
    place: int = 0
    outcome: int = 0


class Moves:
    """Offers moves and makes them.

    Args:
        outcomes: What tasks can come to.
        all_orders: Whether to offer all orders, or one.

    Attributes:
        squeezed: Whether a reply found no instant to come at, between two that are too close.
    """

    def __init__(self, outcomes: Outcomes, *, all_orders: bool) -> None:
        self._outcomes = outcomes
        self._all_orders = all_orders
        self.squeezed = False

    def begin(self, world: World) -> None:
        """Bring a new world to its first decision."""
        world.begin()
        self._settle(world)

    def make(self, world: World, move: Move) -> None:
        """Change a settled world by one of its moves, and settle it."""
        match move.kind:
            case "answer":
                replies = self._replies(world, world.fresh[move.place])
                world.answer(move.place, replies[move.outcome])
            case "answer open":
                replies = self._replies(world, world.open[move.place].call)
                world.answer_open(move.place, replies[move.outcome])
            case "hold":
                world.hold()
            case "advance":
                world.advance(self._silent(world))
            case "silence":
                world.silence()
        self._settle(world)

    def is_over(self, world: World) -> bool:
        """Whether a settled world is a whole run: it has ended, or nothing will happen any more."""
        return not world.execution.is_running or not (world.fresh or world.open)

    def following(self, world: World) -> Iterator[tuple[Move, World]]:
        """All moves in a settled world that is not over, each with the world that it leads to."""
        return self._every_move(world) if self._all_orders else self._few_moves(world)

    def _settle(self, world: World) -> None:
        """Let time pass until there is something to decide, or nothing is left to happen."""
        while world.execution.is_running and not world.fresh:
            if (self._all_orders and world.open) or not world.advance():
                return

    def _replies(self, world: World, call: InvokeTask) -> tuple[Reply, ...]:
        return self._outcomes.of(call, world.execution.waiting[call.task_id].heartbeat_us)

    def _silent(self, world: World) -> set[int]:
        """The calls that may stay without an answer."""
        undecided = [*world.fresh, *(each.call for each in world.open)]
        return {call.task_id for call in undecided if _SILENCE in self._replies(world, call)}

    def _few_moves(self, world: World) -> Iterator[tuple[Move, World]]:
        if not world.fresh:
            yield from self._open_moves(world)
            return
        call = world.fresh[0]
        others = world.execution.waiting.keys() - {call.task_id}
        always_stops = bool(others)
        replies = self._replies(world, call)
        for number, reply in enumerate(replies):
            twin = world.fork()
            twin.answer(0, reply)
            if others <= twin.execution.waiting.keys():
                always_stops = False
            self._settle(twin)
            yield Move("answer", 0, number), twin
        if always_stops:
            if all(map(_comes_at_will, replies)):
                yield from self._made(world, Move("hold"))
            else:
                self.squeezed = True

    def _open_moves(self, world: World) -> Iterator[tuple[Move, World]]:
        for place, (call, _) in enumerate(world.open):
            for number, reply in enumerate(self._replies(world, call)):
                if _comes_at_will(reply):
                    if world.has_room:
                        yield from self._made(world, Move("answer open", place, number))
                    else:
                        self.squeezed = True

    def _every_move(self, world: World) -> Iterator[tuple[Move, World]]:
        for place, call in enumerate(world.fresh):
            replies = self._replies(world, call)
            for number, reply in enumerate(replies):
                if reply != _SILENCE:
                    yield from self._made(world, Move("answer", place, number))
            if not any(reply == _SILENCE or _comes_at_will(reply) for reply in replies):
                return  # it is answered now: nobody comes before it
        yield from self._open_moves(world)
        silent = self._silent(world)
        twin = world.fork()
        if twin.advance(silent):
            self._settle(twin)
            yield Move("advance"), twin
        elif twin.next_due is None and len(silent) == len(world.fresh) + len(world.open):
            yield from self._made(world, Move("silence"))

    def _made(self, world: World, move: Move) -> Iterator[tuple[Move, World]]:
        twin = world.fork()
        self.make(twin, move)
        yield move, twin


_SILENCE = Hangs()


def _comes_at_will(reply: Reply) -> bool:
    """Whether a reply says nothing of when it comes."""
    return isinstance(reply, Returns | Fails) and reply.after_us == 0
