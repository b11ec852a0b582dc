"""How a failure spreads over visits: to the attempts and branches that a failed one stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.testing.visits import UNTOLD

if TYPE_CHECKING:
    from asl.testing.visits import Attempt, Branch, Failure, Visit

#: The states that make attempts.
WORK = ("Task", "Parallel", "Map")


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


def await_retry(visit: Visit) -> None:
    """Note that a visit waits for its retry: so its last attempt has failed."""
    if not visit.attempts:
        return
    attempt = visit.attempts[-1]
    visit.failure = None  # what failed is not the visit
    fail_attempt(attempt, _ended_at(attempt), failure_below(attempt))


def _ended_at(attempt: Attempt) -> int:
    """When an attempt ended, though perhaps no event says so: with the branch that failed it."""
    if attempt.ended_us is not None:
        return attempt.ended_us
    for visit in filter(None, (branch.current for branch in attempt.branches.values())):
        if visit.status == "FAILED" and visit.ended_us is not None:
            return visit.ended_us
        if visit.status == "RUNNING":
            return _ended_at(visit.attempts[-1]) if visit.attempts else visit.began_us
    return attempt.began_us


def stop(visit: Visit, at: int) -> None:
    """Note that a visit was stopped since a sibling failed; what it waited for is stopped by now.

    A branch that still runs has failed, then, and a result came to nothing: it waited for a retry.
    """
    attempt = visit.attempts[-1] if visit.attempts else None
    if attempt is not None and (attempt.status == "SUCCEEDED" or _has_failed_below(attempt)):
        await_retry(visit)
    abort(visit, at)


def _has_failed_below(attempt: Attempt) -> bool:
    newest = (branch.current for branch in attempt.branches.values())
    return any(visit is not None and visit.status in ("RUNNING", "FAILED") for visit in newest)


def abort(visit: Visit, at: int) -> None:
    """Note that a visit ended where it stood."""
    visit.end("ABORTED", at)
    if visit.attempts and visit.attempts[-1].status == "RUNNING":
        visit.attempts[-1].end("ABORTED", at)


def reopen(branch: Branch) -> None:
    """Let a redriven branch go on where it stood; states that do no work are entered anew."""
    visit = branch.current
    if visit is None or visit.kind not in WORK or visit.status not in ("FAILED", "ABORTED"):
        return
    visit.reopen()
    attempt = visit.attempts[-1] if visit.attempts else None
    if attempt is not None and attempt.branches and not attempt.is_done:
        attempt.reopen()
        for child in attempt.branches.values():
            reopen(child)
    else:
        visit.is_redriven = True
