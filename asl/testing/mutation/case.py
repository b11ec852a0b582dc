"""A run to compare: an input, tasks, and what of the result has to stay the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from asl.errors import UsageError
from asl.machine import EMPTY_INPUT, Options
from asl.testing.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.machine import Input, StateMachine

ASPECTS = ("status", "output", "error", "cause", "path", "elapsed")


class Case:
    """A run whose result is compared with that of the definition as it is.

    Args:
        input: The input.
        asks: What is compared, as a test would assert it: ``status``, ``output``, ``error``,
            ``cause``, ``path``, ``elapsed``.
        options: As for `asl.StateMachine.run`: ``tasks``, ``seed``, ...

    Raises:
        UsageError: ``asks`` names something else, or nothing.
    """

    def __init__(
        self,
        input: Input = EMPTY_INPUT,  # noqa: A002 - the field's name in AWS's API
        *,
        asks: tuple[str, ...] = ("status", "output", "error"),
        **options: Unpack[Options],
    ) -> None:
        if type(asks) is not tuple or not asks:
            raise UsageError(f"asks takes a tuple with some of {', '.join(ASPECTS)}, not {asks!r}")
        for aspect in asks:
            if aspect not in ASPECTS:
                raise UsageError(f"asks: no aspect is called {aspect!r}; {_known(aspect)}")
        self._input = input
        self._asks = asks
        self._options = options

    def expecting(self, original: StateMachine) -> Callable[[StateMachine], None]:
        """A function that compares another machine's run with that of this one."""
        expected = self._observed(original)

        def check(machine: StateMachine) -> None:
            found = self._observed(machine)
            if found != expected:
                raise AssertionError(f"expected {expected}, found {found}")

        return check

    def _observed(self, machine: StateMachine) -> dict[str, Any]:
        result = machine.run(self._input, **self._options)
        return {aspect: getattr(result, aspect) for aspect in self._asks}


def _known(aspect: str) -> str:
    return suggestion(str(aspect), ASPECTS)
