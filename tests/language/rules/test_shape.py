"""The shape of machines and states: which fields there are, and of which types their values."""

import pytest

from asl.language.schema import load_schema
from asl.language.walk import STATE_TYPES
from tests.definitions import SUCCEED, catch, parallel, pass_, scope, task, wait
from tests.language.findings import (
    ACTIVITY,
    LAMBDA,
    RULE,
    below,
    choice,
    distributed,
    flat,
    found,
    hints,
    jsonata_state,
    locations,
    pointers,
    rule,
    rules,
    state,
    told,
    with_map,
)

GOOD = scope(A=SUCCEED)
CATCHER = catch("B")


def test_what_is_right_is_not_talked_about():
    assert found(GOOD) == []
    assert found(GOOD | {"Comment": "c", "Version": "1.0", "TimeoutSeconds": 5}) == []
    assert found(GOOD | {"QueryLanguage": "JSONata"}) == []


# ---------------------------------------------------------------- machines


@pytest.mark.parametrize(
    ("fields", "code", "pointer", "message"),
    [
        ({"Comment": 5}, "ASL-103", "/Comment", "Expected value of type [STRING]"),
        ({"Comment": None}, "ASL-103", "/Comment", "Expected value of type [STRING]"),
        (
            {"Version": "1.1"},
            "ASL-104",
            "/Version",
            "Value should be one of the following: [1.0]",
        ),
        ({"Version": 1.0}, "ASL-104", "/Version", "Value should be one of the following: [1.0]"),
        ({"TimeoutSeconds": -1}, "ASL-105", "/TimeoutSeconds", "Minimum value is 0"),
        (
            {"TimeoutSeconds": 100_000_000},
            "ASL-105",
            "/TimeoutSeconds",
            "Maximum value is 99999999",
        ),
        (
            {"TimeoutSeconds": 1.0},
            "ASL-105",
            "/TimeoutSeconds",
            "Expected value of type Integer",
        ),
        (
            {"TimeoutSeconds": "5"},
            "ASL-105",
            "/TimeoutSeconds",
            "Expected value of type Integer",
        ),
        (
            {"TimeoutSeconds": "{% 5 %}", "QueryLanguage": "JSONata"},
            "ASL-105",
            "/TimeoutSeconds",
            "Expected value of type Integer",
        ),
        (
            {"QueryLanguage": "jsonata"},
            "ASL-106",
            "/QueryLanguage",
            "Value should be one of the following: [JSONPath, JSONata]",
        ),
        ({"QueryLanguage": 5}, "ASL-106", "/QueryLanguage", "Expected value of type [STRING]"),
        ({"StartAt": 5}, "ASL-107", "/StartAt", "Expected value of type [STRING]"),
        ({"States": []}, "ASL-108", "/States", "Expected value of type [OBJECT]"),
        ({"States": None}, "ASL-108", "/States", "Expected value of type [OBJECT]"),
        ({"X": 1}, "ASL-102", "/X", "Field 'X' is not supported"),
        ({"comment": "c"}, "ASL-102", "/comment", "Field 'comment' is not supported"),
        ({"Type": "Pass"}, "ASL-102", "/Type", "Field 'Type' is not supported"),
    ],
)
def test_the_fields_of_a_machine_have_their_types(fields, code, pointer, message):
    assert found(GOOD | fields) == [(code, pointer, message)]


@pytest.mark.parametrize("seconds", [0, 1, 99_999_999])
def test_a_machine_may_have_any_timeout_up_to_three_years(seconds):
    assert found(GOOD | {"TimeoutSeconds": seconds}) == []


@pytest.mark.parametrize(
    ("absent", "message"),
    [
        (["StartAt"], "These fields are required: [StartAt]"),
        (["States"], "These fields are required: [States]"),
        (["StartAt", "States"], "These fields are required: [States, StartAt]"),
    ],
)
def test_a_machine_has_states_and_a_start(absent, message):
    machine = {key: value for key, value in GOOD.items() if key not in absent}
    assert found(machine) == [("ASL-101", "", message)]
    assert locations(machine, "ASL-101") == ["/"]
    assert told(state(parallel(machine)), "ASL-101") == [("/States/A/Branches/0", message)]


