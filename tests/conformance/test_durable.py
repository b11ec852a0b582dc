"""Every recorded execution, in process and on a durable host: the same histories, event by event.

Many cases share a host, and live at the same time: so each is driven among others, parked while
they go on, and brought back. What a history is read from is the journal and the definition as they
were kept: the host forgets all that it has compiled before.
"""

import pytest

import asl
import asl.durable
from tests.conformance import executions
from tests.conformance.agreement import need
from tests.conformance.corpus import CORPUS, load_cases, load_comparer

pytest.importorskip("sqlalchemy")
FOLDER = CORPUS / "executions"
need(FOLDER)

CASES = load_cases(FOLDER)
COMPARER = load_comparer(FOLDER)
TOGETHER = 65


@pytest.mark.parametrize("first", range(0, len(CASES), TOGETHER))
def test_durable_executions_have_the_histories_of_those_in_process(first):
    cases = CASES[first : first + TOGETHER]
    clock, storage = asl.VirtualClock(start=executions.START), storage_of(cases)
    with asl.durable.Host("sqlite://", clock=clock, storage=storage) as host:
        durable = drive(host, cases)
    for number, case in enumerate(cases):
        for field, value in shown(in_process(number, case)).items():
            assert durable[number][field] == value, f"{case['id']}: {field}"


def drive(host, cases):
    """What becomes of the cases on a host."""
    for number, case in enumerate(cases):
        host.register(machine_of(number, case), tasks=handlers_of(case))
    arns = [
        host.start(f"Case{number}", case["input"], name="recorded", seed=number)
        for number, case in enumerate(cases)
    ]
    host.advance(0)
    at_once = {number: shown(so_far(host, arns[number])) for number in cut(cases, "RUNNING")}
    for number in cut(cases, "ABORTED"):
        expected = cases[number]["expected"]
        host.stop(arns[number], expected.get("error"), expected.get("cause"))
    host.advance()
    host.machines._compiled.clear()
    return [at_once.get(number) or shown(so_far(host, arn)) for number, arn in enumerate(arns)]


def storage_of(cases):
    """The objects of all cases: no two of them have one of the same name."""
    objects = {}
    for case in cases:
        objects |= executions._storage(case).objects
    return asl.MemoryStorage(objects)


def so_far(host, arn):
    return host._result(host._loaded(arn))


def in_process(number, case):
    expected = case["expected"]
    run = machine_of(number, case).start(
        case["input"],
        tasks=handlers_of(case),
        storage=executions._storage(case),
        clock=asl.VirtualClock(start=executions.START),
        name="recorded",
        seed=number,
    )
    if expected["status"] in ("ABORTED", "RUNNING"):  # the recording was cut
        run.advance(0)
    if expected["status"] == "ABORTED":
        run.stop(expected.get("error"), expected.get("cause"))
    return run.result if expected["status"] == "RUNNING" else run.advance()


def cut(cases, status):
    """The numbers of the cases whose recordings nobody waited for, or somebody stopped."""
    return [n for n, case in enumerate(cases) if case["expected"]["status"] == status]


def machine_of(number, case):
    return asl.load(case["definition"], type=case["type"], name=f"Case{number}")


def handlers_of(case):
    def same(recorded, actual):
        return not COMPARER.value_differences(recorded, actual, "", case["placeholders"])

    return {
        state: executions.RecordedTask(state, case["tasks"].get(state, []), same)
        for state in executions._task_states(case["definition"])
    }


def shown(result):
    return {
        "history": result.history,
        "status": result.status,
        "output": result.output,
        "error": result.error,
        "cause": result.cause,
    }
