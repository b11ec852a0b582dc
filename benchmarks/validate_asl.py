"""Drives asl.check over a folder of definitions, in the form of ``validate_python.py``: one JSON
document.

    python -P validate_asl.py FOLDER

Each file's text is read beforehand; a pass is every file once, from its text to all diagnostics.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

begin = time.perf_counter()

import asl  # noqa: E402 - what importing it takes is measured

import_s = time.perf_counter() - begin


def one_pass(texts):
    verdict = {"no_problem": 0, "problems": 0, "raised": 0}
    for text in texts:
        is_valid = asl.check(text).is_valid
        verdict["no_problem" if is_valid else "problems"] += 1
    return verdict


def main(folder):
    texts = [file.read_text("utf-8") for file in sorted(Path(folder).rglob("*.asl.json"))]
    times = []
    verdict = {}
    for _ in range(1 + int(os.environ.get("BENCH_RUNS", "5"))):
        begin = time.perf_counter()
        verdict = one_pass(texts)
        times.append(time.perf_counter() - begin)
    first, *warm = times
    document = {
        "validator": "asl",
        "version": asl.__version__,
        "files": len(texts),
        "verdict": verdict,
        "import_s": import_s,
        "first_pass_s": first,
        "runs": len(warm),
        "definitions_per_s": round(len(texts) / statistics.median(warm), 1),
        "definitions_per_s_range": [
            round(len(texts) / max(warm), 1),
            round(len(texts) / min(warm), 1),
        ],
    }
    print(json.dumps(document))


if __name__ == "__main__":
    main(sys.argv[1])
