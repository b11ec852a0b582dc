"""Scenario files: what they can say, how failures read, and every fault with its line."""

import json
from datetime import timedelta
from importlib.metadata import entry_points
from textwrap import dedent, indent

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.cli import main
from asl.errors import UsageError
from asl.testing import ScenarioFailed, check_scenario, read_scenarios, run_scenario
from asl.testing.comparing import differences
from asl.testing.scenarios.faults import scenario_schema
from asl.testing.scenarios.spans import parse_span
from tests.definitions import FUNCTION, INVOKE, QUEUE, catch, fail, retry, scope, task

pytest_plugins = ["pytester"]

MACHINE = scope(
    Charge=task(
        INVOKE,
        Parameters={"FunctionName": "charge", "Payload": {"amount.$": "$.amount"}},
        ResultSelector={"id.$": "$.Payload.id"},
        TimeoutSeconds=10,
        Retry=[retry("Busy", IntervalSeconds=1)],
        Catch=[catch("Refused", "Refused")],
        Next="Ship",
    ),
    Ship=task(QUEUE, Parameters={"QueueUrl": "u", "MessageBody.$": "$"}, End=True),
    Refused=fail("NoMoney", "the card was refused"),
)


@pytest.fixture
def write(tmp_path):
    (tmp_path / "order.asl.json").write_text(json.dumps(MACHINE))

    def write(text, top="definition: order.asl.json"):
        path = tmp_path / "order.asl-test.yaml"
        path.write_text(f"{top}\n{dedent(text).strip()}\n")
        return path

    return write


@pytest.fixture
def one(write):
    """Write a file with one scenario, whose tasks answer; its first line is the file's line 6."""

    def one(text, top="definition: order.asl.json"):
        tasks = """\
            tasks:
              charge: {returns: {id: 7}}
              Ship: {returns: {MessageId: m}}
            scenarios:
              it:
            """
        return write(dedent(tasks) + indent(dedent(text).strip(), "    "), top)

    return one


def faults_of(path):
    (scenario,) = read_scenarios(path)
    return [fault.split(": ", 1)[1] for fault in run_scenario(scenario).faults]


def refusal(path):
    with pytest.raises(UsageError) as raised:
        read_scenarios(path)
    return str(raised.value)


# What a scenario can say.


def test_everything_that_can_be_expected(one):
    path = one(
        """
        input: {amount: 3}
        start: 2026-02-28T23:59:59Z
        seed: 4
        expect:
          status: SUCCEEDED
          output: {MessageId: m}
          output_has: {}
          path: [Charge, Ship]
          duration: 0
          duration_at_most: 1m
          calls: {charge: [{amount: 3}], Charge: 1, Ship: 1}
        """
    )
    assert faults_of(path) == []


def test_a_script_of_replies_with_times(one):
    path = one(
        """
        input: {amount: 3}
        tasks:
          charge:
            - {fails: Busy, after: 2, times: 2}
            - hangs: true
              heartbeat_every: 1
        expect: {status: FAILED, error: States.Timeout, duration: 17, calls: {charge: 3}}
        """
    )
    assert faults_of(path) == []


def test_an_error_and_its_cause(one):
    path = one(
        """
        input: {amount: 3}
        tasks: {charge: {fails: Refused, cause: "card 4711 has expired"}}
        expect: {error: NoMoney, cause: the card was refused, cause_has: refused}
        """
    )
    assert faults_of(path) == []


def test_an_execution_in_which_a_task_hangs(write):
    text = """
        tasks: {work: {hangs: true}}
        scenarios: {it: {expect: {status: TIMED_OUT, duration: 365d}}}
        """
    assert faults_of(write(text, top=f"definition: {json.dumps(scope(Work=task(FUNCTION)))}")) == []


