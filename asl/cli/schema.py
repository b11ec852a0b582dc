"""``asl schema``: the JSON Schema of a definition or of a file of scenarios, for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of a definition or of scenarios, for editors",
        description="Print one JSON Schema (2020-12) of a whole definition, for editors.",
    )
    parser.add_argument(
        "--scenarios",
        action="store_true",
        help="the schema of a *.asl-test.yaml file instead",
    )
    parser.add_argument(
        "--query-language",
        choices=["JSONPath", "JSONata"],
        help="of all states: only its fields are in the schema (default: both)",
    )
    parser.set_defaults(command=print_schema)


def print_schema(options: argparse.Namespace) -> int:
    """Print the schema; 0."""
    from asl.language.schema.bundle import bundled_schema  # noqa: PLC0415 - only this needs it

    if options.scenarios:
        from asl.testing.scenarios.faults import scenario_schema  # noqa: PLC0415 - as above

        print(json.dumps(scenario_schema(), indent=2))
        return 0
    print(json.dumps(bundled_schema(options.query_language), indent=2))
    return 0
