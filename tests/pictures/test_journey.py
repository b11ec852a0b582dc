"""What a run did, read from its history: ours, or what AWS gave."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given

import asl
from asl.errors import UsageError
from asl.pictures.journey import journey
from asl.pictures.marking import trace
from asl.pictures.outline import every_node, outline
from asl.runtimes.watching import watched_by
from tests.definitions import (
    SUCCEED,
    catch,
    choice,
    fail,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)
from tests.pictures.drawn import SHARED, SHOP, node
from tests.properties.machines import INPUT, definitions, handlers
from tests.properties.test_laws import SALTS

RECORDINGS = sorted((SHARED / "conformance" / "executions").glob("*.json"))


def walked(definition, value=None, **options):
    """The outline of a definition with what a run of it did, and the run."""
    result = asl.load(definition).run({} if value is None else value, **options)
    whole = outline(definition)
    found = journey(whole, result)
    return trace(whole, found), found


def busy(_):
    raise asl.TaskFailed("Busy")


def ways(whole, found):
    """How often the ways that were taken were taken, by names."""
    names = {each.id: each.name or each.kind for _, each in every_node(whole)}
    return {
        (names[source], names[target], kind): times
        for (source, target, kind), times in found.taken.items()
    }


def visits_of(whole, found, name):
    return found.visits.get(node(whole, name).pointer, [])


def unbalanced(whole, found, *, is_smooth):
    """States that were not entered as often as ways lead to them, or left as ways lead on.

    A branch that is given up may have left a state and entered no other.
    """
    odd = []
    for inside, each in every_node(whole):
        visits = found.visits.get(each.pointer, [])
        came = sum(edge.taken or 0 for edge in inside.edges if edge.target == each.id)
        went = sum(edge.taken or 0 for edge in inside.edges if edge.source == each.id)
        left = sum(visit.left is not None for visit in visits)
        if each.pointer is not None and each.kind != "Succeed":
            goes_on = went == left if is_smooth else went <= left
            odd += [] if came == len(visits) and goes_on else [each.name]
    return odd


def is_smooth(events):
    return not any(event["type"].endswith("Aborted") for event in events)


def test_a_walk_with_times():
    whole, found = walked(scope(A=pass_(), W=wait(90), B=pass_()))
    assert ways(whole, found) == {
        ("start", "A", "start"): 1,
        ("A", "W", "next"): 1,
        ("W", "B", "next"): 1,
        ("B", "end", "end"): 1,
    }
    (waited,) = visits_of(whole, found, "W")
    assert (waited.number, waited.entered, waited.left) == (
        2, timedelta(), timedelta(seconds=90),
    )  # fmt: skip
    assert (found.status, found.error, found.elapsed) == ("SUCCEEDED", None, timedelta(seconds=90))
    assert [note.text for note in node(whole, "W").notes] == [
        "Wait · 1 min 30 s", "#2 at 0 s for 1 min 30 s",
    ]  # fmt: skip


def test_retries_and_a_catch():
    definition = scope(
        A=task(Retry=[retry("Busy", MaxAttempts=2)], Catch=[catch("C")]),
        B=pass_(End=True),
        C=SUCCEED,
    )
    whole, found = walked(definition, tasks={"work": busy})
    assert ("A", "C", "catch") in ways(whole, found)
    assert node(whole, "A").trace == "visited"
    assert node(whole, "B").trace == "skipped"
    assert visits_of(whole, found, "A")[0].errors == ["Busy"] * 3
    assert node(whole, "A").notes[-1].text == "Busy 3×"


def test_a_next_and_a_catch_to_the_same_state_are_told_apart():
    definition = scope(A=task(Catch=[catch("B")], Next="B"), B=SUCCEED)
    for handler, kind in ((busy, "catch"), (lambda _: {}, "next")):
        whole, found = walked(definition, tasks={"work": handler})
        assert ("A", "B", kind) in ways(whole, found)


def test_an_error_without_an_event_of_its_own_is_still_a_catch():
    definition = scope(
        A=task(ResultPath="$.a.b", Catch=[catch("C")], Next="B"), B=SUCCEED, C=SUCCEED
    )
    whole, found = walked(definition, {"a": 1}, tasks={"work": lambda _: {}})
    assert ("A", "C", "catch") in ways(whole, found)


def test_loops_are_counted():
    definition = scope(
        Set=pass_(Result=0, ResultPath="$.n"),
        Add=pass_(Parameters={"n.$": "States.MathAdd($.n, 1)"}),
        Enough=choice({"Variable": "$.n", "NumericLessThan": 3, "Next": "Add"}, Default="Done"),
        Done=SUCCEED,
    )
    whole, found = walked(definition)
    assert ways(whole, found)["Enough", "Add", "choice"] == 2
    assert [visit.number for visit in visits_of(whole, found, "Add")] == [2, 4, 6]
    assert node(whole, "Add").notes[-2].text == "3×: #2, #4, #6"
    (again,) = [edge for edge in whole.edges if edge.taken == 2 and edge.kind == "choice"]
    assert again.notes[-1].text == "2×"


def test_a_failure_inside_is_seen_at_every_level():
    whole, found = walked(SHOP, [{"n": 1}], tasks={"work": lambda _: {"n": 1, "ok": False}})
    assert (found.status, found.error) == ("FAILED", "Sorry")
    assert [node(whole, name).trace for name in ("Bad", "Each", "Sorry", "Rest", "Done")] == [
        "failed", "failed", "failed", "stopped", "skipped",
    ]  # fmt: skip
    assert node(whole, "Pack").trace == "visited"
    assert ways(whole, found)["Pack", "Sorry", "catch"] == 1
    assert not unbalanced(whole, found, is_smooth=True)


def test_a_choice_that_fails_in_a_branch_is_shown_as_failed():
    definition = scope(
        P=parallel(scope(C=choice({"Variable": "$.x", "NumericEquals": 1, "Next": "D"}), D=SUCCEED))
    )
    whole, _ = walked(definition)
    assert node(whole, "C").trace == "failed"
    assert node(whole, "P").trace == "failed"
    assert node(whole, "P").notes[-1].text == "States.Runtime"


def test_a_run_that_goes_on_shows_where_it_stands():
    result = asl.load(SHOP).start([{"n": 1}], tasks={"work": lambda _: asl.hangs()}).advance(5)
    whole = outline(SHOP)
    found = journey(whole, result)
    assert found.status == "RUNNING"
    whole = trace(whole, found)
    assert [node(whole, name).trace for name in ("Ask", "Rest", "Pack", "Plan")] == [
        "waiting", "waiting", "waiting", "visited",
    ]  # fmt: skip


def test_what_is_inside_of_a_distributed_map_is_not_called_skipped():
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
    definition = scope(Each=map_({**processor, **scope(A=pass_())}))
    whole, _ = walked(definition, [1, 2])
    assert node(whole, "Each").trace == "visited"
    assert node(whole, "A").trace is None


def forms(result):
    """A run in each form in which AWS's tools give it."""
    document = json.loads(result.to_json())
    numbers = [{**event, "timestamp": event["timestamp"].timestamp()} for event in result.history]
    return [result, document, document["events"][::-1], numbers, result.history]


