"""Puts measured tables into pages of the documentation, so that nobody types a number there.

A page marks the place of a table by two comments, which stay:

    <!-- benchmarks -->
    <!-- /benchmarks -->
"""

from pathlib import Path


def markdown(rows: list[list[str]], left: tuple[int, ...] = (0,)) -> str:
    """Rows of a table in Markdown: the first one is its head, the columns in ``left`` to the left.

    The same rows and ``left`` make plain text with `reports.aligned`.
    """
    head, *body = rows
    rule = [":---" if place in left else "---:" for place in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def include(page: Path, name: str, text: str) -> None:
    """Put a text between the marks of that name on a page, in place of what stands there.

    Raises:
        ValueError: The page has no such marks.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    before, opened, rest = page.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"{page} has no place {begin.strip()} ... {end.strip()}")
    page.write_text(f"{before}{begin}\n{text.strip()}\n\n{end}{after}", "utf-8")