def test_a_field_that_a_machine_has_not_is_blamed_on_the_machine():
    assert locations(GOOD | {"X": 1}, "ASL-102") == ["/"]
    assert locations(GOOD | {"TimeoutSeconds": -1}, "ASL-105") == ["/TimeoutSeconds"]


def test_states_are_not_empty_and_what_follows_stands_below():
    empty = {"StartAt": "First", "States": {}}
    assert found(empty) == [
        ("ASL-108", "/States", "Value cannot be empty"),
        ("ASL-107", "/StartAt", "Missing 'Next' target: First"),
        ("ASL-109", "/States", "Workflow has no terminal state"),
    ]
    assert set(below(empty)) == {("ASL-108", "/States")}


@pytest.mark.parametrize("name", ["n" * 81, "😀" * 81])
def test_a_state_has_a_name_of_at_most_80_characters(name):
    message = f"State name '{name}' exceeds the 80-character limit allowed by the service"
    machine = scope(**{name: SUCCEED})
    assert found(machine) == [("ASL-112", f"/States/{name}", message)]
    assert locations(machine, "ASL-112") == [f"/States/{name}"]


@pytest.mark.parametrize("name", ["n" * 80, "😀" * 80, "Job Complete?", "a/b", "a~b", "$.x[0]"])
def test_a_state_may_have_any_other_name(name):
    assert found(scope(**{name: SUCCEED})) == []


def test_a_state_has_a_name():
    assert found(scope(**{"": SUCCEED})) == [("ASL-112", "/States/", "State name cannot be empty")]


@pytest.mark.parametrize("field", ["QueryLanguage", "TimeoutSeconds", "Version", "X"])
def test_branches_and_processors_have_fewer_fields_than_the_whole(field):
    value = {"QueryLanguage": "JSONata", "TimeoutSeconds": 5, "Version": "1.0", "X": 1}[field]
    message = f"Field '{field}' is not supported"
    branches = state(parallel(scope(In=SUCCEED) | {field: value}))
    assert found(branches) == [("ASL-115", f"/States/A/Branches/0/{field}", message)]
    assert locations(branches, "ASL-115") == ["/States/A/Branches[0]"]
    processor = state({"Type": "Map", "ItemProcessor": scope(In=SUCCEED) | {field: value}})
    assert found(processor) == [("ASL-115", f"/States/A/ItemProcessor/{field}", message)]


def test_only_a_processor_has_a_config():
    branch = scope(In=SUCCEED) | {"ProcessorConfig": {"Mode": "INLINE"}}
    assert pointers(state(parallel(branch)), "ASL-115") == ["/States/A/Branches/0/ProcessorConfig"]
    assert found(with_map(config={"Mode": "INLINE"})) == []


def test_branches_and_processors_may_be_commented():
    inner = scope(In=SUCCEED) | {"Comment": "c"}
    assert found(scope(A=parallel(inner), B={"Type": "Pass"})) == []
    assert found(state({"Type": "Map", "Iterator": inner})) == []
    bad = scope(In=SUCCEED) | {"Comment": 5}
    assert told(state(parallel(bad)), "ASL-209") == [
        ("/States/A/Branches/0/Comment", "Expected value of type [STRING]")
    ]


# ---------------------------------------------------------------- any state


@pytest.mark.parametrize("value", [5, "x", [], ["a"], True, None])
def test_a_state_is_an_object(value):
    machine = scope(A=pass_(Next="B"), B=SUCCEED)
    machine["States"]["B"] = value
    assert told(machine, "ASL-203") == [("/States/B", "Expected value of type [OBJECT]")]


@pytest.mark.parametrize(
    ("value", "hint"), [(None, "found null"), (True, "found true"), ({"a": None}, "")]
)
def test_a_hint_shows_a_value_as_json_has_it(value, hint):
    assert hints(GOOD | {"Comment": value}, "ASL-103") == [hint]


