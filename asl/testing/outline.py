"""Which states a definition has and where they stand: what a name in a test is checked against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asl.errors import UsageError
from asl.testing.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.jsontypes import Json

#: The Parallel and Map states around something, from the outside in, each with the index of the
#: branch or iteration.
Within = tuple[tuple[str, int], ...]


class Place(NamedTuple):
    """Where a state stands.

    Attributes:
        kind: The state's type.
        inside: The Parallel and Map states around it, each with the index of the branch in the
            definition (0 for a Map).
        map_run: The Distributed Map whose child executions enter it; None where the execution
            itself does.
        catches: ErrorEquals of each of its catchers.
    """

    kind: str
    inside: Within
    map_run: str | None
    catches: tuple[tuple[str, ...], ...]


class Outline:
    """The states of a definition by name; a name stands for one state in a whole definition."""

    def __init__(self, definition: Json) -> None:
        self._places = dict(_places(definition, (), None))

    def __getitem__(self, state: str) -> Place:
        return self._places[state]

    def check(self, state: str, around: Within = ()) -> None:
        """Make sure that an execution can enter a state, in a branch or iteration of it if given.

        Raises:
            UsageError: There is no such state, or it is entered elsewhere.
        """
        place = self._places.get(state)
        if place is None:
            raise UsageError(
                f"the machine has no state {state!r}; {suggestion(state, self._places)}"
            )
        if place.map_run is not None:
            raise UsageError(
                f"the state {state!r} is entered by the child executions of the Distributed Map "
                f"{place.map_run!r}, which have histories of their own: look at result.map_runs, "
                "or at the calls of its tasks (asl.testing.Calls)"
            )
        if not self._is_inside(place, around):
            raise UsageError(f"the state {state!r} is not inside {located(around)}")

    def _is_inside(self, place: Place, around: Within) -> bool:
        return len(place.inside) >= len(around) and all(
            name == container and (index == branch or self._places[name].kind == "Map")
            for (name, index), (container, branch) in zip(around, place.inside, strict=False)
        )


def located(within: Within) -> str:
    """The branches and iterations around something, for people: from the inside out."""
    return " of ".join(f"{name!r}[{index}]" for name, index in reversed(within))


def _places(
    scope: Any,  # noqa: ANN401 - any JSON; it was checked when it was loaded
    inside: Within,
    map_run: str | None,
) -> Iterator[tuple[str, Place]]:
    for name, state in scope["States"].items():
        kind = state["Type"]
        catches = tuple(tuple(catcher["ErrorEquals"]) for catcher in state.get("Catch", ()))
        yield name, Place(kind, inside, map_run, catches)
        if kind == "Parallel":
            for index, branch in enumerate(state["Branches"]):
                yield from _places(branch, (*inside, (name, index)), map_run)
        elif kind == "Map":
            processor = state.get("ItemProcessor") or state["Iterator"]
            is_distributed = processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED"
            around = map_run or (name if is_distributed else None)
            yield from _places(processor, (*inside, (name, 0)), around)
