"""Retriers and catchers: their fields, what they name, whether they can match at all."""

import pytest

from asl.language.rules.errors import NAMES
from tests.definitions import SUCCEED, catch, fail, map_, parallel, retry, scope, task
from tests.language.findings import (
    LAMBDA,
    found,
    hints,
    jsonata,
    locations,
    pointers,
    rules,
)

ALONE = "States.ALL must appear alone and at end of list"


def retrying(*entries, **others):
    return scope(A=task(LAMBDA, Retry=list(entries), End=True, **others))


def catching(*entries, **others):
    return scope(A=task(LAMBDA, Catch=list(entries), End=True, **others), B=SUCCEED)


def both(*entries):
    """A machine that retries the given errors, and one that catches them."""
    return [
        (retrying(*entries), "Retry"),
        (catching(*({"Next": "B", **one} for one in entries)), "Catch"),
    ]


# ---------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("value", "pointer", "message"),
    [
        ({}, "", "Expected value of type [ARRAY]"),
        (None, "", "Expected value of type [ARRAY]"),
        ([5], "/0", "Expected value of type [OBJECT]"),
        ([[]], "/0", "Expected value of type [OBJECT]"),
    ],
)
@pytest.mark.parametrize("field", ["Retry", "Catch"])
def test_there_are_arrays_of_objects(field, value, pointer, message):
    machine = scope(A=task(LAMBDA, **{field: value}))
    assert found(machine) == [("ASL-321", f"/States/A/{field}{pointer}", message)]


def test_there_may_be_none():
    assert found(retrying()) == []
    assert found(scope(A=task(LAMBDA, Catch=[]))) == []


@pytest.mark.parametrize(
    ("entry", "code", "pointer", "message"),
    [
        ({}, "ASL-322", "", "These fields are required: [ErrorEquals]"),
        ({"ErrorEquals": []}, "ASL-323", "/ErrorEquals", "Value cannot be empty"),
        ({"ErrorEquals": "E"}, "ASL-324", "/ErrorEquals", "Expected value of type [ARRAY]"),
        ({"ErrorEquals": ["E", 5]}, "ASL-324", "/ErrorEquals/1", "Expected value of type [STRING]"),
        ({"ErrorEquals": ["E"], "X": 1}, "ASL-334", "/X", "Field 'X' is not supported"),
        (
            {"ErrorEquals": ["E"], "Comment": 1},
            "ASL-209",
            "/Comment",
            "Expected value of type [STRING]",
        ),
    ],
)
def test_an_entry_names_errors(entry, code, pointer, message):
    for machine, field in both(entry):
        assert found(machine) == [(code, f"/States/A/{field}/0{pointer}", message)]


def test_a_field_that_an_entry_has_not_is_blamed_on_the_entry():
    for machine, field in both({"ErrorEquals": ["E"], "X": 1}):
        assert locations(machine, "ASL-334") == [f"/States/A/{field}[0]"]


@pytest.mark.parametrize(
    ("field", "value", "code", "message"),
    [
        ("IntervalSeconds", -1, "ASL-326", "Minimum value is 0"),
        ("IntervalSeconds", 100_000_000, "ASL-326", "Maximum value is 99999999"),
        ("IntervalSeconds", 1.5, "ASL-326", "Expected value of type Integer"),
        ("MaxAttempts", -1, "ASL-327", "Minimum value is 0"),
        ("MaxAttempts", 100_000_000, "ASL-327", "Maximum value is 99999999"),
        ("MaxAttempts", "3", "ASL-327", "Expected value of type Integer"),
        ("BackoffRate", 0.9, "ASL-328", "Minimum value is 1"),
        ("BackoffRate", "2", "ASL-328", "Expected value of type Number"),
        ("MaxDelaySeconds", 0, "ASL-329", "Minimum value is 1"),
        ("MaxDelaySeconds", 31_622_401, "ASL-329", "Maximum value is 31622400"),
        (
            "JitterStrategy",
            "full",
            "ASL-331",
            "Value should be one of the following: [NONE, FULL]",
        ),
        ("JitterStrategy", True, "ASL-331", "Expected value of type [STRING]"),
    ],
)
def test_the_fields_of_a_retrier_are_in_range(field, value, code, message):
    machine = retrying(retry("E", **{field: value}))
    where = f"/States/A/Retry/0/{field}"
    assert found(machine) == [(code, where, message)]
    assert locations(machine, code) == [f"/States/A/Retry[0]/{field}"]


@pytest.mark.parametrize(
    "fields",
    [
        {"IntervalSeconds": 0},
        {"IntervalSeconds": 99_999_999},
        {"MaxAttempts": 0},
        {"MaxAttempts": 99_999_999},
        {"BackoffRate": 1},
        {"BackoffRate": 1.0},
        {"BackoffRate": 2.5},
        {"MaxDelaySeconds": 31_622_400},
        {"JitterStrategy": "FULL"},
        {"JitterStrategy": "NONE"},
        {"Comment": "c"},
    ],
)
def test_a_retrier_may_be_like_this(fields):
    assert found(retrying(retry("E", **fields))) == []


