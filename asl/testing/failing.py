"""How a failure spreads over visits: to the attempts and branches that a failed one stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.testing.visits import UNTOLD

if TYPE_CHECKING:
    from asl.testing.visits import Attempt, Branch, Failure, Visit

#: The states that make attempts.
WORK = ("Task", "Parallel", "Map")
#: The states that are left at the instant at which they are entered, unless they fail.
IMMEDIATE = ("Pass", "Choice", "Succeed", "Fail")


def failure_below(attempt: Attempt) -> Failure:
    """What brought an attempt of a Parallel or Map down, as far as the branches tell."""
    for branch in attempt.branches.values():
        visit = branch.current
        if visit is not None and visit.status in ("RUNNING", "FAILED"):
            if visit.failure is not None:
                return visit.failure
            return failure_below(visit.attempts[-1]) if visit.attempts else UNTOLD
    return UNTOLD


def fail_attempt(attempt: Attempt, at: int, failure: Failure) -> None:
    """Note that an attempt has failed, and so the branch that brought it down."""
    if attempt.status != "FAILED":
        attempt.end("FAILED", at, failure)
    elif attempt.failure is UNTOLD:
        attempt.failure = failure
    for branch in attempt.branches.values():
        visit = branch.current
        if visit is not None and visit.status in ("RUNNING", "FAILED"):
            blame(visit, at, failure)


def blame(visit: Visit, at: int, failure: Failure) -> None:
    """Note that a visit has failed, and so its last attempt."""
    if visit.status != "FAILED":
        visit.end("FAILED", at, failure if failure.is_told else visit.failure or UNTOLD)
    elif visit.failure is UNTOLD:
        visit.failure = failure
    if visit.attempts:
        fail_attempt(visit.attempts[-1], at, failure)


def stop(visit: Visit, at: int) -> None:
    """Note that a visit was stopped from outside."""
    settle(visit)
    visit.end("ABORTED", at)
    if visit.attempts and visit.attempts[-1].status == "RUNNING":
        visit.attempts[-1].end("ABORTED", at)


def settle(visit: Visit) -> None:
    """Note that an attempt has failed if one of its branches has: the next one is still to come."""
    attempt = visit.attempts[-1] if visit.attempts else None
    if attempt is None or attempt.status != "RUNNING":
        return
    for branch in attempt.branches.values():
        ended = _failed_at(branch.current)
        if ended is not None:
            fail_attempt(attempt, ended, failure_below(attempt))


def _failed_at(visit: Visit | None) -> int | None:
    """When a visit has failed for good, though perhaps no event says so; None if it has not."""
    if visit is None or visit.status not in ("RUNNING", "FAILED"):
        return None
    if visit.status == "FAILED":
        return visit.ended_us
    if visit.kind in IMMEDIATE:  # it would have been left
        return visit.began_us
    return None if visit.failure is None else visit.attempts[-1].ended_us


def reopen(branch: Branch) -> None:
    """Let a redriven branch go on where it stood; states that do no work are entered anew."""
    visit = branch.current
    if visit is None or visit.kind not in WORK or visit.status not in ("FAILED", "ABORTED"):
        return
    visit.reopen()
    attempt = visit.attempts[-1] if visit.attempts else None
    if attempt is not None and attempt.branches:
        attempt.reopen()
        for child in attempt.branches.values():
            reopen(child)
    else:
        visit.is_redriven = True
