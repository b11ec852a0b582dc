"""``asl run``: run one execution and show what happens."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Any

from asl.cli.starting import add_start, clock_of, input_of, machine_of, tasks_of
from asl.cli.view import View
from asl.runtimes.clocks import SystemClock

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
    clock = add_start(parser)
    clock.add_argument(
        "--real-time", action="store_true", help="wait as long as the definition says"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document, nothing else")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Run the execution; 0 if it SUCCEEDED, else 1."""
    machine = machine_of(options)
    view = None if options.json else View(sys.stdout)
    # With --json standard output is for the document alone: what handlers print goes elsewhere.
    with redirect_stdout(sys.stderr) if options.json else nullcontext():
        result = machine.run(
            input_of(options),
            tasks=tasks_of(options),
            clock=SystemClock() if options.real_time else clock_of(options),
            seed=options.seed,
            name=options.name,
            on_event=view.show if view else None,
        )
    if view:
        view.close(result)
    else:
        print(json.dumps(_document(result), ensure_ascii=False, indent=2, default=str))
    return 0 if result.status == "SUCCEEDED" else 1


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
