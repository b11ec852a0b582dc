"""Laws: each holds for a run that keeps it, and says what is wrong with one that does not."""

from datetime import timedelta

import pytest

import asl
from asl.testing import laws
from tests.definitions import fail, load, pass_, task, wait

SLOW = load(A=wait(60), B=pass_(Result={"text": "x" * 100})).run()
FAILED = load(A=fail("Bad")).run()
BROKEN = load(A=pass_(Parameters={"a.$": "$.nothing"})).run()
HANGING = load(A=task("a")).start(tasks={"a": lambda _: asl.hangs()}).advance(5)
HELD = [
    (laws.always_ends, SLOW, {}),
    (laws.always_ends, FAILED, {}),
    (laws.always_ends, SLOW, {"within": 60}),
    (laws.always_ends, SLOW, {"within": timedelta(minutes=1)}),
    (laws.never_fails_with, SLOW, {}),
    (laws.never_fails_with, FAILED, {}),
    (laws.payload_below, SLOW, {}),
    (laws.payload_below, SLOW, {"limit_bytes": 112}),
]
BROKEN_LAWS = [
    (laws.always_ends, HANGING, {}, "it has not ended"),
    (laws.always_ends, SLOW, {"within": 59.5}, "it took longer than 59.5 seconds"),
    (laws.always_ends, SLOW, {"within": timedelta(seconds=59)}, "longer than 0:00:59"),
    (laws.never_fails_with, BROKEN, {}, "it failed with States.Runtime"),
    (laws.payload_below, SLOW, {"limit_bytes": 111}, "a payload of 111 bytes is not below 111"),
]


@pytest.mark.parametrize(("law", "result", "options"), HELD)
def test_a_law_holds(law, result, options):
    law(result, **options)


@pytest.mark.parametrize(("law", "result", "options", "words"), BROKEN_LAWS)
def test_a_broken_law_says_what_is_wrong_and_shows_the_run(law, result, options, words):
    with pytest.raises(AssertionError) as told:
        law(result, **options)
    assert words in str(told.value)
    assert repr(result) in str(told.value)


def test_errors_that_must_not_come_can_be_named():
    laws.never_fails_with(BROKEN, "Bad", "Worse")
    with pytest.raises(AssertionError, match="it failed with Bad"):
        laws.never_fails_with(FAILED, "Bad", "Worse")


def test_the_payloads_of_a_history_that_was_not_kept_are_not_known():
    result = load(A=pass_(Result="x" * 100)).run(history=1)
    with pytest.raises(asl.UsageError, match="3 history events were not kept"):
        laws.payload_below(result)


def test_the_event_with_the_payload_is_named():
    with pytest.raises(AssertionError, match=r"event 5 \(PassStateExited\)"):
        laws.payload_below(SLOW, 100)
