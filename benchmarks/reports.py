"""What the reports of all benchmarks have in common: where they were measured, and their tables."""

import os
import platform
from datetime import UTC, datetime


def circumstances() -> dict:
    """When and on what it was measured."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} CPUs, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
    }


def ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours and theirs else "-"


def aligned(rows: list[list[str]], left: tuple[int, ...] = (0,)) -> str:
    """Rows of a table as text: the columns named in ``left`` to the left, all others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