def test_a_type_is_required():
    assert found(scope(A={"Type": "Pass", "Next": "B"}, B=SUCCEED)) == []
    machine = {"StartAt": "A", "States": {"A": {"End": True}}}
    assert found(machine) == [
        ("ASL-201", "/States/A", "The field 'Type' is required"),
        ("ASL-109", "/States", "Workflow has no terminal state"),
    ]
    assert below(machine) == {("ASL-201", "/States/A"): [("ASL-109", "/States")]}


TYPES = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("task", "did you mean 'Task'?"),
        ("Chioce", "did you mean 'Choice'?"),
        ("Nothing", ""),
        ("", ""),
        (5, "found 5"),
        ([], "found []"),
    ],
)
def test_a_type_is_one_of_eight(kind, hint):
    machine = {"StartAt": "A", "States": {"A": {"Type": kind, "End": True, "X": 1}}}
    message = f"The field 'Type' should have one of these values: {TYPES}"
    assert found(machine) == [("ASL-201", "/States/A/Type", message)]
    assert locations(machine, "ASL-201") == ["/States/A/Type"]
    assert hints(machine, "ASL-201") == [hint]


#: The least that each type needs, in both languages.
LEAST = {
    "Pass": {"End": True},
    "Task": {"End": True, "Resource": LAMBDA},
    "Wait": {"End": True, "Seconds": 1},
    "Succeed": {},
    "Fail": {},
    "Choice": {"Default": "Z"},
    "Parallel": {"End": True, "Branches": [scope(In=SUCCEED)]},
    "Map": {"End": True, "ItemProcessor": scope(In=SUCCEED)},
}
#: The table of RULES.md: fields beside Type, Comment and QueryLanguage; those of one language.
BOTH = {
    "Pass": "Next End Assign",
    "Task": "Next End Assign Resource Credentials Retry Catch TimeoutSeconds HeartbeatSeconds",
    "Wait": "Next End Assign Seconds Timestamp",
    "Choice": "Choices Default Assign",
    "Succeed": "",
    "Fail": "Error Cause",
    "Parallel": "Next End Assign Branches Retry Catch",
    "Map": "Next End Assign ItemProcessor Iterator ItemSelector ItemReader ItemBatcher "
    "ResultWriter MaxConcurrency ToleratedFailureCount ToleratedFailurePercentage Label Retry "
    "Catch",
}
JSONPATH = {
    "Pass": "InputPath OutputPath Parameters Result ResultPath",
    "Task": "InputPath OutputPath Parameters ResultPath ResultSelector TimeoutSecondsPath "
    "HeartbeatSecondsPath",
    "Wait": "InputPath OutputPath SecondsPath TimestampPath",
    "Choice": "InputPath OutputPath",
    "Succeed": "InputPath OutputPath",
    "Fail": "ErrorPath CausePath",
    "Parallel": "InputPath OutputPath Parameters ResultPath ResultSelector",
    "Map": "InputPath OutputPath Parameters ItemsPath ResultPath ResultSelector "
    "MaxConcurrencyPath ToleratedFailureCountPath ToleratedFailurePercentagePath",
}
JSONATA = {
    "Pass": "Output",
    "Task": "Arguments Output",
    "Wait": "Output",
    "Choice": "Output",
    "Succeed": "Output",
    "Fail": "",
    "Parallel": "Arguments Output",
    "Map": "Items Output",
}
ALL_FIELDS = sorted(
    {name for kind in STATE_TYPES for name in load_schema(f"{kind.lower()}.json")["properties"]}
)
KNOWN_TO_ALL = {"Type", "Comment", "QueryLanguage"}


