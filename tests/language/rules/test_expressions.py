"""The expressions of JSONata states: what AWS refuses, and what can't work when it runs."""

import json

import pytest

from tests.definitions import SUCCEED, catch, map_, parallel, pass_, scope, task, wait
from tests.language.findings import (
    ACTIVITY,
    LAMBDA,
    distributed,
    found,
    hints,
    jsonata,
    jsonata_state,
    locations,
    rule,
    rules,
    state,
    told,
    with_map,
)

FAILS = ": the expression fails when it runs"


def output(text):
    return jsonata_state(pass_(Output=f"{{% {text} %}}"))


def in_jsonata(machine):
    return {"QueryLanguage": "JSONata", **machine}


# ---------------------------------------------------------------- where expressions stand


def everywhere(text):
    """A machine for each place of an expression, with the pointer to it."""
    inner = scope(In=SUCCEED)
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Arguments": {"Bucket": text}}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": text}}
    caught = task(LAMBDA, Catch=[catch("B", Output=text, Assign={"v": text})], End=True)
    ruled = rule(Condition=text, Output=text, Assign={"v": text})
    return [
        (jsonata_state(pass_(Output=text)), ["/Output"]),
        (jsonata_state(pass_(Output={"a": [1, {"b": text}]})), ["/Output/a/1/b"]),
        (jsonata_state(pass_(Assign={"v": text})), ["/Assign/v"]),
        (jsonata_state(task(LAMBDA, Arguments=text)), ["/Arguments"]),
        (jsonata_state(task(LAMBDA, Credentials={"RoleArn": text})), ["/Credentials/RoleArn"]),
        (jsonata_state(task(LAMBDA, TimeoutSeconds=text)), ["/TimeoutSeconds"]),
        (jsonata_state(task(ACTIVITY, HeartbeatSeconds=text)), ["/HeartbeatSeconds"]),
        (jsonata(A=caught, B=SUCCEED), ["/Catch/0/Output", "/Catch/0/Assign/v"]),
        (jsonata_state(wait(Seconds=text)), ["/Seconds"]),
        (jsonata_state(wait(Timestamp=text)), ["/Timestamp"]),
        (jsonata_state({"Type": "Succeed", "Output": text}), ["/Output"]),
        (jsonata_state({"Type": "Fail", "Error": text, "Cause": text}), ["/Error", "/Cause"]),
        (
            in_jsonata(ruled),
            ["/Choices/0/Condition", "/Choices/0/Output", "/Choices/0/Assign/v"],
        ),
        (jsonata_state(parallel(inner, Arguments=text)), ["/Arguments"]),
        (jsonata_state(map_(inner, Items=text)), ["/Items"]),
        (jsonata_state(map_(inner, Items=[text])), ["/Items/0"]),
        (jsonata_state(map_(inner, ItemSelector={"a": text})), ["/ItemSelector/a"]),
        (jsonata_state(map_(inner, MaxConcurrency=text)), ["/MaxConcurrency"]),
        (in_jsonata(distributed(ItemReader=reader)), ["/ItemReader/Arguments/Bucket"]),
        (in_jsonata(distributed(ResultWriter=writer)), ["/ResultWriter/Arguments/Bucket"]),
        (
            in_jsonata(distributed(ItemBatcher={"MaxItemsPerBatch": text, "BatchInput": text})),
            ["/ItemBatcher/MaxItemsPerBatch", "/ItemBatcher/BatchInput"],
        ),
        (
            in_jsonata(distributed(ToleratedFailureCount=text, ToleratedFailurePercentage=text)),
            ["/ToleratedFailureCount", "/ToleratedFailurePercentage"],
        ),
    ]


def test_each_expression_is_read():
    for machine, pointers in everywhere("{% 1 + %}"):
        wanted = [(f"/States/A{one}", "Unexpected end of expression") for one in pointers]
        assert sorted(told(machine, "ASL-701")) == sorted(wanted)


