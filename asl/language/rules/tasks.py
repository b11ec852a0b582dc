"""Tasks: can AWS call what they name, and can their timeouts and tokens work?

Source: ASL specification, "Task State"; AWS guide, "Integrating services" and "Using Map state";
AWS's answers for the words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asl.jsontypes import dump
from asl.language.diagnostics import clip
from asl.language.faults import Fault
from asl.language.resources import parse_resource
from asl.language.rules import express
from asl.language.rules.integrations import INTEGRATIONS, is_known
from asl.language.substitutions import has_placeholder
from asl.query.memo import remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.resources import Resource
    from asl.language.walk import State

_ARN: Final = re.compile(
    r"arn:aws[a-z0-9-]*:(?:lambda:[^:]*:[^:]*:function:.+|states:[^:]*:[^:]*:.+)", re.DOTALL
)
#: What may give a token away, in JSON text: the context object, or what is in it of the task.
_TOKEN: Final = {
    "JSONPath": re.compile(r"""\$\$(?:\.Task|\[\\?['"]Task|(?![.\[]))"""),
    "JSONata": re.compile(r"\$states\.context|\$states\b(?!\.)"),
}
_NO_ARN: Final = "Value is not a valid resource ARN"


def check(state: State, *, is_local: bool) -> Iterator[Fault]:
    """All about a Task; with ``is_local`` a name that AWS can't call is that of a handler."""
    yield from heartbeat(state)
    arn = state.tree.get("Resource")
    if not isinstance(arn, str) or has_placeholder(arn):
        return
    resource = _resource(arn)
    if resource is None:
        yield from _not_an_arn(state, arn, is_local=is_local)
        return
    if state.machine.type == "EXPRESS":
        yield from express.task(state, resource)
    if resource.kind == "activity":
        if "Credentials" in state.tree:
            where = (*state.path, "Credentials")
            message = "The field 'Credentials' is not supported for activities"
            yield Fault(where, message, "ASL-304")
    elif resource.kind == "service":
        if not is_known(resource):
            yield _unknown(state, arn)
    elif arn.split(":")[2] == "states":
        yield _unknown(state, arn)
    if resource.pattern == ".waitForTaskToken":
        yield from token(state)
    elif resource.kind != "activity" and not resource.pattern:
        yield from heartbeat_never_sent(state)


@remembered
def _resource(arn: str) -> Resource | None:
    """What an ARN names; None if it is not the ARN of a function or of Step Functions."""
    return parse_resource(arn) if _ARN.fullmatch(arn) else None


def _not_an_arn(state: State, arn: str, *, is_local: bool) -> Iterator[Fault]:
    """Resource is the ARN of something that AWS can call."""
    path = (*state.path, "Resource")
    if is_local:
        message = f"'{clip(arn)}' runs here, but not on AWS"
        yield Fault(path, message, "ASL-902", hint="AWS takes the ARN of a resource")
    else:
        hint = "it runs with us alone" if arn.startswith("local:") else f"found '{clip(arn)}'"
        yield Fault(path, _NO_ARN, "ASL-302", hint=hint)


def _unknown(state: State, arn: str) -> Fault:
    message = (
        f"The resource provided {clip(arn)} is not recognized. The value is not a valid resource "
        "ARN, or the resource is not available in this region."
    )
    service, _, called = ":".join(arn.split(":")[5:]).partition(":")
    action, _, pattern = called.partition(".")
    known = INTEGRATIONS.get(service)
    path = (*state.path, "Resource")
    if known is None:
        return Fault(path, message, "ASL-303", meant=(service, INTEGRATIONS.keys()))
    if action in known:
        return Fault(path, message, "ASL-303", hint=f"{service}:{action} has no '.{clip(pattern)}'")
    return Fault(path, message, "ASL-303", meant=(action, known.keys()))


def heartbeat(state: State) -> Iterator[Fault]:
    """HeartbeatSeconds is below TimeoutSeconds, and somebody can send a heartbeat."""
    beat, timeout = state.tree.get("HeartbeatSeconds"), state.tree.get("TimeoutSeconds")
    if type(beat) is int and type(timeout) is int and beat >= timeout:
        path = (*state.path, "HeartbeatSeconds")
        message = "HeartbeatSeconds must be smaller than TimeoutSeconds"
        yield Fault(path, message, "ASL-307", hint=f"{beat} is not below {timeout}")


def heartbeat_never_sent(state: State) -> Iterator[Fault]:
    """Heartbeats come from activity workers and from who has a task token, from nobody else."""
    for name in ("HeartbeatSeconds", "HeartbeatSecondsPath"):
        if name in state.tree:
            message = "nobody can send a heartbeat for this task"
            hint = "use TimeoutSeconds, an activity or .waitForTaskToken"
            yield Fault((*state.path, name), message, "ASL-907", at_key=True, hint=hint)


def token(state: State) -> Iterator[Fault]:
    """A task that waits for a token gives the token to somebody."""
    is_jsonpath = state.language == "JSONPath"
    name = "Parameters" if is_jsonpath else "Arguments"
    if name not in state.tree and not is_jsonpath:
        return  # the state's input goes as it is, token or not
    if is_jsonpath and str(state.tree.get("InputPath", "")).startswith("$$"):
        return
    text = dump(state.tree.get(name))
    if not _TOKEN[state.language].search(text) and not has_placeholder(text):
        wanted = "$$.Task.Token" if is_jsonpath else "$states.context.Task.Token"
        message = "the task waits for a token that it gives to nobody"
        path = (*state.path, name) if name in state.tree else state.path
        yield Fault(path, message, "ASL-311", at_key=True, hint=f"pass {wanted} in {name}")
