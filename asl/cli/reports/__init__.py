"""What a check found, in the format that somebody asked for.

One module a format, each a function from reports to text: it writes nothing and asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never, get_args

from asl.cli.reports.aws import to_aws
from asl.cli.reports.github import to_github
from asl.cli.reports.junit import to_junit
from asl.cli.reports.plain_json import to_json
from asl.cli.reports.sarif import to_sarif
from asl.cli.reports.text import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asl.language.report import Report

Format: TypeAlias = Literal["text", "json", "sarif", "github", "junit", "aws"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render(
    reports: Sequence[Report],
    form: Format,
    *,
    is_coloured: bool = False,
    is_strict: bool = False,
) -> str:
    """The reports in a format.

    Args:
        reports: One for each file.
        form: The format.
        is_coloured: Whether text has colours.
        is_strict: Whether a warning is a failure.
    """
    match form:
        case "text":
            return to_text(reports, is_coloured=is_coloured)
        case "json":
            return to_json(reports)
        case "sarif":
            from asl.language.rules.catalogue import load_catalogue  # noqa: PLC0415 - seldom used

            return to_sarif(reports, load_catalogue())
        case "github":
            return to_github(reports)
        case "junit":
            return to_junit(reports, is_strict=is_strict)
        case "aws":
            return to_aws(reports)
        case _:
            assert_never(form)