def test_each_expression_may_use_the_input_and_the_context():
    for text in ("{% $states.input.a %}", "{% $states.context.Execution.Id %}"):
        for machine, _ in everywhere(text):
            assert set(rules(machine)) <= {"ASL-809"}


def test_what_holds_no_expression_is_not_read():
    text = "{% 1 + %}"
    machine = scope(
        A=pass_(Comment=text),
        B={"Type": "Wait", "Seconds": 1, "Comment": text},
    )
    assert found(in_jsonata(machine)) == []
    assert found(state(pass_(Parameters={"a": text}, Result=text))) == []
    assert found(in_jsonata(rule(Condition=True, Comment=text))) == []


# ---------------------------------------------------------------- syntax


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Unexpected end of expression"),
        ("1 +", "Unexpected end of expression"),
        ("(1", 'Expected ")" before end of expression'),
    ],
)
def test_an_expression_can_be_read(text, message):
    machine = output(text)
    assert found(machine) == [("ASL-701", "/States/A/Output", message)]
    assert locations(machine, "ASL-701") == ["/States/A/Output"]


def test_a_hint_says_where_an_expression_goes_wrong():
    (hint,) = hints(output("$states.input.a b.c"), "ASL-701")
    assert hint.startswith("at ")
    assert "b.c" in hint or ".c" in hint
    assert hints(output("1 +"), "ASL-701") == [""]


@pytest.mark.parametrize("text", ["$states.input.a ~> /a(?=b)/", "$match('a', /(?<n>a)/)"])
def test_a_regex_that_we_do_not_run_is_no_error(text):
    assert set(rules(output(text))) <= {"ASL-901"}


# ---------------------------------------------------------------- references


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("phone", ["'phone' at the top level"]),
        ("phone.number", ["'phone' at the top level"]),
        ("phone & fax & phone", ["'phone' at the top level", "'fax' at the top level"]),
        ("$", ["'$'"]),
        ("$$", ["'$$'"]),
        ("$$.a", ["'$$'"]),
        ("$map([1], function($x){ phone })", ["'phone' at the top level"]),
        ("$states.input.a[$$.b]", ["'$$'"]),
        ("uppercase('a')", ["'uppercase' at the top level"]),
    ],
)
def test_there_is_no_document(text, names):
    wanted = [("/States/A/Output", f"Reference to {name} is not supported.") for name in names]
    machine = output(text)
    assert told(machine, "ASL-702") == wanted
    assert locations(machine, "ASL-702") == ["/States/A/Output"] * len(names)
    assert set(hints(machine, "ASL-702")) == {"name $states.input or a variable"}
    assert [one.partition(" ")[0] for one in rules(machine)] == ["ASL-702"] * len(names)


@pytest.mark.parametrize(
    "text",
    [
        "$states.input.a.b",
        "$states.input.items[price > 5].name",
        "$states.input.items^(price)",
        "$states.input.items{name: price}",
        "$states.input.{'a': b}",
        "$states.input.(b + c)",
        "$states.input.$",
        "$states.input.items.$uppercase(name)",
        "$states.input ~> |items|{'price': price * 2}|",
        "$states.input.`a b`",
        "$states.input.*",
        "$states.input.items@$i.{'a': $i.b}",
        "$states.input.items#$i.{'a': $i}",
        "$map([1..3], function($v, $i, $all){ $v * $i + $count($all) })",
        "$filter($states.input.a, function($v){ $v.ok })",
        "$reduce([1..3], function($sum, $v){ $sum + $v }, 0)",
        "$sort($states.input.a, function($l, $r){ $l.x > $r.x })",
        "$each($states.input, function($v, $k){ $k })",
        "($a := 1; $b := $a + 1; $a + $b)",
        "($add := function($x, $y){ $x + $y }; $add(1, 2))",
        "($add := function($x, $y){ $x + $y }; $inc := $add(1, ?); $inc(2))",
        "function($x){ $x * 2 }(21)",
        "($states := {'foo': 1}; $states.foo)",
        "$states",
        "$string($states)",
        "/* a comment */ 1",
        "$map($states.input.a, $uppercase)",
        "$states.input.a ~> $map($uppercase) ~> $join('-')",
        "$states.input ~> $keys",
        "[1..3][1]",
        "$states.input.a ? 'x' : 1",
        "$states.input.a in [1, 2]",
        "$match('a1', /[a-z][0-9]/i)",
        "$now() & $string($millis())",
        "$partition([1..4], 2)",
        "$range(1, 9, 2)",
        "$hash('a', 'SHA-256')",
        "$random(7) & $uuid()",
        "$parse('{}')",
        "$states.context.Task.Token",
        "$states.context.Whatever",
    ],
)
def test_a_good_expression_is_not_talked_about(text):
    assert found(output(text)) == []