@pytest.mark.parametrize(
    ("resource", "reply"),
    [
        ("sqs:sendMessage.waitForTaskToken", "{submits: {MessageId: m}, returns: 1, after: 5}"),
        ("ecs:runTask.sync", "{returns: 1, after: 5}"),
        ("activity", "{worker: Ada, returns: 1, after: 5}"),
    ],
)
def test_tasks_that_take_time(write, resource, reply):
    arn = "arn:aws:states:us-east-1:123456789012:activity:a"
    if resource != "activity":
        arn = f"arn:aws:states:::{resource}"
    fields = {"Parameters": {"MessageBody.$": "$$.Task.Token"}} if "Token" in resource else {}
    text = f"""
        tasks: {{Work: {reply}}}
        scenarios: {{it: {{expect: {{output: 1, duration: 5}}}}}}
        """
    definition = scope(Work=task(arn, **fields))
    assert faults_of(write(text, top=f"definition: {json.dumps(definition)}")) == []


def test_a_scenario_takes_the_rest_from_the_top(write, tmp_path):
    (tmp_path / "three.json").write_text('{"amount": 3}')
    path = write(
        """
        input_file: three.json
        substitutions: {Wait: 60}
        type: EXPRESS
        tasks: {"*": {returns: 1}}
        scenarios:
          from the top: {expect: {output: {amount: 3}, duration: 60}}
          its own: {input: 5, substitutions: {Wait: 30}, expect: {output: 5, duration: 30}}
        """,
        top='definition: {StartAt: W, States: {W: {Type: Wait, Seconds: "${Wait}", End: true}}}',
    )
    path.write_text(path.read_text().replace('tasks: {"*": {returns: 1}}\n', ""))
    assert [run_scenario(each).faults for each in read_scenarios(path)] == [[], []]


def test_replies_that_aws_would_not_give(one):
    path = one(
        """
        check_replies: STRICT
        tasks:
          Ship: [{fails: Busy}, {returns: {MessageId: 7}}]
        expect: {status: SUCCEEDED}
        """
    )
    assert refusal(path).endswith(
        "order.asl-test.yaml:9:39: Mock result schema validation error: Field 'MessageId' must be "
        f"a string ({QUEUE})"
    )


def test_a_storage_beside_the_file(write, tmp_path):
    (tmp_path / "s3" / "bucket").mkdir(parents=True)
    (tmp_path / "s3" / "bucket" / "items.json").write_text("[1, 2]")
    definition = scope(
        Each={
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": "bucket", "Key": "items.json"},
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                **scope(Work=task(FUNCTION)),
            },
        }
    )
    text = """
        storage: s3
        tasks: {work: {returns: x}}
        scenarios: {it: {expect: {output: [x, x], calls: {work: [1, 2]}}}}
        """
    assert faults_of(write(text, top=f"definition: {json.dumps(definition)}")) == []


# How a failure reads.


@pytest.mark.parametrize(
    ("expect", "fault"),
    [
        ("status: FAILED", "status: expected FAILED, but it is SUCCEEDED"),
        ("error: Busy", "status: expected a failure, but it is SUCCEEDED"),
        ("output: {MessageId: n}", "output.MessageId: expected 'n', but it is 'm'"),
        ("output: {}", "output.MessageId: not expected, but it is 'm'"),
        ("output: [m]", "output: expected ['m'], but it is {'MessageId': 'm'}"),
        ("output_has: {Id: m}", "output.Id: expected 'm', but it is missing"),
        ("path: [Charge]", "path: state 2 after 'Charge': expected the end, but it is 'Ship'"),
        ("path: [Ship]", "path: state 1: expected 'Ship', but it is 'Charge'"),
        (
            "path: [Charge, Ship, Ship]",
            "path: state 3 after 'Ship': expected 'Ship', but it is the end",
        ),
        ("duration: 1d 2h", "duration: expected 1 day, 2:00:00, but it is 0:00:00"),
        ("calls: {charge: 2}", "calls.charge: expected 2 calls, but there are 1"),
        (
            "calls: {Charge: [{amount: 4}]}",
            "calls.Charge[0].amount: expected 4, but it is 3",
        ),
        ("calls: {charge: []}", "calls.charge: expected 0 items, but there are 1"),
    ],
)
def test_what_is_said_of_what_is_not_as_expected(one, expect, fault):
    path = one(f"input: {{amount: 3}}\nexpect:\n  {expect}")
    assert fault in faults_of(path)
    (scenario,) = read_scenarios(path)
    assert all(".yaml:9:7: " in line for line in run_scenario(scenario).faults)


