"""Map: its processor, what only works in DISTRIBUTED mode, readers, writers, labels."""

import json

import pytest

from tests.definitions import SUCCEED, scope
from tests.language.findings import (
    DISTRIBUTED,
    below,
    distributed,
    found,
    locations,
    pointers,
    rules,
    state,
    told,
    with_map,
)

GET = "arn:aws:states:::s3:getObject"
LIST = "arn:aws:states:::s3:listObjectsV2"
PUT = "arn:aws:states:::s3:putObject"
NOT_RUN = "AWS may take this, but it can't be run here"


def reading(resource=GET, **config):
    reader = {"Resource": resource, "Parameters": {"Bucket": "b"}, "ReaderConfig": config}
    return distributed(ItemReader=reader)


def in_jsonata(machine):
    return {"QueryLanguage": "JSONata", **machine}


# ---------------------------------------------------------------- the processor

TWO = "[ItemProcessor, Iterator]"


def test_a_map_has_one_processor():
    none = state({"Type": "Map"})
    message = f"This object should have only one of the following fields: {TWO}"
    assert found(none) == [("ASL-401", "/States/A", message)]
    assert locations(none, "ASL-401") == ["/States/A"]
    two = with_map(Iterator=scope(In2=SUCCEED))
    message = f"There should only be one of the following fields: {TWO}"
    assert found(two) == [("ASL-401", "/States/A", message)]
    assert found(state({"Type": "Map", "Iterator": scope(In=SUCCEED)})) == []


@pytest.mark.parametrize("value", [5, [], "x", None])
@pytest.mark.parametrize("field", ["ItemProcessor", "Iterator"])
def test_a_processor_is_an_object(field, value):
    machine = state({"Type": "Map", field: value})
    assert found(machine) == [("ASL-401", f"/States/A/{field}", "Expected value of type [OBJECT]")]


CONFIG = "/States/A/ItemProcessor/ProcessorConfig"


@pytest.mark.parametrize(
    ("config", "code", "pointer", "message"),
    [
        (5, "ASL-403", "", "Expected value of type [OBJECT]"),
        ({"Mode": 5}, "ASL-403", "/Mode", "Expected value of type [STRING]"),
        (
            {"Mode": "Inline"},
            "ASL-403",
            "/Mode",
            "Value should be one of the following: [INLINE, DISTRIBUTED]",
        ),
        ({"X": 1}, "ASL-403", "/X", "Field 'X' is not supported"),
        (
            {"Mode": "DISTRIBUTED"},
            "ASL-404",
            "",
            "These fields are required: [ExecutionType]",
        ),
        (
            {"Mode": "DISTRIBUTED", "ExecutionType": "Standard"},
            "ASL-404",
            "/ExecutionType",
            "Value should be one of the following: [STANDARD, EXPRESS]",
        ),
        (
            {"Mode": "INLINE", "ExecutionType": "STANDARD"},
            "ASL-404",
            "/ExecutionType",
            "Field 'ExecutionType' is not supported",
        ),
        (
            {"ExecutionType": "STANDARD"},
            "ASL-404",
            "/ExecutionType",
            "Field 'ExecutionType' is not supported",
        ),
    ],
)
def test_a_processor_config_has_a_mode_and_its_execution_type(config, code, pointer, message):
    assert found(with_map(config=config)) == [(code, f"{CONFIG}{pointer}", message)]


def test_the_config_is_where_aws_sees_its_faults():
    assert locations(with_map(config={"Mode": "DISTRIBUTED"}), "ASL-404") == [CONFIG]
    assert locations(with_map(config={"ExecutionType": "EXPRESS"}), "ASL-404") == [CONFIG]