def test_every_form_of_a_history_tells_the_same():
    result = asl.load(SHOP).run([{"n": 9}], tasks={"work": lambda _: {"n": 9}})
    whole = outline(SHOP)
    first, *others = [journey(whole, form) for form in forms(result)]
    assert len(first.visits) == 8
    assert all(other == first for other in others)


def broken(change):
    definition = scope(A=pass_(), B=task(), C=SUCCEED)
    events = json.loads(asl.load(definition).run(tasks={"work": lambda _: {}}).to_json())["events"]
    return definition, change(events)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda events: events[3:], "event 1 is missing"),
        (lambda events: events[:2] + events[3:], "event 3 is missing"),
        (lambda events: {"events": events, "nextToken": "x"}, "only a page"),
        (lambda _: {"status": "SUCCEEDED"}, "'events'"),
        (lambda _: [], "'events'"),
        (lambda _: "history", "'events'"),
        (lambda events: [*events, 7], "event 11 of the history has no id or type: 7"),
        (lambda events: [{**events[0], "timestamp": "noon"}, *events[1:]], "no timestamp.*'noon'"),
        (lambda events: [{**events[0], "timestamp": True}, *events[1:]], "no timestamp, but True"),
    ],
)
def test_what_is_no_whole_history_is_refused(change, says):
    definition, run = broken(change)
    with pytest.raises(UsageError, match=says):
        journey(outline(definition), run)