# ---------------------------------------------------------------- $states


def all_of(*fields):
    return [f"{{% $states.{field} %}}" for field in fields]


@pytest.mark.parametrize("field", ["result", "errorOutput", "foo", "Input"])
def test_a_pass_has_input_and_context_only(field):
    """Recorded: JSONataValidation-002, -003."""
    machine = output(f"$states.{field}")
    message = f"Field '$states.{field}' does not exist."
    assert found(machine) == [("ASL-703", "/States/A/Output", message)]
    assert locations(machine, "ASL-703") == ["/States/A/Output"]


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("result", "it is in Output and Assign of Task, Parallel and Map only"),
        ("errorOutput", "it is in Output and Assign of a catcher only"),
        ("inputs", "did you mean 'input'?"),
        ("foo", ""),
    ],
)
def test_a_hint_says_where_a_field_is(field, hint):
    assert hints(output(f"$states.{field}"), "ASL-703") == [hint]


def test_a_result_is_in_the_output_of_work_only():
    text = "{% $states.result %}"
    inner = scope(In=SUCCEED)
    for tree in (task(LAMBDA), parallel(inner), map_(inner)):
        assert found(jsonata_state(tree | {"Output": text})) == []
        assert rules(jsonata_state(tree | {"Assign": {"v": text}})) == ["ASL-809"]
    for tree in (wait(1), pass_(), SUCCEED):
        assert rules(jsonata_state({**tree, "Output": text})) == ["ASL-703"]
    for field in ("Arguments", "TimeoutSeconds", "Credentials"):
        assert "ASL-703" in rules(jsonata_state(task(LAMBDA, **{field: text})))
    assert rules(in_jsonata(with_map(Items=text))) == ["ASL-703"]
    assert rules(in_jsonata(with_map(ItemSelector={"a": text}))) == ["ASL-703"]
    for fields in ({"Condition": text}, {"Condition": True, "Output": text}):
        assert rules(in_jsonata(rule(**fields))) == ["ASL-703"]


def test_an_error_is_in_a_catcher_only():
    """Recorded: JSONataValidation-004, -005."""
    text = "{% $states.errorOutput %}"
    caught = task(LAMBDA, Catch=[catch("B", Output=text, Assign={"v": text})], End=True)
    assert rules(jsonata(A=caught, B=SUCCEED)) == ["ASL-809"]
    for field in ("Arguments", "Output"):
        assert rules(jsonata_state(task(LAMBDA, **{field: text}))) == ["ASL-703"]
    result = task(LAMBDA, Catch=[catch("B", Output="{% $states.result %}")], End=True)
    assert rules(jsonata(A=result, B=SUCCEED)) == ["ASL-703"]


def test_each_field_that_there_is_not_is_told_once():
    machine = output("$states.foo & $states.bar & $states.foo.baz")
    assert [message for _, message in told(machine, "ASL-703")] == [
        "Field '$states.bar' does not exist.",
        "Field '$states.foo' does not exist.",
    ]


# ---------------------------------------------------------------- functions


