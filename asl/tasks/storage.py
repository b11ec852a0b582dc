"""Where objects are: the port that Distributed Maps read items from and write results to.

A storage is anything with the three methods of `Storage`. Two come with the package: a local folder
that stands for buckets, and objects in memory. Buckets and keys come from data that may be hostile,
so a folder gives out nothing that lies outside of it.

Source: Amazon S3 API reference, GetObject, ListObjectsV2, PutObject (only what Step Functions asks
of them).
"""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol

from asl.errors import MissingObject, StorageError, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PART = ".asl-part"


class StoredObject(NamedTuple):
    """One object of a listing; ``last_modified`` is aware."""

    key: str
    size: int
    etag: str
    last_modified: datetime
    storage_class: str = "STANDARD"


class Storage(Protocol):
    """Objects by bucket and key. Every method may raise `StorageError`."""

    def open(self, bucket: str, key: str) -> IO[bytes]:
        """The content of an object, as a binary stream from its beginning.

        Raises:
            MissingObject: There is no such object, or no such bucket.
        """

    def list(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """The objects whose keys start with a prefix, in the order of the UTF-8 of their keys.

        Raises:
            MissingObject: There is no such bucket; its key is empty.
        """

    def create(self, bucket: str, key: str) -> IO[bytes]:
        """A binary stream that becomes the object when it is closed."""


class FolderStorage:
    """A folder that stands for S3: ``s3://bucket/key`` is the file ``root/bucket/key``.

    Args:
        root: The folder. Buckets are the folders in it; a bucket that is written to is made.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root).resolve()

    def __repr__(self) -> str:
        return f"FolderStorage({str(self.root)!r})"

    def open(self, bucket: str, key: str) -> IO[bytes]:
        """The file; a symbolic link that leaves the folder is no object of it."""
        try:
            path = self._path(bucket, key)
            if not path.is_file():
                raise MissingObject(bucket, key)
            return path.open("rb")
        except (OSError, ValueError) as error:
            raise MissingObject(bucket, key) from error

    def list(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """All files below the bucket's folder whose keys start with the prefix."""
        try:
            top = self._path(bucket)
        except ValueError as error:
            raise MissingObject(bucket, "") from error
        if not top.is_dir():
            raise MissingObject(bucket, "")
        keys = [
            key
            for folder, _, names in os.walk(top)
            for name in names
            if (key := Path(folder, name).relative_to(top).as_posix()).startswith(prefix)
            and not name.endswith(_PART)
        ]
        for key in sorted(keys, key=_utf8):
            content = (top / key).resolve()
            if content.is_relative_to(self.root):
                about = content.stat()
                yield StoredObject(
                    key, about.st_size, _etag(content), datetime.fromtimestamp(about.st_mtime, UTC)
                )

    def create(self, bucket: str, key: str) -> IO[bytes]:
        """A file beside the object's, which takes its place when it is closed."""
        try:
            path = self._path(bucket, key)
            path.parent.mkdir(parents=True, exist_ok=True)
            return _ReplacedFile(path)
        except (OSError, ValueError) as error:
            raise StorageError(f"s3://{bucket}/{key} can't be written: {error}") from error

    def _path(self, bucket: str, *keys: str) -> Path:
        """The path of a bucket or object.

        Raises:
            ValueError: It is empty, or would lie outside of the folder.
        """
        parts = [bucket, *(part for key in keys for part in key.split("/"))]
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            raise ValueError(f"not a bucket and key that a folder can hold: {quote(parts)}")
        path = self.root.joinpath(*parts)
        if not path.resolve().is_relative_to(self.root):
            raise ValueError("it lies outside of the folder")
        return path


class _ReplacedFile(io.FileIO):
    """A file that appears under its name when it is complete."""

    def __init__(self, path: Path) -> None:
        self._target = path
        self._temporary = path.with_name(path.name + _PART)
        super().__init__(self._temporary, "w")

    def close(self) -> None:
        """Take the place of the object."""
        if not self.closed:
            super().close()
            self._temporary.replace(self._target)


class MemoryStorage:
    """Objects in memory, for tests.

    Args:
        objects: Contents by ``"bucket/key"``; text is kept as UTF-8.
        last_modified: What listings say; 2025-01-01T00:00:00Z if not given.

    Attributes:
        objects: The contents as they are now.
    """

    def __init__(
        self,
        objects: Mapping[str, str | bytes] | None = None,
        *,
        last_modified: datetime | None = None,
    ) -> None:
        self.last_modified = last_modified or datetime(2025, 1, 1, tzinfo=UTC)
        self.objects: dict[str, bytes] = {
            name: content.encode() if isinstance(content, str) else content
            for name, content in (objects or {}).items()
        }

    def __repr__(self) -> str:
        return f"<MemoryStorage of {len(self.objects)} objects>"

    def open(self, bucket: str, key: str) -> IO[bytes]:
        """The content."""
        content = self.objects.get(f"{bucket}/{key}")
        if content is None:
            raise MissingObject(bucket, key)
        return io.BytesIO(content)

    def list(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """The objects of a bucket; it is there when something is in it."""
        top = f"{bucket}/"
        if not any(name.startswith(top) for name in self.objects):
            raise MissingObject(bucket, "")
        keys = [name.removeprefix(top) for name in self.objects if name.startswith(top + prefix)]
        for key in sorted(keys, key=_utf8):
            content = self.objects[top + key]
            digest = md5(content, usedforsecurity=False).hexdigest()
            yield StoredObject(key, len(content), digest, self.last_modified)

    def create(self, bucket: str, key: str) -> IO[bytes]:
        """A buffer that becomes the object."""
        return _KeptBuffer(self.objects, f"{bucket}/{key}")


class _KeptBuffer(io.BytesIO):
    """A buffer whose content is kept when it is closed."""

    def __init__(self, objects: dict[str, bytes], name: str) -> None:
        super().__init__()
        self._objects = objects
        self._name = name

    def close(self) -> None:
        """Keep the content."""
        if not self.closed:
            self._objects[self._name] = self.getvalue()
        super().close()


def storage_of(given: Storage | str | os.PathLike[str]) -> Storage:
    """What a run's option ``storage`` means: a storage, or the path of a folder."""
    if given is None or not isinstance(given, str | os.PathLike):
        return given
    return FolderStorage(given)


def _utf8(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _etag(path: Path) -> str:
    digest = md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
