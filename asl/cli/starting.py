"""How a command starts an execution: the definition, its input, handlers and clock."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asl.cli.options import add_set, substitutions_of
from asl.errors import InvalidInput, UsageError
from asl.jsontypes import NotJsonError, Payload, parse_json
from asl.language.source import text_in
from asl.machine import StateMachine, load
from asl.runtimes.clocks import VirtualClock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from types import ModuleType


def add_start(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add the definition and the options that say how it is started; those of the clock."""
    parser.add_argument("definition", help="the definition: .asl.json or .asl.yaml")
    parser.add_argument(
        "--input", default="{}", help="JSON text, a file that holds it, or - (stdin)"
    )
    parser.add_argument(
        "--tasks",
        metavar="MODULE:NAME",
        help="a mapping of names to task handlers, importable here",
    )
    add_set(parser)
    parser.add_argument("--type", choices=["STANDARD", "EXPRESS"], default="STANDARD")
    parser.add_argument("--name", help="the name of the execution")
    parser.add_argument("--seed", type=int, default=0, help="of all randomness (0)")
    clock = parser.add_mutually_exclusive_group()
    clock.add_argument("--start", metavar="TIME", help="when virtual time starts (ISO 8601)")
    return clock


def machine_of(options: argparse.Namespace) -> StateMachine:
    """The definition, loaded.

    Raises:
        UsageError: There is no such file.
    """
    if not os.path.isfile(options.definition):
        raise UsageError(f"no such file: {options.definition}")
    return load(
        text_in(options.definition),
        substitutions=substitutions_of(options),
        type=options.type,
        name=os.path.basename(options.definition).split(".")[0],
    )


def input_of(options: argparse.Namespace) -> Payload:
    """The input that ``--input`` names."""
    text = options.input
    try:
        if text == "-":
            text = sys.stdin.read()
        elif _is_file(text):
            with open(text, encoding="utf-8-sig") as file:
                text = file.read()
        return Payload(parse_json(text))
    except (NotJsonError, UnicodeDecodeError) as error:
        raise InvalidInput(f"--input is neither JSON nor a file that holds it: {error}") from error


def _is_file(text: str) -> bool:
    return text.lstrip()[:1] not in ("{", "[", '"') and os.path.isfile(text)


def tasks_of(options: argparse.Namespace) -> Mapping[str, Any]:
    """The handlers that ``--tasks`` names."""
    return {} if options.tasks is None else handlers_of(options.tasks, "--tasks")


def handlers_of(name: str, option: str) -> Mapping[str, Any]:
    """The handlers that an option names: a mapping, or a function that returns one.

    Args:
        name: Such as ``module:name``.
        option: Whose value it is, for errors.

    Raises:
        UsageError: There is nothing of that name, or something else.
    """
    module_name, colon, attribute = name.partition(":")
    if not colon:
        raise UsageError(f"{option} takes MODULE:NAME, not {name!r}")
    sys.path.insert(0, "")  # as python -m does: modules of the current folder can be imported
    try:
        module = importlib.import_module(module_name)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{option} {name}: {error}") from error
    try:
        handlers = getattr(module, attribute)
    except AttributeError as error:
        raise UsageError(f"{option} {name}: {error}{_nearest(attribute, module)}") from error
    given = handlers() if callable(handlers) and _needs_nothing(handlers) else handlers
    if not isinstance(given, Mapping):
        what = type(given).__name__
        raise UsageError(
            f"{option} {name}: a mapping is needed, or a function without arguments that returns "
            f"one; this {'returns' if given is not handlers else 'is'} {what}"
        )
    return given


def _needs_nothing(function: Callable[..., object]) -> bool:
    from inspect import signature  # noqa: PLC0415 - slow to import; most give a mapping

    try:
        signature(function).bind()
    except (TypeError, ValueError):
        return False
    return True


def _nearest(attribute: str, module: ModuleType) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only what is wrong needs a guess

    near = get_close_matches(attribute, [each for each in vars(module) if each[0] != "_"], n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def clock_of(options: argparse.Namespace) -> VirtualClock:
    """The virtual clock that ``--start`` asks for."""
    if options.start is None:
        return VirtualClock()
    try:
        return VirtualClock(datetime.fromisoformat(options.start))
    except ValueError as error:
        raise UsageError(f"--start: {error}") from error
