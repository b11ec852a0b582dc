"""What the numbers of ``run.py`` say: ratios, their means, and tables as text or Markdown."""

import statistics
from collections.abc import Callable

from reports import aligned, ratio

#: The rows whose ratios make the geometric mean: plain work of an engine that all can do.
MEAN_OF = (
    "pass_chain",
    "choice_loop_1000",
    "choice_loop_10000",
    "map_inline_1000",
    "map_inline_10000",
    "parallel_wide",
    "task_chain",
)
#: What is run once in a fresh process to see what memory it takes.
MEMORY_WORKLOAD = "map_inline_10000"
#: What asl is compared with, and the titles of these columns.
OTHERS = {"floor": "of floor", "npm": "of best npm peer", "known": "of best known"}

Table = list[list[str]]


def rate_of(measured: dict, driver: str) -> float | None:
    return measured.get(driver, {}).get("transitions_per_s")


def best(result: dict, workload: str) -> dict[str, tuple[str, float]]:
    """Who is compared with asl on a workload, as a name and a rate: see `OTHERS`."""
    measured, reckoned = result["workloads"][workload], result["reckoned"].get(workload)
    rates = {name: rate for name in result["drivers"] if (rate := rate_of(measured, name))}
    npm = {name: rate for name, rate in rates.items() if name not in ("asl", "floor")}
    known = dict(npm)
    if reckoned:
        known[f"{reckoned['peer']} ~"] = reckoned["transitions_per_s"]
    found = {"floor": ("floor", rates["floor"])} if "floor" in rates else {}
    for key, candidates in (("npm", npm), ("known", known)):
        if candidates:
            name = max(candidates, key=candidates.__getitem__)
            found[key] = name, candidates[name]
    return found


def means(result: dict) -> dict[str, float]:
    """Geometric means of asl's ratios over `MEAN_OF`; none where a row lacks a number."""
    ratios: dict[str, list[float]] = {key: [] for key in OTHERS}
    for workload in filter(MEAN_OF.__contains__, result["workloads"]):
        ours = rate_of(result["workloads"][workload], "asl")
        for key, (_, theirs) in best(result, workload).items():
            if ours:
                ratios[key].append(ours / theirs)
    return {
        key: statistics.geometric_mean(values)
        for key, values in ratios.items()
        if len(values) == len(MEAN_OF)
    }


def speed_table(result: dict) -> Table:
    names = result["drivers"]
    rows = [["workload", *(f"{name}/s" for name in names), "best known/s", *OTHERS.values()]]
    for workload, measured in result["workloads"].items():
        rates = {name: rate_of(measured, name) for name in names}
        others = best(result, workload)
        cells = [f"{rate:,.0f}" if rate else why(measured[name]) for name, rate in rates.items()]
        cells.append(f"{others['known'][0]} {others['known'][1]:,.0f}" if "known" in others else "")
        cells += [ratio(rates["asl"], others[key][1] if key in others else None) for key in OTHERS]
        rows.append([f"{workload} *" if workload in MEAN_OF else workload, *cells])
    mean = means(result)
    if mean:
        blanks = [""] * (len(names) + 1)
        rows.append(["geometric mean of *", *blanks, *(ratio(mean.get(key), 1) for key in OTHERS)])
    return rows


def start_table(result: dict) -> Table:
    rows = [["a new process", "ms"]]
    return rows + [[name, f"{seconds * 1000:.0f}"] for name, seconds in result["start_s"].items()]


def memory_table(result: dict) -> Table:
    keys = {"ready_mib": "ready, MiB", "peak_mib": "peak, MiB"}
    rows = [[MEMORY_WORKLOAD, *keys.values()]]
    for name, measured in result["memory"].items():
        rows.append([name, *(str(measured.get(key, "failed")) for key in keys)])
    return rows


def report(result: dict, table: Callable[[Table], str] = aligned) -> str:
    """All that was measured as text; with `pages.markdown` for ``table``, for a page."""
    node = f", Node {result['node']}" if "node" in result else ""
    rounds = "one short round: a rough picture" if result["quick"] else f"{result['rounds']} rounds"
    parts = [
        f"Measured {result['measured_at']} on {result['machine']}, "
        f"Python {result['python']}{node}; {rounds}.",
        table(speed_table(result)),
        "/s: states entered per second, warm, in one process. Ratios are asl's rate divided by the "
        "other's; their geometric mean is that of the rows marked with *.",
    ]
    if result["reckoned"]:
        parts.append(
            "~: not measured here, but reckoned: this run's rate of aws-local-stepfunctions times "
            "the ratio of the two in an earlier run (of the JSONPath loops, for JSONata)."
        )
    parts.append("\n".join(reasons(result)))
    if "start_s" in result:
        parts += [
            table(start_table(result)),
            "Medians of whole processes, started in turn.",
            table(memory_table(result)),
            "One run in a fresh process; ready: when the machine is loaded.",
        ]
    return "\n\n".join(filter(None, parts))


def reasons(result: dict) -> list[str]:
    """Why a driver has no rate, a line for each driver and reason."""
    found: dict[str, list[str]] = {}
    for workload, measured in result["workloads"].items():
        for name, entry in measured.items():
            if name != "floor" and "transitions_per_s" not in entry:
                found.setdefault(f"{name}: {entry[why(entry)]}", []).append(workload)
    return [f"- {', '.join(workloads)}: {told}" for told, workloads in sorted(found.items())]


def why(entry: dict) -> str:
    """What stands in place of a rate; also the key of the reason."""
    return "failed" if "failed" in entry else "cannot"