@pytest.mark.parametrize(
    "config",
    [
        None,
        {},
        {"Mode": "INLINE"},
        DISTRIBUTED,
        {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    ],
)
def test_a_processor_config_may_be_like_this(config):
    assert found(with_map(config=config)) == []


# ---------------------------------------------------------------- only in DISTRIBUTED mode

ONLY_DISTRIBUTED = {
    "ItemReader": {"Resource": LIST},
    "ItemBatcher": {"MaxItemsPerBatch": 5},
    "ResultWriter": {"Resource": PUT},
    "Label": "x",
    "ToleratedFailureCount": 5,
    "ToleratedFailureCountPath": "$.n",
    "ToleratedFailurePercentage": 5,
    "ToleratedFailurePercentagePath": "$.n",
}


@pytest.mark.parametrize("field", list(ONLY_DISTRIBUTED))
@pytest.mark.parametrize("config", [None, {}, {"Mode": "INLINE"}])
def test_an_inline_map_has_no_use_for_a_field(field, config):
    machine = with_map(config=config, **{field: ONLY_DISTRIBUTED[field]})
    message = f"{field} is for DISTRIBUTED mode; this Map is INLINE"
    assert found(machine) == [("ASL-405", f"/States/A/{field}", message)]
    assert found(distributed(**{field: ONLY_DISTRIBUTED[field]})) == []


@pytest.mark.parametrize(
    "processor",
    [
        scope(In=SUCCEED) | {"ProcessorConfig": {"Mode": "${Mode}"}},
        scope(In=SUCCEED) | {"ProcessorConfig": "${Config}"},
        scope(In=SUCCEED) | {"${Config}": {}},
        scope(In=SUCCEED) | {"ProcessorConfig": {"${Mode}": "DISTRIBUTED"}},
        "${Processor}",
    ],
    ids=["mode", "config", "key of the config", "key of the mode", "processor"],
)
def test_nothing_is_said_of_a_map_whose_mode_is_open(processor):
    machine = state({"Type": "Map", "ItemProcessor": processor, "Label": "x"})
    assert "ASL-405" not in rules(json.dumps(machine))


def test_nothing_is_said_of_a_map_whose_processor_is_misspelt():
    processor = scope(In=SUCCEED) | {"ProcessorConfig": DISTRIBUTED}
    machine = state({"Type": "Map", "ItemProcesor": processor, "Label": "x"})
    assert below(machine) == {("ASL-202", "/States/A/ItemProcesor"): [("ASL-401", "/States/A")]}
    assert "ASL-405" not in rules(machine)


def test_a_state_of_another_type_is_told_that_it_has_no_such_field():
    assert rules(state({"Type": "Pass", "Label": "x"})) == ["ASL-202"]


# ---------------------------------------------------------------- readers

READER = "/States/A/ItemReader"
NO_MATCH = "The field 'Resource' does not match any of the allowed values"


@pytest.mark.parametrize(
    ("reader", "pointer", "message"),
    [
        (5, "", "Expected value of type [OBJECT]"),
        ({}, "", "These fields are required: [Resource]"),
        ({"Resource": 5}, "/Resource", "Expected value of type [STRING]"),
        ({"Resource": "x"}, "/Resource", NO_MATCH),
        ({"Resource": PUT}, "/Resource", NO_MATCH),
        ({"Resource": f"{LIST}.sync"}, "/Resource", NO_MATCH),
        ({"Resource": LIST, "X": 1}, "/X", "Field 'X' is not supported"),
        (
            {"Resource": LIST, "ReaderConfig": {"X": 1}},
            "/ReaderConfig/X",
            "Field 'X' is not supported",
        ),
        (
            {"Resource": LIST, "ReaderConfig": {"Transformation": "FLATTEN"}},
            "/ReaderConfig/Transformation",
            "Value should be one of the following: [NONE, LOAD_AND_FLATTEN]",
        ),
        (
            {"Resource": GET, "ReaderConfig": {"InputType": "JSON", "ItemsPointer": "data/items"}},
            "/ReaderConfig/ItemsPointer",
            "Invalid input: JSON Pointer expression must start with '/': \"data/items\"",
        ),
        (
            {"Resource": GET, "ReaderConfig": {"InputType": "JSON", "ManifestType": "ATHENA_DATA"}},
            "/ReaderConfig/ManifestType",
            "Field 'ManifestType' is not supported",
        ),
    ],
)
def test_a_reader_names_what_reads(reader, pointer, message):
    assert (f"{READER}{pointer}", message) in told(distributed(ItemReader=reader), "ASL-406")


def test_a_reader_whose_resource_is_wrong_is_not_said_to_read():
    for reader in ({}, {"Resource": "x"}, {"Resource": 5}):
        assert rules(distributed(ItemReader=reader)) == ["ASL-406"]


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_a_reader_reads_in_any_partition(partition):
    machine = reading(f"arn:{partition}:states:::s3:getObject", InputType="JSON")
    assert found(machine) == []


@pytest.mark.parametrize("kind", ["csv", "XML", ""])
def test_an_input_type_is_one_that_there_is(kind):
    message = "Value should be one of the following: [CSV, JSON, JSONL, MANIFEST, PARQUET]"
    where = f"{READER}/ReaderConfig/InputType"
    assert found(reading(InputType=kind)) == [("ASL-407", where, message)]


@pytest.mark.parametrize("kind", ["JSON", "JSONL", "MANIFEST", "PARQUET"])
def test_an_input_type_stands_alone(kind):
    assert found(reading(InputType=kind)) == []


def test_objects_that_are_loaded_have_a_type():
    """Recorded: ItemReader-002."""
    machine = reading(LIST, Transformation="LOAD_AND_FLATTEN")
    message = "The field 'InputType' is required"
    assert found(machine) == [("ASL-407", f"{READER}/ReaderConfig", message)]
    assert found(reading(LIST, Transformation="LOAD_AND_FLATTEN", InputType="JSON")) == []
    assert found(reading(LIST, Transformation="NONE")) == []
    assert found(reading(LIST)) == []


@pytest.mark.parametrize(
    ("config", "pointer", "message"),
    [
        ({"InputType": "CSV"}, "", "The field 'CSVHeaderLocation' is required"),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"},
            "",
            "These fields are required: [CSVHeaders]",
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": []},
            "/CSVHeaders",
            "Value cannot be empty",
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": [1]},
            "/CSVHeaders/0",
            "Expected value of type [STRING]",
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST"},
            "/CSVHeaderLocation",
            "Value should be one of the following: [FIRST_ROW, GIVEN]",
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": ","},
            "/CSVDelimiter",
            "Value should be one of the following: [COMMA, PIPE, SEMICOLON, SPACE, TAB]",
        ),
        (
            {"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"},
            "/CSVHeaderLocation",
            "Field 'CSVHeaderLocation' is not supported",
        ),
        (
            {"InputType": "JSONL", "CSVHeaders": ["a"]},
            "/CSVHeaders",
            "Field 'CSVHeaders' is not supported",
        ),
    ],
)
def test_rows_have_headers(config, pointer, message):
    assert found(reading(**config)) == [("ASL-408", f"{READER}/ReaderConfig{pointer}", message)]


