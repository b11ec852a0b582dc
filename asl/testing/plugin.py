"""The pytest plugin: fixtures, a marker, ini options, and what a failing test tells of executions.

pytest imports this in every session, so it imports nothing of the rest before a test asks for it.

Fixtures:

- ``asl_machine``: `MachineLoader`, loads definitions near the test.
- ``asl_run``: `MachineRunner`, runs executions as the test has it.
- ``asl_clock``: a virtual clock; the executions of a test that asks for it share it.
- ``asl_seed``: the seed; override it, with ``autouse=True``, to set it.

The marker ``asl(seed=..., start=...)`` and the ini options ``asl_seed`` and ``asl_start`` set the
same; what is nearer to the test wins: an argument, a fixture, a marker, the ini option.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from asl.runtimes.clocks import VirtualClock
    from asl.runtimes.result import Result
    from asl.testing.running import MachineLoader, MachineRunner, Surroundings

_MARKER = "asl(seed=0, start='2025-01-01T00:00:00Z'): the seed of executions, and when they start"
_MOST_SHOWN = 3


class Settings(NamedTuple):
    """What a test, or the ini file, says of executions."""

    seed: int = 0
    start: datetime | None = None


class Session:
    """What the plugin knows of a session.

    Attributes:
        defaults: What the ini file says.
        item: The test that runs.
        runner: The runner of the session, once a test has asked for it.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.defaults = _ini_settings(config)
        self.item: pytest.Item | None = None
        self.runner: MachineRunner | None = None

    def surroundings(self) -> Surroundings:
        """What holds for the test that runs."""
        from asl.testing.running import Surroundings  # noqa: PLC0415 - not in every session

        settings = self.defaults if self.item is None else self.settings(self.item)
        fixtures: dict[str, Any] = getattr(self.item, "funcargs", {})
        return Surroundings(
            folders=tuple(self._folders()),
            seed=fixtures.get("asl_seed", settings.seed),
            start=settings.start,
            clock=fixtures.get("asl_clock"),
        )

    def settings(self, item: pytest.Item) -> Settings:
        """What the markers of a test say; the nearest one wins."""
        settings = self.defaults
        for mark in reversed(list(item.iter_markers("asl"))):
            settings = _marked(mark, settings)
        return settings

    def _folders(self) -> Iterator[Path]:
        root, ini_folders = self.config.rootpath, self.config.getini("asl_definitions")
        if self.item is not None:
            beside = self.item.path.parent
            yield beside
            if beside.is_relative_to(root):
                yield from [folder for folder in beside.parents if folder.is_relative_to(root)]
        yield from ini_folders


_SESSION = pytest.StashKey[Session]()


