"""Where queries stand, of which kind they are, and what they are applied to."""

import pytest

from asl.language.queries import MAX_NESTING, queries_of
from asl.language.walk import survey
from tests.definitions import SUCCEED, catch, choice, map_, parallel, pass_, scope, task, wait


def queries(tree, language="JSONPath"):
    (machine, *_) = survey({"QueryLanguage": language, "States": {"A": tree}}, "STANDARD")
    return queries_of(machine.states["A"])


def seen(tree, language="JSONPath"):
    """Where each query stands below the state, its kind, and its data."""
    return [
        ("/".join(map(str, one.path[2:])), one.kind, one.data) for one in queries(tree, language)
    ]


# ---------------------------------------------------------------- JSONPath


def test_a_task_has_queries_in_the_order_of_the_text_and_then_those_of_its_catchers():
    tree = {
        "Type": "Task",
        "Resource": "$.no",
        "Comment": "$.no",
        "InputPath": "$.a",
        "Parameters": {"b.$": "$.b", "c": "$.c", "d": [{"e.$": 5}]},
        "TimeoutSecondsPath": "$.t",
        "HeartbeatSecondsPath": "$.h",
        "Credentials": {"RoleArn.$": "$.r"},
        "ResultSelector": {"f.$": "$.f"},
        "ResultPath": "$.g",
        "OutputPath": "$.h",
        "Assign": {"v.$": "$.v"},
        "Catch": [{"ErrorEquals": ["$.no"], "ResultPath": "$.e", "Assign": {"w.$": "$.w"}}],
        "Retry": [{"ErrorEquals": ["$.no"]}],
    }
    assert seen(tree) == [
        ("InputPath", "path", "input"),
        ("Parameters/b.$", "entry", "work"),
        ("Parameters/c", "plain", "work"),
        ("Parameters/d/0/e.$", "entry", "work"),
        ("TimeoutSecondsPath", "reference", "work"),
        ("HeartbeatSecondsPath", "reference", "work"),
        ("Credentials/RoleArn.$", "entry", "work"),
        ("ResultSelector/f.$", "entry", "result"),
        ("ResultPath", "result", "output"),
        ("OutputPath", "path", "output"),
        ("Assign/v.$", "entry", "result"),
        ("Catch/0/ResultPath", "result", "error"),
        ("Catch/0/Assign/w.$", "entry", "error"),
    ]


def test_a_map_has_queries_in_what_reads_and_writes():
    tree = {
        "Type": "Map",
        "ItemProcessor": scope(In=pass_(InputPath="$.no")),
        "ItemsPath": "$.i",
        "ItemSelector": {"a.$": "$$.Map.Item.Value"},
        "MaxConcurrencyPath": "$.n",
        "ToleratedFailureCountPath": "$.n",
        "ToleratedFailurePercentagePath": "$.n",
        "ItemReader": {
            "Parameters": {"Bucket.$": "$.b"},
            "ReaderConfig": {"MaxItemsPath": "$.n"},
        },
        "ItemBatcher": {
            "BatchInput": {"c.$": "$.c"},
            "MaxItemsPerBatchPath": "$.n",
            "MaxInputBytesPerBatchPath": "$.n",
        },
        "ResultWriter": {"Parameters": {"Prefix.$": "$.p"}},
    }
    assert seen(tree) == [
        ("ItemsPath", "items", "work"),
        ("ItemSelector/a.$", "entry", "work"),
        ("MaxConcurrencyPath", "number", "work"),
        ("ToleratedFailureCountPath", "number", "work"),
        ("ToleratedFailurePercentagePath", "number", "work"),
        ("ItemReader/Parameters/Bucket.$", "entry", "work"),
        ("ItemReader/ReaderConfig/MaxItemsPath", "number", "work"),
        ("ItemBatcher/BatchInput/c.$", "entry", "work"),
        ("ItemBatcher/MaxItemsPerBatchPath", "number", "work"),
        ("ItemBatcher/MaxInputBytesPerBatchPath", "number", "work"),
        ("ResultWriter/Parameters/Prefix.$", "entry", "work"),
    ]


