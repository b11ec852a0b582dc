"""What TestState is asked: AWS's request, read and checked as far as it needs no definition.

JSON may be given as text, as AWS's API and boto3 take it, or as the value itself.

Source: AWS Step Functions API, "TestState", "MockInput", "TestStateConfiguration"; the sentences
that AWS says are recorded. For faults that were never seen the sentences are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypedDict, TypeVar

from asl.errors import TestStateError, UsageError, quote
from asl.jsontypes import NotJsonError, Payload, parse_json
from asl.testing.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from asl.jsontypes import Json

InspectionLevel: TypeAlias = Literal["INFO", "DEBUG", "TRACE"]
FieldValidationMode: TypeAlias = Literal["STRICT", "PRESENT", "NONE"]

#: Bytes of JSON text that AWS takes in any of these fields.
MOST_BYTES = 262_144

#: Each with its default first.
_LEVELS: tuple[InspectionLevel, ...] = ("INFO", "DEBUG", "TRACE")
_MODES: tuple[FieldValidationMode, ...] = ("STRICT", "PRESENT", "NONE")
_LONGEST_NAME = 80

T = TypeVar("T", bound=str)


class MockErrorOutput(TypedDict, total=False):
    """A mocked failure; ``error`` is required."""

    error: str
    cause: str


class MockInput(TypedDict, total=False):
    """What the state's work is to give: one of ``result`` and ``errorOutput``."""

    result: Json
    errorOutput: MockErrorOutput
    fieldValidationMode: FieldValidationMode


class StateConfiguration(TypedDict, total=False):
    """What has happened before: AWS's TestStateConfiguration."""

    retrierRetryCount: int
    errorCausedByState: str
    mapIterationFailureCount: int
    mapItemReaderData: str


class StateRequest(TypedDict, total=False):
    """The request of AWS's TestState; all but ``definition`` may be left out.

    Attributes:
        definition: A state, or with ``stateName`` a whole machine: an object, JSON or YAML text, or
            the path of a file.
        stateName: The state to test, wherever it stands in the machine.
        input: The state's input; ``{}`` if not given.
        inspectionLevel: ``INFO``, ``DEBUG`` or ``TRACE``.
        variables: An object: workflow variables.
        context: The context object; only with a mock.
        mock: The result or failure of a Task, Map or Parallel.
        stateConfiguration: Retries, failures and data that came before; only with a mock.
        revealSecrets: Not with a mock.
        roleArn: Shown in the context object; AWS asks for it where a Task is not mocked.
    """

    definition: dict[str, Any] | str | bytes | Path
    stateName: str
    input: Json
    inspectionLevel: InspectionLevel
    variables: Json
    context: Json
    mock: MockInput
    stateConfiguration: StateConfiguration
    revealSecrets: bool
    roleArn: str


class MockedError(NamedTuple):
    """The failure that a mock gives."""

    error: str
    cause: str | None


@dataclass(frozen=True, slots=True)
class Mock:
    """What the state's work gives, and how a result is checked."""

    answer: Payload | MockedError
    mode: FieldValidationMode


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was read.

    Attributes:
        definition: As given.
        state_name: None where ``definition`` is a state.
        input: The state's input.
        level: How much the answer shows.
        variables: An object.
        context: None where none is given.
        mock: None where nothing is mocked.
        retries: How often the retrier has retried that the mocked failure is for.
        error_state: Which state inside the Map or Parallel the failure comes from.
        failed_items: How many iterations of the Map failed.
        reader_data: What a Map's ItemReader reads, as it stands in its object.
        role_arn: None where none is given.
    """

    definition: dict[str, Any] | str | bytes | Path
    state_name: str | None
    input: Payload
    level: InspectionLevel
    variables: Payload
    context: dict[str, Json] | None
    mock: Mock | None
    retries: int
    error_state: str | None
    failed_items: int | None
    reader_data: str | None
    role_arn: str | None


def read_request(given: Mapping[str, Any]) -> Request:
    """Read a request.

    Raises:
        TestStateError: AWS refuses it.
        UsageError: It has another shape than AWS's API says.
        TypeError: ``definition`` is missing, or there is an argument that AWS does not have.
    """
    unknown = sorted(given.keys() - StateRequest.__annotations__.keys())
    if unknown:
        hint = suggestion(unknown[0], StateRequest.__annotations__)
        raise TypeError(f"test_state() has no argument {unknown[0]!r}; {hint}")
    if "definition" not in given:
        raise TypeError("test_state() needs definition=: a state, or a machine with stateName=")
    mock = _mock(given["mock"]) if "mock" in given else None
    configuration = _members(given, "stateConfiguration", StateConfiguration.__annotations__)
    reveals_secrets = _typed(given, "revealSecrets", bool, "True or False")
    if mock is None:
        _check_without_mock(given, configuration)
    elif reveals_secrets:
        raise refused("TestState does not support RevealSecrets when a mock is specified.")
    return Request(
        definition=given["definition"],
        state_name=_state_name(given, "stateName"),
        input=_input(given.get("input", {})),
        level=_one_of(given, "inspectionLevel", _LEVELS),
        variables=_object(given.get("variables", {}), "variables"),
        context=_context(given["context"]) if "context" in given else None,
        mock=mock,
        retries=_count(configuration, "retrierRetryCount") or 0,
        error_state=_state_name(configuration, "errorCausedByState"),
        failed_items=_count(configuration, "mapIterationFailureCount"),
        reader_data=_reader_data(configuration),
        role_arn=_typed(given, "roleArn", str, "an ARN"),
    )


def refused(message: str, hint: str = "") -> TestStateError:
    """AWS's ValidationException."""
    return TestStateError("ValidationException", message, hint)


