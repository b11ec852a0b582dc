"""Fuzz the checker: whatever it is given, it answers, and what it says holds together.

    python tests/fuzz/fuzz_check.py --cases 1000000 --seed 1
    python tests/fuzz/fuzz_check.py --atheris [libFuzzer's options, such as -max_total_time=300]

A case is a definition that people wrote (examples, the catalogue of rules and, where it is, the
corpus of verdicts beside the repository), or what `nearly` makes, changed here and there: as a
tree, as a text, or as bytes. The same seed gives the same cases. A failure is made small and
printed as a script to paste. With atheris, if it is installed, coverage chooses what is changed.
"""

from __future__ import annotations

import argparse
import copy
import json
import pprint
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))

import asl  # noqa: E402
from asl.checking import check  # noqa: E402
from asl.errors import UnsupportedFeature  # noqa: E402
from asl.language.rules.catalogue import load_catalogue  # noqa: E402
from tests.properties import nearly  # noqa: E402
from tests.properties.soundness import (  # noqa: E402
    NOT_RUN,
    assert_in_order,
    assert_sound,
    codes,
    found,
)
from tests.properties.valid import valid_definition  # noqa: E402

VERDICTS = REPOSITORY.parent / "shared" / "validation"
#: Longer for one case, in seconds of this process, is a failure.
MOST_SECONDS = 5.0
#: A tree that has grown beyond is thrown away: there is a test for large ones.
MOST_NODES = 1000
TOKENS = (
    *'{}[]:,"\\', "\n", " ", "\t", "- ", ": ", "&a ", "*a", "? ", "|", ">", "!!str ", "#", "null",
    "true", "1e999", "NaN", "-0", "1" * 30, "${Name}", "\\u0000", "\\ud800", "\ufeff", "\x00", "é",
    "{%", "%}", "$", "States.", '"Type": "Task",', "---\n",
)  # fmt: skip


class Case(NamedTuple):
    """What is checked, and how."""

    source: dict[str, Any] | bytes
    type: str = "STANDARD"
    extensions: bool = False


# ---------------------------------------------------------------- what must hold


def judge(case: Case) -> None:
    """Check a definition, and raise if it is answered wrongly."""
    start = time.process_time()
    report = check(case.source, type=case.type, extensions=case.extensions)
    assert_sound(report, case.source)
    if isinstance(case.source, dict):
        text = json.dumps(case.source)
        same = check(text, type=case.type, extensions=case.extensions)
        assert found(same) == found(report), "the text has other faults than the tree"
        assert_in_order(same)
        if report.is_valid and "${" not in text:
            feature = not_run(case)
            told = not feature or codes(report) & NOT_RUN
            assert told, f"not said that {feature} is not run"
    spent = time.process_time() - start
    assert spent < MOST_SECONDS, "it takes too long"


def not_run(case: Case) -> str:
    """Load a definition without an error; what of it is not run here, empty if all is."""
    try:
        asl.load(case.source, type=case.type, extensions=True)
    except UnsupportedFeature as error:
        return error.feature
    return ""


def failure_of(case: Case) -> str:
    """What goes wrong and where, the same for the same bug; empty if nothing does."""
    try:
        judge(case)
    except Exception as error:  # whatever it is, it is what we look for
        frames = traceback.extract_tb(error.__traceback__)
        inner = [frame for frame in frames if "/asl/" in frame.filename] or frames
        place = inner[-1] if not isinstance(error, AssertionError) else frames[-1]
        said = (
            f" ({str(error).splitlines()[0][:60]})"
            if isinstance(error, AssertionError) and str(error)
            else ""
        )
        return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}{said}"
    return ""


# ---------------------------------------------------------------- cases