@pytest.mark.parametrize("delimiter", ["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"])
def test_rows_may_be_cut_in_five_ways(delimiter):
    config = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"]}
    assert found(reading(**config, CSVDelimiter=delimiter)) == []


def test_a_pointer_into_rows_is_not_complained_of():
    """Recorded: ItemReader-003."""
    assert told(reading(InputType="CSV", ItemsPointer="data/items"), "ASL-406") == []


MOST = f"{READER}/ReaderConfig/MaxItems"


@pytest.mark.parametrize(
    ("most", "message"),
    [
        (-1, "Minimum value is 0"),
        (100_000_001, "Maximum value is 100000000"),
        ("5", "Expected value of type Integer"),
    ],
)
def test_items_are_limited_in_range(most, message):
    machine = reading(InputType="JSON", MaxItems=most)
    assert found(machine) == [("ASL-409", MOST, message)]
    machine = in_jsonata(
        distributed(ItemReader={"Resource": LIST, "ReaderConfig": {"MaxItems": most}})
    )
    assert found(machine) == [("ASL-409", MOST, message)]


def test_items_may_be_limited():
    for most in (0, 100_000_000):
        assert found(reading(InputType="JSON", MaxItems=most)) == []
    assert found(reading(InputType="JSON", MaxItemsPath="$.n", ItemsPointer="/a")) == []
    reader = {"Resource": LIST, "ReaderConfig": {"MaxItems": "{% $states.input.n %}"}}
    assert found(in_jsonata(distributed(ItemReader=reader))) == []
    two = reading(InputType="JSON", MaxItems=1, MaxItemsPath="$.n")
    message = "There should only be one of the following fields: [MaxItems, MaxItemsPath]"
    assert found(two) == [("ASL-215", f"{READER}/ReaderConfig", message)]