@pytest.mark.parametrize("kind", STATE_TYPES)
@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_each_type_has_its_fields_in_each_language(kind, language):
    """8 types times all the fields that there are, as they were measured on AWS."""
    own, other = (JSONPATH, JSONATA) if language == "JSONPath" else (JSONATA, JSONPATH)
    for name in sorted(set(ALL_FIELDS) - KNOWN_TO_ALL):
        tree = {"Type": kind, "QueryLanguage": language, **LEAST[kind], name: 5}
        refused = {
            code
            for code, pointer, message in found({"StartAt": "A", "States": {"A": tree}})
            if pointer == f"/States/A/{name}" and ("not supported" in message or code == "ASL-203")
        }
        known = f"{BOTH[kind]} {own[kind]}".split()
        if name in other[kind].split():
            assert refused == {"ASL-203"}, name
        else:
            assert refused == (set() if name in known else {"ASL-202"}), name


def test_a_field_that_a_state_has_not_is_blamed_on_the_state():
    machine = state(pass_(Resource=LAMBDA))
    assert found(machine) == [
        ("ASL-202", "/States/A/Resource", "Field 'Resource' is not supported")
    ]
    assert locations(machine, "ASL-202") == ["/States/A"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("comment", "did you mean 'Comment'?"), ("Reslt", "did you mean 'Result'?"), ("Qwerty", "")],
)
def test_a_field_that_is_misspelt_has_a_hint(name, hint):
    assert hints(state(pass_(**{name: 1})), "ASL-202") == [hint]


def test_no_field_is_suggested_that_is_there():
    assert hints(state(pass_(Result=1, Results=1)), "ASL-202") == ["did you mean 'ResultPath'?"]


ONLY = (
    "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{}' QueryLanguage"
)


@pytest.mark.parametrize(
    ("machine", "pointer", "location", "message"),
    [
        (
            jsonata_state(pass_(InputPath="$.a")),
            "/States/A/InputPath",
            "/States/A",
            ONLY.format("JSONata", "InputPath", "JSONPath"),
        ),
        (
            state(pass_(Output=1)),
            "/States/A/Output",
            "/States/A",
            ONLY.format("JSONPath", "Output", "JSONata"),
        ),
        (
            state(task(LAMBDA, Catch=[CATCHER | {"Output": 1}], End=True), B=SUCCEED),
            "/States/A/Catch/0/Output",
            "/States/A/Catch[0]",
            ONLY.format("JSONPath", "Output", "JSONata"),
        ),
        (
            jsonata_state(task(LAMBDA, Catch=[CATCHER | {"ResultPath": "$"}], End=True), B=SUCCEED),
            "/States/A/Catch/0/ResultPath",
            "/States/A/Catch[0]",
            ONLY.format("JSONata", "ResultPath", "JSONPath"),
        ),
        (
            rule(Condition="{% true %}"),
            "/States/A/Choices/0/Condition",
            "/States/A/Choices[0]",
            ONLY.format("JSONPath", "Condition", "JSONata"),
        ),
        (
            rule(Variable="$.x", Not={"Variable": "$.x", "IsNull": True})
            | {"QueryLanguage": "JSONata"},
            "/States/A/Choices/0/Variable",
            "/States/A/Choices[0]",
            ONLY.format("JSONata", "Variable", "JSONPath"),
        ),
        (
            choice({"Not": RULE | {"Output": 1}, "Next": "B"}),
            "/States/A/Choices/0/Not/Output",
            "/States/A/Choices[0]/Not",
            ONLY.format("JSONPath", "Output", "JSONata"),
        ),
        (
            distributed(
                ItemReader={
                    "Resource": "arn:aws:states:::s3:listObjectsV2",
                    "Arguments": {"Bucket": "b"},
                }
            ),
            "/States/A/ItemReader/Arguments",
            "/States/A/ItemReader",
            ONLY.format("JSONPath", "Arguments", "JSONata"),
        ),
    ],
)
def test_a_field_of_the_other_language_is_named_so(machine, pointer, location, message):
    assert (pointer, message) in told(machine, "ASL-203")
    assert location in locations(machine, "ASL-203")


def test_a_state_has_the_language_of_the_whole_machine_not_of_the_state_around_it():
    inner = scope(In=pass_(InputPath="$.a"))
    around = parallel(inner, QueryLanguage="JSONata")
    assert found(state(around)) == []
    inner = scope(In=pass_(Output=1, QueryLanguage="JSONata"))
    assert found(state(parallel(inner, ResultPath="$.r"))) == []


