"""What a compiled query may see besides its data, and what compiling one gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from asl.jsontypes import size_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asl.jsontypes import Json
    from asl.query.javalike import JavaRandom


class Environment(Protocol):
    """Where a query is evaluated: one branch of one execution, at one moment."""

    @property
    def variables(self) -> Mapping[str, Json]:
        """The workflow variables in scope (``$name``)."""

    @property
    def random(self) -> JavaRandom:
        """The execution's seeded source, for States.UUID and unseeded States.MathRandom."""

    @property
    def now_us(self) -> int:
        """The time in microseconds since 1970 (UTC)."""

    def context(self) -> dict[str, Json]:
        """The context object (``$$``), made when it is asked for."""


#: ``query(data, environment)`` gives the value, or raises `QueryError` with AWS's sentence.
Query: TypeAlias = Callable[["Json", Environment], "Json"]


#: What one level of nesting counts in a bound where a query may wrap what it sees: 200 of them make
#: up AWS's payload limit, so that a value that grows deeper in a loop is looked at in time.
NESTING_BYTES = 1_311


class Bound(NamedTuple):
    """How large a result can get: ``fixed + of_data * data + of_unseen * unseen`` bytes of JSON.

    ``data`` is the JSON size of what the query is applied to, ``unseen`` that of variables and
    context object together. A bound lets the engine count the exact size of a value only when it
    could matter.
    """

    fixed: int
    of_data: int = 0
    of_unseen: int = 0

    @property
    def is_constant(self) -> bool:
        """Whether nothing that the query sees can make its result larger."""
        return self.of_data == self.of_unseen == 0

    def times(self, number: int, *, more: int = 0) -> Bound:
        """So many times as much, and so many bytes more."""
        return Bound(self.fixed * number + more, self.of_data * number, self.of_unseen * number)

    def largest(self, data_size: int, unseen_size: int = 0) -> int:
        """The bytes of the largest result."""
        return self.fixed + self.of_data * data_size + self.of_unseen * unseen_size


def total(bounds: Iterable[Bound], *, more: int = 0) -> Bound:
    """The bound of a whole with such parts, and so many bytes more."""
    fixed, of_data, of_unseen = more, 0, 0
    for bound in bounds:
        fixed += bound.fixed
        of_data += bound.of_data
        of_unseen += bound.of_unseen
    return Bound(fixed, of_data, of_unseen)


class Compiled(NamedTuple):
    """A compiled query and a bound on what it can give."""

    evaluate: Query
    bound: Bound


def constant(value: Json) -> Compiled:
    """A query that gives the same value whatever it is applied to."""
    return Compiled(lambda _data, _environment: value, Bound(size_bytes(value)))