@pytest.mark.parametrize(
    ("machine", "pointer"),
    [
        (reading(LIST, InputType="JSON"), f"{READER}/ReaderConfig/InputType"),
        (
            reading(InputType="JSON", Transformation="LOAD_AND_FLATTEN"),
            f"{READER}/ReaderConfig/Transformation",
        ),
        (reading(LIST, ManifestType="S3_INVENTORY"), f"{READER}/ReaderConfig/ManifestType"),
        (
            reading(LIST, Transformation="LOAD_AND_FLATTEN", InputType="MANIFEST"),
            f"{READER}/ReaderConfig/InputType",
        ),
        (reading(ManifestType="ATHENA_DATA"), f"{READER}/ReaderConfig/ManifestType"),
        (
            reading(InputType="JSONL", ManifestType="S3_INVENTORY"),
            f"{READER}/ReaderConfig/InputType",
        ),
        (reading(InputType="JSONL", ItemsPointer="/a"), f"{READER}/ReaderConfig/ItemsPointer"),
        (
            distributed(ResultWriter={"WriterConfig": {"OutputType": "JSON"}}),
            "/States/A/ResultWriter/WriterConfig",
        ),
        (
            distributed(
                ResultWriter={"WriterConfig": {"Transformation": "NONE", "OutputType": "JSONL"}}
            ),
            "/States/A/ResultWriter/WriterConfig/OutputType",
        ),
    ],
)
def test_what_aws_may_take_and_we_do_not_run_is_a_warning(machine, pointer):
    assert found(machine) == [("ASL-901", pointer, NOT_RUN)]


@pytest.mark.parametrize(
    "reader",
    [
        {"Resource": "${Reader}"},
        {"Resource": "${Reader}", "ReaderConfig": {}},
        {"Resource": LIST, "ReaderConfig": {"InputType": "JSON", "Transformation": "${T}"}},
        {"Resource": GET, "ReaderConfig": {"InputType": "${Type}", "ItemsPointer": "/a"}},
        {"Resource": GET, "ReaderConfig": {"ManifestType": "${Type}"}},
        {"Resource": GET, "ReaderConfig": "${Config}"},
        {"Resource": GET, "${Config}": {}},
        "${Reader}",
    ],
)
def test_nothing_is_said_of_a_reader_that_is_open(reader):
    assert found(json.dumps(distributed(ItemReader=reader))) == []


# ---------------------------------------------------------------- batches

BATCHER = "/States/A/ItemBatcher"
LIMITS = (
    "[MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]"
)


@pytest.mark.parametrize(
    ("batcher", "code", "pointer", "message"),
    [
        ({}, "ASL-410", "", f"One of these fields is required: {LIMITS}"),
        ({"MaxItemsPerBatch": -1}, "ASL-410", "/MaxItemsPerBatch", "Minimum value is 0"),
        (
            {"MaxInputBytesPerBatch": -1},
            "ASL-410",
            "/MaxInputBytesPerBatch",
            "Minimum value is 0",
        ),
        (
            {"MaxInputBytesPerBatch": 262_145},
            "ASL-410",
            "/MaxInputBytesPerBatch",
            "Maximum value is 262144",
        ),
        ({"MaxItemsPerBatch": 1, "X": 1}, "ASL-410", "/X", "Field 'X' is not supported"),
        (
            {"MaxItemsPerBatch": 1, "MaxItemsPerBatchPath": "$.n"},
            "ASL-215",
            "",
            "There should only be one of the following fields: "
            "[MaxItemsPerBatch, MaxItemsPerBatchPath]",
        ),
        (
            {"MaxInputBytesPerBatch": 1, "MaxInputBytesPerBatchPath": "$.n"},
            "ASL-215",
            "",
            "There should only be one of the following fields: "
            "[MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]",
        ),
        (
            {"MaxItemsPerBatch": 1, "BatchInput": 5},
            "ASL-214",
            "/BatchInput",
            "Expected value of type [OBJECT, ARRAY]",
        ),
    ],
)
def test_a_batcher_has_a_limit(batcher, code, pointer, message):
    assert found(distributed(ItemBatcher=batcher)) == [(code, f"{BATCHER}{pointer}", message)]


@pytest.mark.parametrize(
    "batcher",
    [
        {"MaxItemsPerBatch": 0},
        {"MaxInputBytesPerBatch": 262_144},
        {"MaxItemsPerBatchPath": "$.n", "MaxInputBytesPerBatchPath": "$.m"},
        {"MaxItemsPerBatch": 1, "BatchInput": {"a.$": "$.b"}},
    ],
)
def test_a_batcher_may_be_like_this(batcher):
    assert found(distributed(ItemBatcher=batcher)) == []