def test_too_long_a_duration(one):
    path = one(
        """
        input: {amount: 3}
        tasks: {charge: {returns: {id: 7}, after: 9.5}}
        expect: {duration_at_most: 9}
        """
    )
    assert faults_of(path) == ["duration: expected at most 0:00:09, but it is 0:00:09.500000"]


def test_success_is_expected_if_nothing_is_said(one):
    path = one(
        """
        input: {amount: 3}
        tasks: {charge: {fails: Refused}}
        expect: {path: [Charge, Refused]}
        """
    )
    assert faults_of(path) == [
        "status: expected SUCCEEDED, but it is FAILED, NoMoney, the card was refused"
    ]


def test_a_cause_that_has_not_the_text(one):
    path = one(
        """
        input: {amount: 3}
        tasks: {charge: {fails: Refused}}
        expect: {cause_has: stolen}
        """
    )
    assert faults_of(path) == ["cause: 'stolen' is not in 'the card was refused'"]


def test_a_call_beyond_the_script_fails_the_scenario(one):
    path = one(
        """
        input: {amount: 3}
        tasks: {charge: [{fails: Busy}]}
        expect: {status: FAILED}
        """
    )
    (fault,) = faults_of(path)
    assert "the script for state 'Charge' has 1 replies, but this is call 2" in fault


def test_a_scenario_as_a_function_call(one):
    (scenario,) = read_scenarios(one("input: {amount: 3}\nexpect: {duration: 0}"))
    assert check_scenario(scenario).output == {"MessageId": "m"}
    assert (scenario.name, scenario.line) == ("it", 6)
    (scenario,) = read_scenarios(one("input: {amount: 3}\nexpect: {duration: 1}"))
    with pytest.raises(ScenarioFailed, match=r"duration: .*\n<SUCCEEDED after"):
        check_scenario(scenario)