def _breaks(value: object, field: str, constraint: str, hint: str = "") -> TestStateError:
    """A value that AWS's API model does not allow, in the words that all of AWS's services have."""
    return refused(
        f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: "
        f"Member must {constraint}",
        hint,
    )


def _check_without_mock(given: Mapping[str, Any], configuration: Mapping[str, Any]) -> None:
    """What only goes with a mock; the sentence is recorded for MapIterationFailureCount."""
    alone = [*configuration, *(["context"] if "context" in given else [])]
    if alone:
        name = f"{alone[0][:1].upper()}{alone[0][1:]}"
        raise refused(f"TestState does not support {name} when a mock is not specified.")


def _mock(given: object) -> Mock:
    members = _members({"mock": given}, "mock", MockInput.__annotations__)
    if ("result" in members) == ("errorOutput" in members):
        raise refused(
            "A test mock should have only one of the following fields: [result, errorOutput]."
        )
    mode = _one_of(members, "fieldValidationMode", _MODES)
    if "result" in members:
        return Mock(_payload(members["result"], "mock.result"), mode)
    failure = _members(members, "errorOutput", MockErrorOutput.__annotations__)
    error = _typed(failure, "error", str, "the name of an error")
    if error is None:
        raise refused("mock.errorOutput needs an error.")
    return Mock(MockedError(error, _typed(failure, "cause", str, "text")), mode)


def _input(given: object) -> Payload:
    try:
        return _payload(given, "input")
    except TestStateError as error:
        raise TestStateError("InvalidExecutionInput", error.message, error.hint) from error


def _payload(given: object, field: str) -> Payload:
    """JSON, given as text or as it is."""
    is_text = isinstance(given, str | bytes)
    try:
        payload = Payload(parse_json(given) if is_text else given)  # type: ignore[arg-type]
    except NotJsonError as error:
        hint = "text is read as JSON: to give text itself, put quotes into it" if is_text else ""
        raise refused(f"{field} is not JSON: {error}", hint) from error
    if payload.size_bytes > MOST_BYTES:
        raise UsageError(
            f"{field} has {payload.size_bytes:,} bytes, more than the {MOST_BYTES:,} that "
            "TestState takes"
        )
    return payload


def _object(given: object, field: str) -> Payload:
    payload = _payload(given, field)
    if not isinstance(payload.value, dict):
        raise refused(f"{field} must be a JSON object, not {quote(payload.value)}")
    return payload


def _context(given: object) -> dict[str, Json]:
    value = _object(given, "context").value
    return value if isinstance(value, dict) else {}


def _reader_data(configuration: Mapping[str, Any]) -> str | None:
    name = "mapItemReaderData"
    data: str | None = _typed(configuration, name, str, "text, as it stands in the object")
    if data is not None and len(data) > MOST_BYTES:
        raise UsageError(f"{name} has more than {MOST_BYTES:,} characters")
    return data


def _members(given: Mapping[str, Any], field: str, known: Collection[str]) -> Mapping[str, Any]:
    """An object of the request; empty where it is left out."""
    members = given.get(field, {})
    if not isinstance(members, dict):
        raise UsageError(f"{field} must be a dict, not {quote(members)}")
    for name in members:
        if name not in known:
            raise UsageError(f"{field} has no field {name!r}; {suggestion(str(name), known)}")
    return members


def _typed(given: Mapping[str, Any], name: str, kind: type, expected: str) -> Any:  # noqa: ANN401
    """A field of the type ``kind``, which mypy can't follow; None where it is left out."""
    value = given.get(name)
    if value is not None and not isinstance(value, kind):
        raise UsageError(f"{name} must be {expected}, not {quote(value)}")
    return value


def _state_name(given: Mapping[str, Any], field: str) -> str | None:
    name: str | None = _typed(given, field, str, "the name of a state")
    if name == "":
        raise _breaks(name, field, "have length greater than or equal to 1")
    if name is not None and len(name) > _LONGEST_NAME:
        raise _breaks(name, field, f"have length less than or equal to {_LONGEST_NAME}")
    return name


def _count(given: Mapping[str, Any], field: str) -> int | None:
    number = given.get(field)
    if number is not None and type(number) is not int:
        raise UsageError(f"{field} must be a whole number, not {quote(number)}")
    if number is not None and number < 0:
        raise _breaks(number, field, "have value greater than or equal to 0")
    return number


def _one_of(given: Mapping[str, Any], field: str, known: Sequence[T]) -> T:
    """One of the values that AWS knows; the first where it is left out."""
    value = given.get(field, known[0])
    if value not in known:
        constraint = f"satisfy enum value set: [{', '.join(known)}]"
        raise _breaks(value, field, constraint, suggestion(str(value), known))
    return known[known.index(value)]