def test_a_jsonata_batcher_computes_its_limits():
    batcher = {"MaxItemsPerBatch": "{% 1 %}", "MaxInputBytesPerBatch": "{% 1 %}"}
    assert found(in_jsonata(distributed(ItemBatcher=batcher))) == []
    for batcher in ({"MaxItemsPerBatch": "1"}, {"MaxInputBytesPerBatch": "1"}):
        assert rules(in_jsonata(distributed(ItemBatcher=batcher))) == ["ASL-410"]


# ---------------------------------------------------------------- writers

WRITER = "/States/A/ResultWriter"


@pytest.mark.parametrize(
    ("writer", "code", "pointer", "message"),
    [
        (5, "ASL-411", "", "Expected value of type [OBJECT]"),
        ({}, "ASL-411", "", "Value cannot be empty"),
        ({"Resource": GET}, "ASL-411", "/Resource", NO_MATCH),
        ({"Resource": PUT, "X": 1}, "ASL-411", "/X", "Field 'X' is not supported"),
        (
            {"Resource": PUT, "WriterConfig": {"Transformation": "FLAT"}},
            "ASL-412",
            "/WriterConfig/Transformation",
            "Value should be one of the following: [NONE, COMPACT, FLATTEN]",
        ),
        (
            {"Resource": PUT, "WriterConfig": {"OutputType": "CSV"}},
            "ASL-412",
            "/WriterConfig/OutputType",
            "Value should be one of the following: [JSON, JSONL]",
        ),
        (
            {"Resource": PUT, "WriterConfig": {"X": 1}},
            "ASL-412",
            "/WriterConfig/X",
            "Field 'X' is not supported",
        ),
        (
            {"Resource": PUT, "WriterConfig": 5},
            "ASL-412",
            "/WriterConfig",
            "Expected value of type [OBJECT]",
        ),
        (
            {"Resource": PUT, "Arguments": {}},
            "ASL-203",
            "/Arguments",
            "The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for "
            "the 'JSONata' QueryLanguage",
        ),
    ],
)
def test_a_writer_says_where_to_or_how(writer, code, pointer, message):
    assert told(distributed(ResultWriter=writer), code) == [(f"{WRITER}{pointer}", message)]


def test_an_empty_writer_has_no_second_fault():
    assert rules(distributed(ResultWriter={})) == ["ASL-411"]


@pytest.mark.parametrize(
    "writer",
    [
        {"Resource": PUT},
        {"Resource": PUT, "Parameters": {"Bucket.$": "$.b"}},
        {"WriterConfig": {"Transformation": "COMPACT"}},
        {"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSON"}},
        {"Resource": PUT, "WriterConfig": {"OutputType": "JSONL"}},
    ],
)
def test_a_writer_may_be_like_this(writer):
    assert found(distributed(ResultWriter=writer)) == []


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("field", "code", "value", "message"),
    [
        ("MaxConcurrency", "ASL-414", -1, "Minimum value is 0"),
        ("MaxConcurrency", "ASL-414", 1.5, "Expected value of type Integer"),
        ("MaxConcurrency", "ASL-414", "5", "Expected value of type Integer"),
        ("ToleratedFailureCount", "ASL-413", -1, "Minimum value is 0"),
        ("ToleratedFailureCount", "ASL-413", 1.5, "Expected value of type Integer"),
        ("ToleratedFailurePercentage", "ASL-413", -1, "Minimum value is 0.0"),
        ("ToleratedFailurePercentage", "ASL-413", 100.5, "Maximum value is 100.0"),
        ("ToleratedFailurePercentage", "ASL-413", "5", "Expected value of type Number"),
    ],
)
def test_numbers_are_in_range(field, code, value, message):
    machine = distributed(**{field: value})
    assert found(machine) == [(code, f"/States/A/{field}", message)]
    assert found(in_jsonata(machine)) == [(code, f"/States/A/{field}", message)]


@pytest.mark.parametrize(
    "fields",
    [
        {"MaxConcurrency": 0},
        {"MaxConcurrencyPath": "$.n"},
        {"ToleratedFailureCount": 0},
        {"ToleratedFailurePercentage": 0},
        {"ToleratedFailurePercentage": 100.0},
        {"ToleratedFailurePercentage": 33.3},
        {"ToleratedFailureCount": 5, "ToleratedFailurePercentage": 5},
    ],
)
def test_numbers_may_be_like_this(fields):
    assert found(distributed(**fields)) == []