# Faults of a file.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exepct: {duration: 1}", ":7:5: unknown key 'exepct'; did you mean 'expect'?"),
        ("exepct: {duration: 1}", ":7:5: 'expect' is missing"),
        ("expect: {statsu: FAILED}", ":7:14: unknown key 'statsu'; did you mean 'status'?"),
        ("expect: {status: FAILD}", ":7:22: 'FAILD' is none of the values here; did you mean 'FA"),
        ("expect: {}", ":7:13: it is empty"),
        ("expect: 3", ":7:13: a mapping is needed, not 3"),
        ("expect: {duration: soon}", ":7:24: 'soon' is no span of time, such as '2h 30m' or 90"),
        ("expect: {duration: 1.2.3s}", ":7:24: '1.2.3s' is no span of time"),
        ("expect: {duration: -1}", ":7:24: -1 is less than the minimum of 0"),
        ("expect: {path: Charge}", ":7:20: a list is needed, not 'Charge'"),
        ("expect: {path: [Charge, Shipp]}", ":7:29: 'order' has no state 'Shipp'; did you mean"),
        ("expect: {calls: {Shipp: 1}}", ":7:22: 'Shipp' is neither a Task state nor a name in 't"),
        ("expect: {calls: {Refused: 0}}", "'Refused' is neither a Task state"),
        ("expect: {calls: {Ship: many}}", "a whole number or a list is needed, not 'many'"),
        ("tasks: {Shipp: {returns: 1}}", "no task of 'order' is called 'Shipp'; did you mean 'Sh"),
        ("tasks: {Ship: {retruns: 1}}", "unknown key 'retruns'; did you mean 'returns'?"),
        ("tasks: {Ship: {after: 1}}", "one of 'returns', 'fails', 'hangs' is needed"),
        ("tasks: {Ship: {returns: 1, fails: E}}", "is needed; there is 'returns', 'fails'"),
        ("tasks: {Ship: {returns: 1, cause: c}}", "'cause' goes with 'fails' only"),
        ("tasks: {Ship: {hangs: true, after: 1}}", ":7:33: 'after' is not allowed here"),
        ("tasks: {Ship: {hangs: false}}", "True was expected"),
        ("tasks: {Ship: {returns: 1, submits: 1, worker: w}}", ":7:44: 'worker' is not allowed"),
        ("tasks: {Ship: {returns: 1, times: 2}}", "'times' is not allowed here"),
        ("tasks: {Ship: [{returns: 1, times: 0}]}", "0 is less than the minimum of 1"),
        ("tasks: {Ship: []}", ":7:19: it is empty: at least one is needed"),
        ("tasks: {Ship: 3}", "a mapping is needed, not 3"),
        ("tasks: {Ship: {fails: 404}}", ":7:27: text is needed, not 404"),
        ("tasks: {Ship: {returns: 1, after: 1e400d}}", "is no span of time"),
        ("tasks: {Ship: {returns: 1, after: 99999999999d}}", "is no span of time"),
        ("input: 1\ninput_file: x.json", ":8:5: there is 'input' already"),
        ("input_file: none.json", "none.json can't be read"),
        ("definition: none.asl.json", "no such file"),
        ("definition: {StartAt: A}", "the definition is refused"),
        ("definition: 3", "text or a mapping is needed, not 3"),
        ("type: STANDART", "'STANDART' is none of the values here; did you mean 'STANDARD'?"),
        ("start: tomorrow", "'start' is no time (ISO 8601)"),
        ("start: 2026-01-01T00:00:00", "'start' has no time zone: write 2026-01-01T00:00:00Z"),
        ("seed: lucky", "a whole number is needed, not 'lucky'"),
        ("check_replies: STRICTLY", "did you mean 'STRICT'?"),
        ("storage: 1", "text is needed, not 1"),
    ],
)
def test_faults_are_told_with_their_place(one, text, said):
    expect = "" if "expect" in text or "exepct" in text else "\nexpect: {status: SUCCEEDED}"
    message = refusal(one(text + expect))
    assert said in message
    assert all("order.asl-test.yaml:" in line for line in message.splitlines() if ":" in line[:40])


def test_all_faults_are_told_at_once(one):
    message = refusal(one("strat: 1\nexpect: {sattus: 1}\nsede: 3"))
    assert [line.split(": ")[1] for line in message.splitlines()] == [
        "unknown key 'strat'; did you mean 'start'?",
        "unknown key 'sattus'; did you mean 'status'?",
        "unknown key 'sede'; did you mean 'seed'?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios: {}", "it is empty: at least one is needed"),
        ("scenario: {}", "unknown key 'scenario'; did you mean 'scenarios'?"),
        ("scenarios: {it: {expect: {status: FAILED}}", "order.asl-test.yaml:3:1: "),
        (
            "scenarios:\n  it: {expect: {duration: 1}}\n  it: {expect: {duration: 1}}",
            ":4:3: the key 'it' is there twice",
        ),
        ("scenarios: {it: {expect: {duration: 1}}}", ":2:13: no task handler for:"),
    ],
)
def test_files_that_are_no_scenarios(write, text, said):
    assert said in refusal(write(text))


def test_a_scenario_without_a_definition(write):
    text = "scenarios: {it: {expect: {duration: 1}}}"
    assert "'definition' is missing" in refusal(write(text, top="seed: 1"))


