"""``asl validate``: check definitions and report their faults."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from asl.checking import check
from asl.cli.explaining import explanation
from asl.cli.finding import find_definitions
from asl.cli.options import add_set, substitutions_of
from asl.cli.progress import Progress
from asl.cli.reports import FORMATS, render
from asl.cli.reports.counts import errors_in, summary, warnings_in
from asl.cli.rulenames import rule_of, rules_to_enable, rules_to_ignore
from asl.cli.settings import Settings, load_settings
from asl.cli.terminal import painter, wants_colours, write
from asl.errors import UsageError
from asl.language.diagnostics import Diagnostic
from asl.language.report import Report
from asl.runtimes.clocks import SystemClock

if TYPE_CHECKING:
    import argparse

    from asl.cli.finding import Found
    from asl.language.model import MachineType


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "validate",
        help="check definitions and report their faults",
        description="Check definitions as AWS does, and for what is likely a mistake. Exit status: "
        "0 if AWS would take them all, 1 if not, 2 if the call is wrong.",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a definition, a folder of *.asl.json, *.asl.yaml, *.asl.yml and *.asl, or - (stdin)",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="of the report (text)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the report is written")
    parser.add_argument(
        "--type", choices=["STANDARD", "EXPRESS"], help="of the state machines (STANDARD)"
    )
    add_set(parser)
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="RULES",
        help="warnings that are not wanted: codes or names, with commas; may be repeated",
    )
    parser.add_argument(
        "--enable",
        action="append",
        default=[],
        metavar="RULES",
        help="rules that are only looked for if asked; may be repeated",
    )
    parser.add_argument(
        "--extensions",
        action="store_true",
        default=None,
        help="allow what only this interpreter runs",
    )
    parser.add_argument("--strict", action="store_true", help="a warning is a fault too")
    parser.add_argument(
        "--explain", metavar="RULE", help="say what a rule asks for, and why; check nothing"
    )
    parser.set_defaults(command=validate)


def validate(options: argparse.Namespace) -> int:
    """Check and report; 1 if there are faults, else 0."""
    if options.explain is not None:
        return _explain(options.explain)
    if not options.paths:
        raise UsageError("what is to be checked? give files, folders, or - for standard input")
    settings = _settings(options)
    substitutions = substitutions_of(options) or None
    reports = []
    found = find_definitions(options.paths)
    with Progress(sys.stderr, "checking", len(found), clock=SystemClock()) as progress:
        for each in found:
            progress.step()
            reports.append(_check(each, settings, options.type, substitutions))
    is_coloured = options.output is None and wants_colours(sys.stdout)
    text = render(reports, options.format, is_coloured=is_coloured, is_strict=options.strict)
    if options.output is not None:
        _save(text, options.output)
        print(f"asl: {summary(reports)}; see {options.output}", file=sys.stderr)
    else:
        write(sys.stdout, text, encoding=None if options.format == "text" else "utf-8")
    return 1 if errors_in(reports) or (options.strict and warnings_in(reports)) else 0


def _settings(options: argparse.Namespace) -> Settings:
    """What the command line says, over what the configuration says."""
    settings = load_settings(Path.cwd())
    ignored = rules_to_ignore(options.ignore, where="--ignore")
    enabled = rules_to_enable(options.enable, where="--enable")
    both = ignored & enabled
    if both:
        raise UsageError(f"{', '.join(sorted(both))}: either --ignore or --enable")
    return replace(
        settings,
        ignore=settings.ignore - enabled | ignored,
        enable=settings.enable - ignored | enabled,
        extensions=settings.extensions if options.extensions is None else options.extensions,
        per_file=tuple(replace(each, ignore=each.ignore - enabled) for each in settings.per_file),
    )


def _check(
    found: Found,
    settings: Settings,
    machine_type: MachineType | None,
    substitutions: dict[str, str] | None,
) -> Report:
    name, path = found.name, found.path
    if found.problem is not None:
        reason = found.problem.strerror or str(found.problem)
        fault = Diagnostic(
            "INVALID_JSON_DESCRIPTION",
            f"can't look into the folder: {reason}",
            rule="ASL-002",
        )
        return _named(Report((fault,)), name)
    per_file_type = settings.type_of(path) if path else None
    ignored = settings.ignore_in(path) if path else settings.ignore
    report = check(
        path or sys.stdin.buffer.read(),
        substitutions=substitutions,
        type=machine_type or per_file_type or "STANDARD",
        extensions=settings.extensions,
        ignore=ignored,
        enable=settings.enable - ignored,
    )
    return _named(report, name)


def _named(report: Report, name: str) -> Report:
    """The report under the name that the file has here; its text only if it will be shown."""

    def named(one: Diagnostic) -> Diagnostic:
        return one._replace(source=name, consequences=tuple(map(named, one.consequences)))

    text = report.text if report.diagnostics else None
    return replace(report, diagnostics=tuple(map(named, report.diagnostics)), name=name, text=text)


def _save(text: str, file: Path) -> None:
    try:
        file.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"--output {file}: {error.strerror}") from error


def _explain(word: str) -> int:
    from asl.language.rules.catalogue import load_catalogue  # noqa: PLC0415 - seldom needed

    rule = rule_of(word, where="--explain")
    paint = painter(is_coloured=wants_colours(sys.stdout))
    write(sys.stdout, explanation(rule, load_catalogue().get(rule.code), paint))
    return 0
