"""What is the matter with a database, in the words of this package."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from asl.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa

P = ParamSpec("P")
T = TypeVar("T")


class _HasEngine(Protocol):
    _engine: sa.Engine


H = TypeVar("H", bound=_HasEngine)


@contextmanager
def explained(engine: sa.Engine) -> Iterator[None]:
    """Tell what is the matter with a database.

    Raises:
        DatabaseError: Instead of what SQLAlchemy raises.
    """
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        raise DatabaseError(
            f"the database {engine.url.render_as_string(hide_password=True)} can't be used: "
            f"{reason}"
        ) from error


def asks_database(method: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[H, P], T]:
    """Let a method tell what is the matter with the database of its object."""

    @wraps(method)
    def asking(host: H, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with explained(host._engine):  # noqa: SLF001 - it is a method's
            return method(host, *args, **kwargs)

    return asking
