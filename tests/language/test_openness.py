"""Placeholders that nobody has filled: of what is not known yet nothing is said."""

import json

import pytest

from asl.language.faults import Fault
from asl.language.openness import is_open
from tests.definitions import (
    SUCCEED,
    catch,
    choice,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)
from tests.language.findings import (
    LAMBDA,
    distributed,
    found,
    jsonata,
    rule,
    rules,
    state,
    with_map,
)

IF = {"Variable": "$.x", "IsNull": True, "Next": "Z"}


def open_at(tree, *path):
    return is_open(tree, Fault(path, "wrong", "ASL-202"))


# ---------------------------------------------------------------- what is open


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"a": "${X}"}, ("a",)),
        ({"a": "some ${X} text"}, ("a",)),
        ({"a": "${AWS::Region}"}, ("a",)),
        ({"a": "${X}"}, ("a", "b", 0)),
        ({"a": [1, "${X}"]}, ("a", 1)),
        ({"a": {"b": {"c": "${X}"}}}, ("a", "b", "c")),
        ({"${X}": 1}, ("${X}",)),
        ({"a": {"b${X}": {}}}, ("a", "b${X}")),
        ({"Type": "${X}"}, ()),
        ({"a": {"Type": "${X}", "b": 1}}, ("a", "b")),
        ({"a": {"Type": "${X}"}}, ("a",)),
        ({"a": {"QueryLanguage": "${X}", "b": 1}}, ("a", "b")),
        ({"a": {"Mode": "${X}", "b": 1}}, ("a", "b")),
        ({"a": {"ExecutionType": "${X}", "b": 1}}, ("a", "b")),
        ({"a": {"InputType": "${X}", "b": 1}}, ("a", "absent")),
        ({"a": {"CSVHeaderLocation": "${X}", "b": 1}}, ("a", "b")),
        ({"a": {"${X}": 1, "b": 1}}, ("a", "b")),
        ({"a": {"${X}": 1}}, ("a",)),
        ({"a": {"${X}": 1}}, ("a", "absent")),
        ("${X}", ()),
    ],
)
def test_a_fault_may_be_gone_once_a_placeholder_is_filled(tree, path):
    assert open_at(tree, *path)


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"a": "b"}, ("a",)),
        ({"a": "${X}", "b": 1}, ("b",)),
        ({"a": {"b": 1}, "c": "${X}"}, ("a", "b")),
        ({"a": "${!Literal}"}, ("a",)),
        ({"a": "$X {Y} ${}"}, ("a",)),
        ({"a": 5}, ("a",)),
        ({"a": 5}, ("a", "b")),
        ({"a": [1]}, ("a", 5)),
        ({"a": [1]}, ("a", "b")),
        ({"a": {"b": 1}}, ("a", 0)),
        ({"a": {"Next": "${X}", "b": 1}}, ("a", "b")),
        ({"a": {"Type": "${X}", "b": {"c": {"d": 1}}}}, ("a", "b", "c", "d")),
        ({"${X}": {"b": {"c": 1}}}, ("${X}", "b", "c")),
        ({"a": {"Type": 5, "b": 1}}, ("a", "b")),
        ({"a": "b"}, ()),
        ([], ()),
        (5, ()),
        (None, ("a",)),
    ],
)
def test_a_fault_stays_whatever_is_filled_in(tree, path):
    assert not open_at(tree, *path)


# ---------------------------------------------------------------- in every kind of place

