"""``asl graph``: draw a definition, a run of it, or what tests cover of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from asl import pictures
from asl.cli.options import add_set, substitutions_of
from asl.cli.terminal import write
from asl.errors import UsageError
from asl.jsontypes import NotJsonError, parse_json
from asl.pictures.picture import DIRECTIONS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from asl.jsontypes import Json

_FORMATS: Final[Mapping[str, Callable[..., str]]] = {
    "mermaid": pictures.mermaid,
    "dot": pictures.dot,
    "svg": pictures.svg,
    "html": pictures.html,
}
#: What the end of a file's name says of its format.
_SUFFIXES: Final[Mapping[str, str]] = {
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
    ".html": "html",
    ".htm": "html",
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "graph",
        help="draw a definition, a run of it, or what tests cover of it",
        description="Draw a definition; placeholders may be open, and there may be faults.",
    )
    parser.add_argument("definition", help="the definition: .asl.json or .asl.yaml, or - (stdin)")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        help="of the picture (what the name of the file says, else mermaid)",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where the picture is written"
    )
    parser.add_argument(
        "--run",
        type=Path,
        metavar="HISTORY.json",
        help="a run to show: what aws stepfunctions get-execution-history or asl run --json gives",
    )
    parser.add_argument(
        "--coverage",
        type=Path,
        metavar="FILE.json",
        help="an object of JSON pointers and what they are: covered, partly or missing",
    )
    add_set(parser)
    parser.add_argument(
        "--direction", choices=DIRECTIONS, default="TB", help="down or to the right (TB)"
    )
    parser.add_argument("--title", help="stands above the picture (the name of the file)")
    parser.set_defaults(command=graph)


def graph(options: argparse.Namespace) -> int:
    """Draw; always 0."""
    from_stdin = options.definition == "-"
    path = Path(options.definition)
    if not from_stdin and not path.is_file():
        raise UsageError(f"no such file: {path}")
    title = None if from_stdin else path.name.split(".")[0]
    text = _FORMATS[_format(options)](
        sys.stdin.buffer.read() if from_stdin else path,
        substitutions=substitutions_of(options),
        run=_json(options.run, "--run"),
        classes=_classes(options.coverage),
        title=title if options.title is None else options.title,
        direction=options.direction,
    )
    if options.output is None:
        write(sys.stdout, text, encoding="utf-8")
        return 0
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output {options.output}: {error.strerror}") from error
    return 0


def _format(options: argparse.Namespace) -> str:
    if options.format is not None:
        return str(options.format)
    suffix = "" if options.output is None else options.output.suffix.lower()
    if suffix and suffix not in _SUFFIXES:
        raise UsageError(
            f"--output {options.output}: {suffix!r} says no format; give --format, or one of "
            f"{', '.join(_SUFFIXES)}"
        )
    return _SUFFIXES.get(suffix, "mermaid")


def _json(file: Path | None, option: str) -> Json:
    if file is None:
        return None
    try:
        return parse_json(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{option} {file}: {error.strerror}") from error
    except (NotJsonError, UnicodeDecodeError) as error:
        raise UsageError(f"{option} {file} is not JSON: {error}") from error


def _classes(file: Path | None) -> dict[str, Json] | None:
    found = _json(file, "--coverage")
    if file is None:
        return None
    if not isinstance(found, dict):
        kind = type(found).__name__
        raise UsageError(f"--coverage {file}: an object of pointers is needed, this is a {kind}")
    return found