def test_a_task_that_computes_its_function_may_use_any_name(write):
    definition = scope(
        Work=task(INVOKE, Parameters={"FunctionName.$": "$.function", "Payload": {}})
    )
    text = """
        input: {function: price}
        tasks: {price: {returns: 3}, cost: {returns: 4}}
        scenarios: {it: {expect: {output_has: {Payload: 3}, calls: {price: 1, cost: 0}}}}
        """
    assert faults_of(write(text, top=f"definition: {json.dumps(definition)}")) == []


# The schema, the command and pytest.


def test_the_schema_is_one(capsys):
    jsonschema.Draft202012Validator.check_schema(scenario_schema())
    assert main(["schema", "--scenarios"]) == 0
    assert json.loads(capsys.readouterr().out) == scenario_schema()


def test_the_top_of_a_file_can_say_what_a_scenario_can():
    schema = scenario_schema()
    own = schema["$defs"]["scenario"]["properties"].keys() - {"expect"}
    assert schema["properties"].keys() - {"scenarios"} == own


GOOD = "input: {amount: 3}\nexpect: {duration: 0}"
BAD = "input: {amount: 3}\nexpect: {duration: 1}"


@pytest.mark.parametrize(("text", "status"), [(GOOD, 0), (BAD, 1), ("expcet: 1", 2)])
def test_the_command(one, capsys, monkeypatch, tmp_path, text, status):
    path = one(text)
    assert main(["test", str(path)]) == status
    monkeypatch.chdir(tmp_path)
    assert main(["test"]) == status
    out, err = capsys.readouterr()
    if status == 2:
        assert "did you mean 'expect'?" in err
    else:
        assert out.splitlines()[-1] == f"{1 - status} passed, {status} failed"
        assert ("duration: expected 0:00:01, but it is 0:00:00" in out) == bool(status)


def test_the_command_finds_nothing(capsys, tmp_path):
    assert main(["test", str(tmp_path)]) == 2
    assert "there is no file *.asl-test.yaml below" in capsys.readouterr().err
    assert main(["test", str(tmp_path / "none.asl-test.yaml")]) == 2


def _load_plugin():
    """Options that load the plugin, if the package is not installed with its entry point."""
    installed = {each.name for each in entry_points(group="pytest11")}
    return () if "asl_scenarios" in installed else ("-p", "asl.testing.scenarios.plugin")


@pytest.fixture
def suite(one, pytester):
    def suite(text):
        path = one(text)
        for file in (path, path.parent / "order.asl.json"):
            (pytester.path / file.name).write_text(file.read_text())
        return pytester.runpytest_subprocess(*_load_plugin())

    return suite


def test_pytest_collects_a_test_for_each_scenario(suite):
    suite(GOOD).assert_outcomes(passed=1)


def test_pytest_tells_what_failed_and_no_traceback(suite):
    result = suite(BAD)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*order.asl-test.yaml:8:14: duration: expected 0:00:01, but*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*running.py*")


def test_pytest_tells_faults_of_the_file(suite):
    result = suite("expcet: 1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*order.asl-test.yaml:7:5: unknown key 'expcet'; did you mean*"])


# Laws.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([0.0, 1.0, "", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(JSON, JSON)
def test_there_are_differences_if_and_only_if_the_json_differs(one, other):
    same = json.dumps(one, sort_keys=True).replace(".0", "") == json.dumps(
        other, sort_keys=True
    ).replace(".0", "")
    assert (differences(one, other) == []) == same


@given(JSON, JSON)
def test_a_whole_has_itself_as_a_part(one, other):
    assert differences(one, one, in_part=True) == []
    if differences(one, other) == []:
        assert differences(one, other, in_part=True) == []
    if isinstance(one, dict) and isinstance(other, dict):
        assert differences(one, {**other, **one}, in_part=True) == []


@given(st.timedeltas(timedelta(0), timedelta(days=9_999)))
def test_spans_are_read_as_they_are_written(span):
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{span.days}d {hours}h {minutes}m {seconds}.{span.microseconds:06}s"
    assert abs(parse_span(text) - span) <= timedelta(microseconds=1)
    assert parse_span(60) == timedelta(minutes=1)