@pytest.mark.parametrize("field", ["Next", "ResultPath", "Assign", "Output"])
def test_a_retrier_has_no_fields_of_a_catcher(field):
    machine = retrying(retry("E", **{field: "B"}))
    where = f"/States/A/Retry/0/{field}"
    assert found(machine) == [("ASL-334", where, f"Field '{field}' is not supported")]


@pytest.mark.parametrize("field", ["MaxAttempts", "IntervalSeconds", "BackoffRate"])
def test_a_catcher_has_no_fields_of_a_retrier(field):
    assert rules(catching(catch("B", "E", **{field: 1}))) == ["ASL-334"]


def test_a_catcher_says_what_follows():
    machine = scope(A=task(LAMBDA, Catch=[retry("E")]))
    message = "These fields are required: [Next]"
    assert found(machine) == [("ASL-332", "/States/A/Catch/0", message)]
    assert locations(machine, "ASL-332") == ["/States/A/Catch[0]"]
    machine = scope(A=task(LAMBDA, Catch=[{}]))
    message = "These fields are required: [Next, ErrorEquals]"
    assert found(machine) == [("ASL-332", "/States/A/Catch/0", message)]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$.a[*]", "Value is not a Reference Path"),
        ("$..a", "Value is not a Reference Path"),
        ("$$.Execution.Id", "Value is not a Reference Path"),
        ("$x", "Value is not a Reference Path"),
        ("a", "Value must be a valid JSONPath."),
        (5, "Expected value of type [STRING, NULL]"),
    ],
)
def test_the_result_path_of_a_catcher_names_a_place(path, message):
    machine = catching(catch("B", "E", ResultPath=path))
    assert found(machine) == [("ASL-333", "/States/A/Catch/0/ResultPath", message)]
    assert locations(machine, "ASL-333") == ["/States/A/Catch[0]/ResultPath"]


@pytest.mark.parametrize("path", [None, "$", "$.error", "$.a[0].b"])
def test_the_result_path_of_a_catcher_may_be_null(path):
    assert found(catching(catch("B", "E", ResultPath=path))) == []


def test_a_catcher_has_assign_in_both_languages_and_output_in_one():
    both = catch("B", "E", Assign={"x": 1})
    machine = catching(both)
    assert rules(machine) == ["ASL-809"]
    tree = task(LAMBDA, Catch=[both | {"Output": "{% $states.errorOutput %}"}], End=True)
    assert rules(jsonata(A=tree, B=SUCCEED)) == ["ASL-809"]
    assert "ASL-203" in rules(scope(A=tree, B=SUCCEED))


# ---------------------------------------------------------------- States.ALL


@pytest.mark.parametrize(
    ("errors", "index"),
    [
        ([["States.ALL", "E"]], 0),
        ([["E", "States.ALL"]], 0),
        ([["States.ALL", "States.ALL"]], 0),
        ([["States.ALL"], ["E"]], 0),
        ([["E"], ["States.ALL"], ["F"]], 1),
    ],
)
def test_states_all_stands_alone_and_last(errors, index):
    for machine, field in both(*({"ErrorEquals": names} for names in errors)):
        where = f"/States/A/{field}/{index}/ErrorEquals"
        assert ("ASL-325", where, ALONE) in found(machine)
        assert locations(machine, "ASL-325") == [f"/States/A/{field}[{index}]/ErrorEquals"]
        assert [code for code in rules(machine) if code != "ASL-336"] == ["ASL-325"]


def test_each_states_all_that_stands_wrong_is_told():
    for machine, field in both(retry(), retry(), retry()):
        assert pointers(machine, "ASL-325") == [
            f"/States/A/{field}/{index}/ErrorEquals" for index in (0, 1)
        ]


def test_states_all_may_stand_last_in_both():
    for machine, _ in both(retry("E", "F"), retry("States.Timeout"), retry()):
        assert found(machine) == []
    tree = task(LAMBDA, Retry=[retry()], Catch=[catch("B")], End=True)
    assert found(scope(A=tree, B=SUCCEED)) == []


def test_states_all_may_stand_in_parallel_and_map():
    for tree in (parallel(scope(In=SUCCEED)), map_(scope(In=SUCCEED))):
        machine = scope(A=tree | {"Retry": [retry(), retry("E")], "End": True})
        assert ("ASL-325", "/States/A/Retry/0/ErrorEquals", ALONE) in found(machine)


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", [*NAMES, "E", "States", "states.Timeout", "Lambda.Unknown", ""])
def test_a_name_is_one_of_aws_or_of_the_user(name):
    assert "ASL-335" not in rules(retrying(retry(name)))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("States.Timeouts", "did you mean 'States.Timeout'?"),
        ("States.TaskFail", "did you mean 'States.TaskFailed'?"),
        ("States.all", "did you mean 'States.ALL'?"),
        ("States.Whatever", ""),
    ],
)
def test_a_name_of_aws_is_one_that_there_is(name, hint):
    for machine, field in both(retry("E", name)):
        where = f"/States/A/{field}/0/ErrorEquals/1"
        assert found(machine) == [("ASL-335", where, f"there is no error '{name}'")]
        assert hints(machine, "ASL-335") == [hint]


