"""`MockConfigFile.json` of Step Functions Local: the guide's own example, and every bad file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asl
from asl.errors import HandlerContractError, MissingHandler, UsageError
from asl.testing import mock_config
from tests.definitions import FUNCTION, INVOKE, QUEUE, choice, map_, pass_, retry, scope, task, wait

#: The example of AWS's guide, "Configuration file for mocked service integrations".
GUIDE = {
    "StateMachines": {
        "LambdaSQSIntegration": {
            "TestCases": {
                "HappyPath": {"LambdaState": "MockedLambdaSuccess", "SQSState": "MockedSQSSuccess"},
                "RetryPath": {"LambdaState": "MockedLambdaRetry", "SQSState": "MockedSQSSuccess"},
                "HybridPath": {"LambdaState": "MockedLambdaSuccess"},
            }
        }
    },
    "MockedResponses": {
        "MockedLambdaSuccess": {
            "0": {
                "Return": {
                    "StatusCode": 200,
                    "Payload": {"StatusCode": 200, "body": "Hello from Lambda!"},
                }
            }
        },
        "LambdaMockedResourceNotReady": {
            "0": {
                "Throw": {
                    "Error": "Lambda.ResourceNotReadyException",
                    "Cause": "Lambda resource is not ready.",
                }
            }
        },
        "MockedSQSSuccess": {
            "0": {
                "Return": {
                    "MD5OfMessageBody": "3bcb6e8e-7h85-4375-b0bc-1a59812c6e51",
                    "MessageId": "3bcb6e8e-8b51-4375-b0bc-1a59812c6e51",
                }
            }
        },
        "MockedLambdaRetry": {
            "0": {
                "Throw": {
                    "Error": "Lambda.ResourceNotReadyException",
                    "Cause": "Lambda resource is not ready.",
                }
            },
            "1-2": {"Throw": {"Error": "Lambda.TimeoutException", "Cause": "Lambda timed out."}},
            "3": {
                "Return": {
                    "StatusCode": 200,
                    "Payload": {"StatusCode": 200, "body": "Hello from Lambda!"},
                }
            },
        },
    },
}

MACHINE = asl.load(
    scope(
        LambdaState=task(
            INVOKE,
            Parameters={"Payload.$": "$", "FunctionName": "HelloWorldFunction"},
            Retry=[retry("States.ALL", IntervalSeconds=1, MaxAttempts=3, BackoffRate=2)],
        ),
        SQSState=task(
            QUEUE,
            Parameters={"QueueUrl": "https://sqs.example/queue", "MessageBody.$": "$.Payload.body"},
        ),
    ),
    name="LambdaSQSIntegration",
)


@pytest.fixture
def write(tmp_path):
    def write(config):
        path = tmp_path / "MockConfigFile.json"
        path.write_text(config if isinstance(config, str) else json.dumps(config, indent=2))
        return path

    return write


def entry(**answers):
    """A file with one test case, in which the state `Work` has this entry."""
    return {
        "StateMachines": {"M": {"TestCases": {"C": {"Work": "R"}}}},
        "MockedResponses": {
            "R": {key.strip("_").replace("_", "-"): a for key, a in answers.items()}
        },
    }


def fault(path, machine="M", case="C", **options):
    with pytest.raises(UsageError) as raised:
        mock_config(path, machine=machine, case=case, **options)
    return str(raised.value)


def test_the_happy_path_of_the_guide(write):
    tasks = mock_config(write(GUIDE), machine=MACHINE, case="HappyPath")
    result = MACHINE.run({"name": "you"}, tasks=tasks)
    assert result.output == GUIDE["MockedResponses"]["MockedSQSSuccess"]["0"]["Return"]


def test_the_retry_path_of_the_guide(write):
    tasks = mock_config(write(GUIDE), machine="LambdaSQSIntegration", case="RetryPath")
    result = MACHINE.run(tasks=tasks)
    errors = [e["taskFailedEventDetails"] for e in result.history if e["type"] == "TaskFailed"]
    assert [error["error"] for error in errors] == [
        "Lambda.ResourceNotReadyException",
        "Lambda.TimeoutException",
        "Lambda.TimeoutException",
    ]
    assert result.status == "SUCCEEDED"
    assert result.elapsed.total_seconds() == 1 + 2 + 4


def test_the_hybrid_path_needs_a_handler_for_what_is_not_mocked(write):
    tasks = mock_config(write(GUIDE), machine=MACHINE, case="HybridPath")
    with pytest.raises(MissingHandler, match="SQSState"):
        MACHINE.run(tasks=tasks)
    assert MACHINE.run(tasks={**tasks, "SQSState": lambda _: "sent"}).output == "sent"


def test_each_state_counts_for_itself_and_each_execution_anew(write):
    machine = asl.load(scope(One=task(), Two=task()), name="M")
    config = entry(_0={"Return": 0}, _1={"Return": 1})
    config["StateMachines"]["M"]["TestCases"]["C"] = {"One": "R", "Two": "R"}
    tasks = mock_config(write(config), machine=machine, case="C")
    for _ in range(2):
        assert machine.run(tasks=tasks).output == 0


def test_retries_and_later_iterations_go_on_counting(write):
    machine = asl.load(
        scope(Each=map_(scope(Work=task(Retry=[retry("Boom")])), MaxConcurrency=1)), name="M"
    )
    config = entry(_0={"Throw": {"Error": "Boom", "Cause": "call 0"}}, _1_2={"Return": "later"})
    tasks = mock_config(write(config), machine=machine, case="C")
    assert machine.run(["a", "b"], tasks=tasks).output == ["later", "later"]


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:::ecs:runTask.sync",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:us-east-1:123456789012:activity:work",
        FUNCTION,
    ],
)
@pytest.mark.parametrize(
    ("answer", "status"),
    [({"Return": ["done"]}, "SUCCEEDED"), ({"Throw": {"Error": "No", "Cause": ""}}, "FAILED")],
)
def test_what_is_returned_ends_every_kind_of_task(write, resource, answer, status):
    parameters = {"Parameters": {"MessageBody.$": "$$.Task.Token"}} if "Token" in resource else {}
    machine = asl.load(scope(Work=task(resource, **parameters)), name="M")
    tasks = mock_config(write(entry(_0=answer)), machine=machine, case="C")
    result = machine.run(tasks=tasks)
    assert result.status == status
    assert result.output == answer.get("Return")


def test_unused_entries_may_be_anything(write):
    config = entry(_0={"Return": None})
    config["MockedResponses"] |= {"Unused": {"seven": 7}, "Other": "text"}
    config["StateMachines"]["Other"] = {}
    config["StateMachines"]["M"]["TestCases"]["Other"] = {"Nowhere": "Nothing"}
    assert list(mock_config(write(config), machine="M", case="C")) == ["Work"]


def test_an_entry_without_answers_is_no_fault_before_it_is_asked(write):
    machine = asl.load(
        scope(
            Is=choice({"Variable": "$.go", "BooleanEquals": True, "Next": "Work"}, Default="End"),
            Work=task(),
            End=pass_(),
        ),
        name="M",
    )
    tasks = mock_config(write(entry()), machine=machine, case="C")
    assert machine.run({"go": False}, tasks=tasks).status == "SUCCEEDED"
    with pytest.raises(HandlerContractError, match=r"answers no call .*Work.* key '0'"):
        machine.run({"go": True}, tasks=tasks)


def test_a_call_beyond_the_last_range_is_an_error(write):
    machine = asl.load(scope(Work=task(Retry=[retry("Boom", MaxAttempts=9)])), name="M")
    config = entry(_0_1={"Throw": {"Error": "Boom", "Cause": "again"}})
    with pytest.raises(HandlerContractError) as raised:
        machine.run(tasks=mock_config(write(config), machine=machine, case="C"))
    assert "MockedResponses/R answers calls 0 to 1 of the state 'Work'" in str(raised.value)
    assert "this is call 2" in str(raised.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"StateMachines": 1}, ":2:20: an object is needed, not 1"),
        ({"StateMachines": {"N": {}}}, "there is no state machine 'M'; known: 'N'"),
        ({"StateMachines": {}}, "there is no state machine 'M'; there are none"),
        ({"StateMachines": {"M": {"TestCase": {}}}}, "'TestCases'; did you mean 'TestCase'?"),
        (
            {"StateMachines": {"M": {"TestCases": {"Happy": {}}}}},
            "there is no test case 'C'; known: 'Happy'",
        ),
        (
            {"StateMachines": {"M": {"TestCases": {"C": {"Work": "RR"}}}}},
            "MockedResponses has no entry 'RR'; did you mean 'R'?",
        ),
        (
            {"StateMachines": {"M": {"TestCases": {"C": {"Work": {"0": 1}}}}}},
            "the name of an entry is needed",
        ),
        ({"MockedResponses": {"R": []}}, "an object is needed, not []"),
    ],
)
def test_a_file_of_another_form(write, change, said):
    assert said in fault(write(entry(_0={"Return": 1}) | change))


def test_a_misspelt_top_level_key(write):
    config = entry(_0={"Return": 1})
    config["MockedResponse"] = config.pop("MockedResponses")
    assert "no key 'MockedResponses'; did you mean 'MockedResponse'?" in fault(write(config))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"_0": {}}, "'Return' or 'Throw' is needed, and nothing else; there is nothing"),
        ({"_0": {"Retrun": 1}}, "there is 'Retrun'; did you mean 'Return'?"),
        ({"_0": {"Return": 1, "Throw": {"Error": "E"}}}, "there is 'Return', 'Throw'"),
        ({"_0": {"Return": 1, "Delay": 3}}, "there is 'Return', 'Delay'"),
        ({"_0": 3}, "an object is needed, not 3"),
        ({"_0": {"Throw": "Boom"}}, "an object is needed, not 'Boom'"),
        ({"_0": {"Throw": {"Cause": "?"}}}, "'Error' is missing"),
        ({"_0": {"Throw": {"Error": 404}}}, "text is needed, not 404"),
        ({"_0": {"Throw": {"Error": "E", "Couse": "?"}}}, "'Couse'; did you mean 'Cause'?"),
        ({"first": {"Return": 1}}, "'first' is no call"),
        ({"_2_0": {"Return": 1}}, "the range '2-0' ends before it begins"),
        ({"_1": {"Return": 1}}, "nothing answers before '1': add a key '0'"),
        ({"_0": {"Return": 1}, "_3": {"Return": 1}}, "nothing answers before '3': add a key '1-2'"),
        ({"_0_2": {"Return": 1}, "_2": {"Return": 1}}, "'2' overlaps: call 2 has an answer"),
    ],
)
def test_an_entry_of_another_form(write, answers, said):
    message = fault(write(entry(**answers)))
    assert said in message
    assert "MockConfigFile.json:" in message


def test_a_state_that_the_machine_does_not_have(write):
    machine = asl.load(scope(Wrok=task(), Rest=wait(1)), name="M")
    message = fault(write(entry(_0={"Return": 1})), machine)
    assert "MockConfigFile.json:6:11: the machine 'M' has no Task state 'Work'" in message
    assert "did you mean 'Wrok'?" in message


def test_a_state_that_is_no_task_is_not_mocked(write):
    machine = asl.load(scope(Work=pass_(), Other=task()), name="M")
    assert "no Task state 'Work'" in fault(write(entry(_0={"Return": 1})), machine)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"StateMachines": {"M": {"Test', ":1:26: "),
        ("", "Expecting value"),
        ('{"StateMachines": {}, "StateMachines": {}}', "'StateMachines' is there twice"),
        ('{"StateMachines": ${Machines}}', ":1:19: a placeholder"),
    ],
)
def test_a_text_that_is_cut_or_ambiguous(write, text, said):
    assert said in fault(write(text))


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    assert "can't be read" in fault(tmp_path / "none.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in fault(tmp_path / "binary.json")


def test_replies_can_be_held_against_awss_models(write):
    machine = asl.load(
        scope(Work=task(QUEUE, Parameters={"QueueUrl": "u", "MessageBody": "b"})), name="M"
    )
    good = write(entry(_0={"Return": {"MessageId": "7"}}))
    assert mock_config(good, machine=machine, case="C", check_replies="STRICT")
    bad = write(entry(_0={"Return": {"MessageId": 7}}))
    message = fault(bad, machine, check_replies="PRESENT")
    assert "MockConfigFile.json:14:19: Mock result schema validation error: Field 'MessageId'" in (
        message
    )
    assert "needs the machine itself" in fault(bad, check_replies="PRESENT")


def test_a_lambda_functions_payload_may_be_json(write):
    tasks = mock_config(write(GUIDE), machine=MACHINE, case="HappyPath", check_replies="STRICT")
    assert MACHINE.run(tasks=tasks).status == "SUCCEEDED"


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_any_partition_into_ranges_answers_each_call_once(tmp_path_factory, lengths, random):
    """Ranges that follow each other, in whatever order they stand, give each call its answer."""
    first, answers, expected = 0, [], []
    for number, length in enumerate(lengths):
        last = first + length - 1
        key = str(first) if length == 1 and random.random() < 0.5 else f"{first}-{last}"
        answers.append((key, {"Return": number}))
        expected += [number] * length
        first = last + 1
    random.shuffle(answers)
    config = entry()
    config["MockedResponses"]["R"] = dict(answers)
    path = tmp_path_factory.mktemp("config") / "MockConfigFile.json"
    path.write_text(json.dumps(config))
    machine = asl.load(scope(Each=map_(scope(Work=task()), MaxConcurrency=1)), name="M")
    tasks = mock_config(path, machine=machine, case="C")
    assert machine.run([None] * first, tasks=tasks).output == expected
