"""Strategies: small state machines without loops, and handlers that answer by a table."""

from __future__ import annotations

from itertools import count
from zlib import crc32

from hypothesis import strategies as st

import asl

ERRORS = ("Declined", "Lambda.TooManyRequestsException", "States.TaskFailed")
RESOURCES = ("charge", "arn:aws:states:::sqs:sendMessage", "arn:aws:lambda:eu-west-1:1:function:f")


@st.composite
def definitions(draw, depth=2):
    """A definition whose tasks all have one of `RESOURCES`."""
    return _scope(draw, depth, count())


@st.composite
def concurrent_definitions(draw):
    """A definition that begins with small branches, or iterations, side by side."""
    numbers = count()
    processors = [
        _scope(draw, draw(st.integers(0, 1)), numbers) for _ in range(draw(st.integers(2, 3)))
    ]
    work = {**_work(draw, ["End"]), "Next": "End"}
    if draw(st.booleans()):
        first = {"Type": "Parallel", "Branches": processors, **work}
    else:
        first = {
            "Type": "Map",
            "ItemsPath": "$$.Execution.Input.list",
            "MaxConcurrency": draw(st.integers(0, 2)),
            "ItemProcessor": processors[0],
            **work,
        }
    end = draw(st.sampled_from(({"Type": "Succeed"}, _TASK)))
    return {"StartAt": "First", "States": {"First": first, "End": end}}


_TASK = {"Type": "Task", "Resource": RESOURCES[0], "End": True}


def _scope(draw, depth, numbers):
    names = [f"S{next(numbers)}" for _ in range(draw(st.integers(1, 4)))]
    states = {}
    for index, name in enumerate(names):
        rest = names[index + 1 :]
        following = {"Next": draw(st.sampled_from(rest))} if rest else {"End": True}
        states[name] = _state(draw, depth, numbers, following, rest)
    reached = {names[0]}
    for name in names:  # what follows stands behind
        if name in reached:
            reached.update(_following(states[name]))
    return {
        "StartAt": names[0],
        "States": {name: states[name] for name in names if name in reached},
    }


def _following(state):
    entries = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    return {entry[key] for entry in entries for key in ("Next", "Default") if key in entry}


def _state(draw, depth, numbers, following, rest):
    kinds = ["Pass", "Pass", "Wait", "Task", "Task"]
    kinds += ["Parallel", "Map"] if depth else []
    kinds += ["Choice"] if rest else ["Succeed", "Fail"]
    kind = draw(st.sampled_from(kinds))
    if kind == "Pass":
        shapes = (
            {"Result": {"items": [1, {"k": 2}]}},
            {"Result": 7, "ResultPath": "$.n"},
            {"Parameters": {"a.$": "$", "items.$": "States.ArrayRange(1, 3, 1)"}},
            {"Parameters": {"id.$": "States.UUID()", "r.$": "States.MathRandom(1, 1000)"}},
            {"ResultPath": None, "Result": 1},
            {"Assign": {f"v{next(numbers)}.$": "$"}},
        )
        return {"Type": "Pass", **draw(st.sampled_from(shapes)), **following}
    if kind == "Wait":
        return {"Type": "Wait", "Seconds": draw(st.integers(0, 100)), **following}
    if kind == "Choice":
        rule = {"Variable": "$.n", "IsPresent": draw(st.booleans())}
        if draw(st.booleans()):
            rule = {"Not": rule}
        return {
            "Type": "Choice",
            "Choices": [{**rule, "Next": draw(st.sampled_from(rest))}],
            "Default": draw(st.sampled_from(rest)),
        }
    if kind in ("Succeed", "Fail"):
        return {"Type": kind, **({"Error": "Declined"} if kind == "Fail" else {})}
    work = {**_work(draw, rest), **following}
    if kind == "Task":
        task = {"Type": "Task", "Resource": draw(st.sampled_from(RESOURCES)), **work}
        if draw(st.booleans()):
            task["TimeoutSeconds"] = draw(st.integers(1, 50))
        if draw(st.booleans()):
            task["HeartbeatSeconds"] = 1
            task["TimeoutSeconds"] = 50
        return task
    if kind == "Parallel":
        branches = [_scope(draw, depth - 1, numbers) for _ in range(draw(st.integers(1, 3)))]
        return {"Type": "Parallel", "Branches": branches, **work}
    return {
        "Type": "Map",
        "ItemsPath": "$$.Execution.Input.list",
        "MaxConcurrency": draw(st.integers(0, 2)),
        "ItemProcessor": _scope(draw, depth - 1, numbers),
        **work,
    }


def _work(draw, rest):
    fields = {}
    if draw(st.booleans()):
        fields["ResultPath"] = draw(st.sampled_from(("$.result", "$.a.b", None)))
    if draw(st.booleans()):
        fields["Retry"] = [
            {
                "ErrorEquals": [draw(st.sampled_from((*ERRORS, "States.Timeout")))],
                "MaxAttempts": draw(st.integers(0, 2)),
                "JitterStrategy": draw(st.sampled_from(("FULL", "NONE"))),
            }
        ]
    if rest and draw(st.booleans()):
        error = draw(st.sampled_from((*ERRORS, "States.ALL", "States.Timeout")))
        fields["Catch"] = [
            {"ErrorEquals": [error], "Next": draw(st.sampled_from(rest)), "ResultPath": "$.caught"}
        ]
    return fields


REPLIES = (
    {"ok": True},
    [1, 2, 3],
    asl.returns({"n": 1}, after=3),
    asl.returns("late", after=60),
    asl.returns("slow", after=20, heartbeat_every=0.5),
    asl.fails("Declined", "no funds"),
    asl.fails("Lambda.TooManyRequestsException", after=0.25),
    asl.hangs(),
)


def handlers(salt):
    """One handler for everything; its answer depends on state, call and salt alone."""

    def answer(payload, context):
        choice = crc32(f"{context.state_name}/{context.call}/{salt}".encode())
        return REPLIES[choice % len(REPLIES)]

    return {"*": answer}


INPUT = {"list": [{"k": 1}, 2, "three"], "n": 0}
