"""The suite of TestState: asks the same of `asl.testing.test_state` as was asked of AWS.

Where AWS really called a service, for which it needs a role, a handler gives the recorded reply.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asl.errors import TestStateError
from asl.testing.teststate import test_state as answer

if TYPE_CHECKING:
    from types import ModuleType

    from tests.conformance.corpus import Case

#: The corpus has this account and region where the recordings had real ones.
MACHINE = "arn:aws:states:us-east-1:111111111111:stateMachine:Recorded"
ROLE = "arn:aws:iam::111111111111:role/Recorded"

#: What is sent as JSON text; the corpus has it as values, or as ``..._text`` where it is no JSON.
_JSON_TEXTS = ("input", "context", "variables", "result")


def judge(case: Case, comparer: ModuleType) -> list[str]:
    """How our answer differs from the recorded one; empty where it does not."""
    try:
        actual = ask(case)
    except Exception as error:  # whatever goes wrong, it is not what AWS did
        return [f"raised {type(error).__name__}: {error}"]
    return comparer.compare_response(case["expected"], actual, case["placeholders"])


def ask(case: Case) -> dict[str, Any]:
    """Our answer, in the form of the case's ``expected``."""
    request = _as_text(case["request"])
    if "mock" in request:
        request["mock"] = _as_text(request["mock"])
    tasks = None
    if case["roleArnGiven"]:
        request["roleArn"] = ROLE
        if "unmocked-call" in case["features"]:
            tasks = {"*": lambda _: _recorded_reply(case)}
    definition = case.get("definition_text") or json.dumps(case["definition"])
    try:
        return {"response": answer(definition=definition, tasks=tasks, name=MACHINE, **request)}
    except TestStateError as error:
        return {"exception": error.code, "message": error.message}


def _as_text(members: dict[str, Any]) -> dict[str, Any]:
    texts = {name: json.dumps(members[name]) for name in _JSON_TEXTS if name in members}
    given = {
        name.removesuffix("_text"): value
        for name, value in members.items()
        if name.endswith("_text")
    }
    rest = {name: value for name, value in members.items() if not name.endswith("_text")}
    return {**rest, **texts, **given}


def _recorded_reply(case: Case) -> Any:
    response = case["expected"]["response"]
    reply = response.get("inspectionData", {}).get("result", response["output"])
    return json.loads(reply) if isinstance(reply, str) else reply
