"""Every exception that a caller can see.

    AslError
      DefinitionError          the text is not a usable definition; carries `diagnostics`
        DefinitionSyntaxError    not JSON or YAML, or placeholders left open
        InvalidDefinition        breaks a rule of ASL
      UnsupportedFeature       valid ASL that we do not run; carries field and pointer
      QueryError               a path, template or function that fails; becomes an ASL error in a
      run
        QuerySyntaxError         malformed text, found when it is compiled
        JSONPathError            a path that finds nothing, or the wrong thing
        IntrinsicError           an intrinsic function that refuses its arguments
        JSONataError             a JSONata expression that fails, or gives the wrong thing
      ExecutionError           raised by run(..., check=True)
        ExecutionFailed, ExecutionTimedOut, ExecutionAborted
      TaskFailed               raised by a task handler to fail its task
      UsageError               the caller misused us
        InvalidInput             the input is not JSON, or is too large
        MissingHandler           nobody answers for a task
        HandlerContractError     a handler returned what is not JSON
        TaskTokenError           a task token that names no task that is waited for
        TestStateError           a request that AWS's TestState refuses
        HumanTaskError           a task for people was claimed or answered wrongly
        ClockError               time ran backwards
        ExecutionNotRedrivable   an execution that AWS would not redrive
        SnapshotError            not a snapshot, or one of another machine or version
        MissingExtra             an optional package is not installed
        ExecutionAlreadyExists   the name of an execution is taken
        ExecutionDoesNotExist    there is no execution of that ARN
        MachineConflict          two definitions of one name, or none of it
        DatabaseError            the database can't be used: its address, its rights, its version
      StorageError             an object can't be read or written
        MissingObject            there is no such object
      ExecutionSuspended       a durable execution rests until a person resumes it
      JournalError             a durable execution can't be brought back from its journal
      InternalError            our bug

An ASL error inside a run (``States.Timeout``, names that users choose) is a value, not an
exception: a failed execution is a normal result, and becomes an exception only if asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.language.diagnostics import Diagnostic
    from asl.runtimes.result import Result

_QUOTE_LIMIT = 200
_STATES_SHOWN = 20


def quote(value: object) -> str:
    """The repr of a value for a message, cut at 200 characters."""
    text = repr(value)
    return text if len(text) <= _QUOTE_LIMIT else text[: _QUOTE_LIMIT - 3] + "..."


class AslError(Exception):
    """The root of everything that this package raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state, so that subclasses are free in the form of their constructors."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[AslError], args: tuple[Any, ...], state: dict[str, Any]) -> AslError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class DefinitionError(AslError):
    """The definition can't be used; ``diagnostics`` holds all that was found, best first."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class DefinitionSyntaxError(DefinitionError):
    """The text is not JSON or YAML, is not an object, or has placeholders left open."""


class InvalidDefinition(DefinitionError):
    """The definition breaks a rule of the Amazon States Language."""


class UnsupportedFeature(AslError):
    """Valid ASL that this version does not run. It is refused rather than run wrongly.

    ``feature`` names it, ``pointer`` is the JSON pointer of the field in the definition.
    """

    def __init__(self, feature: str, pointer: str, hint: str = "") -> None:
        self.feature = feature
        self.pointer = pointer
        self.hint = hint
        tail = f"; {hint}" if hint else ""
        super().__init__(f"{feature} is not supported yet, at {pointer or '/'}{tail}")


class QueryError(AslError):
    """A path, template or function failed. ``str()`` is AWS's sentence, without its prefix."""


class QuerySyntaxError(QueryError):
    """The text of a path or function call is malformed; ``position`` counts characters from 0."""

    def __init__(self, message: str, text: str, position: int = 0) -> None:
        self.text = text
        self.position = position
        super().__init__(message)


class JSONPathError(QueryError):
    """A path found nothing, or not what the field needs."""


class IntrinsicError(QueryError):
    """An intrinsic function refused its arguments."""


class JSONataError(QueryError):
    """A JSONata expression failed, or gave nothing, or the wrong thing.

    ``location`` is the field as AWS's EvaluationFailed event names it (``Output/total``), None
    where no expression is at fault; ``code`` is JSONata's error code where it threw one.
    """

    def __init__(self, message: str, location: str | None, code: str | None = None) -> None:
        self.location = location
        self.code = code
        super().__init__(message)


