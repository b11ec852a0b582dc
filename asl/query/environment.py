"""What a compiled query may see besides its data, and what compiling one gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
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


class Compiled(NamedTuple):
    """A compiled query and a bound on what it can give.

    The JSON text of the result has at most ``fixed_bytes + factor * size`` bytes, where ``size`` is
    the JSON size of all that the query can see: data, variables and context object together. The
    bound lets the engine count the exact size of a value only when it could matter.
    """

    evaluate: Query
    fixed_bytes: int
    factor: int
