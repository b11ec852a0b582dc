"""Items put together for the child executions of a Map Run.

Source: AWS guide, "ItemBatcher (Map)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.jsontypes import size_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asl.engine.map_run import Batching
    from asl.jsontypes import Json


class TooLarge(Exception):  # noqa: N818 - becomes the failure of the Map Run
    """The input of a child is larger than it may be."""


def batches_of(
    inputs: Iterable[Json], batching: Batching, limit: int
) -> Iterator[tuple[int, dict[str, Json]]]:
    """How many items each child gets, and its input: as many as both bounds allow.

    No batch is larger than the input of an execution may be, whatever MaxInputBytesPerBatch says.

    Args:
        inputs: What ItemSelector makes of each item; asked for one by one.
        batching: The bounds, and what is in each batch beside the items.
        limit: The most bytes of an input.

    Raises:
        TooLarge: One item alone passes the bounds.
    """
    most = min(batching.max_bytes or limit, limit)
    empty = size_bytes({**batching.batch_input, "Items": []})
    batch: list[Json] = []
    size = empty
    for value in inputs:
        added = size_bytes(value) + 1
        if batch and (len(batch) == batching.max_items or size + added - 1 > most):
            yield len(batch), {**batching.batch_input, "Items": batch}
            batch, size = [], empty
        if size + added - 1 > most:
            raise TooLarge(
                f"An item of {added - 1:,} bytes does not fit into a batch of {most:,} bytes."
            )
        batch.append(value)
        size += added
    if batch:
        yield len(batch), {**batching.batch_input, "Items": batch}