@pytest.mark.parametrize(
    "machine",
    [
        {"QueryLanguage": "jsonpath", **state(pass_(InputPath="$.a"))},
        state(pass_(QueryLanguage="Jsonpath", InputPath="$.a")),
        choice(RULE, QueryLanguage="JsonPath"),
        {"QueryLanguage": "jsonpath", **choice(RULE)},
        {
            "QueryLanguage": "jsonpath",
            **state(task(LAMBDA, Catch=[catch("B", ResultPath="$.e")], End=True), B=SUCCEED),
        },
    ],
    ids=["machine", "state", "rule", "rule of a machine", "catcher"],
)
def test_fields_of_the_other_language_follow_from_a_language_that_does_not_exist(machine):
    heads = {code for code, _ in below(machine)}
    assert heads == {"ASL-106"}
    assert {code for after in below(machine).values() for code, _ in after} == {"ASL-203"}
    assert set(rules(machine)) == {"ASL-106", "ASL-203"}
    assert len({one for one, _ in below(machine)}) == 1
    assert sum(map(len, below(machine).values())) == rules(machine).count("ASL-203")


def test_a_language_among_the_states_explains_what_follows():
    machine = {
        "StartAt": "A",
        "States": {"QueryLanguage": "JSONata", "A": pass_(Output=1, End=True)},
    }
    assert below(machine) == {
        ("ASL-203", "/States/QueryLanguage"): [("ASL-203", "/States/A/Output")]
    }


def test_an_unknown_language_counts_as_jsonata():
    assert rules(state(pass_(QueryLanguage="foo", Output="{% 1 %}"))) == ["ASL-106"]
    assert rules(state(pass_(QueryLanguage=None, Output="{% 1 %}"))) == ["ASL-106"]


DOWNGRADE = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        (pass_(QueryLanguage="JSONPath", InputPath="$.a", Output=1), "/States/A"),
        (
            parallel(scope(In=pass_(QueryLanguage="JSONPath", ResultPath="$.a"))),
            "/States/A/Branches/0/States/In",
        ),
        (
            {"Type": "Fail", "QueryLanguage": "JSONPath", "ErrorPath": "$.e"},
            "/States/A",
        ),
    ],
)
def test_a_state_of_a_jsonata_machine_is_not_jsonpath(tree, pointer):
    assert found(jsonata_state(tree)) == [("ASL-204", pointer, DOWNGRADE)]


def test_rules_of_a_state_that_is_both_may_be_of_either_language():
    machine = {"QueryLanguage": "JSONata"} | choice(
        RULE, {"Condition": True, "Next": "B"}, QueryLanguage="JSONPath"
    )
    assert found(machine) == [("ASL-204", "/States/A", DOWNGRADE)]


def test_a_state_of_a_jsonpath_machine_may_be_jsonata():
    assert (
        found({"QueryLanguage": "JSONPath"} | state(pass_(QueryLanguage="JSONata", Output=1))) == []
    )


ONE = "There should only be one of the following fields: [Next, End]"
NONE = "This object should have only one of the following fields: [Next, End]"


@pytest.mark.parametrize("kind", ["Pass", "Task", "Wait", "Parallel", "Map"])
def test_a_state_has_either_next_or_end(kind):
    least = {"Type": kind, **LEAST[kind]}
    two = scope(A=least | {"Next": "B"}, B=SUCCEED)
    assert found(two) == [("ASL-205", "/States/A", ONE)]
    assert locations(two, "ASL-205") == ["/States/A"]
    without = {name: value for name, value in least.items() if name != "End"}
    machine = {"StartAt": "A", "States": {"A": without}}
    assert told(machine, "ASL-206") == [("/States/A", NONE)]
    assert below(machine) == {("ASL-206", "/States/A"): [("ASL-109", "/States")]}
    assert told({"StartAt": "A", "States": {"A": without | {"End": False}}}, "ASL-206") == [
        ("/States/A", NONE)
    ]


