"""Short forms for small definitions, and what tests read out of a history."""

from __future__ import annotations

import asl
from asl.engine.execution import Execution

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
INVOKE = "arn:aws:states:::lambda:invoke"
QUEUE = "arn:aws:states:::sqs:sendMessage"


def scope(**states):
    """A StartAt with its States: each leads to the next one unless it says where it leads."""
    names = list(states)
    linked = {}
    for name, following in zip(names, [*names[1:], None], strict=True):
        state = states[name]
        if state["Type"] not in ("Choice", "Succeed", "Fail") and not state.keys() & {
            "Next",
            "End",
        }:
            state = {**state, **({"Next": following} if following else {"End": True})}
        linked[name] = state
    return {"StartAt": names[0], "States": linked}


def load(**states):
    return asl.load(scope(**states))


def pass_(**fields):
    return {"Type": "Pass", **fields}


def task(resource=FUNCTION, **fields):
    return {"Type": "Task", "Resource": resource, **fields}


def wait(seconds=None, **fields):
    return {"Type": "Wait", **({} if seconds is None else {"Seconds": seconds}), **fields}


def fail(error=None, cause=None, **fields):
    given = {"Error": error, "Cause": cause}
    return {"Type": "Fail", **{key: text for key, text in given.items() if text}, **fields}


def parallel(*branches, **fields):
    return {"Type": "Parallel", "Branches": list(branches), **fields}


def map_(processor, **fields):
    return {"Type": "Map", "ItemProcessor": processor, **fields}


def choice(*rules, **fields):
    return {"Type": "Choice", "Choices": list(rules), **fields}


SUCCEED = {"Type": "Succeed"}


def catch(following, *errors, **fields):
    return {"ErrorEquals": list(errors or ("States.ALL",)), "Next": following, **fields}


def retry(*errors, **fields):
    return {"ErrorEquals": list(errors or ("States.ALL",)), **fields}


def begin(definition, value=None, *, now=0, **options):
    """An execution as the engine has it: without a runtime, handlers or a clock."""
    machine = asl.load(definition) if isinstance(definition, dict) else definition
    payload = asl.Payload({} if value is None else value)
    return Execution(machine._program, payload, machine=machine.arn, now=now, **options)


def kinds(result):
    return [event["type"] for event in result.history]


def events(result, kind):
    return [event for event in result.history if event["type"] == kind]


def details(event):
    """What an event says beside its time, type and links."""
    (value,) = [value for key, value in event.items() if key.endswith("EventDetails")]
    return value


def seconds(result, kind):
    """When the events of a type happened, in seconds since the start."""
    return [
        (event["timestamp"] - result.started_at).total_seconds() for event in events(result, kind)
    ]


def chart(result):
    """The history as text: a line for each event, with its link and the state or index it names."""
    lines = []
    for event in result.history:
        told = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
        subject = " ".join(str(told[key]) for key in ("name", "index", "length") if key in told)
        line = f"{event['id']} <- {event['previousEventId']} {event['type']} {subject}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def lines(text):
    """A chart as it is written in a test, without its indentation."""
    return "\n".join(line.strip() for line in text.strip().splitlines())
