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
    from asl.language.fields import Fields

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def distributed_fields(fields: Fields, processor: dict[str, Any]) -> dict[str, Any]:
    """The fields of `model.DistributedMapState` that a `model.MapState` has not."""
    return {
        "collection": fields.collection(),
        "reader": _reader(fields),
        "batcher": _batcher(fields),
        "writer": _writer(fields),
        "tolerated_failure_count": fields.whole("ToleratedFailureCount"),
        "tolerated_failure_percentage": fields.percentage("ToleratedFailurePercentage"),
        "label": fields.tree.get("Label"),
        "processor_type": processor["ProcessorConfig"].get("ExecutionType", "STANDARD"),
    }


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
        format=_format(config, is_listing=is_listing),
    )


def _format(config: Fields, *, is_listing: bool) -> ItemFormat:
    tree = config.tree
    input_type, manifest_type = tree.get("InputType"), tree.get("ManifestType")
    flatten = tree.get("Transformation") == "LOAD_AND_FLATTEN"

    def refuse(what: str, field: str) -> UnsupportedFeature:
        return UnsupportedFeature(what, f"{config.pointer}/{field}")

    if is_listing and not flatten and input_type is not None:
        raise refuse("InputType for objects that are only listed", "InputType")
    if not is_listing and flatten:
        raise refuse("LOAD_AND_FLATTEN with s3:getObject", "Transformation")
    if manifest_type is not None and is_listing:
        raise refuse("ManifestType with s3:listObjectsV2", "ManifestType")
    if flatten and input_type == "MANIFEST":
        raise refuse("LOAD_AND_FLATTEN of manifests", "InputType")
    if manifest_type == "ATHENA_DATA" and input_type not in ("CSV", "JSONL", "PARQUET"):
        raise refuse("ATHENA_DATA without an InputType of CSV, JSONL or PARQUET", "ManifestType")
    if manifest_type == "S3_INVENTORY" and input_type not in (None, "MANIFEST", "CSV"):
        raise refuse(f"S3_INVENTORY with InputType {input_type}", "InputType")
    if not is_listing and input_type is None and manifest_type is None:
        raise refuse("s3:getObject without InputType", "InputType")
    if tree.get("ItemsPointer") and input_type != "JSON":
        raise refuse("ItemsPointer with an InputType other than JSON", "ItemsPointer")
    if input_type == "MANIFEST" and manifest_type is None:
        manifest_type = "S3_INVENTORY"  # as it was before there were two of them
    headers: list[str] = tree.get("CSVHeaders", [])
    return ItemFormat(
        input_type=input_type,
        manifest_type=manifest_type,
        csv_delimiter=_DELIMITERS[tree.get("CSVDelimiter", "COMMA")],
        csv_headers=tuple(headers) if tree.get("CSVHeaderLocation") == "GIVEN" else None,
        items_pointer=tree.get("ItemsPointer", ""),
        flatten=flatten,
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
    where = f"{writer.pointer}/WriterConfig"
    if not exports and "Transformation" not in config:
        raise UnsupportedFeature("a WriterConfig that says no Transformation", where)
    if not exports and config.get("OutputType") == "JSONL":
        raise UnsupportedFeature("JSON Lines as the output of a state", f"{where}/OutputType")
    return ResultWriter(
        exports=exports,
        arguments=writer.arguments() if exports else None,
        transformation=config.get("Transformation", "NONE"),
        output_type=config.get("OutputType", "JSON"),
    )
