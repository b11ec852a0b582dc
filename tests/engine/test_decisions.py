"""Decisions: what the history does not tell, noted only for whoever asks."""

from asl.engine.decisions import Decision
from asl.engine.events import TaskFailed
from asl.engine.snapshot import fork
from tests.definitions import SUCCEED, begin, catch, choice, load, retry, task

RULES = [
    {"Variable": "$.n", "NumericEquals": 1, "Next": "Same"},
    {"Variable": "$.n", "NumericEquals": 2, "Next": "Same"},
]


def decided(machine, value, *errors):
    """The decisions of an execution whose task fails with these errors, one after the other."""
    execution = begin(machine, value)
    execution.decisions = []
    (*calls,) = execution.receive(None, 0)
    for error in errors:
        (call,) = calls
        execution.receive(TaskFailed(call.task_id, error, None), execution.now)
        calls = execution.receive(None, execution.wake_at or execution.now)
    return execution.decisions


def test_two_rules_that_lead_to_the_same_state_are_told_apart_and_so_is_the_default():
    machine = load(C=choice(*RULES, Default="Same"), Same=SUCCEED)
    assert decided(machine, {"n": 1}) == [Decision("matched", "/States/C", 0)]
    assert decided(machine, {"n": 2}) == [Decision("matched", "/States/C", 1)]
    assert decided(machine, {"n": 3}) == [Decision("matched", "/States/C", None)]


def test_retriers_and_catchers_are_told_by_their_place():
    machine = load(
        T=task(
            Retry=[retry(ErrorEquals=["A"]), retry(ErrorEquals=["B"], MaxAttempts=1)],
            Catch=[catch("Same", ErrorEquals=["A"]), catch("Same", ErrorEquals=["B"])],
        ),
        Same=SUCCEED,
    )
    assert decided(machine, {}, "B", "A", "B") == [
        Decision("retried", "/States/T", 1),
        Decision("retried", "/States/T", 0),
        Decision("exhausted", "/States/T", 1),
        Decision("caught", "/States/T", 1),
    ]


def test_nothing_is_noted_while_nobody_asks_and_a_fork_goes_on_with_its_own():
    machine = load(C=choice(*RULES, Default="Same"), Same=task())
    execution = begin(machine, {"n": 1})
    execution.receive(None, 0)
    assert execution.decisions is None
    execution.decisions = [Decision("matched", "/States/C", 0)]
    twin = fork(execution)
    assert twin.decisions == execution.decisions
    assert twin.decisions is not execution.decisions


def test_an_error_that_nobody_catches_is_told():
    machine = load(T=task(Catch=[catch("Same", ErrorEquals=["A"])]), Same=SUCCEED)
    assert decided(machine, {}, "B") == [Decision("uncaught", "/States/T", None)]