@pytest.mark.parametrize(
    "field", ["MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage"]
)
def test_a_number_may_be_computed_in_jsonata_and_has_a_twin_in_jsonpath(field):
    assert found(in_jsonata(distributed(**{field: "{% $states.input.n %}"}))) == []
    assert found(distributed(**{f"{field}Path": "$.n"})) == []
    two = distributed(**{field: 1, f"{field}Path": "$.n"})
    message = f"There should only be one of the following fields: [{field}, {field}Path]"
    assert found(two) == [("ASL-215", "/States/A", message)]


# ---------------------------------------------------------------- items


@pytest.mark.parametrize("items", [[], [1], {}, {"a": 1}, "{% $states.input %}", ["{% 1 %}"]])
def test_items_are_an_array_an_object_or_an_expression(items):
    assert found(in_jsonata(with_map(Items=items))) == []


@pytest.mark.parametrize("items", ["x", 5, None, True])
def test_items_are_nothing_else(items):
    message = "Expected value of type [ARRAY, OBJECT]"
    machine = in_jsonata(with_map(Items=items))
    assert found(machine) == [("ASL-417", "/States/A/Items", message)]


def test_items_path_is_not_null():
    message = "Expected value of type [STRING]"
    assert found(with_map(ItemsPath=None)) == [("ASL-416", "/States/A/ItemsPath", message)]


def test_a_map_selects_once():
    machine = with_map(ItemSelector={}, Parameters={})
    message = "There should only be one of the following fields: [Parameters, ItemSelector]"
    assert found(machine) == [("ASL-418", "/States/A", message)]
    for field in ("ItemSelector", "Parameters"):
        tree = {"Type": "Map", "Iterator": scope(In=SUCCEED), field: {"a.$": "$.b"}}
        assert found(state(tree)) == []


def test_a_selector_is_an_object():
    machine = in_jsonata(with_map(ItemSelector="x"))
    message = "Expected value of type [OBJECT]"
    assert found(machine) == [("ASL-419", "/States/A/ItemSelector", message)]
    for selector in ({}, "{% {'a': 1} %}", {"a": "{% $states.context.Map.Item.Value %}"}):
        assert found(in_jsonata(with_map(ItemSelector=selector))) == []
    assert rules(with_map(ItemSelector="x")) == ["ASL-214"]


# ---------------------------------------------------------------- labels


def test_a_label_has_at_most_40_characters():
    label = "x" * 41
    message = f"Label '{label}' exceeds the 40-character limit allowed by the service"
    machine = distributed(Label=label)
    assert found(machine) == [("ASL-415", "/States/A/Label", message)]
    assert locations(machine, "ASL-415") == ["/States/A/Label"]
    assert found(distributed(Label="x" * 40)) == []


@pytest.mark.parametrize("char", [*' ?*<>{}[]:;,\\|^~$#%&`"', "\t", "\n", "\x00", "\x7f"])
def test_a_label_has_no_such_character(char):
    assert rules(distributed(Label=f"a{char}b")) == ["ASL-415"]


@pytest.mark.parametrize("label", ["a-b_c.d", "é", "A1", "(x)", "a/b"])
def test_a_label_may_have_others(label):
    assert found(distributed(Label=label)) == []


def map_of(label, name):
    processor = scope(**{name: SUCCEED}) | {"ProcessorConfig": DISTRIBUTED}
    return {"Type": "Map", "ItemProcessor": processor, "Label": label}


def test_a_label_stands_for_one_map():
    machine = scope(A=map_of("x", "I"), B=map_of("x", "J"), C=map_of("y", "K"))
    assert found(machine) == [("ASL-420", "/States/B/Label", "Duplicate Label name: x")]
    assert locations(machine, "ASL-420") == ["/States/B/Label"]


def test_a_label_inside_counts_too():
    inner = scope(In=map_of("x", "Deep")) | {"ProcessorConfig": DISTRIBUTED}
    machine = state({"Type": "Map", "ItemProcessor": inner, "Label": "x"})
    assert pointers(machine, "ASL-420") == ["/States/A/ItemProcessor/States/In/Label"]


def test_an_open_label_may_be_any():
    machine = scope(A=map_of("${Label}", "I"), B=map_of("${Label}", "J"))
    assert found(json.dumps(machine)) == []


def test_a_label_of_another_type_of_state_does_not_count():
    machine = scope(A=map_of("x", "I"), B={"Type": "Pass", "Label": "x"}, C=map_of(5, "J"))
    assert "ASL-420" not in rules(machine)
