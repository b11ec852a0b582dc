"""``asl run``: run one execution and show what happens."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import nullcontext, redirect_stdout
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asl.cli.options import add_set, substitutions_of
from asl.cli.view import View
from asl.errors import InvalidInput, UsageError
from asl.jsontypes import NotJsonError, Payload, parse_json
from asl.language.source import text_in
from asl.machine import load
from asl.runtimes.clocks import Clock, SystemClock, VirtualClock

if TYPE_CHECKING:
    import argparse

    from asl.runtimes.result import Result


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "run",
        help="run one execution of a state machine",
        description="Run one execution of a state machine, in virtual time.",
    )
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
    clock.add_argument(
        "--real-time", action="store_true", help="wait as long as the definition says"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document, nothing else")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Run the execution; 0 if it SUCCEEDED, else 1."""
    if not os.path.isfile(options.definition):
        raise UsageError(f"no such file: {options.definition}")
    machine = load(
        text_in(options.definition),
        substitutions=substitutions_of(options),
        type=options.type,
        name=os.path.basename(options.definition).split(".")[0],
    )
    view = None if options.json else View(sys.stdout)
    # With --json standard output is for the document alone: what handlers print goes elsewhere.
    with redirect_stdout(sys.stderr) if options.json else nullcontext():
        result = machine.run(
            _input(options.input),
            tasks=_tasks(options.tasks),
            clock=_clock(options),
            seed=options.seed,
            name=options.name,
            on_event=view.show if view else None,
        )
    if view:
        view.close(result)
    else:
        print(json.dumps(_document(result), ensure_ascii=False, indent=2, default=str))
    return 0 if result.status == "SUCCEEDED" else 1


def _input(text: str) -> Payload:
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


def _tasks(name: str | None) -> Mapping[str, Any]:
    if name is None:
        return {}
    module_name, colon, attribute = name.partition(":")
    if not colon:
        raise UsageError(f"--tasks takes MODULE:NAME, not {name!r}")
    sys.path.insert(0, "")  # as python -m does: modules of the current folder can be imported
    try:
        tasks = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"--tasks {name}: {error}") from error
    if not isinstance(tasks, Mapping):
        raise UsageError(f"--tasks {name}: a mapping is needed, this is {type(tasks).__name__}")
    return tasks


def _clock(options: argparse.Namespace) -> Clock:
    if options.real_time:
        return SystemClock()
    if options.start is None:
        return VirtualClock()
    try:
        return VirtualClock(datetime.fromisoformat(options.start))
    except ValueError as error:
        raise UsageError(f"--start: {error}") from error


def _document(result: Result) -> dict[str, Any]:
    return {
        "status": result.status,
        "output": result.output,
        "error": result.error,
        "cause": result.cause,
        "path": result.path,
        "elapsedSeconds": result.elapsed.total_seconds(),
        "executionArn": result.execution_id,
        "events": json.loads(result.to_json())["events"],
    }