def test_a_name_that_looks_nothing_like_another_has_no_hint():
    """All share their first seven characters, which is no likeness."""
    assert hints(retrying(retry("States.Foo")), "ASL-335") == [""]


def test_a_fail_state_may_raise_any_name():
    inner = scope(In=fail("States.Mine"))
    machine = scope(A=parallel(inner, Catch=[catch("B", "States.Mine")], End=True), B=SUCCEED)
    assert found(machine) == []


def test_names_of_a_wrong_type_are_not_looked_at():
    machine = retrying({"ErrorEquals": {"States.Foo": 1}}, {"ErrorEquals": [["States.Foo"], None]})
    assert set(rules(machine)) == {"ASL-324"}


# ---------------------------------------------------------------- delays


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"MaxDelaySeconds": 1}, "1 is not above 1"),
        ({"MaxDelaySeconds": 5, "IntervalSeconds": 5}, "5 is not above 5"),
        ({"MaxDelaySeconds": 4, "IntervalSeconds": 5}, "4 is not above 5"),
    ],
)
def test_the_longest_delay_is_above_the_first(fields, hint):
    machine = retrying(retry("E", **fields))
    message = "MaxDelaySeconds should be greater than IntervalSeconds"
    assert found(machine) == [("ASL-330", "/States/A/Retry/0/MaxDelaySeconds", message)]
    assert hints(machine, "ASL-330") == [hint]


@pytest.mark.parametrize(
    "fields",
    [
        {"MaxDelaySeconds": 2},
        {"MaxDelaySeconds": 1, "IntervalSeconds": 0},
        {"MaxDelaySeconds": 6, "IntervalSeconds": 5},
        {"IntervalSeconds": 5},
    ],
)
def test_a_delay_has_room_to_grow(fields):
    assert found(retrying(retry("E", **fields))) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"MaxDelaySeconds": "1"},
        {"MaxDelaySeconds": 1, "IntervalSeconds": "1"},
        {"MaxDelaySeconds": True},
        {"MaxDelaySeconds": 1.0},
        {"MaxDelaySeconds": -1},
    ],
)
def test_a_delay_of_a_wrong_type_is_not_compared(fields):
    assert "ASL-330" not in rules(retrying(retry("E", **fields)))


# ---------------------------------------------------------------- what never matches

NEVER = "this never matches: an earlier one takes all the errors that it names"


@pytest.mark.parametrize(
    ("errors", "index", "by"),
    [
        ([["E"], ["E"]], 1, 0),
        ([["E", "F"], ["F"]], 1, 0),
        ([["E"], ["F"], ["F", "E"]], 2, 1),
        ([["States.Timeout"], ["States.Timeout"]], 1, 0),
        ([["States.TaskFailed"], ["E"]], 1, 0),
        ([["States.TaskFailed"], ["E", "Lambda.Unknown"]], 1, 0),
    ],
)
def test_an_entry_that_can_not_match_is_a_warning(errors, index, by):
    for machine, field in both(*({"ErrorEquals": names} for names in errors)):
        assert found(machine) == [("ASL-336", f"/States/A/{field}/{index}", NEVER)]
        assert hints(machine, "ASL-336") == [f"{field}[{by}] does"]


@pytest.mark.parametrize(
    "errors",
    [
        [["E"], ["E", "F"]],
        [["E"], ["F"]],
        [["E", "E"]],
        [["States.TaskFailed"], ["States.Timeout"]],
        [["States.TaskFailed"], ["States.HeartbeatTimeout"]],
        [["States.TaskFailed"], ["States.ALL"]],
        [["States.TaskFailed"], ["States.Permissions"]],
        [["E"], ["States.TaskFailed"], ["States.ALL"]],
    ],
)
def test_an_entry_that_may_match_is_fine(errors):
    for machine, _ in both(*({"ErrorEquals": names} for names in errors)):
        assert found(machine) == []


def test_retriers_and_catchers_do_not_shadow_each_other():
    tree = task(LAMBDA, Retry=[retry("E")], Catch=[catch("B", "E")], End=True)
    assert found(scope(A=tree, B=SUCCEED)) == []


def test_an_error_of_a_branch_is_no_failed_task():
    for tree in (parallel(scope(In=SUCCEED)), map_(scope(In=SUCCEED))):
        entries = [retry("States.TaskFailed"), retry("E")]
        assert found(scope(A=tree | {"Retry": entries, "End": True})) == []


def test_an_entry_that_names_nothing_is_not_called_useless():
    machine = retrying(retry("E"), {"ErrorEquals": []}, {}, {"ErrorEquals": [5]})
    assert "ASL-336" not in rules(machine)