def test_a_choice_has_queries_in_its_rules():
    nested = {"Not": {"Variable": "$.b", "StringEquals": "$.no", "StringEqualsPath": "$.c"}}
    rules = [
        {"Variable": "$.a", "IsNull": True, "Assign": {"v.$": "$.v"}, "Comment": "$.no"},
        {"And": [nested], "Next": "$.no"},
    ]
    assert seen(choice(*rules, Default="$.no", InputPath="$.i", Assign={"w.$": "$.w"})) == [
        ("InputPath", "path", "input"),
        ("Assign/w.$", "entry", "result"),
        ("Choices/0/Variable", "comparison", "work"),
        ("Choices/0/Assign/v.$", "entry", "work"),
        ("Choices/1/And/0/Not/Variable", "comparison", "work"),
        ("Choices/1/And/0/Not/StringEqualsPath", "comparison", "work"),
    ]


def test_a_wait_and_a_fail_have_queries():
    assert seen(wait(SecondsPath="$.s", TimestampPath="$.t")) == [
        ("SecondsPath", "reference", "work"),
        ("TimestampPath", "reference", "work"),
    ]
    assert seen({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.UUID()"}) == [
        ("ErrorPath", "text", "work"),
        ("CausePath", "text", "work"),
    ]


@pytest.mark.parametrize("value", [5, None, [], {}, True])
def test_a_query_of_a_wrong_type_is_left_to_the_schema(value):
    for field in ("InputPath", "ResultPath", "Parameters", "Assign"):
        assert seen(pass_(**{field: value})) == []
    assert seen(choice({"Variable": value, "StringEqualsPath": value})) == []
    assert seen(task("r", Catch=[{"ResultPath": value}])) == []
    assert seen(map_(scope(In=SUCCEED), ItemReader=value, ItemBatcher={"BatchInput": value})) == []


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_a_field_that_the_type_has_not_holds_no_query(language):
    tree = {"Type": "Succeed", "Parameters": {"a.$": "$"}, "ItemsPath": "$", "Arguments": "{% 1 %}"}
    assert seen(tree, language) == []
    assert seen({"Type": "Nothing", "InputPath": "$.a", "Output": "{% 1 %}"}, language) == []
    assert seen({"InputPath": "$.a", "Output": "{% 1 %}"}, language) == []


def test_a_field_of_the_other_language_holds_no_query():
    assert seen(pass_(Output="{% 1 %}", Parameters={"a": "{% 1 %}"})) == []
    assert seen(pass_(InputPath="$.a", ResultPath="$.b"), "JSONata") == []


def test_texts_of_a_template_are_told_only_if_they_look_like_queries():
    template = {"a": "$.x", "b": "States.UUID()", "c": "x", "d": "", "e": ["$.x"], "f": {"g": "S"}}
    assert [one[0] for one in seen(pass_(Parameters=template))] == [
        "Parameters/a",
        "Parameters/b",
        "Parameters/f/g",
    ]


def test_an_entry_knows_its_template_and_its_object():
    inner = {"b.$": "$.c", "d": 1}
    (query,) = queries(pass_(Parameters={"a": [inner]}))
    assert query.owner == ("States", "A", "Parameters")
    assert query.holder is inner
    assert query.key == "b.$"
    (path,) = queries(pass_(InputPath="$.a"))
    assert (path.owner, path.holder, path.key) == (path.path, None, "InputPath")


# ---------------------------------------------------------------- JSONata


def test_a_jsonata_state_has_expressions():
    one = "{% 1 %}"
    tree = {
        "Type": "Task",
        "Resource": one,
        "Comment": one,
        "Next": one,
        "Arguments": {"a": one, "b": [one, "text"], "c": {"d": one}},
        "TimeoutSeconds": one,
        "Credentials": {"RoleArn": one},
        "Output": one,
        "Assign": {"v": one},
        "Retry": [{"ErrorEquals": [one]}],
        "Catch": [
            {"ErrorEquals": [one], "Next": one, "Comment": one, "Output": one, "Assign": {"w": one}}
        ],
    }
    assert seen(tree, "JSONata") == [
        ("Arguments/a", "expression", "work"),
        ("Arguments/b/0", "expression", "work"),
        ("Arguments/c/d", "expression", "work"),
        ("TimeoutSeconds", "expression", "work"),
        ("Credentials/RoleArn", "expression", "work"),
        ("Output", "expression", "output"),
        ("Assign/v", "expression", "output"),
        ("Catch/0/Output", "expression", "error"),
        ("Catch/0/Assign/w", "expression", "error"),
    ]


def test_a_jsonata_choice_has_expressions_in_its_rules():
    one = "{% true %}"
    rule = {"Condition": one, "Next": one, "Comment": one, "Output": one, "Assign": {"v": one}}
    assert seen(choice(rule, Default=one, Output=one), "JSONata") == [
        ("Output", "expression", "output"),
        ("Choices/0/Condition", "expression", "work"),
        ("Choices/0/Output", "expression", "output"),
        ("Choices/0/Assign/v", "expression", "output"),
    ]


def test_a_jsonata_map_has_expressions_outside_of_its_processor():
    one = "{% 1 %}"
    inner = scope(In=pass_(Output=one))
    tree = map_(inner, Items=[one], ItemBatcher={"BatchInput": one}, Label=one)
    assert seen(tree, "JSONata") == [
        ("Items/0", "expression", "work"),
        ("ItemBatcher/BatchInput", "expression", "work"),
    ]
    assert seen(parallel(inner, Arguments=one), "JSONata") == [("Arguments", "expression", "work")]


@pytest.mark.parametrize("text", ["{% 1 %}", "{%", "%}", "{% 1", "1 %}", "{%%}"])
def test_text_with_one_edge_is_an_expression_too(text):
    assert seen(pass_(Output=text), "JSONata") == [("Output", "expression", "output")]


@pytest.mark.parametrize("text", ["", "text", "{ %", "% }", " {% 1 ", 5, None])
def test_text_without_edges_is_none(text):
    assert seen(pass_(Output=text), "JSONata") == []


# ---------------------------------------------------------------- depth


def buried(leaf, levels):
    for number in range(levels):
        leaf = [leaf] if number % 2 else {"a": leaf}
    return leaf


@pytest.mark.parametrize(("language", "field"), [("JSONPath", "Parameters"), ("JSONata", "Output")])
def test_what_is_buried_too_deep_is_not_looked_at(language, field):
    leaf = {"x.$": "$.a"} if language == "JSONPath" else "{% 1 %}"
    kind = "entry" if language == "JSONPath" else "expression"
    tree = pass_(**{field: buried(leaf, MAX_NESTING - 1)})
    assert [one.kind for one in queries(tree, language)] == [kind]
    tree = pass_(**{field: buried(leaf, MAX_NESTING + 5)})
    assert [one.kind for one in queries(tree, language)] == ["deep"]


def test_what_stands_beside_it_is_looked_at():
    tree = pass_(Parameters={"a": buried({"x.$": "$.a"}, 200), "b.$": "$.b", "c": {"d.$": "$.d"}})
    assert sorted(one.kind for one in queries(tree)) == ["deep", "entry", "entry"]
    tree = pass_(Output=[buried("{% 1 %}", 200), "{% 2 %}"])
    assert [one.kind for one in queries(tree, "JSONata")] == ["deep", "expression"]


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_rules_that_are_buried_too_deep_are_told_once(language):
    rule = {"Variable": "$.x", "IsNull": True, "Condition": "{% true %}"}
    for _ in range(MAX_NESTING + 20):
        rule = {"Not": rule}
    found = queries(choice(rule, rule), language)
    assert [one.kind for one in found].count("deep") == 1


# ---------------------------------------------------------------- plain paths


@pytest.mark.parametrize("path", ["$", "$.a", "$.a.b-c", "$.é.1"])
def test_a_path_of_names_is_plain(path):
    (query,) = queries(pass_(InputPath=path))
    assert query.is_plain
    (query,) = queries(pass_(Parameters={"x.$": path}))
    assert query.is_plain


@pytest.mark.parametrize("path", ["$$.a", "$x", "$.a[0]", "$['a']", "$.", "a", "$.a ", "$.a\n", ""])
def test_another_path_is_not_plain(path):
    (query,) = queries(pass_(InputPath=path))
    assert not query.is_plain


def test_a_text_that_only_looks_like_a_path_and_a_key_that_is_there_twice_are_not_plain():
    (query,) = queries(pass_(Parameters={"x": "$.a"}))
    assert not query.is_plain
    (query,) = queries(pass_(Parameters={"x": 1, "x.$": "$.a"}))
    assert not query.is_plain
    (query,) = queries(pass_(Parameters={"x.$": 5}))
    assert not query.is_plain


def test_catchers_that_are_no_objects_are_passed_over():
    assert seen(task("r", Catch=[5, catch("B", ResultPath="$.e")])) == [
        ("Catch/1/ResultPath", "result", "error")
    ]
    assert seen(task("r", Catch="$.a")) == []
