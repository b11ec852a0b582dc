"""Mutants: what is changed, where it stands, and which of them a case notices."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import asl
from asl.jsontypes import dump
from asl.language.source import read_source
from asl.testing import Case, laws, mutate, state_machines
from asl.testing.mutation.mutants import mutants_of
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

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def said(definition):
    """What the valid mutants of a definition are, by pointer and sentence."""
    return {(mutant.name, mutant.pointer, mutant.what) for mutant in valid_mutants_of(definition)}


def valid_mutants_of(definition):
    report = mutate(definition, [lambda machine: None], extensions=True)
    return [verdict.mutant for verdict in report.verdicts]


END = pass_(End=True)
TWO = {"B": pass_(Next="C"), "C": END}
#: A state A, and the mutants that its fields are good for.
OF_A_STATE = [
    (
        task("a", Retry=[retry("X", "Y", MaxAttempts=2, BackoffRate=3)], Next="B"),
        {
            ("drop-retrier", "/Retry/0", "Retry of X, Y is gone"),
            ("drop-error", "/Retry/0/ErrorEquals/0", 'ErrorEquals is without "X"'),
            ("drop-error", "/Retry/0/ErrorEquals/1", 'ErrorEquals is without "Y"'),
            ("max-attempts", "/Retry/0/MaxAttempts", "MaxAttempts is 3 instead of 2"),
            ("max-attempts", "/Retry/0/MaxAttempts", "MaxAttempts is 1 instead of 2"),
            ("interval", "/Retry/0/IntervalSeconds", "IntervalSeconds is 2 instead of 1"),
            ("backoff-rate", "/Retry/0/BackoffRate", "BackoffRate is 1.0 instead of 3"),
        },
    ),
    (  # one retry has no second delay, and none has no delay at all
        task("a", Retry=[retry("X", MaxAttempts=1)], Next="B"),
        {
            ("drop-retrier", "/Retry/0", "Retry of X is gone"),
            ("max-attempts", "/Retry/0/MaxAttempts", "MaxAttempts is 2 instead of 1"),
            ("max-attempts", "/Retry/0/MaxAttempts", "MaxAttempts is 0 instead of 1"),
            ("interval", "/Retry/0/IntervalSeconds", "IntervalSeconds is 2 instead of 1"),
        },
    ),
    (
        task("a", Catch=[catch("C", "X", "Y", ResultPath="$.e")], Next="B"),
        {
            ("drop-catcher", "/Catch/0", "Catch of X, Y is gone"),
            ("drop-error", "/Catch/0/ErrorEquals/0", 'ErrorEquals is without "X"'),
            ("drop-error", "/Catch/0/ErrorEquals/1", 'ErrorEquals is without "Y"'),
            ("drop-result-path", "/Catch/0/ResultPath", "ResultPath is gone"),
            ("next", "/Catch/0/Next", 'Next is "A" instead of "C"'),
            ("next", "/Catch/0/Next", 'Next is "B" instead of "C"'),
            ("next", "/Next", 'Next is "C" instead of "B"'),
            ("next", "/Next", 'Next is "A" instead of "B"'),
        },
    ),
    (
        task("a", TimeoutSeconds=60, HeartbeatSeconds=20, Next="B"),
        {
            ("drop-timeout-seconds", "/TimeoutSeconds", "TimeoutSeconds is gone"),
            ("timeout-seconds", "/TimeoutSeconds", "TimeoutSeconds is 30 instead of 60"),
            ("drop-heartbeat-seconds", "/HeartbeatSeconds", "HeartbeatSeconds is gone"),
            ("heartbeat-seconds", "/HeartbeatSeconds", "HeartbeatSeconds is 10 instead of 20"),
        },
    ),
    (
        task("a", ResultPath="$.r", ResultSelector={"x.$": "$"}, OutputPath="$.r", Next="B"),
        {
            ("drop-result-path", "/ResultPath", "ResultPath is gone"),
            ("drop-result-selector", "/ResultSelector", "ResultSelector is gone"),
            ("drop-output-path", "/OutputPath", "OutputPath is gone"),
        },
    ),
    (
        task("a", Parameters={"x": 1, "Payload": {"y": 2, "z.$": "$"}}, Assign={"v": 1}, Next="B"),
        {
            ("drop-member", "/Parameters/x", 'Parameters is without "x"'),
            ("drop-member", "/Parameters/Payload/y", 'Payload is without "y"'),
            ("drop-member", "/Parameters/Payload/z.$", 'Payload is without "z.$"'),
            ("drop-member", "/Assign/v", 'Assign is without "v"'),
        },
    ),
    (
        wait(30, Next="B"),
        {
            ("wait", "/Seconds", "Seconds is 60 instead of 30"),
            ("wait", "/Seconds", "Seconds is 0 instead of Seconds 30"),
        },
    ),
    (
        wait(TimestampPath="$.t", Next="B"),
        {("wait", "/TimestampPath", 'Seconds is 0 instead of TimestampPath "$.t"')},
    ),
    (
        map_(scope(M=END), ItemSelector={"x": 1}, Next="B"),
        {
            ("max-concurrency", "/MaxConcurrency", "MaxConcurrency is 1 instead of null"),
            ("drop-member", "/ItemSelector/x", 'ItemSelector is without "x"'),
        },
    ),
    (map_(scope(M=END), MaxConcurrency=1, Next="B"), set()),
    (
        parallel(scope(M=END), scope(N=END), Next="B"),
        {
            ("drop-branch", "/Branches/0", "branch 0 is gone"),
            ("drop-branch", "/Branches/1", "branch 1 is gone"),
        },
    ),
    (pass_(ResultPath="$", OutputPath="$", InputPath="$", Next="B"), set()),
    (
        choice(
            {"Variable": "$.n", "NumericGreaterThan": 5, "Next": "B"},
            {"Variable": "$.s", "StringMatches": "a*", "Next": "C"},
            Default="C",
        ),
        {
            ("drop-rule", "/Choices/0", "rule 0 is gone"),
            ("drop-rule", "/Choices/1", "rule 1 is gone"),
            ("swap-rules", "/Choices/0", "rules 0 and 1 have changed places"),
            ("negate", "/Choices/0", '{"Variable":"$.n","NumericGreaterThan":5} is negated'),
            ("negate", "/Choices/1", '{"Variable":"$.s","StringMatches":"a*"} is negated'),
            (
                "operator",
                "/Choices/0/NumericGreaterThan",
                "NumericGreaterThan is NumericGreaterThanEquals",
            ),
            ("operand", "/Choices/0/NumericGreaterThan", "NumericGreaterThan is 6 instead of 5"),
            ("operand", "/Choices/1/StringMatches", 'StringMatches is "a*x" instead of "a*"'),
            ("drop-default", "/Default", "Default is gone"),
            ("next", "/Choices/0/Next", 'Next is "C" instead of "B"'),
            ("next", "/Choices/0/Next", 'Next is "A" instead of "B"'),
            ("next", "/Choices/1/Next", 'Next is "A" instead of "C"'),
            ("next", "/Choices/1/Next", 'Next is "B" instead of "C"'),
            ("default", "/Default", 'Default is "A" instead of "C"'),
            ("default", "/Default", 'Default is "B" instead of "C"'),
        },
    ),
    (
        choice(
            {
                "And": [
                    {"Variable": "$.a", "IsPresent": True},
                    {"Not": {"Variable": "$.a", "TimestampLessThanEqualsPath": "$.b"}},
                ],
                "Next": "B",
            },
            Default="C",
        ),
        {
            ("drop-default", "/Default", "Default is gone"),
            ("operator", "/Choices/0/And", "And is Or"),
            ("drop-condition", "/Choices/0/And/0", "condition 0 of And is gone"),
            ("drop-condition", "/Choices/0/And/1", "condition 1 of And is gone"),
            ("negate", "/Choices/0/And/0", '{"Variable":"$.a","IsPresent":true} is negated'),
            (
                "operator",
                "/Choices/0/And/1/Not/TimestampLessThanEqualsPath",
                "TimestampLessThanEqualsPath is TimestampLessThanPath",
            ),
        },
    ),
    (
        choice(
            {"Condition": "{% $states.input.a >= 1 and $states.input.b = '>' %}", "Next": "B"},
            QueryLanguage="JSONata",
            Default="C",
        ),
        {
            ("drop-default", "/Default", "Default is gone"),
            ("negate", "/Choices/0/Condition", "Condition is negated"),
            (
                "operator",
                "/Choices/0/Condition",
                ">= is > in \"$states.input.a >= 1 and $states.input.b = '>'\"",
            ),
            (
                "operator",
                "/Choices/0/Condition",
                "and is or in \"$states.input.a >= 1 and $states.input.b = '>'\"",
            ),
            (
                "operator",
                "/Choices/0/Condition",
                "= is != in \"$states.input.a >= 1 and $states.input.b = '>'\"",
            ),
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("state", "expected"), OF_A_STATE)
def test_each_field_has_its_mutants(state, expected):
    of_state = {
        (name, pointer.removeprefix("/States/A"), what)
        for name, pointer, what in said(scope(A=state, **TWO))
        if pointer.startswith("/States/A/")
    }
    assert expected <= of_state
    turns = {one for one in of_state if one[0] in ("next", "default", "negate")}
    assert of_state - expected <= turns


def test_the_machine_itself_has_mutants():
    definition = {**scope(A=pass_(), B=SUCCEED), "TimeoutSeconds": 60}
    assert {
        ("start", "/StartAt", 'StartAt is "B" instead of "A"'),
        ("drop-timeout-seconds", "/TimeoutSeconds", "TimeoutSeconds is gone"),
        ("timeout-seconds", "/TimeoutSeconds", "TimeoutSeconds is 30 instead of 60"),
    } <= said(definition)


def test_a_state_that_is_skipped_goes_with_all_that_only_it_leads_to():
    definition = scope(A=pass_(), B=pass_(), C=fail("Bad"))
    mutant = next(one for one in valid_mutants_of(definition) if one.pointer == "/States/A/Next")
    assert mutant.applied_to(definition)["States"].keys() == {"A", "C"}


def test_the_error_of_a_fail_state_is_another_one():
    assert (
        "error", "/States/A/Error", 'Error is "AnotherError" instead of "Bad"'
    ) in said(scope(A=fail("Bad")))  # fmt: skip


QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(state_machines())
def test_mutants_differ_from_the_definition_and_from_each_other_and_leave_it_alone(definition):
    before = dump(definition)
    texts = [dump(mutant.applied_to(definition)) for mutant in mutants_of(definition, "STANDARD")]
    assert len({before, *texts}) == len(texts) + 1
    assert dump(definition) == before


@settings(QUICK, max_examples=15)
@given(state_machines(depth=1, most_states=3))
def test_judged_mutants_are_valid_and_a_case_that_asks_nothing_kills_none(definition):
    report = mutate(definition, {"asks nothing": lambda machine: machine.run(tasks=ANY)})
    for verdict in report.verdicts:
        asl.load(verdict.mutant.applied_to(definition))
    killed = {verdict.mutant.name for verdict in report.killed}
    assert killed <= {"drop-member", "drop-result-path"}  # a task may get what is no JSON text


ANY = {"*": lambda _: {}}

# Cases

ORDER = EXAMPLES / "order_fulfilment.asl.json"
RETRIED = scope(A=task("a", Retry=[retry("Busy", MaxAttempts=2)]))


def fates(report):
    return {(one.mutant.name, one.mutant.what): one.fate for one in report.verdicts}


def test_a_case_kills_what_changes_what_it_asks_about():
    tasks = {"a": asl.script(asl.fails("Busy"), asl.fails("Busy"), 1)}
    by_outcome = fates(mutate(RETRIED, [Case(tasks=tasks)]))
    assert by_outcome == {
        ("drop-retrier", "Retry of Busy is gone"): "killed",
        ("max-attempts", "MaxAttempts is 3 instead of 2"): "survived",
        ("max-attempts", "MaxAttempts is 1 instead of 2"): "killed",
        ("interval", "IntervalSeconds is 2 instead of 1"): "survived",
        ("backoff-rate", "BackoffRate is 1.0 instead of 2.0"): "survived",
    }
    timed = fates(mutate(RETRIED, [Case(tasks=tasks, asks=("elapsed",))]))
    assert timed["interval", "IntervalSeconds is 2 instead of 1"] == "killed"
    assert timed["backoff-rate", "BackoffRate is 1.0 instead of 2.0"] == "killed"


def test_a_function_kills_what_it_asserts():
    def ends_soon(machine):
        laws.always_ends(machine.run(), within=30)

    report = mutate(scope(A=wait(30), B=wait(0)), {"soon": ends_soon})
    killers = {verdict.mutant.what: verdict.killer for verdict in report.killed}
    assert killers == {"Seconds is 60 instead of 30": "soon", "Seconds is 1 instead of 0": "soon"}


def test_a_mutant_that_goes_round_for_ever_ends():
    definition = scope(
        A=pass_(Parameters={"n": 1}),
        B=choice({"Variable": "$.n", "NumericEquals": 1, "Next": "C"}, Default="A"),
        C=SUCCEED,
    )
    unlimited = asl.Limits(history_events=None, duration=None)
    report = mutate(definition, [Case(limits=unlimited)])
    assert fates(report)["operand", "NumericEquals is 2 instead of 1"] == "killed"


def test_a_state_that_nobody_enters_is_told_apart():
    definition = scope(
        A=choice({"Variable": "$.n", "NumericEquals": 1, "Next": "B"}, Default="C"),
        B=wait(5, Next="C"),
        C=SUCCEED,
    )
    report = mutate(definition, [Case({"n": 2}, asks=("path",))])
    assert {one.mutant.state for one in report.unreached} == {"B"}
    assert "No test enters:\n  B: " in str(report)


def test_a_history_that_was_not_kept_may_have_entered_any_state():
    def check(machine):
        assert machine.run(history=0).elapsed.seconds == 5

    report = mutate(scope(A=wait(5)), [check])
    assert {one.fate for one in report.verdicts} == {"killed"}


def test_the_report_names_lines_and_the_score():
    text = json.dumps(scope(A=wait(30)), indent=1)
    report = mutate(text, [Case()])
    assert report.score == 0
    assert str(report) == (
        "<definition>: 0 of 2 mutants killed (0 %)\n\n"
        "Survived, though tests enter the state:\n"
        "  <definition>:6: A: Seconds is 60 instead of 30 [wait]\n"
        "  <definition>:6: A: Seconds is 0 instead of Seconds 30 [wait]"
    )
    document = json.loads(report.to_json())
    assert document["score"] == 0
    assert document["mutants"][0] == {
        "mutant": "wait",
        "state": "A",
        "pointer": "/States/A/Seconds",
        "line": 6,
        "what": "Seconds is 60 instead of 30",
        "fate": "survived",
        "killer": None,
    }


def test_a_dict_has_pointers_instead_of_lines_and_a_machine_without_mutants_scores_100():
    assert "<definition>:/States/A/Seconds: A:" in str(mutate(scope(A=wait(1)), [Case()]))
    assert mutate(scope(A=SUCCEED), [Case()]).score == 100


def test_placeholders_are_filled_and_the_type_is_kept():
    definition = scope(A=task("${F}", TimeoutSeconds=2))
    report = mutate(
        definition,
        [Case(tasks={"f": lambda _: 1}, synchronous=True)],
        substitutions={"F": "arn:aws:lambda:eu-west-1:123456789012:function:f"},
        type="EXPRESS",
    )
    assert len(report.verdicts) == 2


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ([], "at least one case"),
        ([7], "case 1 is neither a function of a machine nor a Case: 7"),
        ({"mine": lambda _: 1 / 0}, "mine fails on the definition as it is, .*division by zero"),
        ([Case(tasks={"b": lambda _: 1})], "case 1 fails on the definition as it is"),
    ],
)
def test_bad_cases_are_refused(cases, words):
    with pytest.raises(asl.UsageError, match=words):
        mutate(scope(A=task("a")), cases)


def test_bad_aspects_are_refused():
    with pytest.raises(asl.UsageError, match="no aspect is called 'outptu'; did you mean 'output'"):
        Case(asks=("outptu",))
    with pytest.raises(asl.UsageError, match="asks takes a tuple with some of status"):
        Case(asks="status")


def test_a_broken_definition_is_refused():
    with pytest.raises(asl.InvalidDefinition):
        mutate({"StartAt": "A", "States": {}}, [Case()])


def test_lines_of_a_file_are_those_of_the_change():
    names = ["ReserveStock", "ChargeCard", "CreateShipment", "RefundCharge", "ReleaseStock"]
    values = {f"{name}FunctionArn": f"arn:aws:lambda:eu-west-1:1:function:{name}" for name in names}
    report = mutate(ORDER, [lambda machine: None], substitutions=values)
    lines = ORDER.read_text(encoding="utf-8").splitlines()
    read = read_source(ORDER, keeps_placeholders=True)
    for verdict in report.verdicts:
        field = verdict.mutant.pointer.rpartition("/")[2]
        if read.locate_key(verdict.mutant.pointer) and f'"{field}"' in ORDER.read_text():
            assert f'"{field}"' in lines[verdict.line - 1] or field.isdigit()