def read_corpus() -> list[dict[str, Any]]:
    """Trees that people wrote, right and wrong."""
    texts = [
        path.read_text(encoding="utf-8") for path in sorted(REPOSITORY.glob("examples/*.asl.json"))
    ]
    for entry in load_catalogue().values():
        texts += [text for text in (entry.example, entry.fix) if text]
    trees = []
    for text in texts:
        try:
            trees.append(json.loads(text))
        except ValueError:  # the example of a rule about broken texts
            continue
    for path in sorted(VERDICTS.glob("*/*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(record.get("definition"), dict):
            trees.append(record["definition"])
    return [tree for tree in trees if isinstance(tree, dict)]


def make_case(rng: Random, corpus: list[dict[str, Any]]) -> Case:
    tree = _base(rng, corpus)
    if rng.random() < 0.9:
        for _ in range(1 + rng.randrange(4)):
            try:
                tree = change_tree(rng, tree, corpus)
            except RecursionError:  # it has become too deep to be copied
                tree = nearly.near_definition(rng)
    source: dict[str, Any] | bytes = tree
    if rng.random() < 0.35:
        source = change_bytes(rng, _written(rng, tree))
    return Case(source, rng.choice(("STANDARD", "STANDARD", "EXPRESS")), rng.random() < 0.3)


def _base(rng: Random, corpus: list[dict[str, Any]]) -> dict[str, Any]:
    form = rng.random()
    if form < 0.25:
        return nearly.near_definition(rng)
    return valid_definition(rng) if form < 0.4 else copy.deepcopy(rng.choice(corpus))


def _written(rng: Random, tree: dict[str, Any]) -> bytes:
    if rng.random() < 0.3:
        try:
            import yaml  # noqa: PLC0415 - an extra

            text = yaml.safe_dump(
                tree, sort_keys=False, default_flow_style=rng.choice((False, False, None, True))
            )
        except (ImportError, RecursionError, yaml.YAMLError, UnicodeEncodeError):
            text = json.dumps(tree)
    else:
        text = json.dumps(tree, indent=rng.choice((None, 1)), ensure_ascii=rng.random() < 0.5)
    return text.encode(
        rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16")), "surrogatepass"
    )


def _nodes(tree: Any) -> list[tuple[Any, Any]]:
    """Each member of an object and each item of an array: its owner and its key or index."""
    found, pending = [], [tree]
    while pending:
        node = pending.pop()
        steps = node.items() if isinstance(node, dict) else enumerate(node)
        for step, value in steps:
            found.append((node, step))
            if isinstance(value, dict | list):
                pending.append(value)
    return found


def change_tree(rng: Random, tree: dict[str, Any], corpus: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: PLR0912 - a list of changes
    """One change, in place."""
    nodes = _nodes(tree)
    if not 0 < len(nodes) < MOST_NODES:
        return nearly.near_definition(rng)
    owner, step = rng.choice(nodes)
    name = step if isinstance(step, str) else "Comment"
    match rng.randrange(9):
        case 0:
            del owner[step]
        case 1:
            owner[step] = nearly.value_of(rng, name, 2)
        case 2:
            owner[step] = nearly.junk(rng)
        case 3 if isinstance(owner, dict):
            other = rng.choice(nearly.FIELDS)
            owner[other] = nearly.value_of(rng, other, 2)
        case 4 if isinstance(owner, dict):
            owner[
                rng.choice(
                    (*nearly.FIELDS, f"{name}.$", f"{name}Path", name.lower(), name + "x", "")
                )
            ] = owner.pop(step)
        case 5:
            from_owner, from_step = rng.choice(_nodes(rng.choice(corpus)) or [({"a": 1}, "a")])
            owner[step] = copy.deepcopy(from_owner[from_step])
        case 6:
            value = owner[step]
            for _ in range(rng.choice((1, 1, 3, 40, 150, 250))):
                value = (
                    [value]
                    if rng.random() < 0.3
                    else {rng.choice(("Not", "a", "Parameters", "And")): value}
                )
            owner[step] = value
        case 7 if isinstance(owner, list):
            owner[step:step] = copy.deepcopy([owner[step]] * rng.choice((1, 2, 30)))
        case _:
            value = owner[step]
            if isinstance(value, str):
                place = rng.randrange(len(value) + 1)
                text = rng.choice((*TOKENS, *nearly.PATHS, *nearly.CALLS, *nearly.EXPRESSIONS))
                owner[step] = value[:place] + text + value[place + rng.randrange(2) :]
            elif isinstance(value, int | float):
                owner[step] = rng.choice((*nearly.NUMBERS, -value))
            else:
                other_owner, other_step = rng.choice(nodes)
                # a copy: no tree has itself inside
                owner[step] = (
                    copy.deepcopy(other_owner[other_step])
                    if other_step in other_owner or isinstance(other_owner, list)
                    else None
                )
    return tree


def change_bytes(rng: Random, content: bytes) -> bytes:
    for _ in range(rng.randrange(5)):
        first = rng.randrange(len(content) + 1)
        last = min(len(content), first + rng.choice((0, 0, 1, 1, 2, 10, 100)))
        match rng.randrange(5):
            case 0:
                new = b""
            case 1:
                new = bytes(rng.randrange(256) for _ in range(1 + rng.randrange(3)))
            case 2:
                new = content[first:last] * rng.choice((2, 2, 50))
            case 3:
                place = rng.randrange(len(content) + 1)
                new = content[place : place + rng.randrange(200)]
            case _:
                new = rng.choice(TOKENS).encode("utf-8", "surrogatepass") * rng.choice(
                    (1, 1, 1, 300)
                )
        content = content[:first] + new + content[last:]
    return content


# ---------------------------------------------------------------- failures


def minimised(case: Case, failure: str, most: int = 1000) -> Case:
    """A smaller case that fails in the same way."""
    tries = iter(range(most))

    def fails(source: dict[str, Any] | bytes) -> bool:
        return next(tries, None) is not None and failure_of(case._replace(source=source)) == failure

    source = case.source
    if isinstance(source, bytes):
        return case._replace(source=_smaller_bytes(source, fails))
    return case._replace(source=_smaller_tree(source, fails))


def _smaller_bytes(content: bytes, fails: Any) -> bytes:
    size = len(content) // 2
    while size:
        place = 0
        while place < len(content):
            shorter = content[:place] + content[place + size :]
            if fails(shorter):
                content = shorter
            else:
                place += size
        size //= 2
    return content


def _smaller_tree(tree: dict[str, Any], fails: Any) -> dict[str, Any]:
    is_smaller = True
    while is_smaller:
        is_smaller = False
        number = 0
        while number < len(_nodes(tree)):
            for change in (None, "lift", 1, ""):
                candidate = copy.deepcopy(tree)
                owner, step = _nodes(candidate)[number]
                value = owner[step]
                if change is None:
                    del owner[step]
                elif change == "lift":
                    if not isinstance(value, dict | list) or not value:
                        continue
                    owner[step] = (
                        next(iter(value.values())) if isinstance(value, dict) else value[0]
                    )
                elif value in (1, "") or isinstance(value, bool):
                    continue
                else:
                    owner[step] = change
                if fails(candidate):
                    tree, is_smaller = candidate, True
                    break
            else:
                number += 1
    return tree


def script_for(case: Case, failure: str) -> str:
    """The case as a script to paste."""
    source = pprint.pformat(case.source, width=96, sort_dicts=False)
    options = f", type={case.type!r}" + (", extensions=True" if case.extensions else "")
    return "\n".join(
        (
            f"# {failure}",
            "from asl.checking import check",
            "from tests.properties.soundness import check_soundly",
            "",
            f"definition = {source}",
            f"print(check_soundly(definition{options}))",
            "# if that is fine: judge() in tests/fuzz/fuzz_check.py asks for more",
        )
    )


# ---------------------------------------------------------------- running


def fuzz(
    cases: int, seed: int, *, first: int = 0, seconds: float | None = None, progress: bool = True
) -> tuple[int, dict[str, Case]]:
    """Run cases; how many passed, and one small case for each way to fail."""
    corpus = read_corpus()
    failures: dict[str, Case] = {}
    passed = 0
    start = time.monotonic()
    for number in range(first, first + cases):
        case = make_case(Random(f"{seed}/{number}"), corpus)  # noqa: S311 - no secret
        failure = failure_of(case)
        if not failure:
            passed += 1
        elif failure not in failures:
            failures[failure] = minimised(case, failure)
            if progress:
                print(f"case {number}:\n{script_for(failures[failure], failure)}\n", flush=True)
        spent = time.monotonic() - start
        if progress and (number + 1) % 5000 == 0:
            rate = (number + 1 - first) / spent
            print(
                f"{number + 1} cases, {rate:.0f} a second, {len(failures)} kinds of failure",
                flush=True,
            )
        if seconds is not None and spent > seconds:
            cases = number + 1 - first
            break
    failed = cases - passed
    if progress:
        print(f"{passed} passed, {failed} failed")
    return failed, failures


def fuzz_with_atheris(arguments: list[str]) -> None:
    """Let coverage choose: the bytes are the text; half of the changes are made to its tree."""
    import atheris  # noqa: PLC0415 - not on every platform

    with atheris.instrument_imports(include=["asl"]):
        for name in [name for name in sys.modules if name == "asl" or name.startswith("asl.")]:
            del sys.modules[name]
        for name in [name for name in sys.modules if name.startswith("tests.properties")]:
            del sys.modules[name]
        from asl.checking import check as instrumented  # noqa: PLC0415
        from tests.properties.soundness import assert_sound as holds  # noqa: PLC0415

    corpus = read_corpus()

    def one(data: bytes) -> None:
        try:
            source: Any = json.loads(data)
        except (ValueError, RecursionError):
            source = data
        if not isinstance(source, dict):
            source = data
        holds(instrumented(source), source)

    def change(data: bytes, most: int, seed: int) -> bytes:
        rng = Random(seed)  # noqa: S311 - no secret
        try:
            tree = json.loads(data)
        except (ValueError, RecursionError):
            tree = None
        if isinstance(tree, dict) and rng.random() < 0.7:
            tree = change_tree(rng, tree, corpus)
            try:
                return json.dumps(tree).encode()[:most]
            except RecursionError:
                return data[:most]
        if rng.random() < 0.1:
            return json.dumps(rng.choice(corpus)).encode()[:most]
        return atheris.Mutate(data, most)

    atheris.Setup([sys.argv[0], *arguments], one, custom_mutator=change)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--seconds", type=float, help="stop after so long")
    parser.add_argument("--atheris", action="store_true", help="let coverage choose")
    options, others = parser.parse_known_args()
    if options.atheris:
        fuzz_with_atheris(others)
        return
    failed, _ = fuzz(options.cases, options.seed, first=options.first, seconds=options.seconds)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
