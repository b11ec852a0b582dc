"""Databases for one test each: empty ones, and copies of one that was prepared before."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from uuid import uuid4

from sqlalchemy import NullPool, create_engine, make_url, text

#: Makes the schema in the database that a URL names, and leaves no connection open.
Prepare = Callable[[str], object]


class Databases(ABC):
    """Gives out databases, by their URLs."""

    def __init__(self) -> None:
        self._templates: dict[Prepare, str] = {}
        self._at_end = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._at_end.close()

    @abstractmethod
    def new(self, template: str | None = None) -> AbstractContextManager[str]:
        """A database that is gone afterwards: an empty one, or a copy of the one named."""

    def prepared(self, prepare: Prepare) -> AbstractContextManager[str]:
        """A copy of a database which ``prepare`` was called for once."""
        if prepare not in self._templates:
            template = self._at_end.enter_context(self.new())
            prepare(template)
            self._templates[prepare] = template
        return self.new(self._templates[prepare])


class Sqlite(Databases):
    """Databases in files, each in a folder of its own below the given one."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    @contextmanager
    def new(self, template: str | None = None) -> Iterator[str]:
        with TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder, "database.sqlite")
            if template:
                shutil.copyfile(str(make_url(template).database), path)
            yield f"sqlite:///{path}"


class Postgresql(Databases):
    """Databases of the server whose maintenance database the URL names."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = make_url(url)
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    @contextmanager
    def new(self, template: str | None = None) -> Iterator[str]:
        name = f"asl_test_{uuid4().hex}"
        source = make_url(template).database if template else "template1"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        try:
            yield self._url.set(database=name).render_as_string(hide_password=False)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))