def test_a_history_that_was_not_kept_is_refused():
    definition = scope(A=pass_(), B=pass_())
    with pytest.raises(UsageError, match="event 1 is missing"):
        walked(definition, history=2)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (scope(A=pass_(), Bee=task(), C=SUCCEED), "names the state 'B', which .* not have"),
        (
            scope(A=pass_(Next="C"), B=task(Next="C"), C=SUCCEED),
            "comes from 'A' to 'B'.* no such way",
        ),
        (scope(B=task(Next="C"), A=pass_(Next="C"), C=SUCCEED), "comes from the start to 'A'"),
        (
            scope(A=pass_(), B=task(), C=parallel(scope(A=SUCCEED))),
            "'A', but the definition has 2 of this name",
        ),
    ],
)
def test_the_history_of_another_definition_is_refused(other, says):
    _, run = broken(lambda events: events)
    with pytest.raises(UsageError, match=says):
        journey(outline(other), run)


def test_the_nearest_name_is_told():
    _, run = broken(lambda events: events)
    with pytest.raises(UsageError, match="the nearest is 'BB'"):
        journey(outline(scope(A=pass_(), BB=task(), C=SUCCEED)), run)


def test_an_aborted_run():
    run = asl.load(scope(A=wait(90), B=fail("X"))).start()
    run.advance(10)
    whole = outline(scope(A=wait(90), B=fail("X")))
    found = journey(whole, run.stop("Enough"))
    assert (found.status, found.error, found.elapsed) == (
        "ABORTED", "Enough", timedelta(seconds=10),
    )  # fmt: skip
    assert node(trace(whole, found), "A").trace == "stopped"


@given(definitions(), SALTS)
def test_ways_add_up_and_catchers_are_those_that_caught(definition, salt):
    seen = []

    def watch(execution):
        if execution not in seen:
            execution.decisions = []
            seen.append(execution)

    with watched_by(watch):
        result = asl.load(definition).run(INPUT, tasks=handlers(salt))
    whole = outline(definition)
    found = journey(whole, result)
    whole = trace(whole, found)
    assert not unbalanced(whole, found, is_smooth=is_smooth(result.history))
    assert sum(map(len, found.visits.values())) == len(result.path)
    caught = Counter(each.pointer for each in seen[0].decisions if each.kind == "caught")
    for inside, each in every_node(whole):
        out = [edge for edge in inside.edges if edge.source == each.id]
        if len({edge.target for edge in out}) == len(out):  # else a history may not tell
            taken = sum(edge.taken for edge in out if edge.kind == "catch")
            is_same = is_smooth(result.history)
            assert taken == caught[each.pointer] if is_same else taken <= caught[each.pointer]


@pytest.mark.skipif(not RECORDINGS, reason="the recordings of AWS are not here")
def test_recordings_of_aws_are_read():
    read = 0
    for path in RECORDINGS:
        case = json.loads(path.read_text(encoding="utf-8"))
        events = case["expected"].get("history")
        if not events or any(event.get("id") is None for event in events):
            continue  # not recorded, or without its links
        read += 1
        run = [{**event, "timestamp": float(event["id"])} for event in events]
        whole = outline(case["definition"])
        found = journey(whole, run)
        assert found.status == case["expected"]["status"], case["id"]
        whole = trace(whole, found)
        assert not unbalanced(whole, found, is_smooth=is_smooth(run)), case["id"]
    assert read > 300
