"""Replies of mocked services against AWS's own models of them, as TestState checks its mocks.

The models are those of botocore (extra ``aws``). A service's members are named as Step Functions
names them: as the AWS SDK for Java does, with a capital letter. What is checked, and AWS's words
for it, is what recordings of TestState show:

- in mode ``STRICT`` required fields are there;
- in ``STRICT`` and ``PRESENT`` fields that the model knows have its type: text (blobs and time
  stamps too), number, boolean, array or object, at any depth; text of an enumeration is one of its
  values, and a number not below its minimum;
- fields that the model does not know pass: AWS may have added them since.

The other sentences (too large a number, an object, a boolean) are worded after those. Lengths and
patterns of texts are not looked at.

Source: AWS Step Functions API, "MockInput"; AWS guide, "Testing state machines with TestState API".
"""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from asl.errors import MissingExtra, UnsupportedFeature, UsageError
from asl.language.resources import parse_resource
from asl.language.rules.integrations import INTEGRATIONS
from asl.testing.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.jsontypes import Json
    from asl.language.resources import Resource

#: What botocore has for an API and a type of it; it ships no type information.
ServiceModel: TypeAlias = Any
Shape: TypeAlias = Any

MODES = ("STRICT", "PRESENT", "NONE")

#: Optimized integrations whose service botocore knows by another name.
_BOTOCORE_NAMES = {
    "elasticmapreduce": "emr",
    "states": "stepfunctions",
}
#: Optimized integrations whose API another service has, or that reply as another API does.
_ELSEWHERE = {
    ("bedrock", "invokeModel"): ("bedrock-runtime", "invokeModel"),
    ("states", "startExecution.sync"): ("stepfunctions", "describeExecution"),
    ("states", "startExecution.sync:2"): ("stepfunctions", "describeExecution"),
}
#: Fields in which an integration gives JSON where the API has text.
_PARSED = {
    ("lambda", "invoke"): frozenset(("Payload",)),
    ("bedrock", "invokeModel"): frozenset(("Body",)),
    ("states", "startExecution.sync:2"): frozenset(("Input", "Output")),
}
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a string"),
    "timestamp": ((str,), "a string"),
    "blob": ((str,), "a string"),
    "integer": ((int, float), "a number"),
    "long": ((int, float), "a number"),
    "float": ((int, float), "a number"),
    "double": ((int, float), "a number"),
    "boolean": ((bool,), "a boolean"),
    "list": ((list,), "an array"),
    "map": ((dict,), "an object"),
    "structure": ((dict,), "an object"),
}
_SERVICE_ID = re.compile(r'"serviceId"\s*:\s*"([^"]+)"')
_HEAD_OF_MODEL = 8_192


def validate_reply(
    resource: str, reply: Json, mode: str, *, parsed_payloads: bool = False
) -> str | None:
    """What AWS says of a mocked reply that its service would not give; None if it is fine.

    Anything goes for Lambda functions named by their ARN, activities, what a callback sends
    (``.waitForTaskToken``), and integrations without an API model: ``http:invoke``,
    ``apigateway:invoke``, ``eks:call`` and the like.

    Args:
        resource: A Task's Resource, such as ``arn:aws:states:::sqs:sendMessage``.
        reply: The mocked result of the task.
        mode: ``STRICT``, ``PRESENT`` or ``NONE``.
        parsed_payloads: Take JSON in the few fields that an integration parses (the Payload of
            ``lambda:invoke``). TestState wants the API's text there; a task gets the JSON.

    Raises:
        MissingExtra: botocore is not there; not in mode ``NONE``.
        UnsupportedFeature: The resource runs a job (``.sync``) whose final reply has no model here.
        UsageError: No such mode, or AWS has no such service or action.
    """
    if mode not in MODES:
        raise UsageError(f"no such mode: {mode!r}; {suggestion(mode, MODES)}")
    parsed = parse_resource(resource)
    if mode == "NONE" or parsed.kind != "service" or parsed.pattern == ".waitForTaskToken":
        return None
    shape = _output_shape(parsed)
    if shape is None:
        return None
    if not isinstance(reply, dict):
        return "Mocked result must be a JSON object."
    if parsed_payloads:
        fields = _PARSED.get((parsed.service, parsed.event_resource), frozenset())
        reply = {
            key: "" if key in fields and value is not None else value
            for key, value in reply.items()
        }
    fault = _fault(reply, shape, "", needs_required=mode == "STRICT")
    return f"Mock result schema validation error: {fault}" if fault else None


def _fault(value: Json, shape: Shape, name: str, *, needs_required: bool) -> str | None:
    """The first thing that is wrong with a value; ``name`` is that of the field around it."""
    kind = "document" if getattr(shape, "is_document_type", False) else shape.type_name
    if kind not in _TYPES:
        return None
    types, expected = _TYPES[kind]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        return f"Field '{name}' must be {expected}"
    match value:
        case dict() if kind == "structure":
            return _fault_of_structure(value, shape, needs_required=needs_required)
        case dict():
            children = [(item, shape.value, name) for item in value.values()]
        case list():
            children = [(item, shape.member, name) for item in value]
        case _:
            return _fault_of_scalar(value, shape, name)
    return next(filter(None, (_fault(*c, needs_required=needs_required) for c in children)), None)