OPEN = "${X}"
PLACES = {
    "comment": scope(A=SUCCEED) | {"Comment": OPEN},
    "version": scope(A=SUCCEED) | {"Version": OPEN},
    "timeout": scope(A=SUCCEED) | {"TimeoutSeconds": OPEN},
    "language": scope(A=pass_(Output=1)) | {"QueryLanguage": OPEN},
    "language and paths": scope(A=pass_(InputPath="$.a")) | {"QueryLanguage": OPEN},
    "language of a state": state(pass_(QueryLanguage=OPEN, Output=1, InputPath="$.a")),
    "key of a machine": scope(A=SUCCEED) | {OPEN: 1},
    "type": state({"Type": OPEN, "Resource": LAMBDA, "Output": 1}),
    "key of a state": state(pass_(**{OPEN: 1})),
    "end": state(pass_(End=OPEN)),
    "seconds": state(wait(OPEN)),
    "timestamp": state(wait(Timestamp=OPEN)),
    "seconds path": state(wait(SecondsPath=OPEN)),
    "one of two waits": state({"Type": "Wait", OPEN: 5}),
    "result path": state(pass_(ResultPath=OPEN)),
    "input path": state(pass_(InputPath=OPEN)),
    "part of a path": state(pass_(InputPath="$.a[${X}]")),
    "parameters": state(pass_(Parameters=OPEN)),
    "entry": state(pass_(Parameters={"a.$": OPEN})),
    "part of a call": state(pass_(Parameters={"a.$": "States.Format('{}', ${X})"})),
    "key of a template": state(pass_(Parameters={"${X}.$": "$.a"})),
    "result": state(pass_(Result={"a.$": OPEN})),
    "assign": state(pass_(Assign=OPEN)),
    "resource": state(task(OPEN)),
    "credentials": state(task(LAMBDA, Credentials=OPEN)),
    "role": state(task(LAMBDA, Credentials={OPEN: "r"})),
    "timeout of a task": state(task(LAMBDA, TimeoutSeconds=OPEN)),
    "heartbeat and timeout": state(
        task("arn:aws:states:us-east-1:123456789012:activity:w", HeartbeatSeconds=OPEN,
             TimeoutSeconds=5)
    ),
    "retry": state(task(LAMBDA, Retry=OPEN)),
    "retrier": state(task(LAMBDA, Retry=[OPEN])),
    "errors": state(task(LAMBDA, Retry=[{"ErrorEquals": OPEN}])),
    "error": state(task(LAMBDA, Retry=[retry(OPEN)])),
    "error of aws": state(task(LAMBDA, Retry=[retry("States.${X}")])),
    "key of a retrier": state(task(LAMBDA, Retry=[{OPEN: ["E"]}])),
    "interval": state(task(LAMBDA, Retry=[retry(IntervalSeconds=OPEN, MaxDelaySeconds=1)])),
    "jitter": state(task(LAMBDA, Retry=[retry(JitterStrategy=OPEN)])),
    "catch": state(task(LAMBDA, Catch=OPEN)),
    "catcher": state(task(LAMBDA, Catch=[OPEN])),
    "next of a catcher": state(task(LAMBDA, Catch=[catch(OPEN)])),
    "default": scope(A=choice(IF, Default=OPEN), Z=SUCCEED),
    "next of a rule": scope(A=choice(IF | {"Next": OPEN}, Default="Z"), Z=SUCCEED),
    "operator": rule(Variable="$.x", **{OPEN: 5}),
    "operand": rule(Variable="$.x", NumericEquals=OPEN),
    "instant": rule(Variable="$.x", TimestampEquals=OPEN),
    "pattern": rule(Variable="$.x", StringMatches="\\${X}"),
    "variable": rule(Variable=OPEN, IsNull=True),
    "rules inside": rule(And=OPEN),
    "rule inside": rule(Not=OPEN),
    "branches": state({"Type": "Parallel", "Branches": OPEN}),
    "branch": state(parallel(OPEN)),
    "states of a branch": state(parallel({"StartAt": "In", "States": OPEN})),
    "start of a branch": state(parallel({"StartAt": OPEN, "States": {"In": SUCCEED}})),
    "processor": state({"Type": "Map", "ItemProcessor": OPEN}),
    "config": with_map(config=OPEN),
    "mode": with_map(config={"Mode": OPEN, "ExecutionType": "STANDARD"}),
    "execution type": with_map(config={"Mode": "DISTRIBUTED", "ExecutionType": OPEN}),
    "label": distributed(Label=OPEN),
    "items path": with_map(ItemsPath=OPEN),
    "concurrency": with_map(MaxConcurrency=OPEN),
    "percentage": distributed(ToleratedFailurePercentage=OPEN),
    "batcher": distributed(ItemBatcher=OPEN),
    "key of a batcher": distributed(ItemBatcher={OPEN: 5}),
    "writer": distributed(ResultWriter=OPEN),
    "resource of a writer": distributed(ResultWriter={"Resource": OPEN}),
    "config of a writer": distributed(ResultWriter={"WriterConfig": OPEN}),
    "transformation": distributed(ResultWriter={"WriterConfig": {"Transformation": OPEN}}),
    "key of a writer": distributed(ResultWriter={OPEN: 5}),
    "reader": distributed(ItemReader=OPEN),
    "input type": distributed(
        ItemReader={"Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": {"InputType": OPEN, "CSVHeaders": ["a"]}}
    ),
    "header location": distributed(
        ItemReader={"Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": OPEN}}
    ),
    "fail": state({"Type": "Fail", "ErrorPath": OPEN, "Cause": OPEN}),
    "expression": jsonata(A=pass_(Output="{% ${X} %}")),
    "part of an expression": jsonata(A=pass_(Output="{% $states.input.${X} + 1 %}")),
    "name of a state": {"StartAt": OPEN, "States": {OPEN: SUCCEED}},
    "name of a state inside": state(parallel({"StartAt": OPEN, "States": {OPEN: SUCCEED}})),
    "condition": {"QueryLanguage": "JSONata"} | rule(Condition=OPEN),
    "items": {"QueryLanguage": "JSONata"} | with_map(Items=OPEN),
}  # fmt: skip


@pytest.mark.parametrize("place", list(PLACES))
def test_nothing_is_said_of_a_place_that_is_open(place):
    assert found(json.dumps(PLACES[place])) == []


def test_a_placeholder_that_is_filled_is_looked_at():
    text = json.dumps(PLACES["seconds"])
    assert rules(text, substitutions={"X": 5}) == []
    assert rules(text, substitutions={"X": -5}) == ["ASL-362"]
    assert rules(text, substitutions={"Y": -5}) == []


def test_a_bare_placeholder_is_open_too():
    text = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${X}, "End": ${Y}}}}'
    assert rules(text) == []
    assert rules(text, substitutions={"X": -5}) == ["ASL-362"]


def test_a_dict_is_taken_as_it_is_or_with_its_placeholders():
    """A placeholder means the same in a text and in an object."""
    assert found(PLACES["seconds"]) == found(json.dumps(PLACES["seconds"]))


def test_what_has_no_placeholder_is_told_beside_what_has():
    definition = scope(A=wait("${X}"), B=wait(-1), C=pass_(Bad=1))
    assert rules(json.dumps(definition)) == ["ASL-362", "ASL-202"]


def test_a_field_that_no_placeholder_can_mend_is_told():
    definition = scope(A=task("${X}", TimeoutSeconds=0))
    assert rules(json.dumps(definition)) == ["ASL-305"]
    definition = scope(A=pass_(Result="${X}", Bad=1))
    assert rules(json.dumps(definition)) == ["ASL-202"]
    definition = scope(A=map_(scope(In=pass_(Bad=1)), ItemsPath="${X}"))
    assert rules(json.dumps(definition)) == ["ASL-202"]
