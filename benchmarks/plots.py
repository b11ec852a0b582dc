"""Draws what ``scale.py`` measured: ``scale-time.svg`` and ``scale-memory.svg``.

A picture has a panel for each kind of work, with logarithmic axes that all panels share: a level
line means that twice the work takes twice the time or memory. Needs the extra ``benchmarks``.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, NullLocator

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#999999",
    "axes.grid": True,
    "axes.labelcolor": "#444444",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.ymargin": 0.12,  # room for the words below a line
    "font.family": "sans-serif",
    "font.size": 9,
    "grid.color": "#e5e5e5",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
    "svg.fonttype": "none",  # words stay words
    "svg.hashsalt": "asl",  # the same numbers give the same file
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}
COLOURS = ("#1f5fa8", "#d1701f")


def draw(result: dict, folder: Path) -> None:
    """Write both pictures into a folder."""
    with mpl.rc_context(STYLE):
        for key, file, label in (
            ("us", "scale-time.svg", "microseconds each"),
            ("bytes", "scale-memory.svg", "bytes each"),
        ):
            figure = picture(result["series"], key, label)
            figure.savefig(folder / file, metadata={"Date": None}, bbox_inches="tight")


def picture(series: dict[str, dict], key: str, label: str) -> Figure:
    panels = list(dict.fromkeys(one["panel"] for one in series.values()))
    figure = Figure(figsize=(9.6, 3.0), layout="constrained")
    all_axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    for axes, panel in zip(all_axes, panels, strict=True):
        lines = [one for one in series.values() if one["panel"] == panel]
        for one, colour, place in zip(lines, COLOURS, (6, -13), strict=False):
            draw_line(axes, one, key, colour, place)
        work, _, unit = panel.partition(": ")
        axes.set(title=unit.capitalize(), xlabel=work)
    first = all_axes[0]
    first.set(xscale="log", yscale="log", ylabel=label)
    first.xaxis.set_major_formatter(EngFormatter(sep=""))
    first.xaxis.set_minor_locator(NullLocator())
    first.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    first.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    first.yaxis.set_minor_locator(NullLocator())
    return figure


def draw_line(axes: Axes, one: dict, key: str, colour: str, place: int) -> None:
    """Draw a series, and write its title so many points above its end."""
    points = [(int(size), cost[key]) for size, cost in one["sizes"].items() if cost[key]]
    if not points:  # nothing, for which a logarithmic axis has no place
        return
    sizes, costs = zip(*points, strict=True)
    axes.plot(sizes, costs, "o-", color=colour, clip_on=False)
    axes.annotate(
        one["title"],
        points[-1],
        xytext=(0, place),
        textcoords="offset points",
        ha="right",
        color=colour,
    )
