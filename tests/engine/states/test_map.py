"""Map, inline: the processor once for each item, so many at a time."""

import pytest

import asl
from tests.definitions import (
    SUCCEED,
    catch,
    chart,
    details,
    events,
    lines,
    load,
    map_,
    pass_,
    scope,
    seconds,
    task,
    wait,
)

ONE_PASS = scope(A=pass_())


def test_the_input_itself_is_the_list_of_items_when_no_path_is_given():
    assert load(M=map_(ONE_PASS)).run([1, "Hello", {}, None, 3.3]).output == [
        1,
        "Hello",
        {},
        None,
        3.3,
    ]


def test_items_path_reads_the_effective_input():
    machine = load(M=map_(ONE_PASS, InputPath="$.order", ItemsPath="$.lines"))
    assert machine.run({"order": {"lines": [1, 2]}}).output == [1, 2]


@pytest.mark.parametrize("path", ["$items", "$$.Execution.Input.list"])
def test_items_may_come_from_a_variable_or_the_context_object(path):
    machine = load(Set=pass_(Assign={"items.$": "$.list"}), M=map_(ONE_PASS, ItemsPath=path))
    assert machine.run({"list": ["a", "b"]}).output == ["a", "b"]


def test_iterator_and_parameters_are_the_older_names():
    state = {
        "Type": "Map",
        "Iterator": ONE_PASS,
        "Parameters": {"n.$": "$$.Map.Item.Value", "of.$": "$.of"},
        "ItemsPath": "$.list",
    }
    assert load(M=state).run({"list": [1], "of": 2}).output == [{"of": 2, "n": 1}]


@pytest.mark.parametrize("value", [{"a": 1}, "text", 1, None], ids=str)
def test_items_that_are_no_array_fail_the_execution(value):
    result = load(M=map_(ONE_PASS, ItemsPath="$.items")).run({"items": value})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause == (
        "An error occurred while executing the state 'M' (entered at the event id #2). "
        'Reference path "$.items" must point to array.'
    )
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 MapStateEntered M
        3 <- 2 ExecutionFailed
    """)


def test_an_input_that_is_no_array_fails_the_execution_too():
    assert load(M=map_(ONE_PASS)).run({}).cause.endswith('path "$" must point to array.')


def test_no_items_give_an_empty_list_at_once():
    result = load(M=map_(ONE_PASS)).run([])
    assert result.output == []
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 MapStateEntered M
        3 <- 2 MapStateStarted 0
        4 <- 3 MapStateSucceeded
        5 <- 3 MapStateExited M
        6 <- 5 ExecutionSucceeded
    """)


