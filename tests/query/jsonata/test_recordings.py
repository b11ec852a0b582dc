"""Executions of AWS that are nothing but Pass states in JSONata, evaluated field by field."""

import json
from pathlib import Path

import pytest

from asl.errors import JSONataError
from asl.query.javalike import JavaRandom
from asl.query.jsonata.values import compile_value

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "conformance" / "executions"


class Env:
    """Where expressions are evaluated."""

    now_us = 1_700_000_000_000_000

    def __init__(self):
        self.variables = {}
        self.random = JavaRandom(0)

    def context(self):
        return {}


def _recorded():
    for path in sorted(RECORDINGS.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        machine = case["definition"]
        if machine.get("QueryLanguage") == "JSONata" and all(
            state["Type"] == "Pass" and state.get("QueryLanguage", "JSONata") == "JSONata"
            for state in machine["States"].values()
        ):
            yield pytest.param(case, id=case["id"])


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs the shared conformance recordings")
@pytest.mark.parametrize("case", list(_recorded()))
def test_passes_give_what_was_recorded_on_aws(case):
    expected, states = case["expected"], case["definition"]["States"]
    output, cause = _run(states, case["definition"]["StartAt"], case["input"])
    if cause is None:
        assert expected["status"] == "SUCCEEDED"
        assert case["placeholders"] or output == expected["output"]
    else:
        assert expected["error"] == "States.QueryEvaluationError"
        assert expected["cause"].endswith(cause)


def _run(states, name, data):
    env = Env()
    while name is not None:
        state = states[name]
        try:
            assigned = compile_value(state.get("Assign", {}), "Assign")
            changes = assigned.evaluate({"input": data}, env)
            if "Output" in state:
                data = compile_value(state["Output"], "Output").evaluate({"input": data}, env)
        except JSONataError as error:
            return None, str(error)
        env.variables = {**env.variables, **changes}
        name = state.get("Next")
    return data, None