def test_there_is_no_eval():
    message = "AWS has no $eval: the expression fails when it runs"
    assert found(output("$eval('1')")) == [("ASL-704", "/States/A/Output", message)]
    assert hints(output("$eval('1')"), "ASL-704") == ["$parse reads JSON text"]


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("$upercase('a')", "upercase", "did you mean 'uppercase'?"),
        ("$Sum([1])", "Sum", "did you mean 'sum'?"),
        ("$nothing()", "nothing", ""),
        ("($f := function($x){ $g($x) }; $f(1))", "g", ""),
        ("[1] ~> $summ()", "summ", "did you mean 'sum'?"),
    ],
)
def test_a_function_is_one_that_there_is(text, name, hint):
    message = f"there is no function ${name}{FAILS}"
    assert found(output(text)) == [("ASL-706", "/States/A/Output", message)]
    assert hints(output(text), "ASL-706") == [hint]


def test_a_function_is_told_once_for_each_number_of_arguments():
    machine = output("$nothing(1) + $nothing(2) + $sum(1, 2) + $sum(3, 4)")
    assert rules(machine) == ["ASL-706", "ASL-707"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$uppercase('a', 'b')", "$uppercase takes 0 or 1 argument, not 2"),
        ("$sum()", "$sum takes 1 argument, not 0"),
        ("$partition([1], 2, 3)", "$partition takes 0 to 2 arguments, not 3"),
        ("$uuid(1)", "$uuid takes no argument, not 1"),
        ("$random(1, 2)", "$random takes 0 or 1 argument, not 2"),
        ("$hash('a')", "$hash takes 2 arguments, not 1"),
        ("'a' ~> $uppercase('b')", "$uppercase takes 0 or 1 argument, not 2"),
    ],
)
def test_a_wrong_number_of_arguments_is_a_warning(text, message):
    machine = output(text)
    assert rules(machine) == ["ASL-707"]
    assert told(machine, "ASL-707")[0][1].startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        "$uppercase('a')",
        "$states.input.a.$uppercase()",
        "'abc' ~> $substring(1)",
        "'abc' ~> $substring(1, 1)",
        "$substringBefore('a-b', '-')",
        "$zip([1], [2], [3], [4])",
        "$formatNumber(1, '0')",
        "$lookup({}, 'a')",
        "$f := $sum",
        "$sum(?)",
    ],
)
def test_a_right_number_of_arguments_is_not_talked_about(text):
    assert "ASL-707" not in rules(output(text))


def test_a_variable_may_be_called_like_a_function():
    """Recorded: AssignVariables-003."""
    machine = jsonata(A=pass_(Assign={"range": [1]}), B=pass_(Output="{% $range %}"))
    assert found(machine) == []
    machine = jsonata(A=pass_(Assign={"f": 1}), B=pass_(Output="{% $f(1, 2) + $f %}"))
    assert found(machine) == []


# ---------------------------------------------------------------- types


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'a' + 1", 'The left side of the "+" operator is a string, never a number'),
        ("1 - true", 'The right side of the "-" operator is a boolean, never a number'),
        ("[1] * 2", 'The left side of the "*" operator is an array, never a number'),
        ("-'a'", 'The "-" operator negates a string, never a number'),
        ("1 > 'a'", 'The ">" operator compares a number with a string'),
        ("true < 1", 'The left side of the "<" operator is neither a number nor a string'),
        ("'a' * 'b'", 'The left side of the "*" operator is a string, never a number'),
    ],
)
def test_operands_that_never_work_are_a_warning(text, said):
    assert found(output(text)) == [("ASL-708", "/States/A/Output", f"{said}{FAILS}")]


