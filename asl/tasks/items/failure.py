"""Why items can't be read: the error of a Map Run, with AWS's texts where they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.errors import AslError, MissingObject

if TYPE_CHECKING:
    from asl.errors import StorageError

#: AWS names the request, ours has none; and it is the same each time.
_REQUEST = "(Service: S3, Status Code: 404, Request ID: 0000000000000000, Extended Request ID: 0)"


class ItemReaderError(AslError):
    """The items of a Map Run can't be read: it fails with States.ItemReaderFailed."""


def storage_failure(error: StorageError) -> ItemReaderError:
    """What AWS says of an object that is not there (recorded); of anything else our own text."""
    if isinstance(error, MissingObject) and error.key:
        return ItemReaderError(
            "The specified S3 object does not exist. | Message from S3: The specified key does not "
            f"exist. {_REQUEST} (SDK Attempt Count: 1)"
        )
    if isinstance(error, MissingObject):
        return ItemReaderError(
            "The specified S3 bucket does not exist. | Message from S3: The specified bucket does "
            f"not exist {_REQUEST} (SDK Attempt Count: 1)"
        )
    return ItemReaderError(str(error))