def test_end_false_is_no_end_and_goes_with_next():
    assert found(scope(A=pass_(Next="B", End=False), B=SUCCEED)) == []


@pytest.mark.parametrize(
    ("tree", "code", "field", "message"),
    [
        (pass_(End="true"), "ASL-208", "End", "Expected value of type [BOOLEAN]"),
        (pass_(End=1), "ASL-208", "End", "Expected value of type [BOOLEAN]"),
        (pass_(Comment=5), "ASL-209", "Comment", "Expected value of type [STRING]"),
        (pass_(InputPath=5), "ASL-210", "InputPath", "Expected value of type [STRING, NULL]"),
        (pass_(OutputPath=[]), "ASL-210", "OutputPath", "Expected value of type [STRING, NULL]"),
        (pass_(ResultPath=5), "ASL-211", "ResultPath", "Expected value of type [STRING, NULL]"),
        (pass_(Parameters="x"), "ASL-214", "Parameters", "Expected value of type [OBJECT, ARRAY]"),
        (pass_(Assign=[]), "ASL-804", "Assign", "Expected value of type [OBJECT]"),
        (
            pass_(QueryLanguage="jsonata"),
            "ASL-106",
            "QueryLanguage",
            "Value should be one of the following: [JSONPath, JSONata]",
        ),
    ],
)
def test_the_fields_of_a_state_have_their_types(tree, code, field, message):
    machine = state(tree | {"End": tree.get("End", True)})
    assert (f"/States/A/{field}", message) in told(machine, code)
    assert locations(machine, code) == [f"/States/A/{field}"]


@pytest.mark.parametrize("value", [None, "$", "$.a"])
@pytest.mark.parametrize("field", ["InputPath", "OutputPath", "ResultPath"])
def test_paths_may_be_null(field, value):
    assert found(state(pass_(**{field: value}))) == []


@pytest.mark.parametrize("value", [{}, [], [{"a.$": "$.b"}]])
def test_a_template_may_be_an_object_or_an_array(value):
    assert found(state(pass_(Parameters=value))) == []


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        (task(LAMBDA, TimeoutSeconds=5, TimeoutSecondsPath="$.t"), "TimeoutSeconds"),
        (task(ACTIVITY, HeartbeatSeconds=5, HeartbeatSecondsPath="$.t"), "HeartbeatSeconds"),
        ({"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}, "Error"),
        ({"Type": "Fail", "Cause": "E", "CausePath": "$.e"}, "Cause"),
    ],
)
def test_a_field_and_its_twin_exclude_each_other(tree, names):
    message = f"There should only be one of the following fields: [{names}, {names}Path]"
    machine = state(tree)
    assert found(machine) == [("ASL-215", "/States/A", message)]
    assert locations(machine, "ASL-215") == ["/States/A"]


EDGES = "JSONata string must start with {% and end with %}"


@pytest.mark.parametrize("text", ["{%", "%}", "{% 1", "1 %}", " {% 1 %}", "{% 1 %} ", "{%}"])
def test_an_expression_has_both_edges(text):
    machine = jsonata_state(pass_(Output={"a": [text]}))
    assert found(machine) == [("ASL-216", "/States/A/Output/a/0", EDGES)]
    assert locations(machine, "ASL-216") == ["/States/A/Output/a[0]"]


@pytest.mark.parametrize(
    "text", ["{%1%}", "{%  1  %}", "{% 1\n+ 2 %}", "{ % 1 %", "50 %", "{}", ""]
)
def test_blanks_inside_are_free_and_other_text_is_text(text):
    assert found(jsonata_state(pass_(Output=text, Comment="{% no expression"))) == []
    assert found(state(pass_(Result=text, Comment="{% no expression"))) == []


