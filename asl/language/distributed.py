"""The fields that only a Distributed Map has: ItemReader, ItemBatcher, ResultWriter, Label.

Compiled from the checked tree like everything else (`compile.py`); what they mean in a run is the
matter of the engine and of the runtimes. What would be run wrongly is refused here, by its place.

Source: AWS guide, "Using Map state in Distributed mode", "ItemReader (Map)", "ItemBatcher (Map)",
"ResultWriter (Map)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl.errors import UnsupportedFeature
from asl.language.model import ItemBatcher, ItemFormat, ItemReader, ResultWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.language.fields import Fields

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def distributed_fields(fields: Fields, processor: dict[str, Any]) -> dict[str, Any]:
    """The fields of `model.DistributedMapState` that a `model.MapState` has not.

    Raises:
        UnsupportedFeature: Valid, but not run here.
    """
    for what, where in refused_fields(fields.tree):
        raise UnsupportedFeature(what, "/".join((fields.pointer, *where)))
    return {
        "collection": fields.collection(),
        "reader": _reader(fields),
        "batcher": _batcher(fields),
        "writer": _writer(fields),
        "tolerated_failure_count": fields.whole("ToleratedFailureCount"),
        "tolerated_failure_percentage": fields.percentage("ToleratedFailurePercentage"),
        "label": fields.tree.get("Label"),
        "processor_type": processor["ProcessorConfig"].get("ExecutionType", "STANDARD"),
        "processor_tree": processor,
    }


def refused_fields(tree: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What of the reader and writer of a Distributed Map is not run here, and where it stands.

    Args:
        tree: The Map, of any shape.
    """
    reader = tree.get("ItemReader")
    if isinstance(reader, dict):
        config = reader.get("ReaderConfig", {})
        where: tuple[str, ...] = ("ItemReader", "ReaderConfig")
        resource = str(reader.get("Resource"))
        is_listing = resource.endswith(":s3:listObjectsV2")
        if isinstance(config, dict) and (is_listing or resource.endswith(":s3:getObject")):
            for what, field in _refused_formats(config, is_listing=is_listing):
                yield what, (*where, field) if "ReaderConfig" in reader else where[:1]
    writer = tree.get("ResultWriter")
    if isinstance(writer, dict) and writer and "Resource" not in writer:
        config = writer.get("WriterConfig", {})
        where = ("ResultWriter", "WriterConfig")
        if isinstance(config, dict) and "Transformation" not in config:
            what = "a WriterConfig that says no Transformation"
            yield what, where if "WriterConfig" in writer else where[:1]
        elif isinstance(config, dict) and config.get("OutputType") == "JSONL":
            yield "JSON Lines as the output of a state", (*where, "OutputType")


def _refused_formats(config: dict[str, Any], *, is_listing: bool) -> Iterator[tuple[str, str]]:
    input_type, manifest_type = config.get("InputType"), config.get("ManifestType")
    flatten = config.get("Transformation") == "LOAD_AND_FLATTEN"
    if is_listing and not flatten and input_type is not None:
        yield "InputType for objects that are only listed", "InputType"
    if not is_listing and flatten:
        yield "LOAD_AND_FLATTEN with s3:getObject", "Transformation"
    if manifest_type is not None and is_listing:
        yield "ManifestType with s3:listObjectsV2", "ManifestType"
    if flatten and input_type == "MANIFEST":
        yield "LOAD_AND_FLATTEN of manifests", "InputType"
    if manifest_type == "ATHENA_DATA" and input_type not in ("CSV", "JSONL", "PARQUET"):
        yield "ATHENA_DATA without an InputType of CSV, JSONL or PARQUET", "ManifestType"
    if manifest_type == "S3_INVENTORY" and input_type not in (None, "MANIFEST", "CSV"):
        yield f"S3_INVENTORY with InputType {input_type}", "InputType"
    if not is_listing and input_type is None and manifest_type is None:
        yield "s3:getObject without InputType", "InputType"
    if config.get("ItemsPointer") and input_type != "JSON":
        yield "ItemsPointer with an InputType other than JSON", "ItemsPointer"


def _inner(fields: Fields, field: str) -> Fields | None:
    return fields.inner(fields.tree[field], field) if field in fields.tree else None


def _reader(fields: Fields) -> ItemReader | None:
    reader = _inner(fields, "ItemReader")
    if reader is None:
        return None
    config = reader.inner(reader.tree.get("ReaderConfig", {}), "ReaderConfig")
    is_listing = reader.tree["Resource"].endswith(":s3:listObjectsV2")
    return ItemReader(
        action="listObjectsV2" if is_listing else "getObject",
        arguments=reader.arguments(),
        max_items=config.whole("MaxItems"),
        format=_format(config),
    )


def _format(config: Fields) -> ItemFormat:
    tree = config.tree
    input_type, manifest_type = tree.get("InputType"), tree.get("ManifestType")
    if input_type == "MANIFEST" and manifest_type is None:
        manifest_type = "S3_INVENTORY"  # as it was before there were two of them
    headers: list[str] = tree.get("CSVHeaders", [])
    return ItemFormat(
        input_type=input_type,
        manifest_type=manifest_type,
        csv_delimiter=_DELIMITERS[tree.get("CSVDelimiter", "COMMA")],
        csv_headers=tuple(headers) if tree.get("CSVHeaderLocation") == "GIVEN" else None,
        items_pointer=tree.get("ItemsPointer", ""),
        flatten=tree.get("Transformation") == "LOAD_AND_FLATTEN",
    )


def _batcher(fields: Fields) -> ItemBatcher | None:
    batcher = _inner(fields, "ItemBatcher")
    if batcher is None:
        return None
    return ItemBatcher(
        max_items=batcher.count("MaxItemsPerBatch"),
        max_bytes=batcher.count("MaxInputBytesPerBatch"),
        batch_input=batcher.template("BatchInput"),
    )


def _writer(fields: Fields) -> ResultWriter | None:
    writer = _inner(fields, "ResultWriter")
    if writer is None:
        return None
    exports = "Resource" in writer.tree
    config = writer.tree.get("WriterConfig", {})
    return ResultWriter(
        exports=exports,
        arguments=writer.arguments() if exports else None,
        transformation=config.get("Transformation", "NONE"),
        output_type=config.get("OutputType", "JSON"),
    )
