"""What a Distributed Map under test does with its items: all of it but running them.

Source: AWS guide, "Understanding Map state inspection data" and "Testing Distributed Map states".
That a mocked result fails only a Map that says how many failures it stands is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from asl.engine.events import MapRunFailed, MapRunSucceeded
from asl.engine.failure import DATA_LIMIT_EXCEEDED
from asl.engine.map_run import TOO_MANY_FAILURES, TOO_MANY_FAILURES_CAUSE
from asl.errors import QueryError, UnsupportedFeature
from asl.runtimes.batches import TooLarge, batches_of
from asl.runtimes.map_run import ITEM_READER_FAILED
from asl.tasks.items import items_of
from asl.tasks.items.failure import ItemReaderError
from asl.tasks.storage import MemoryStorage
from asl.testing.teststate.request import MOST_BYTES, MockedError, refused

if TYPE_CHECKING:
    from asl.engine.commands import RunMap
    from asl.engine.map_run import MapItem, MapRunSpec, Reading
    from asl.testing.teststate.definition import Tested
    from asl.testing.teststate.request import Mock, Request
    from asl.testing.teststate.tracing import Notes


def map_run_event(
    command: RunMap, request: Request, mock: Mock, tested: Tested, notes: Notes
) -> MapRunSucceeded | MapRunFailed:
    """How a Map Run of the Map under test ends.

    Raises:
        TestStateError: More iterations failed than there are.
        UnsupportedFeature: The answer depends on items that are not given.
    """
    map_run_id, spec = command
    try:
        items = _items(spec, request.reader_data)
        if items is not None:
            _note_items(spec, items, tested, notes)
    except ItemReaderError as error:
        return MapRunFailed(map_run_id, ITEM_READER_FAILED, str(error))
    except TooLarge as error:
        return MapRunFailed(map_run_id, DATA_LIMIT_EXCEEDED, str(error))
    except QueryError as error:
        failure = spec.cursor.evaluation_failed(error)
        return MapRunFailed(map_run_id, cast("str", failure.name), failure.cause)
    is_exceeded = _is_exceeded(spec, None if items is None else len(items), request.failed_items)
    if isinstance(mock.answer, MockedError):
        return MapRunFailed(map_run_id, *mock.answer)
    if is_exceeded:
        return MapRunFailed(map_run_id, TOO_MANY_FAILURES, TOO_MANY_FAILURES_CAUSE)
    return MapRunSucceeded(map_run_id, mock.answer)


def _is_exceeded(spec: MapRunSpec, total: int | None, failed: int | None) -> bool:
    if failed is None:
        return False
    if total is not None and failed > total:
        raise refused(
            f"mapIterationFailureCount is {failed}, but the Map has {total} items.",
        )
    if total is None and spec.tolerated_failure_percentage is not None:
        raise _needs_items("ToleratedFailurePercentage")
    return not spec.tolerates(failed, total)


def _items(spec: MapRunSpec, reader_data: str | None) -> list[MapItem] | None:
    """The items; None where nobody says what the ItemReader reads.

    Raises:
        ItemReaderError: They can't be read.
        UnsupportedFeature: They are needed.
    """
    reading = spec.reading
    if reading is None:
        return list(items_of(spec, None))
    if reader_data is None:
        for field, value in (("ItemSelector", spec.selector), ("ItemBatcher", spec.batching)):
            if value is not None:
                raise _needs_items(field)
        return None
    if reading.action != "getObject" or reading.format.manifest_type is not None:
        raise UnsupportedFeature(
            "mapItemReaderData for a listing or a manifest, which name other objects",
            reading.pointer,
        )
    if reading.format.input_type == "PARQUET":
        raise UnsupportedFeature("mapItemReaderData for PARQUET, which is no text", reading.pointer)
    address = _address(reading)
    storage = MemoryStorage({"/".join(address.values()): reader_data})
    given = spec._replace(reading=reading._replace(arguments={**address}))
    return list(items_of(given, storage))


def _address(reading: Reading) -> dict[str, str]:
    """Where the ItemReader reads, for the context object; what is missing there does not matter."""
    return {name: str(reading.arguments.get(name) or name) for name in ("Bucket", "Key")}


def _needs_items(field: str) -> UnsupportedFeature:
    return UnsupportedFeature(
        f"{field} of items that an ItemReader reads and nobody gives",
        f"/{field}",
        "pass them as stateConfiguration={'mapItemReaderData': text}",
    )


def _note_items(spec: MapRunSpec, items: list[MapItem], tested: Tested, notes: Notes) -> None:
    """Note what becomes of the items, up to the first field that fails."""
    has_pointer = spec.reading is not None and spec.reading.format.items_pointer
    if has_pointer and tested.state.query_language == "JSONPath":
        notes["afterItemsPointer"] = [item.value for item in items]
    if spec.selector is None and spec.batching is None:
        return
    inputs = [spec.item_input(item) for item in items]
    if spec.selector is not None:
        notes["afterItemSelector"] = inputs
    if spec.batching is not None:
        batches = batches_of(inputs, spec.batching, MOST_BYTES)
        notes["afterItemBatcher"] = [batch for _, batch in batches]
