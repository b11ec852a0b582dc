"""The exceptions that a caller can see: their tree, their messages, and that they travel."""

import copy
import pickle
import re

import pytest

import asl
from asl import errors
from asl.errors import quote

DIAGNOSTIC = asl.Diagnostic(
    code="SCHEMA_VALIDATION_FAILED", message="Missing 'Next' target: B", pointer="/States/A/Next"
)


def failed_result():
    machine = asl.load(
        {
            "StartAt": "Refuse",
            "States": {"Refuse": {"Type": "Fail", "Error": "Refused", "Cause": "no credit"}},
        }
    )
    return machine.run()


def drawn_tree():
    """Name and parent of each exception in the picture at the top of the module."""
    above = {}
    for line in errors.__doc__.splitlines():
        match = re.match(r"( {4,})([A-Z]\w+(?:, [A-Z]\w+)*)(?=  |$)", line)
        if match:
            indent = len(match[1])
            for name in match[2].split(", "):
                yield name, above.get(indent - 2)
            above[indent] = match[2]


def test_the_picture_in_the_docstring_is_the_real_tree():
    real = {
        name: kind.__base__.__name__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.AslError)
    }
    assert dict(drawn_tree()) == {**real, "AslError": None}


EXCEPTIONS = [
    asl.AslError("text"),
    asl.DefinitionSyntaxError([DIAGNOSTIC]),
    asl.InvalidDefinition([DIAGNOSTIC, DIAGNOSTIC]),
    asl.UnsupportedFeature("an activity", "/States/A/Resource", "use a function"),
    asl.QuerySyntaxError("unexpected ]", "$.a]", 3),
    asl.JSONPathError("Invalid path '$.a'"),
    asl.IntrinsicError("Invalid arguments in States.Hash"),
    asl.ExecutionFailed(failed_result()),
    asl.TaskFailed("Refused", "no credit"),
    asl.MissingHandler([("Pay", "pay")], ["ship"]),
    errors.TestStateError("ValidationException", "State not found in definition", "did you mean?"),
    asl.HandlerContractError("the handler returned a set"),
    asl.ClockError("time went back"),
    asl.SnapshotError("not a snapshot"),
    asl.MissingExtra("yaml", "reading YAML"),
    asl.InternalError("impossible"),
]


def pickled(error):
    return pickle.loads(pickle.dumps(error))  # noqa: S301 - written a moment ago, by ourselves


def shown(error):
    """All that an exception says of itself, results by their histories."""
    return str(error), {
        name: value.to_json() if isinstance(value, asl.Result) else value
        for name, value in vars(error).items()
    }


@pytest.mark.parametrize("error", EXCEPTIONS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("travel", [copy.copy, pickled])
def test_exceptions_travel_whole(error, travel):
    arrived = travel(error)
    assert type(arrived) is type(error)
    assert shown(arrived) == shown(error)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            asl.InvalidDefinition([DIAGNOSTIC, DIAGNOSTIC]),
            "\n".join(
                ["error SCHEMA_VALIDATION_FAILED at /States/A/Next: Missing 'Next' target: B"] * 2
            ),
        ),
        (
            asl.UnsupportedFeature("an activity", "/States/A"),
            "an activity is not supported yet, at /States/A",
        ),
        (
            asl.UnsupportedFeature("QueryLanguage JSONata", "", "use JSONPath"),
            "QueryLanguage JSONata is not supported yet, at /; use JSONPath",
        ),
        (
            asl.ExecutionFailed(failed_result()),
            "execution FAILED (Refused: no credit), path Refuse",
        ),
        (asl.TaskFailed("Refused", "no credit"), "Refused: no credit"),
        (asl.TaskFailed("Refused"), "Refused"),
        (
            asl.MissingHandler([("Pay", "pay"), ("Ship", "ship")]),
            "no task handler for:\n  'Pay' needs 'pay'\n  'Ship' needs 'ship'\n"
            "pass tasks={name: handler} with a state name, resource ARN, function name or pattern; "
            "none were given",
        ),
        (
            asl.MissingHandler([("Pay", "pay")], ["refund", "ship"]),
            "no task handler for:\n  'Pay' needs 'pay'\n"
            "pass tasks={name: handler} with a state name, resource ARN, function name or pattern; "
            "given: 'refund', 'ship'",
        ),
        (
            asl.MissingExtra("yaml", "reading YAML"),
            "reading YAML needs an extra: pip install 'asl-interpreter[yaml]'",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_messages_say_what_was_found_and_what_to_do(error, message):
    assert str(error) == message


def test_an_execution_without_error_and_cause_says_so():
    machine = asl.load(
        {
            "TimeoutSeconds": 1,
            "StartAt": "W",
            "States": {"W": {"Type": "Wait", "Seconds": 2, "End": True}},
        }
    )
    with pytest.raises(asl.ExecutionTimedOut) as caught:
        machine.run(check=True)
    assert str(caught.value) == "execution TIMED_OUT (no error name: no cause), path W"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        ("x" * 198, f"'{'x' * 198}'"),
        ("x" * 199, f"'{'x' * 196}..."),
    ],
)
def test_quoted_values_are_cut_at_200_characters(value, text):
    assert quote(value) == text
    assert len(quote(value)) <= 200