def _fault_of_structure(
    value: Mapping[str, Json], shape: Shape, *, needs_required: bool
) -> str | None:
    members = {field_name(member): inner for member, inner in shape.members.items()}
    if needs_required:
        for member in shape.required_members:
            if field_name(member) not in value:
                return f"Required field '{field_name(member)}' is missing"
    for key, item in value.items():
        if key in members:
            fault = _fault(item, members[key], key, needs_required=needs_required)
            if fault:
                return fault
    return None


def _fault_of_scalar(value: Json, shape: Shape, name: str) -> str | None:
    if isinstance(value, str):
        values = getattr(shape, "enum", None)
        is_expected = not values or value in values
        return None if is_expected else f"Field '{name}' is not an expected value"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < shape.metadata.get("min", value):
            return f"Field '{name}' is less than the minimum value"
        if value > shape.metadata.get("max", value):
            return f"Field '{name}' is greater than the maximum value"
    return None


def field_name(member: str) -> str:
    """A member of an API's model, as Step Functions names it: ``DBName`` is ``DbName``.

    It is the name of the AWS SDK for Java 2.x, in which a run of capitals that begins a name is
    one word, with a capital letter.

    Source: AWS guide, "AWS SDK service integrations"; `Utils.unCapitalize` of that SDK's generator.
    """
    end = 1
    while member[end : end + 1].isupper() and not member[end + 1 : end + 2].islower():
        end += 1
    return member[:1].upper() + member[1:end].lower() + member[end:]


def _output_shape(resource: Resource) -> Shape:
    """The shape of an integration's reply; None where the API has none.

    Raises:
        MissingExtra: botocore is not there.
        UnsupportedFeature: It is the final reply of a job.
        UsageError: There is no such service or action.
    """
    service, action = resource.service, resource.action
    is_optimized = not service.startswith("aws-sdk:")
    if is_optimized:
        known = INTEGRATIONS.get(service)
        if known is None:
            raise UsageError(
                f"Step Functions has no integration {service!r} ({resource.arn}); "
                f"{suggestion(service, INTEGRATIONS)}"
            )
        if action not in known:
            raise UsageError(
                f"{service!r} has no action {action!r} ({resource.arn}); "
                f"{suggestion(action, known)}"
            )
        elsewhere = _ELSEWHERE.get((service, resource.event_resource))
        if resource.pattern and elsewhere is None:
            raise UnsupportedFeature(
                f"checking the final reply of {service}:{resource.event_resource}",
                "/Resource",
                "use the mode NONE for it",
            )
        service, action = elsewhere or (_BOTOCORE_NAMES.get(service, service), action)
    else:
        service = _service_directory(service.removeprefix("aws-sdk:"))
    actions = _actions(service) if service in _service_directories() else {}
    operation = actions.get(action)
    if operation is not None:
        return _service_model(service).operation_model(operation).output_shape
    if is_optimized:
        return None  # http:invoke, eks:call, elasticmapreduce:addStep: no API of that name
    raise UsageError(
        f"{resource.service!r} has no action {action!r} ({resource.arn}); "
        f"{suggestion(action, actions)}"
    )


@lru_cache(maxsize=16)
def _service_model(directory: str) -> ServiceModel:
    from botocore.model import ServiceModel as Model  # noqa: PLC0415 - an extra

    return Model(_loader().load_service_model(directory, "service-2"), directory)


@lru_cache(maxsize=16)
def _actions(directory: str) -> dict[str, str]:
    """The operations of a service by the names that Step Functions has for them."""
    return {
        name[:1].lower() + field_name(name)[1:]: name
        for name in _service_model(directory).operation_names
    }


@lru_cache(maxsize=1)
def _loader() -> Any:  # noqa: ANN401 - botocore ships no type information
    try:
        from botocore.loaders import Loader  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("aws", "checking replies against AWS's models") from error
    return Loader()


@lru_cache(maxsize=1)
def _service_directories() -> frozenset[str]:
    return frozenset(_loader().list_available_services("service-2"))


def _service_directory(service: str) -> str:
    """The name that botocore has for a service of the AWS SDK integrations.

    Raises:
        UsageError: There is no such service.
    """
    known = _services_by_id()
    if service not in known:
        raise UsageError(
            f"AWS has no service {f'aws-sdk:{service}'!r}; {suggestion(service, known)}"
        )
    return known[service]


@lru_cache(maxsize=1)
def _services_by_id() -> dict[str, str]:
    """Botocore's names of services by those of the AWS SDK for Java: their ids, in small letters.

    A service's id stands in the first lines of its model, so no model has to be read as a whole.
    """
    by_id = {}
    for directory in sorted(_service_directories()):
        name = re.sub(r"[^a-z0-9]", "", _service_id(directory).lower())
        by_id[name] = directory
        by_id[name.removesuffix("service") or name] = directory
    return by_id


def _service_id(directory: str) -> str:
    loader = _loader()
    version = loader.determine_latest_version(directory, "service-2")
    for path in loader.search_paths:
        model = Path(path, directory, version, "service-2.json.gz")
        if model.is_file():
            with gzip.open(model, "rt", encoding="utf-8") as stream:
                found = _SERVICE_ID.search(stream.read(_HEAD_OF_MODEL))
            return found[1] if found else directory
    return directory
