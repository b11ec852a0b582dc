"""What Retry and Catch do with the failure of a Task, Parallel or Map.

Source: ASL specification, "Retrying after error" and "Fallback states".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.engine.failure import StateError
    from asl.language.model import Catcher, Retrier
    from asl.query.javalike import JavaRandom


def first_match(handlers: Sequence[Retrier | Catcher], error: StateError) -> int | None:
    """Which of the retriers or catchers an error is for: the first that covers it, none else."""
    for index, handler in enumerate(handlers):
        if error.matches(handler.error_equals):
            return index
    return None


def spend_retry(
    retriers: Sequence[Retrier], index: int, counts: list[int], rng: JavaRandom
) -> int | None:
    """Take a retry from a retrier, if it has one left.

    Args:
        retriers: In the order of the definition.
        index: Of the one that the error is for.
        counts: How many retries each retrier has given since the state was entered; updated.
        rng: Drawn from only by a retrier with full jitter.

    Returns:
        Microseconds to wait before the next attempt, or None when there is none.
    """
    if counts[index] >= retriers[index].max_attempts:
        return None
    counts[index] += 1
    return next_delay(retriers[index], counts[index], rng)


def next_delay(retrier: Retrier, attempt: int, rng: JavaRandom) -> int:
    """Microseconds to wait before the given retry, 1 for the first.

    Without MaxDelaySeconds a delay still ends at 31,622,400 seconds (366 days), the most that
    MaxDelaySeconds may say: no execution lasts longer.
    """
    longest = _LONGEST_DELAY_US if retrier.max_delay_us is None else retrier.max_delay_us
    try:
        delay = int(retrier.interval_us * retrier.backoff_rate ** (attempt - 1))
    except OverflowError:
        delay = longest
    delay = min(delay, longest)
    return int(rng.next_double() * delay) if retrier.full_jitter else delay


_LONGEST_DELAY_US = 31_622_400 * 1_000_000