# What pytest calls.


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini options."""
    parser.addini("asl_definitions", "folders where asl_machine finds definitions", "paths", [])
    parser.addini("asl_seed", "seed of executions, a whole number", default="0")
    parser.addini("asl_start", "when executions start: ISO 8601, with a time zone", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker and read the ini options."""
    config.addinivalue_line("markers", _MARKER)
    config.stash[_SESSION] = Session(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Know which test runs."""
    session = item.config.stash[_SESSION]
    session.item = item
    if session.runner is not None:
        session.runner.results.clear()
    try:
        return (yield)
    finally:
        session.item = None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that says what nobody understands, even if no execution is run."""
    item.config.stash[_SESSION].settings(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell of the executions that a failing test has seen."""
    report = yield
    if report.failed and call.excinfo is not None and "asl.runtimes.result" in sys.modules:
        session = item.config.stash[_SESSION]
        try:
            report.sections += _accounts(session, call.excinfo)
        except Exception as error:  # the test's own failure has to be seen in any case
            report.sections.append(("asl", f"the executions can't be told: {error!r}"))
    return report


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say where two results differ, state by state, if a test compares them."""
    if op != "==" or "asl.runtimes.result" not in sys.modules:
        return None
    from asl.runtimes.result import Result  # noqa: PLC0415 - it is loaded already

    if isinstance(left, Result) and isinstance(right, Result):
        return _compared(left, right)
    if isinstance(left, Result) or isinstance(right, Result):
        result, other = (left, right) if isinstance(left, Result) else (right, left)
        hint = f"a Result is no {type(other).__name__}: is its .output or .status meant?"
        return [f"{_short(left)} == {_short(right)}", hint, *repr(result).splitlines()]
    return None


# What tests ask for.


@pytest.fixture(scope="session")
def asl_machine(pytestconfig: pytest.Config) -> MachineLoader:
    """Load a state machine from a file near the test: ``asl_machine("order.asl.json")``."""
    from asl.testing.running import MachineLoader  # noqa: PLC0415 - not in every session

    return MachineLoader(pytestconfig.stash[_SESSION].surroundings)


@pytest.fixture(scope="session")
def asl_run(pytestconfig: pytest.Config, asl_machine: MachineLoader) -> MachineRunner:
    """Run a state machine to its end: ``asl_run(machine, {"amount": 40}, tasks=...)``."""
    from asl.testing.running import MachineRunner  # noqa: PLC0415 - not in every session

    session = pytestconfig.stash[_SESSION]
    session.runner = MachineRunner(asl_machine, session.surroundings)
    return session.runner


@pytest.fixture
def asl_clock(request: pytest.FixtureRequest) -> VirtualClock:
    """A virtual clock; all executions of ``asl_run`` in the test share it, one after the other."""
    from asl.runtimes.clocks import VirtualClock  # noqa: PLC0415 - not in every session

    return VirtualClock(request.config.stash[_SESSION].settings(request.node).start)


@pytest.fixture
def asl_seed(request: pytest.FixtureRequest) -> int:
    """The seed of the test's executions."""
    return request.config.stash[_SESSION].settings(request.node).seed


# What they say.


def _ini_settings(config: pytest.Config) -> Settings:
    seed, start = config.getini("asl_seed").strip(), config.getini("asl_start").strip()
    try:
        return Settings(_seed(int(seed)), _start(start) if start else None)
    except (ValueError, TypeError) as error:
        raise pytest.UsageError(
            f"asl_seed = {seed!r} and asl_start = {start!r} in {config.inipath}: {error}"
        ) from error


def _marked(mark: pytest.Mark, settings: Settings) -> Settings:
    """The settings with what a marker says."""
    readers: dict[str, Callable[[Any], Any]] = {"seed": _seed, "start": _start}
    unknown = [*map(repr, mark.args), *(name for name in mark.kwargs if name not in readers)]
    if unknown:
        pytest.fail(
            f"the marker asl takes seed=... and start=..., not {', '.join(unknown)}", pytrace=False
        )
    try:
        return settings._replace(
            **{name: readers[name](value) for name, value in mark.kwargs.items()}
        )
    except (ValueError, TypeError) as error:
        pytest.fail(f"the marker asl({mark.kwargs}): {error}", pytrace=False)


def _seed(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"a seed is a whole number, not {value!r}")
    return value


def _start(value: object) -> datetime:
    start = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise TypeError(f"a start is a time with a time zone (2025-01-01T00:00:00Z), not {value!r}")
    return start


def _accounts(
    session: Session, excinfo: pytest.ExceptionInfo[BaseException]
) -> list[tuple[str, str]]:
    """Sections of a report: the executions that a failing test has seen."""
    from asl.testing.account import account  # noqa: PLC0415 - not in every session

    in_full = session.config.get_verbosity() >= 2
    return [
        (f"asl: {name}", account(result, in_full=in_full))
        for name, result in _seen(session, excinfo)
    ]


def _seen(
    session: Session, excinfo: pytest.ExceptionInfo[BaseException]
) -> list[tuple[str, Result]]:
    """The results that a test had in its hands when it failed, by name; else its newest one."""
    found: list[tuple[str, Result]] = []
    for name, result in _in_hands(excinfo):
        if all(result.recorded.records != other.recorded.records for _, other in found):
            found.append((name, result))
    if not found and session.runner is not None:
        found = [("the newest run", result) for result in session.runner.results[-1:]]
    return found[-_MOST_SHOWN:]


def _in_hands(excinfo: pytest.ExceptionInfo[BaseException]) -> Iterator[tuple[str, Result]]:
    """Results in the variables of the test and what it called, or that the exception carries."""
    from asl.errors import ExecutionError  # noqa: PLC0415 - it is loaded already
    from asl.runtimes.driver import Driver  # noqa: PLC0415 - it is loaded already
    from asl.runtimes.result import Result  # noqa: PLC0415 - it is loaded already

    for entry in excinfo.traceback:
        if str(entry.frame.f_globals.get("__name__")).startswith("asl."):
            continue
        for name, value in list(entry.locals.items()):
            shown = "asserted" if name.startswith("@") else name  # pytest keeps what asserts see
            if isinstance(value, Result):
                yield shown, value
            elif isinstance(value, Driver):
                yield shown, value.result
    if isinstance(excinfo.value, ExecutionError):
        yield "the execution", excinfo.value.result


def _compared(left: Result, right: Result) -> list[str]:
    from asl.errors import AslError  # noqa: PLC0415 - it is loaded already
    from asl.testing.assertions import shortened  # noqa: PLC0415 - not in every session
    from asl.testing.difference import differences  # noqa: PLC0415 - not in every session

    summary = f"{_short(left)} == {_short(right)}"
    try:
        lines = differences(left, right)
    except AslError as error:
        return [summary, str(error)]
    if lines:
        return [summary, "the runs differ (first != second):", *shortened(lines)]
    return [
        summary,
        "the runs are the same but for ids and times, and yet two results: compare them with",
        "asl.testing.assert_same_run(result, other)",
    ]


def _short(value: object) -> str:
    """The first line of a repr."""
    return repr(value).splitlines()[0]
