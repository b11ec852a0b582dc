"""What becomes of the results of a Map Run: an array for the parent, or files in a bucket.

An exported result is forgotten as soon as it is written, so a Map Run of any length needs no memory
for its results. Without an export they are kept until the Map Run ends, up to the payload limit.

Source: AWS guide, "ResultWriter (Map)": transformations, names and places of the files, and the
manifest.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Protocol

from asl.engine.map_run import Writing
from asl.jsontypes import Json, dump, size_bytes
from asl.runtimes.describe import describe, iso_date

if TYPE_CHECKING:
    from asl.engine.map_run import MapRunSpec
    from asl.runtimes.describe import Described
    from asl.tasks.storage import Storage

_KEPT = Writing(None, "", "COMPACT", "JSON")  # what AWS does where there is no ResultWriter


class Results(Protocol):
    """Takes the children of a Map Run as they end."""

    def add(self, number: int, child: Described) -> None:
        """Take the result of a child; ``number`` is its place in the order of the items."""

    def close(self) -> None:
        """Finish what is begun: no more results come."""

    def output(self) -> Json:
        """The result of the Map Run, after `close`."""

    @property
    def is_too_large(self) -> bool:
        """Whether the result is larger than a state's result may be."""


def results_of(spec: MapRunSpec, storage: Storage | None, payload_limit: int) -> Results:
    """Where the results of a Map Run go."""
    writing = spec.writing
    if writing is not None and writing.bucket is not None and storage is not None:
        return ExportedResults(spec.arn, spec.id, writing, storage)
    return KeptResults(writing or _KEPT, payload_limit)


def _values(writing: Writing, child: Described) -> list[Json]:
    """What a child adds to the results; the result of one that failed is never transformed."""
    if writing.transformation == "NONE" or child.outcome.status != "SUCCEEDED":
        return [describe(child, as_text=True, date=iso_date, is_child_of_map=True)]
    output = child.outcome.output
    if writing.transformation == "FLATTEN" and isinstance(output, list):
        return output
    return [output]


class KeptResults:
    """The results as the output of the state, in the order of the items."""

    def __init__(self, writing: Writing, payload_limit: int) -> None:
        self._writing = writing
        self._limit = payload_limit
        self._size = 2
        self._values: dict[int, list[Json]] = {}

    @property
    def is_too_large(self) -> bool:
        """Whether they have passed the limit: then they are not kept any more."""
        return self._size > self._limit

    def add(self, number: int, child: Described) -> None:
        """Keep the result."""
        values = _values(self._writing, child)
        self._size += sum(size_bytes(value) + 1 for value in values)
        if self.is_too_large:
            self._values.clear()
        else:
            self._values[number] = values

    def close(self) -> None:
        """There is nothing to finish."""

    def output(self) -> Json:
        """All results in one array."""
        return [value for number in sorted(self._values) for value in self._values[number]]


class ExportedResults:
    """Files of results in a bucket, those of failed children apart, and the manifest of them."""

    is_too_large = False

    def __init__(self, arn: str, run_id: str, writing: Writing, storage: Storage) -> None:
        self._arn = arn
        self._writing = writing
        self._bucket = writing.bucket or ""
        self._folder = f"{writing.prefix.rstrip('/')}/{run_id}".lstrip("/")
        self._storage = storage
        self._files: dict[str, _File] = {}

    def add(self, number: int, child: Described) -> None:  # noqa: ARG002 - as they come
        """Write the result."""
        status = "SUCCEEDED" if child.outcome.status == "SUCCEEDED" else "FAILED"
        file = self._files.get(status)
        if file is None:
            file = self._files[status] = self._open(status)
        for value in _values(self._writing, child):
            file.write(value)

    def _open(self, status: str) -> _File:
        is_lines = self._writing.output_type == "JSONL"
        key = f"{self._folder}/{status}_0.{'jsonl' if is_lines else 'json'}"
        return _File(self._storage.create(self._bucket, key), key, is_lines=is_lines)

    def close(self) -> None:
        """Finish the files and write the manifest."""
        for file in self._files.values():
            file.close()
        listed: dict[str, Json] = {
            status: [{"Key": file.key, "Size": file.size}] if file is not None else []
            for status in ("FAILED", "PENDING", "SUCCEEDED")
            for file in (self._files.get(status),)
        }
        manifest = dump(
            {"DestinationBucket": self._bucket, "MapRunArn": self._arn, "ResultFiles": listed}
        )
        with self._storage.create(self._bucket, self._manifest) as stream:
            stream.write(manifest.encode("utf-8", "surrogatepass"))

    @property
    def _manifest(self) -> str:
        return f"{self._folder}/manifest.json"

    def output(self) -> Json:
        """Where the manifest is."""
        details: Json = {"Bucket": self._bucket, "Key": self._manifest}
        return {"MapRunArn": self._arn, "ResultWriterDetails": details}


class _File:
    """One file of results while it is written: a JSON array, or JSON Lines."""

    def __init__(self, stream: IO[bytes], key: str, *, is_lines: bool) -> None:
        self._stream = stream
        self._is_lines = is_lines
        self._before = b"["
        self.key = key
        self.size = 0

    def write(self, value: Json) -> None:
        """Write one result."""
        text = dump(value).encode("utf-8", "surrogatepass")
        if self._is_lines:
            self.size += self._stream.write(text + b"\n")
        else:
            self.size += self._stream.write(self._before + text)
            self._before = b",\n"

    def close(self) -> None:
        """Finish it; FLATTEN may have left nothing to write."""
        if not self._is_lines:
            opening = self._before if self._before == b"[" else b""
            self.size += self._stream.write(opening + b"]")
        self._stream.close()
