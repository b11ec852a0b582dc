"""The paths of JSONPath states: which form each field asks for."""

import pytest

from tests.definitions import SUCCEED, catch, pass_, scope, task, wait
from tests.language.findings import (
    ACTIVITY,
    LAMBDA,
    distributed,
    found,
    hints,
    locations,
    rule,
    rules,
    state,
    told,
    with_map,
)

NO_PATH = "Value must be a valid JSONPath."
NO_REFERENCE = "Value is not a Reference Path"
NO_DOLLAR = "Value is not a Reference Path: Reference path didn't start with '$'"
ONE_NODE = "a Reference Path names one node: names and single indices, no '*', '..' or '?'"
NOT_RUN = "AWS may take this, but it can't be run here"

#: Paths that name one node.
DEFINITE = ["$", "$.a", "$.a.b", "$['a b']", "$.a['b']", "$.a[0]", "$.a[-1]", "$.a-b", "$.é",
            "$.[0]", '$["it\'s"]', "$.a "]  # fmt: skip
#: Paths that may name several.
MANY = ["$.*", "$.a[*]", "$..a", "$.a[0:2]", "$.a[?(@.b > 1)]", "$.a[0,1]", "$.a['b','c']",
        "$[?(@.a == 'x' && @.b)]"]  # fmt: skip
MALFORMED = ["$.", "$.a.", "$.a[", "$.a]", "$.a['b]", "$.a b", "$.a..", "$a.", "$[", "$.a[x]"]
NO_DOLLARS = ["", "a", "a.b", " $.a", "@.a", "States.UUID()", "{% $a %}", "null"]
VARIABLES = ["$x", "$x.y", "$x[0].y", "$été"]
CONTEXT = ["$$", "$$.Execution.Id", "$$.Execution.Input.a[0]", "$$.Map.Item.Value.a"]


def of(code, machine):
    return [message for _, message in told(machine, code)]


def quiet(machine):
    """The rules that a machine breaks, but for what is said of variables."""
    return [code for code in rules(machine) if code != "ASL-806"]


# ---------------------------------------------------------------- InputPath, OutputPath


@pytest.mark.parametrize("field", ["InputPath", "OutputPath"])
@pytest.mark.parametrize("path", [*DEFINITE, *MANY, *VARIABLES, *CONTEXT])
def test_a_view_is_any_path(field, path):
    assert quiet(state(pass_(**{field: path}))) == []


@pytest.mark.parametrize("field", ["InputPath", "OutputPath"])
@pytest.mark.parametrize("path", NO_DOLLARS)
def test_a_view_starts_with_a_dollar(field, path):
    machine = state(task(LAMBDA, **{field: path}))
    assert found(machine) == [("ASL-210", f"/States/A/{field}", NO_PATH)]
    assert locations(machine, "ASL-210") == [f"/States/A/{field}"]


@pytest.mark.parametrize("field", ["InputPath", "OutputPath"])
@pytest.mark.parametrize("path", MALFORMED)
def test_a_view_can_be_read(field, path):
    machine = state(pass_(**{field: path}))
    assert told(machine, "ASL-601") == [(f"/States/A/{field}", NO_PATH)]
    assert "malformed" in hints(machine, "ASL-601")[0]


@pytest.mark.parametrize("path", ["$a b", "$x]", "$été.", "$नाम["])
def test_the_variable_of_a_path_that_can_not_be_read_is_not_looked_at(path):
    assert rules(state(pass_(InputPath=path))) == ["ASL-601"]


def test_hints_say_what_a_path_is_not():
    assert hints(state(pass_(InputPath="a")), "ASL-210") == ["a path starts with '$'"]
    call = state(pass_(InputPath="States.UUID()"))
    assert hints(call, "ASL-210") == ["an intrinsic function can't stand here"]


@pytest.mark.parametrize("path", ["$.a.length()", "$.a[(@.length-1)].*"])
def test_what_we_do_not_run_is_a_warning(path):
    assert found(state(pass_(InputPath=path))) == [("ASL-901", "/States/A/InputPath", NOT_RUN)]


def test_the_last_element_is_a_path():
    assert found(state(pass_(InputPath="$.a[(@.length-1)]"))) == []


@pytest.mark.parametrize("name", ["नाम", "имя", "名前", "col·leg", "ﬁ", "x̂"])
def test_a_variable_may_be_named_in_any_script(name):
    """ID_Start, then ID_Continue, to which vowel signs belong: RULES.md, ASL-801."""
    machine = scope(A=pass_(Assign={name: {"a": 1}}), B=pass_(InputPath=f"${name}.a"))
    assert found(machine) == []


# ---------------------------------------------------------------- ResultPath


