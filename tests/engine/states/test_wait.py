"""Wait: for a span or until an instant, exactly."""

from datetime import UTC, datetime, timedelta

import pytest

import asl
from tests.definitions import chart, choice, details, events, lines, load, pass_, scope, wait

START = datetime(2025, 1, 1, tzinfo=UTC)


def waited(value=None, **fields):
    """How long a Wait takes; it starts on 2025-01-01."""
    result = load(W=wait(**fields)).run({} if value is None else value)
    assert result.status == "SUCCEEDED", result.cause
    return result.elapsed.total_seconds()


@pytest.mark.parametrize("span", [0, 1, 86_400, 31_536_000])
def test_seconds_are_waited_exactly(span):
    assert waited(Seconds=span) == span
    assert waited({"n": span}, SecondsPath="$.n") == span
    assert waited({"n": str(span)}, SecondsPath="$.n") == span


@pytest.mark.parametrize(
    ("timestamp", "span"),
    [
        ("2025-01-01T00:00:10Z", 10),
        ("2025-01-01T00:00:00.5Z", 0.5),
        ("2025-01-01T00:00:00.000001Z", 0.000001),
        ("2025-01-01T00:00:00.0000001Z", 0.000001),
        ("2025-01-01T01:00:00+01:00", 0),
        ("2024-12-31T20:00:00-05:00", 3600),
        ("2024-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.9999999Z", 0),
    ],
)
def test_an_instant_is_waited_for_and_one_in_the_past_is_not(timestamp, span):
    assert waited(Timestamp=timestamp) == span
    assert waited({"at": timestamp}, TimestampPath="$.at") == span


def test_a_wait_until_an_instant_waits_from_where_it_stands():
    result = load(W=wait(7), U=wait(Timestamp="2025-01-01T00:00:10Z")).run()
    assert result.elapsed == timedelta(seconds=10)
    late = asl.VirtualClock(START + timedelta(seconds=8))
    assert load(U=wait(Timestamp="2025-01-01T00:00:10Z")).run(clock=late).elapsed == timedelta(
        seconds=2
    )


def test_a_wait_is_left_with_its_input_when_it_is_over():
    result = load(W=wait(5), A=pass_()).run({"n": 1})
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 WaitStateEntered W
        3 <- 2 WaitStateExited W
        4 <- 3 PassStateEntered A
        5 <- 4 PassStateExited A
        6 <- 5 ExecutionSucceeded
    """)
    assert result.history[1]["timestamp"] == START
    assert result.history[2]["timestamp"] == START + timedelta(seconds=5)
    assert result.output == {"n": 1}


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"InputPath": "$.a"}, {"n": 2}),
        ({"OutputPath": "$.a.n"}, 2),
        ({"InputPath": "$.a", "OutputPath": "$.n"}, 2),
        ({"InputPath": None}, {}),
        ({"OutputPath": None}, {}),
    ],
    ids=str,
)
def test_input_path_and_output_path_shape_what_passes_through(fields, output):
    assert load(W=wait(1, **fields)).run({"a": {"n": 2}}).output == output


def test_seconds_path_reads_the_effective_input_and_assign_remembers():
    result = load(
        W=wait(InputPath="$.a", SecondsPath="$.n", Assign={"slept.$": "$.n"}),
        B=pass_(Parameters={"slept.$": "$slept"}),
    ).run({"a": {"n": 2}})
    assert (result.output, result.elapsed) == ({"slept": 2}, timedelta(seconds=2))
    (event,) = events(result, "WaitStateExited")
    assert details(event)["assignedVariables"] == {"slept": "2"}


def cause(value, **fields):
    result = load(W=wait(**fields)).run(value)
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.elapsed == timedelta(0)
    assert chart(result).splitlines()[1:] == ["2 <- 0 WaitStateEntered W", "3 <- 2 ExecutionFailed"]
    prefix = "An error occurred while executing the state 'W' (entered at the event id #2). "
    assert result.cause.startswith(prefix)
    return result.cause.removeprefix(prefix)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("soon", "soon"),
        ("", ""),
        (1.5, "1.5"),
        (None, "null"),
        (True, "true"),
        ({"raw": "3"}, '{"raw":"3"}'),
        ("9" * 20, "9" * 20),
        ("٣", "٣"),
    ],
    ids=repr,
)
def test_seconds_that_are_no_whole_number_fail_in_the_words_of_aws(value, shown):
    assert cause({"n": value}, SecondsPath="$.n") == (
        f"The SecondsPath parameter cannot be parsed as a long value: $.n == {shown}"
    )


@pytest.mark.parametrize("value", [-1, "-1"])
def test_negative_seconds_fail_in_the_words_of_aws(value):
    assert cause({"n": value}, SecondsPath="$.n") == (
        "The SecondsPath parameter references a negative value: $.n == -1"
    )


@pytest.mark.parametrize("field", ["SecondsPath", "TimestampPath"])
def test_a_path_that_finds_nothing_fails_in_the_words_of_aws(field):
    assert cause({}, **{field: "$.n"}) == (
        f"The {field} parameter does not reference an input value: $.n"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("tomorrow", "tomorrow"),
        ("2025-01-01", "2025-01-01"),
        ("2025-13-01T00:00:00Z", "2025-13-01T00:00:00Z"),
        (1735689600000, "1735689600000"),
        (None, "null"),
        ({"at": 1}, '{"at":1}'),
    ],
    ids=repr,
)
def test_timestamps_that_are_none_fail_in_the_words_of_aws(value, shown):
    assert cause({"at": value}, TimestampPath="$.at") == (
        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time "
        f"format string: $.at == {shown}"
    )


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"SecondsPath": "$.n"}, {"n": 2**31}),
        ({"SecondsPath": "$.n"}, {"n": "9" * 19}),
        ({"Timestamp": "9999-12-31T23:59:59Z"}, {}),
        ({"TimestampPath": "$.at"}, {"at": "9999-12-31T23:59:59Z"}),
    ],
    ids=str,
)
def test_a_wait_of_more_than_2_to_the_31_seconds_is_too_long(fields, value):
    assert cause(value, **fields) == "Wait state delay is too long."


def test_2_to_the_31_seconds_less_one_are_not_too_long():
    result = load(W=wait(SecondsPath="$.n")).run({"n": 2**31 - 1}, limits=asl.Limits(duration=None))
    assert result.elapsed == timedelta(seconds=2**31 - 1)


def test_a_path_that_fails_on_the_way_out_fails_when_the_wait_is_over():
    result = load(W=wait(5, OutputPath="$.missing")).run({"n": 1})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.elapsed == timedelta(seconds=5)


def test_the_context_object_remembers_when_the_wait_was_entered():
    remember = {"state.$": "$$.State"}
    machine = load(A=wait(3), W=wait(5, Assign=remember), B=pass_(Parameters={"s.$": "$state"}))
    assert machine.run().output == {"s": {"Name": "W", "EnteredTime": "2025-01-01T00:00:03.000Z"}}


def test_a_loop_of_waits_reads_its_span_each_time():
    machine = asl.load(
        scope(
            Wait=wait(SecondsPath="$.n"),
            Double=pass_(Parameters={"n.$": "States.MathAdd($.n, $.n)"}),
            More=choice({"Variable": "$.n", "NumericLessThan": 100, "Next": "Wait"}, Default="End"),
            End={"Type": "Succeed"},
        )
    )
    assert machine.run({"n": 1}).elapsed == timedelta(seconds=127)
