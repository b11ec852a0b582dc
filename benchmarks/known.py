"""Peers that are known and can't be installed from npm: sfn-sim and MiniStack.

The last table of ``shared/bench/RESULTS-peers.md`` has them beside aws-local-stepfunctions, in one
run. What they would do here is reckoned from it: this run's figure of aws-local-stepfunctions,
times the ratio in that table. It doesn't run JSONata; for a loop in JSONata the same loop in
JSONPath says how fast this machine is. The other peers of that file are slower on every row than
the best of those that are measured or reckoned here.
"""

from peers import BENCH

RESULTS = BENCH / "RESULTS-peers.md"
REFERENCE = "aws-local-stepfunctions"


def recorded() -> dict[str, dict[str, float]]:
    """Transitions per second of the last table by workload and peer, of those that could run it."""
    lines = RESULTS.read_text("utf-8").partition("\n## Extra")[2].splitlines()
    head, _, *body = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("|")
    )
    peers = [name.rpartition(" ")[0] for name in head[1:]]  # without the version
    return {
        workload: {
            peer: float(cell.split()[0].replace(",", ""))
            for peer, cell in zip(peers, cells, strict=True)
            if cell[0].isdigit()
        }
        for workload, *cells in body
    }


def reckon(workloads: dict[str, dict]) -> dict[str, dict]:
    """By workload the best of these peers and the rate that is reckoned for it.

    Args:
        workloads: What `run.measure_workload` gave for each; those that lack a figure of the
            reference are left out.
    """
    then = recorded()
    found = {}
    for workload in filter(then.__contains__, workloads):
        yardstick = workload.replace("_jsonata", "")
        now = workloads.get(yardstick, {}).get(REFERENCE, {}).get("transitions_per_s")
        if now:
            others = {peer: rate for peer, rate in then[workload].items() if peer != REFERENCE}
            peer = max(others, key=others.__getitem__)
            pace = now / then[yardstick][REFERENCE]
            found[workload] = {"peer": peer, "transitions_per_s": round(others[peer] * pace, 1)}
    return found