def test_links_of_iterations_one_at_a_time_are_as_recorded():
    result = load(M=map_(ONE_PASS, MaxConcurrency=1)).run(["a", "b"])
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 MapStateEntered M
        3 <- 2 MapStateStarted 2
        4 <- 3 MapIterationStarted M 0
        5 <- 4 PassStateEntered A
        6 <- 5 PassStateExited A
        7 <- 6 MapIterationSucceeded M 0
        8 <- 6 MapIterationStarted M 1
        9 <- 8 PassStateEntered A
        10 <- 9 PassStateExited A
        11 <- 10 MapIterationSucceeded M 1
        12 <- 11 MapStateSucceeded
        13 <- 11 MapStateExited M
        14 <- 13 ExecutionSucceeded
    """)


# ---------------------------------------------------------------- concurrency


def started_at(value, items=6, **options):
    """When the iterations of a Map over waits of ten seconds start."""
    machine = load(M=map_(scope(W=wait(10)), ItemsPath="$.items", **value.pop("fields", {})))
    result = machine.run({"items": [0] * items, **value}, **options)
    assert result.status == "SUCCEEDED"
    return seconds(result, "MapIterationStarted")


@pytest.mark.parametrize(
    ("width", "times"),
    [
        (1, [0, 10, 20, 30, 40, 50]),
        (2, [0, 0, 10, 10, 20, 20]),
        (4, [0, 0, 0, 0, 10, 10]),
        (6, [0] * 6),
        (0, [0] * 6),
        (1000, [0] * 6),
    ],
)
def test_max_concurrency_bounds_the_iterations_at_a_time(width, times):
    assert started_at({"fields": {"MaxConcurrency": width}}) == times


@pytest.mark.parametrize(
    ("width", "times"),
    [(2, [0, 0, 10, 10, 20, 20]), ("3", [0, 0, 0, 10, 10, 10]), (0, [0] * 6), ("0", [0] * 6)],
    ids=repr,
)
def test_max_concurrency_path_takes_a_number_or_text_of_one(width, times):
    assert started_at({"fields": {"MaxConcurrencyPath": "$.width"}, "width": width}) == times


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        ("NoNumber", "NoNumber"),
        ({}, "{}"),
        ([], "[]"),
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        (-1, "-1"),
        ("-1", "-1"),
        ("", ""),
        ("٣", "٣"),
        ("1" * 30, "1" * 30),
    ],
    ids=repr,
)
def test_a_max_concurrency_path_to_something_else_fails_in_the_words_of_aws(width, shown):
    result = load(M=map_(ONE_PASS, ItemsPath="$.v", MaxConcurrencyPath="$.n")).run(
        {"v": [1], "n": width}
    )
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause == (
        "An error occurred while executing the state 'M' (entered at the event id #2). "
        f'The MaxConcurrencyPath field refers to value "{shown}" which is not a valid integer: $.n'
    )


@pytest.mark.parametrize(
    ("fields", "quota", "at_once"),
    [
        ({}, 40, 40),
        ({"MaxConcurrency": 50}, 40, 40),
        ({}, None, 45),
        ({"MaxConcurrency": 42}, None, 42),
    ],
    ids=str,
)
def test_no_more_iterations_run_at_a_time_than_the_quota_allows(fields, quota, at_once):
    limits = asl.Limits(inline_map_concurrency=quota)
    times = started_at({"fields": fields}, items=45, limits=limits)
    assert times.count(0) == at_once


def test_iterations_that_wait_for_their_turn_are_not_started_after_a_failure():
    result = load(M=map_(scope(T=task()), MaxConcurrency=2)).run(
        [1, 2, 3, 4], tasks={"work": lambda n: asl.fails("Refused") if n == 2 else asl.hangs()}
    )
    started = [details(event)["index"] for event in events(result, "MapIterationStarted")]
    assert started == [0, 1]
    assert result.error == "Refused"


# ---------------------------------------------------------------- the item


def test_the_context_object_has_index_and_value_of_the_item():
    item = {"index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value"}
    machine = load(M=map_(scope(A=pass_(Parameters=item)), ItemSelector=item))
    assert machine.run(["a", "b"]).output == [
        {"index": 0, "value": "a"},
        {"index": 1, "value": "b"},
    ]


def test_an_inner_map_has_its_own_item_and_a_parallel_keeps_that_around_it():
    item = {"value.$": "$$.Map.Item.Value"}
    inner = map_(scope(A=pass_(Parameters=item)))
    branches = {"Type": "Parallel", "Branches": [scope(B=inner), scope(C=pass_(Parameters=item))]}
    assert load(M=map_(scope(P=branches))).run([["x"], ["y"]]).output == [
        [[{"value": "x"}], {"value": ["x"]}],
        [[{"value": "y"}], {"value": ["y"]}],
    ]


def test_outside_of_a_map_there_is_no_item():
    result = load(A=pass_(Parameters={"i.$": "$$.Map.Item.Index"})).run()
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    result = load(M=map_(ONE_PASS), B=pass_(Parameters={"i.$": "$$.Map.Item.Index"})).run([1])
    assert (result.status, result.error) == ("FAILED", "States.Runtime")


def test_item_selector_sees_the_input_of_the_map_and_the_item():
    machine = load(
        M=map_(
            ONE_PASS,
            ItemsPath="$.lines",
            ItemSelector={"line.$": "$$.Map.Item.Value", "order.$": "$.order", "fixed": 1},
        )
    )
    assert machine.run({"order": 7, "lines": ["a", "b"]}).output == [
        {"fixed": 1, "line": "a", "order": 7},
        {"fixed": 1, "line": "b", "order": 7},
    ]


def test_an_item_selector_that_fails_fails_the_map_and_stops_its_iterations():
    result = load(
        M=map_(
            scope(T=task()),
            ItemSelector={"n.$": "$$.Map.Item.Value.n"},
            Catch=[catch("C")],
            Next="C",
        ),
        C=SUCCEED,
    ).run([{"n": 1}, {"n": 2}, {}, {"n": 4}], tasks={"work": lambda _: asl.hangs()})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause.startswith(
        "An error occurred while executing the state 'M' (entered at the event id #2)."
    )
    assert "T" not in result.path
    assert [details(event)["index"] for event in events(result, "MapIterationAborted")] == [0, 1]


def test_an_item_selector_that_fails_later_stops_the_iterations_that_run():
    result = load(
        M=map_(scope(T=task()), ItemSelector={"n.$": "$$.Map.Item.Value.n"}, MaxConcurrency=2)
    ).run(
        [{"n": 0}, {"n": 99}, {}],
        tasks={"work": lambda payload: asl.returns(1, after=payload["n"])},
    )
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert [details(event)["index"] for event in events(result, "MapIterationAborted")] == [1]
    assert len(events(result, "TaskStateAborted")) == 1


def test_the_outputs_are_shaped_as_a_result():
    result = load(
        M=map_(
            ONE_PASS,
            ItemsPath="$.items",
            ResultSelector={"made.$": "$", "n.$": "States.ArrayLength($)"},
            ResultPath="$.out",
            OutputPath="$.out",
        )
    ).run({"items": [1, 2]})
    assert result.output == {"made": [1, 2], "n": 2}


def test_result_path_null_keeps_the_input():
    assert load(M=map_(ONE_PASS, ResultPath=None)).run([1, 2]).output == [1, 2]


def test_ten_thousand_items_are_no_trouble_but_the_history_limit():
    machine = load(M=map_(ONE_PASS, ItemsPath="$.items"))
    result = machine.run({"items": list(range(6_000))})
    assert result.output == list(range(6_000))
    result = machine.run({"items": list(range(6_250))})
    assert (result.status, len(result.history)) == ("FAILED", 25_000)