@pytest.mark.parametrize("path", ["$", "$.a", "$.a.b", "$['a b']", "$.a[0]", "$.a[0].b", "$.é"])
def test_a_result_is_put_at_one_place(path):
    assert found(state(pass_(ResultPath=path))) == []


@pytest.mark.parametrize("path", [*MANY, *VARIABLES, *CONTEXT, "$.a[-1]", "$.", "$.a[", "$$"])
def test_a_result_is_not_put_at_many_places_nor_elsewhere(path):
    machine = state(pass_(ResultPath=path))
    assert found(machine) == [("ASL-211", "/States/A/ResultPath", NO_REFERENCE)]
    assert locations(machine, "ASL-211") == ["/States/A/ResultPath"]
    assert hints(machine, "ASL-211") != [""]


@pytest.mark.parametrize("path", NO_DOLLARS)
def test_the_place_of_a_result_starts_with_a_dollar(path):
    assert found(state(pass_(ResultPath=path))) == [("ASL-603", "/States/A/ResultPath", NO_PATH)]


def test_a_place_that_is_too_deep_for_us_is_no_error():
    """AWS has no such limit that anybody knows of."""
    assert rules(state(pass_(ResultPath="$" + ".a" * 100))) == []
    assert rules(state(pass_(ResultPath="$" + ".a" * 101))) == ["ASL-901"]


# ---------------------------------------------------------------- reference paths

NUMBERS = ["MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"]
REFERENCES = {
    "SecondsPath": lambda path: state(wait(SecondsPath=path)),
    "TimestampPath": lambda path: state(wait(TimestampPath=path)),
    "TimeoutSecondsPath": lambda path: state(task(LAMBDA, TimeoutSecondsPath=path)),
    "HeartbeatSecondsPath": lambda path: state(task(ACTIVITY, HeartbeatSecondsPath=path)),
    "MaxConcurrencyPath": lambda path: distributed(MaxConcurrencyPath=path),
    "ToleratedFailureCountPath": lambda path: distributed(ToleratedFailureCountPath=path),
    "ToleratedFailurePercentagePath": lambda path: distributed(ToleratedFailurePercentagePath=path),
    "MaxItemsPath": lambda path: distributed(
        ItemReader={
            "Resource": "arn:aws:states:::s3:listObjectsV2",
            "ReaderConfig": {"MaxItemsPath": path},
        }
    ),
    "MaxItemsPerBatchPath": lambda path: distributed(ItemBatcher={"MaxItemsPerBatchPath": path}),
    "MaxInputBytesPerBatchPath": lambda path: distributed(
        ItemBatcher={"MaxInputBytesPerBatchPath": path}
    ),
}
of_a_task = ("SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath")
each_reference = pytest.mark.parametrize("field", list(REFERENCES))


@each_reference
@pytest.mark.parametrize("path", [*DEFINITE, *VARIABLES])
def test_a_reference_names_one_node(field, path):
    assert quiet(REFERENCES[field](path)) == []


@each_reference
@pytest.mark.parametrize("path", [*MANY, "$.a[(@.length-1)]"])
def test_a_reference_does_not_name_many(field, path):
    machine = REFERENCES[field](path)
    assert of("ASL-603", machine) == [NO_REFERENCE]
    assert hints(machine, "ASL-603") == [ONE_NODE]


@each_reference
@pytest.mark.parametrize("path", NO_DOLLARS)
def test_a_reference_starts_with_a_dollar(field, path):
    assert of("ASL-603", REFERENCES[field](path)) == [NO_PATH]


@each_reference
@pytest.mark.parametrize("path", MALFORMED)
def test_a_reference_can_be_read(field, path):
    assert of("ASL-603", REFERENCES[field](path)) == [NO_REFERENCE]


@each_reference
@pytest.mark.parametrize("path", CONTEXT)
def test_the_numbers_of_a_map_are_not_in_the_context(field, path):
    refused = field not in of_a_task
    assert of("ASL-603", REFERENCES[field](path)) == ([NO_REFERENCE] if refused else [])


def test_a_reference_is_where_aws_says_it_is():
    for field, build in REFERENCES.items():
        (location,) = locations(build("$.a[*]"), "ASL-603")
        assert location.endswith(f"/{field}")


@pytest.mark.parametrize("path", [*DEFINITE, *VARIABLES, *CONTEXT])
def test_items_are_at_one_node_the_context_included(path):
    assert quiet(with_map(ItemsPath=path)) == []


@pytest.mark.parametrize("path", [*MANY, *MALFORMED, *NO_DOLLARS])
def test_items_are_nowhere_else(path):
    machine = with_map(ItemsPath=path)
    assert told(machine, "ASL-416") == [("/States/A/ItemsPath", NO_REFERENCE)]
    assert quiet(machine) == ["ASL-416"]


