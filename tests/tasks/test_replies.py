"""Scripted replies: values that say what a task answers, and when."""

from datetime import timedelta

import pytest

import asl
from asl.tasks.replies import Fails, Hangs, Returns, microseconds
from tests.definitions import SUCCEED, catch, choice, load, map_, parallel, retry, scope, task

# ---------------------------------------------------------------- one reply


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        (asl.returns({"ok": True}), Returns({"ok": True}, 0, 0)),
        (asl.returns(None, after=1.5), Returns(None, 1_500_000, 0)),
        (
            asl.returns(1, after=timedelta(hours=1), heartbeat_every=timedelta(seconds=5)),
            Returns(1, 3_600_000_000, 5_000_000),
        ),
        (asl.fails("E"), Fails("E", None, 0, 0)),
        (asl.fails(None, "why", after=2), Fails(None, "why", 2_000_000, 0)),
        (asl.fails("E", heartbeat_every=0.5), Fails("E", None, 0, 500_000)),
        (asl.hangs(), Hangs(0)),
        (asl.hangs(heartbeat_every=1), Hangs(1_000_000)),
    ],
    ids=str,
)
def test_replies_are_plain_values_in_microseconds(reply, value):
    assert reply == value


@pytest.mark.parametrize(
    ("span", "us"),
    [
        (0, 0),
        (1, 1_000_000),
        (0.1, 100_000),
        (0.000001, 1),
        (timedelta(days=365), 31_536_000_000_000),
        (timedelta(microseconds=1), 1),
    ],
    ids=str,
)
def test_spans_are_seconds_or_timedeltas(span, us):
    assert microseconds(span) == us


@pytest.mark.parametrize(
    "span", [-1, -0.1, timedelta(seconds=-1), float("inf"), float("nan")], ids=str
)
def test_a_span_that_is_none_is_refused(span):
    with pytest.raises(asl.UsageError, match="a span of time must not be negative"):
        asl.returns(1, after=span)
    with pytest.raises(asl.UsageError):
        asl.hangs(heartbeat_every=span)


def test_a_delay_passes_in_virtual_time():
    result = load(A=task(), B=task()).run(
        tasks={"work": lambda _: asl.returns("slow", after=timedelta(days=2))}
    )
    assert (result.output, result.elapsed) == ("slow", timedelta(days=4))


# ---------------------------------------------------------------- several in turn


def test_a_script_gives_its_replies_in_turn():
    result = load(A=task(Retry=[retry()], ResultPath="$.a")).run(
        {"n": 2},
        tasks={
            "work": asl.script(
                asl.fails("Busy"), lambda payload: asl.fails(f"Busy{payload['n']}"), {"ok": True}
            )
        },
    )
    assert result.output == {"n": 2, "a": {"ok": True}}
    assert result.elapsed == timedelta(seconds=3)


def test_a_script_is_counted_for_each_state_of_each_execution():
    work = asl.script("first", "second")
    machine = asl.load(
        scope(
            A=task(ResultPath="$.a"),
            B=task(ResultPath="$.b"),
            Again=choice({"Variable": "$.a", "StringEquals": "first", "Next": "A"}, Default="End"),
            End=SUCCEED,
        )
    )
    for _ in range(2):
        assert machine.run(tasks={"work": work}).output == {"a": "second", "b": "second"}


def test_iterations_of_one_map_share_the_count_of_their_state():
    result = load(M=map_(scope(A=task()))).run([0, 0, 0], tasks={"work": asl.script(1, 2, 3)})
    assert result.output == [1, 2, 3]


def test_a_call_beyond_the_last_reply_is_refused_and_never_made_up():
    fallible = task(Retry=[retry()], Catch=[catch("B")], Next="B")
    machine = load(P=parallel(scope(A=fallible, B=SUCCEED)))
    with pytest.raises(
        asl.HandlerContractError, match=r"for state 'A' has 2 replies, but this is call 3"
    ):
        machine.run(tasks={"work": asl.script(asl.fails("Busy"), asl.fails("Busy"))})


def test_a_script_without_replies_is_refused():
    with pytest.raises(asl.UsageError, match="at least one reply"):
        asl.script()


def test_a_script_may_raise_what_a_handler_may_raise():
    def refuse(payload):
        raise asl.TaskFailed("Refused", "no credit")

    result = load(A=task()).run(tasks={"work": asl.script(refuse)})
    assert (result.error, result.cause) == ("Refused", "no credit")


@pytest.mark.parametrize("reply", [None, 0, "", [], {}, False], ids=repr)
def test_a_script_takes_any_json_for_a_reply(reply):
    assert load(A=task()).run(tasks={"work": asl.script(reply)}).output == reply
