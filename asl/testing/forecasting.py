"""Forecast: how near executions come to AWS's limits, how long they take, what they cost.

Counts are exact, for what was run or explored. Prices are a parameter: what AWS takes depends on
region, volume and date, and free tiers and discounts are not looked at.

Source: AWS Step Functions pricing (transitions, "including retries"; Express: requests, and
duration rounded up to 100 ms times memory in chunks of 64 MB); AWS guide, "Service quotas".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from asl.engine.limits import Limits
from asl.errors import UsageError
from asl.jsontypes import parse_json, size_bytes
from asl.runtimes.result import Result
from asl.testing.exploring.exploration import Exploration
from asl.testing.exploring.moments import is_retry

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK_MB = 64
_MB_OF_A_GB = 1024
_TENTH_US = 100_000

T = TypeVar("T", bound="float | timedelta")


@dataclass(frozen=True, slots=True)
class Prices:
    """What is paid for executions, in one currency.

    Attributes:
        name: Whose prices they are, and of when: it stands beside each amount.
        per_transition: For a state transition of a Standard execution.
        per_request: For an Express execution.
        per_gb_second: For a second of an Express execution with a GB of memory.
    """

    name: str
    per_transition: float
    per_request: float
    per_gb_second: float


#: List prices without free tier, first tier of Express; as AWS's page showed them.
US_EAST_1_2025 = Prices("USD, list prices of us-east-1 in 2025", 0.000025, 0.000001, 0.00001667)


@dataclass(frozen=True, slots=True)
class Range(Generic[T]):
    """From ``low`` to ``high``; ``high`` is None where loops set no bound."""

    low: T
    high: T | None

    def __str__(self) -> str:
        if self.high is None:
            return f"{_text(self.low)} or more, without bound"
        low, high = _text(self.low), _text(self.high)
        return low if low == high else f"{low} to {high}"


class Forecast(NamedTuple):
    """What executions need.

    Attributes:
        transitions: State transitions as AWS counts them: states entered, and retries.
        events: History events; AWS's limit is 25,000.
        duration: Virtual time.
        largest_payload: Bytes of the largest input, output, result or task payload; AWS's limit is
            256 KiB.
        price: What an execution costs by ``prices``.
        prices: Whose prices these are.
        limits: What the counts are measured against.
        is_complete: Whether all executions were walked; if not, others may lie outside.
    """

    transitions: Range[int]
    events: Range[int]
    duration: Range[timedelta]
    largest_payload: int
    price: Range[float]
    prices: Prices
    limits: Limits
    is_complete: bool

    def __repr__(self) -> str:
        events, payload = self.limits.history_events, self.limits.payload_bytes
        lines = [
            f"transitions: {self.transitions}",
            f"history events: {self.events}{_of(events)}",
            f"largest payload: {self.largest_payload:,} bytes{_of(payload)}",
            f"duration: {self.duration}",
            f"price: {self.price} ({self.prices.name})",
        ]
        if not self.is_complete:
            lines.append("bounds were hit: executions that were not walked may lie outside")
        return "<Forecast\n  " + "\n  ".join(lines) + ">"


def forecast(
    of: Result | Exploration, *, prices: Prices = US_EAST_1_2025, memory_mb: int = _CHUNK_MB
) -> Forecast:
    """What an execution, or each of those that were explored, needs.

    Args:
        of: A result of `run`, or what `explore` gave.
        prices: What is paid. The default is a list price with its date: give your own.
        memory_mb: Of an Express execution: AWS names 50 MB, the size of the definition, and the
            payload for each Parallel branch or Map iteration.

    Raises:
        UsageError: The run did not keep its whole history, or had Map Runs, whose executions are
            not kept; or nothing was explored to its end.
    """
    if isinstance(of, Exploration):
        return _of_exploration(of, prices, memory_mb)
    if isinstance(of, Result):
        return _of_result(of, prices, memory_mb)
    raise UsageError(
        f"forecast() takes a result of run() or what explore() gave, not {type(of).__name__}"
    )


def _of_exploration(explored: Exploration, prices: Prices, memory_mb: int) -> Forecast:
    least, most = explored.graph.shortest(), explored.graph.longest(to_ends=True)
    if least is None:
        raise UsageError("no execution was explored to its end: raise the bounds")
    express = explored.is_express

    def price(transitions: int, elapsed_us: int) -> float:
        return _price(prices, memory_mb, transitions, elapsed_us, is_express=express)

    return Forecast(
        Range(least.transitions, None if most is None else most.transitions),
        Range(least.events, None if most is None else most.events),
        Range(_span(least.elapsed_us), None if most is None else _span(most.elapsed_us)),
        explored.largest_payload,
        Range(
            price(least.transitions, least.elapsed_us),
            None if most is None else price(most.transitions, most.elapsed_us),
        ),
        prices,
        explored.limits,
        explored.is_complete,
    )


def _of_result(result: Result, prices: Prices, memory_mb: int) -> Forecast:
    events = result.history
    if not events or events[0]["id"] != 1:
        raise UsageError("the run did not keep its whole history: run with history=None")
    transitions = _transitions(events)
    cost = _cost(result, prices, memory_mb)
    return Forecast(
        Range(transitions, transitions),
        Range(len(events), len(events)),
        Range(result.elapsed, result.elapsed),
        max(map(size_bytes, _payloads(events)), default=0),
        Range(cost, cost),
        prices,
        Limits(),
        is_complete=True,
    )


def _cost(result: Result, prices: Prices, memory_mb: int) -> float:
    """The price of an execution and of those that it started."""
    if result.map_runs:
        raise UsageError(
            "the run has Map Runs, whose child executions are not kept: what they need is not known"
        )
    elapsed_us = result.elapsed // timedelta(microseconds=1)
    own = _price(
        prices,
        memory_mb,
        _transitions(result.history),
        elapsed_us,
        is_express=":express:" in result.execution_id,
    )
    return own + sum(_cost(child, prices, memory_mb) for child in result.children)


def _price(
    prices: Prices, memory_mb: int, transitions: int, elapsed_us: int, *, is_express: bool
) -> float:
    if not is_express:
        return transitions * prices.per_transition
    billed_s = -(-elapsed_us // _TENTH_US) / 10
    billed_gb = -(-memory_mb // _CHUNK_MB) * _CHUNK_MB / _MB_OF_A_GB
    return prices.per_request + billed_s * billed_gb * prices.per_gb_second


def _transitions(events: list[dict[str, Any]]) -> int:
    """States entered and attempts repeated: see `exploring.moments.transitions`."""
    counted = 0
    for event in events:
        if event["type"].endswith("StateEntered"):
            counted += 1
        else:
            cause = events[event["previousEventId"] - 1]
            moments = event["timestamp"], cause["timestamp"]
            counted += is_retry(event["type"], cause["type"], *moments)
    return counted


def _payloads(events: list[dict[str, Any]]) -> Iterator[Any]:
    """The inputs, outputs, results and task payloads that events tell."""
    for event in events:
        for key, details in event.items():
            if key.endswith("EventDetails"):
                for name in ("input", "output", "parameters"):
                    if name in details:
                        yield parse_json(details[name])


def _span(elapsed_us: int) -> timedelta:
    return timedelta(microseconds=elapsed_us)


def _text(value: float | timedelta) -> str:
    if isinstance(value, timedelta):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.10f}".rstrip("0").rstrip(".")


def _of(limit: int | None) -> str:
    return "" if limit is None else f" of {limit:,}"