@pytest.mark.parametrize("path", [*DEFINITE, *VARIABLES, *CONTEXT])
def test_a_comparison_is_of_one_node(path):
    assert quiet(rule(Variable=path, IsNull=True)) == []
    assert quiet(rule(Variable="$.x", StringEqualsPath=path)) == []


@pytest.mark.parametrize("path", [*MANY, *MALFORMED])
def test_a_comparison_is_of_no_other_node(path):
    machine = rule(And=[{"Variable": path, "IsNull": True}])
    where = "/States/A/Choices/0/And/0/Variable"
    assert told(machine, "ASL-348") == [(where, NO_REFERENCE)]
    assert locations(machine, "ASL-348") == ["/States/A/Choices[0]/And[0]/Variable"]
    machine = rule(Variable="$.x", NumericLessThanPath=path)
    assert of("ASL-348", machine) == [NO_REFERENCE]


@pytest.mark.parametrize("path", NO_DOLLARS)
def test_a_comparison_starts_with_a_dollar(path):
    """Recorded: ChoiceValidation-004."""
    machine = rule(Variable=path, IsNull=True)
    assert found(machine) == [("ASL-348", "/States/A/Choices/0/Variable", NO_DOLLAR)]
    machine = rule(Variable="$.x", TimestampEqualsPath=path)
    assert found(machine) == [("ASL-348", "/States/A/Choices/0/TimestampEqualsPath", NO_DOLLAR)]


def test_a_comparison_that_we_do_not_run_is_a_warning():
    assert rules(rule(Variable="$.a.length()", IsNull=True)) == ["ASL-901"]
    assert rules(with_map(ItemsPath="$.a.length()")) == ["ASL-901"]


# ---------------------------------------------------------------- the context object


@pytest.mark.parametrize(
    "path",
    [
        *(f"$$.Execution.{name}" for name in (
            "Id", "Input", "Name", "RoleArn", "StartTime", "RedriveCount", "RedriveTime")),
        *(f"$$.State.{name}" for name in ("EnteredTime", "Name", "RetryCount")),
        "$$.StateMachine.Id",
        "$$.StateMachine.Name",
        "$$.Task.Token",
        *(f"$$.Map.Item.{name}" for name in ("Index", "Value", "Key", "Source")),
        "$$.Execution.Input.Whatever.Execution.Foo",
        "$$.Map.Item.Value.Map.Foo",
        "$$['Execution']['Id']",
        "$$[0].Foo",
        "$$.*",
        "$$..Foo",
        "$.Foo",
        "$$",
    ],
)  # fmt: skip
def test_the_context_has_a_member(path):
    assert found(state(pass_(InputPath=path))) == []


@pytest.mark.parametrize(
    ("path", "name", "hint"),
    [
        ("$$.Foo", "Foo", ""),
        ("$$.execution.Id", "execution", "did you mean 'Execution'?"),
        ("$$.Execution.Foo", "Foo", ""),
        ("$$.Execution.ID", "ID", "did you mean 'Id'?"),
        ("$$.State.EnterTime", "EnterTime", "did you mean 'EnteredTime'?"),
        ("$$.Task.token", "token", "did you mean 'Token'?"),
        ("$$.Map.Value", "Value", ""),
        ("$$.Map.Item.index", "index", "did you mean 'Index'?"),
        ("$$.Map.Index.Value", "Index", ""),
    ],
)
def test_the_context_has_no_other_member(path, name, hint):
    machine = state(pass_(InputPath=path))
    message = f"the Context Object has no '{name}' here"
    assert found(machine) == [("ASL-602", "/States/A/InputPath", message)]
    assert hints(machine, "ASL-602") == [hint]


def test_the_context_is_looked_at_wherever_there_are_paths():
    foo = {"a.$": "$$.Foo"}
    machines = [
        state(pass_(Parameters=foo)),
        state(pass_(Parameters={"a.$": "States.Format('{}', $$.Foo)"})),
        rule(Variable="$$.Foo", IsNull=True),
        state({"Type": "Fail", "CausePath": "$$.Foo"}),
        state(wait(SecondsPath="$$.Foo")),
        with_map(ItemsPath="$$.Foo"),
        scope(A=task(LAMBDA, Catch=[catch("B", Assign=foo)], End=True), B=SUCCEED),
    ]
    for machine in machines:
        assert "ASL-602" in rules(machine)


# ---------------------------------------------------------------- depth


def nested(levels):
    tree = {"a.$": "$.b"}
    for _ in range(levels):
        tree = {"a": tree}
    return tree


def test_what_is_nested_too_deep_is_not_looked_at():
    assert found(state(pass_(Parameters=nested(99)))) == []
    machine = state(pass_(Parameters=nested(101)))
    assert rules(machine) == ["ASL-901"]
    assert hints(machine, "ASL-901") == ["it is nested more than 100 levels deep"]
