"""What a run came to, in the form that users read."""

import json
import pickle
from datetime import UTC, datetime, timedelta

import pytest

import asl
from tests.definitions import fail, load, map_, parallel, pass_, scope, task, wait


def test_a_result_tells_status_output_path_and_times():
    start = datetime(2026, 2, 3, tzinfo=UTC)
    result = load(A=pass_(Result={"n": 1}), W=wait(3600)).run(clock=asl.VirtualClock(start))
    assert (result.status, result.output) == ("SUCCEEDED", {"n": 1})
    assert (result.error, result.cause) == (None, None)
    assert result.path == ["A", "W"]
    assert result.started_at == start
    assert result.elapsed == timedelta(hours=1)
    assert result.waiting == ()
    assert result.exceptions == ()


def test_the_path_names_states_inside_parallel_and_map_too():
    result = load(P=parallel(scope(A=pass_()), scope(M=map_(scope(B=pass_()))))).run([1, 2])
    assert result.path == ["P", "A", "M", "B", "B"]


def test_the_history_as_json_reads_back_as_the_history():
    result = load(A=pass_(Result="ü"), W=wait(1)).run()
    text = result.to_json()
    assert "ü" in text
    document = json.loads(text)
    assert list(document) == ["events"]
    for event, shown in zip(document["events"], result.history, strict=True):
        assert datetime.fromisoformat(event.pop("timestamp")) == shown["timestamp"]
        assert event == {key: value for key, value in shown.items() if key != "timestamp"}
    assert document["events"][0]["type"] == "ExecutionStarted"


def test_times_are_written_with_microseconds_always():
    first = json.loads(load(A=pass_()).run().to_json())["events"][0]
    assert first["timestamp"] == "2025-01-01T00:00:00.000000+00:00"


def test_indented_json_is_the_same_json():
    result = load(A=pass_()).run()
    indented = result.to_json(indent=2)
    assert json.loads(indented) == json.loads(result.to_json())
    assert "\n  " in indented


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        (scope(F=fail("Refused", "no credit")), asl.ExecutionFailed),
        ({**scope(W=wait(9)), "TimeoutSeconds": 1}, asl.ExecutionTimedOut),
    ],
    ids=["failed", "timed out"],
)
def test_check_raises_an_exception_of_the_kind_of_the_status(definition, kind):
    machine = asl.load(definition)
    with pytest.raises(kind) as caught:
        machine.run().check()
    assert caught.value.result.status == machine.run().status
    with pytest.raises(kind):
        machine.run(check=True)


def test_check_gives_the_result_where_it_succeeded_or_still_runs():
    result = load(A=pass_()).run()
    assert result.check() is result
    assert load(A=pass_()).run(check=True).status == "SUCCEEDED"
    running = load(W=wait(9)).start().advance(1)
    assert running.check() is running


FOREVER = asl.Limits(duration=None)


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (
            load(A=pass_(Result={"n": "ü"}), B=pass_()).run(),
            '<SUCCEEDED after 0:00:00: A > B\n  output: {"n": "ü"}>',
        ),
        (load(A=pass_(Result=None)).run(), "<SUCCEEDED after 0:00:00: A\n  output: null>"),
        (
            load(W=wait(90), F=fail("Refused", "no credit")).run(),
            "<FAILED after 0:01:30: W > F\n  error:  Refused\n  cause:  no credit>",
        ),
        (load(F=fail()).run(), "<FAILED after 0:00:00: F\n  error:  (none)>"),
        (
            asl.load({**scope(W=wait(9)), "TimeoutSeconds": 5}).run(),
            "<TIMED_OUT after 0:00:05: W>",
        ),
        (load(W=wait(9)).start().stop("Stopped"), "<ABORTED after 0:00:00: W\n  error:  Stopped>"),
        (load(W=wait(9)).start().result, "<RUNNING after 0:00:00: no state>"),
        (
            load(W=wait(60)).start().advance(1),
            "<RUNNING after 0:00:01: W\n  'W' waits for a wait until 2025-01-01 00:01:00+00:00>",
        ),
        (
            load(T=task()).run(tasks={"work": lambda _: asl.hangs()}, limits=FOREVER),
            "<RUNNING after 0:00:00: T\n  'T' waits for a task>",
        ),
    ],
    ids=["output", "null", "error", "no error", "timed out", "aborted", "new", "wait", "task"],
)
def test_a_result_prints_what_a_reader_wants_to_know(result, shown):
    assert repr(result) == shown


def test_long_outputs_and_causes_are_cut_when_printed():
    shown = repr(load(A=pass_(Result="x" * 10_000)).run())
    assert len(shown) < 400
    assert shown.endswith("...>")
    shown = repr(load(F=fail("Refused", "y" * 10_000)).run())
    assert len(shown) < 400
    assert shown.endswith("yyy...>")


def test_the_path_of_a_long_run_is_cut_when_printed():
    states = {f"State{n}": pass_() for n in range(2_000)}
    assert len(repr(load(**states).run())) < 1_000
    with pytest.raises(asl.ExecutionFailed) as caught:
        load(**states, F=fail()).run(check=True)
    assert len(str(caught.value)) < 1_000


def test_a_result_can_be_pickled():
    result = load(A=pass_(Result={"n": 1}), W=wait(5)).run()
    again = pickle.loads(pickle.dumps(result))  # noqa: S301 - written a moment ago, by ourselves
    assert again.to_json() == result.to_json()
    assert (again.status, again.output, again.elapsed) == ("SUCCEEDED", {"n": 1}, result.elapsed)