WANTED = [
    (wait(Seconds="{% 'a' %}"), "Seconds", "a number", "a string"),
    (wait(Timestamp="{% 5 %}"), "Timestamp", "a string", "a number"),
    (task(LAMBDA, TimeoutSeconds="{% true %}"), "TimeoutSeconds", "a number", "a boolean"),
    (task(ACTIVITY, HeartbeatSeconds="{% {} %}"), "HeartbeatSeconds", "a number", "an object"),
    ({"Type": "Fail", "Error": "{% 5 %}"}, "Error", "a string", "a number"),
    ({"Type": "Fail", "Cause": "{% [1] %}"}, "Cause", "a string", "an array"),
    (map_(scope(In=SUCCEED), Items="{% 1 %}"), "Items", "an array", "a number"),
    (map_(scope(In=SUCCEED), Items="{% {} %}"), "Items", "an array", "an object"),
    (
        map_(scope(In=SUCCEED), MaxConcurrency="{% null %}"),
        "MaxConcurrency",
        "a number",
        "null",
    ),
]


@pytest.mark.parametrize(("tree", "field", "takes", "gives"), WANTED)
def test_a_field_gets_what_it_takes(tree, field, takes, gives):
    message = f"{field} takes {takes}, but this gives {gives}: it fails when it runs"
    assert found(jsonata_state(tree)) == [("ASL-708", f"/States/A/{field}", message)]


def test_a_condition_is_true_or_false():
    message = "Condition takes a boolean, but this gives a number: it fails when it runs"
    machine = in_jsonata(rule(Condition="{% 1 %}"))
    assert found(machine) == [("ASL-708", "/States/A/Choices/0/Condition", message)]


@pytest.mark.parametrize(
    "tree",
    [
        wait(Seconds="{% $states.input.s %}"),
        wait(Seconds="{% $states.input.s ? 1 : 'a' %}"),
        wait(Timestamp="{% $now() %}"),
        {"Type": "Fail", "Error": "{% 'E' & 1 %}"},
        map_(scope(In=SUCCEED), Items="{% [1..3] %}"),
    ],
)
def test_a_field_that_may_get_what_it_takes_is_fine(tree):
    assert found(jsonata_state(tree)) == []


def test_a_distributed_map_may_have_an_object_of_items():
    assert found(in_jsonata(distributed(Items="{% {'a': 1} %}"))) == []


@pytest.mark.parametrize(
    "name",
    ["Seconds", "Timestamp", "Error", "Cause", "Condition", "TimeoutSeconds", "MaxItems", "Items"],
)
@pytest.mark.parametrize("text", ["{% 5 %}", "{% 'a' %}"])
def test_data_may_have_any_type_whatever_its_key_is(name, text):
    """Only the field itself is typed, not what stands in the data that a state passes on."""
    inner = scope(In=SUCCEED)
    data = {name: text}
    machines = [
        jsonata_state(task("arn:aws:states:::aws-sdk:sns:publish", Arguments=data)),
        jsonata_state(pass_(Output={"a": data})),
        jsonata_state(map_(inner, ItemSelector=data)),
        in_jsonata(distributed(ItemBatcher={"MaxItemsPerBatch": 1, "BatchInput": data})),
        jsonata(A=pass_(Assign=data), B=pass_(Output=f"{{% ${name} %}}")),
    ]
    for machine in machines:
        assert found(machine) == []


# ---------------------------------------------------------------- placeholders, depth


@pytest.mark.parametrize(
    "text", ["{% $states.input.a * ${Rate} %}", "{% ${Expression} %}", "${Expression}", "{% '${A}'"]
)
def test_nothing_is_said_of_an_expression_that_is_open(text):
    assert found(json.dumps(jsonata_state(pass_(Output=text)))) == []


def test_what_is_too_long_or_too_deep_to_be_run_here_is_no_error():
    assert rules(output("1" + " + 1" * 100_000)) == ["ASL-901"]
    assert rules(output("(" * 20_000 + "1" + ")" * 20_000)) == ["ASL-901"]


def test_what_is_nested_too_deep_is_not_looked_at():
    tree = "{% 1 + %}"
    for _ in range(101):
        tree = [tree]
    assert rules(jsonata_state(pass_(Output=tree))) == ["ASL-901"]