@pytest.mark.parametrize(
    ("tree", "field"),
    [
        (wait(Seconds="{% 1"), "Seconds"),
        (wait(Timestamp="{% 1"), "Timestamp"),
        (task(LAMBDA, TimeoutSeconds="{% 1"), "TimeoutSeconds"),
        (task(ACTIVITY, HeartbeatSeconds="{% 1"), "HeartbeatSeconds"),
        (task(LAMBDA, Credentials="{% 1"), "Credentials"),
    ],
)
def test_a_number_or_an_expression_is_told_once_that_it_has_no_end(tree, field):
    assert found(jsonata_state(tree)) == [("ASL-216", f"/States/A/{field}", EDGES)]


# ---------------------------------------------------------------- what follows from a misspelling


@pytest.mark.parametrize(
    ("tree", "head", "after"),
    [
        (
            {"Type": "Pass", "next": "B"},
            "/States/A/next",
            [("ASL-206", "/States/A"), ("ASL-110", "/States/B")],
        ),
        (
            {"Type": "Task", "Next": "B", "resource": LAMBDA},
            "/States/A/resource",
            [("ASL-301", "/States/A")],
        ),
        (
            {"Type": "Map", "Next": "B", "ItemProcesor": scope(In=SUCCEED)},
            "/States/A/ItemProcesor",
            [("ASL-401", "/States/A")],
        ),
        (
            {"Type": "Wait", "Next": "B", "seconds": 5},
            "/States/A/seconds",
            [("ASL-361", "/States/A")],
        ),
        (
            {"Type": "Parallel", "Next": "B", "Branchs": [scope(In=SUCCEED)]},
            "/States/A/Branchs",
            [("ASL-391", "/States/A")],
        ),
    ],
)
def test_what_is_absent_because_it_is_misspelt_follows_from_the_misspelling(tree, head, after):
    machine = {"StartAt": "A", "States": {"A": tree, "B": SUCCEED}}
    assert below(machine) == {("ASL-202", head): after}


def test_what_is_absent_beside_another_unknown_field_is_a_fault_of_its_own():
    machine = scope(A={"Type": "Task", "X": LAMBDA}, B=SUCCEED)
    assert below(machine) == {}
    assert rules(machine) == ["ASL-301", "ASL-202"]


def test_a_misspelt_operator_explains_that_there_is_none():
    assert below(rule(Variable="$.x", IsNul=True)) == {
        ("ASL-345", "/States/A/Choices/0/IsNul"): [("ASL-344", "/States/A/Choices/0")]
    }


# ---------------------------------------------------------------- Parallel


@pytest.mark.parametrize(
    ("tree", "code", "pointer", "message"),
    [
        ({}, "ASL-391", "", "These fields are required: [Branches]"),
        ({"Branches": []}, "ASL-391", "/Branches", "Value cannot be empty"),
        ({"Branches": {}}, "ASL-391", "/Branches", "Expected value of type [ARRAY]"),
        ({"Branches": [5]}, "ASL-391", "/Branches/0", "Expected value of type [OBJECT]"),
        (
            {"Branches": [{}]},
            "ASL-101",
            "/Branches/0",
            "These fields are required: [States, StartAt]",
        ),
    ],
)
def test_a_parallel_has_branches(tree, code, pointer, message):
    machine = state({"Type": "Parallel", **tree})
    assert found(machine) == [(code, f"/States/A{pointer}", message)]


def test_a_wrong_type_is_all_that_is_said_of_a_value():
    assert found(distributed(ItemBatcher=5)) == [
        ("ASL-410", "/States/A/ItemBatcher", "Expected value of type [OBJECT]")
    ]
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": 5}
    assert found(distributed(ItemReader=reader)) == [
        ("ASL-406", "/States/A/ItemReader/ReaderConfig", "Expected value of type [OBJECT]")
    ]


def test_a_wrong_type_has_the_code_of_the_schema():
    """MISSING_TRANSITION_TARGET is for names of states that are not there."""
    machines = [GOOD | {"StartAt": 5}, scope(A=pass_(Next=5), B=SUCCEED), distributed(Label=5)]
    machines.append(choice(RULE, Default=5))
    for machine in machines:
        said = [one for one in flat(machine) if one.message == "Expected value of type [STRING]"]
        assert [one.code for one in said] == ["SCHEMA_VALIDATION_FAILED"]
