"""The view of a running execution: a line for each state, retry and failure, at its depth."""

import io
from datetime import timedelta

import pytest

import asl
from asl.cli.view import View
from tests.definitions import (
    INVOKE,
    SUCCEED,
    catch,
    fail,
    load,
    map_,
    parallel,
    pass_,
    retry,
    scope,
    task,
    wait,
)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(machine, value=None, out=None, **options):
    """The lines of a run without the output at the end."""
    out = out or io.StringIO()
    view = View(out)
    result = machine.run({} if value is None else value, on_event=view.show, **options)
    view.close(result)
    return out.getvalue().splitlines()


def states(machine, value=None, **options):
    """The same without the time."""
    return [line[16:] for line in shown(machine, value, **options)]


def test_states_are_indented_by_what_they_stand_in():
    machine = load(
        First=pass_(),
        P=parallel(
            scope(A=pass_(), AA=wait(1)),
            scope(M=map_(scope(B=pass_(), C=pass_()), MaxConcurrency=1), D=pass_()),
        ),
        Last=SUCCEED,
    )
    assert states(machine, [1, 2])[:11] == [
        "First",
        "P",
        "  A",
        "  AA",
        "  M",
        "    B",
        "    C",
        "    B",
        "    C",
        "  D",
        "Last",
    ]


def test_after_a_caught_failure_the_indentation_is_that_of_the_state_that_caught():
    machine = load(
        P=parallel(scope(M=map_(scope(F=fail("Refused")))), Catch=[catch("C")], Next="C"),
        C=SUCCEED,
    )
    assert states(machine, [1])[:4] == ["P", "  M", "    F", "C"]


def test_a_retried_parallel_shows_when_it_is_tried_again():
    machine = load(
        P=parallel(
            scope(A=pass_(), F=fail("Busy")), Retry=[retry(IntervalSeconds=5, MaxAttempts=1)]
        )
    )
    assert states(machine)[:-1] == [
        "P",
        "  A",
        "  F",
        "  retry after 5s",
        "  A",
        "  F",
        "FAILED",
    ]


def test_failures_and_timeouts_of_tasks_name_error_and_cause():
    machine = load(
        A=task(TimeoutSeconds=5, Retry=[retry()]), B=task(INVOKE, Parameters={"FunctionName": "f"})
    )
    work = asl.script(asl.hangs(), asl.fails("Busy", "too many"), asl.fails(None, "nameless"), 1)
    lines = states(machine, tasks={"work": work, "f": lambda _: asl.fails("Refused")})
    assert lines[:9] == [
        "A",
        "  failed: States.Timeout",
        "  retry after 1s",
        "  failed: Busy: too many",
        "  retry after 2s",
        "  failed: nameless",
        "  retry after 4s",
        "B",
        "  failed: Refused",
    ]


def test_a_long_cause_is_cut():
    machine = load(A=task())
    (line,) = [
        line
        for line in states(machine, tasks={"work": lambda _: asl.fails("Refused", "x" * 500)})
        if "failed" in line
    ]
    assert len(line) < 120
    assert line.endswith("...")


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "0s"),
        (1, "1s"),
        (59, "59s"),
        (60, "1m"),
        (61, "1m 1s"),
        (3_600, "1h"),
        (3_661, "1h 1m"),
        (86_400, "1d"),
        (90_061, "1d 1h"),
        (31_536_000, "365d"),
    ],
)
def test_times_since_the_start_have_two_units_at_most(span, text):
    assert shown(load(W=wait(span), B=SUCCEED))[1] == f"{text.rjust(14)}  B"


@pytest.mark.parametrize(
    ("span", "text"),
    [(0.25, "0.25s"), (0.000001, "1e-06s"), (59.9, "59.9s"), (90.4, "1m 30s")],
)
def test_parts_of_a_second_are_shown_below_a_minute(span, text):
    lines = shown(load(A=task(), B=SUCCEED), tasks={"work": lambda _: asl.returns(1, after=span)})
    assert lines[1] == f"{text.rjust(14)}  B"


def test_the_output_is_printed_as_readable_json():
    machine = load(A=pass_(Result={"ü": [1]}))
    assert shown(machine)[-5:] == ["{", '  "ü": [', "    1", "  ]", "}"]


def test_a_run_that_waits_says_what_for():
    out = io.StringIO()
    view = View(out)
    run = load(P=parallel(scope(A=wait(60)), scope(B=task()))).start(
        tasks={"work": lambda _: asl.hangs()}, on_event=view.show
    )
    view.close(run.advance(timedelta(seconds=30)))
    assert out.getvalue().splitlines()[-3:] == [
        "           30s  RUNNING",
        "'A' waits for a wait",
        "'B' waits for a task",
    ]


@pytest.mark.parametrize(
    ("machine", "painted"),
    [
        (load(A=SUCCEED), "\x1b[32mSUCCEEDED\x1b[0m"),
        (load(A=fail()), "\x1b[31mFAILED\x1b[0m"),
        (asl.load({**scope(A=wait(9)), "TimeoutSeconds": 1}), "\x1b[31mTIMED_OUT\x1b[0m"),
    ],
    ids=["succeeded", "failed", "timed out"],
)
def test_on_a_terminal_the_end_has_the_colour_of_its_kind(machine, painted):
    text = "\n".join(shown(machine, out=Terminal()))
    assert painted in text
    assert "\x1b[36mA\x1b[0m" in text
    assert "\x1b[2m            0s\x1b[0m" in text


def test_on_a_terminal_a_run_that_waits_is_yellow():
    out = Terminal()
    view = View(out)
    view.close(load(A=wait(9)).start(on_event=view.show).advance(1))
    assert "\x1b[33mRUNNING\x1b[0m" in out.getvalue()


def test_what_a_definition_says_can_not_steer_the_terminal():
    definition = scope(**{"\x1b[2Jboo": fail("\x1b]0;title\x07", "bad\x1b[31m")})
    text = "\n".join(shown(asl.load(definition), out=Terminal()))
    assert "\x1b[2J" not in text
    assert "\x1b]0" not in text
    assert "\x07" not in text