class ExecutionError(AslError):
    """An execution did not succeed; ``result`` says how. Raised by ``run(..., check=True)``."""

    def __init__(self, result: Result) -> None:
        self.result = result
        what = f"{result.error or 'no error name'}: {result.cause or 'no cause'}"
        path = " > ".join(result.path[-_STATES_SHOWN:])
        skipped = "... > " if len(result.path) > _STATES_SHOWN else ""
        super().__init__(f"execution {result.status} ({what[:_QUOTE_LIMIT]}), path {skipped}{path}")


class ExecutionFailed(ExecutionError):
    """The execution ended FAILED."""


class ExecutionTimedOut(ExecutionError):
    """The execution ended TIMED_OUT."""


class ExecutionAborted(ExecutionError):
    """The execution ended ABORTED."""


class TaskFailed(AslError):
    """Raise it in a task handler to fail the task with an error name and a cause of your choice."""

    def __init__(self, error: str, cause: str | None = None) -> None:
        self.error = error
        self.cause = cause
        super().__init__(f"{error}: {cause}" if cause else error)


class UsageError(AslError):
    """The caller misused the package."""


class InvalidInput(UsageError):
    """The input of an execution is not JSON, or is larger than the payload limit."""


class MissingHandler(UsageError):
    """No handler matches a task. ``missing`` lists pairs of state name and resource."""

    def __init__(self, missing: Sequence[tuple[str, str]], known: Sequence[str] = ()) -> None:
        self.missing = tuple(missing)
        lines = "".join(f"\n  {state!r} needs {resource!r}" for state, resource in self.missing)
        have = f"; given: {', '.join(map(repr, known))}" if known else "; none were given"
        super().__init__(
            "no task handler for:"
            f"{lines}\npass tasks={{name: handler}} with a state name, resource ARN, function name "
            f"or pattern{have}"
        )


class HandlerContractError(UsageError):
    """A task handler returned something that is not JSON, or can't be called."""


class TaskTokenError(UsageError):
    """A task token was refused; ``code`` is AWS's: InvalidToken, TaskTimedOut, InvalidOutput."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class TestStateError(UsageError):
    """A request of TestState was refused, as AWS refuses it.

    ``code`` is AWS's: ValidationException, InvalidDefinition or InvalidExecutionInput; ``message``
    is AWS's where it is known, ``hint`` says what may help.
    """

    __test__ = False  # pytest would take it for a test

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(f"{code}: {message}" + (f" ({hint})" if hint else ""))


class HumanTaskError(UsageError):
    """A task for people was put, claimed or completed wrongly; it stays as it was."""


class ClockError(UsageError):
    """An event was given an earlier time than the one before it."""


class ExecutionNotRedrivable(UsageError):
    """The execution can't be redriven; the message says why."""


class SnapshotError(UsageError):
    """Not a snapshot of an execution, or one of another state machine or format version."""


class MissingExtra(UsageError):
    """An optional package is needed; the message names the extra to install."""

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs an extra: pip install 'asl-interpreter[{extra}]'")


class ExecutionAlreadyExists(UsageError):
    """The name of an execution is taken: by one with another input, or one that has ended."""


class ExecutionDoesNotExist(UsageError):
    """There is no execution of that ARN: there never was, or it was deleted."""


class MachineConflict(UsageError):
    """A state machine's name is registered with another definition, or not at all."""


class DatabaseError(UsageError):
    """The database of durable executions can't be used; the message says why and what to do."""


class ExecutionSuspended(AslError):
    """A durable execution rests until a person resumes or stops it; ``reason`` says why."""

    def __init__(self, execution: str, reason: str) -> None:
        self.execution = execution
        self.reason = reason
        super().__init__(f"{execution} is suspended: {reason}")


class JournalError(AslError):
    """A durable execution can't be brought back: its journal leads elsewhere, or is damaged."""


class StorageError(AslError):
    """An object can't be read or written; raised by a storage, it fails the Map Run."""


class MissingObject(StorageError):
    """There is no object of this bucket and key."""

    def __init__(self, bucket: str, key: str) -> None:
        self.bucket = bucket
        self.key = key
        super().__init__(f"there is no object s3://{bucket}/{key}")


class InternalError(AslError):
    """A defect of this package. Please report it with the definition and the input."""
