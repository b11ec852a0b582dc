"""JSON that is nearly a definition: fields of ASL with right, wrong and hostile values, anywhere.

Everything is drawn from a `random.Random`, which may be Hypothesis's own (then it shrinks), or one
with a seed (then it is fast). Each tree is its own: who changes it changes no other. Nothing here
knows what is right: see `valid` for that.
"""

from __future__ import annotations

import copy
from random import Random

from asl.language.schema import load_schema
from asl.language.walk import STATE_TYPES


def seeded(seed):
    """Random choices that a number decides."""
    return Random(seed)  # noqa: S311 - no secret


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
NAMES = ("A", "B", "C", "a b", "On", "404", "", "A/B~", "é", "x" * 81)
FILES = ("machine", *(kind.lower() for kind in STATE_TYPES), "errors", "choice", "map")


def _fields(schema):
    """All names of fields that a schema has, at any depth."""
    found = set()
    pending = [schema]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            found.update(node.get("properties", ()))
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return found


FIELDS_OF = {
    kind: sorted(load_schema(f"{kind.lower()}.json")["properties"]) for kind in STATE_TYPES
}
FIELDS = sorted(set().union(*(_fields(load_schema(f"{file}.json")) for file in FILES)))
OPERATORS = [
    name for name in FIELDS if name.startswith(("String", "Numeric", "Boolean", "Timestamp", "Is"))
]

PATHS = (
    "$", "$.a", "$.a.b[0]", "$['a']", "$.a[*]", "$..a", "$.a[?(@.b == 1)]", "$[1:2]", "$.a[-1]",
    "$$", "$$.Execution.Input", "$$.Task.Token", "$$.Map.Item.Value", "$$.Nope", "$v", "$v.a",
    "$states", "", "a", "$.", "$[", "$.a[", "$['a", "$$$", "$..", "$.a.b.c.d.e", "@.a",
    "$.length()", "$.é", "$ ", "$.a b",
)  # fmt: skip
CALLS = (
    "States.UUID()", "States.Format('{} {}', $.a, 1)", "States.Format('{}')",
    "States.Array(1, null, true, 'x')", "States.MathAdd($.a, 1)", "States.MathAdd('1', 1)",
    "States.Nope(1)", "States.Array(", "States.Array('",
    "States.ArrayGetItem($.a, States.MathAdd(0, 1))", "States.ArrayRange(1, 2, 0)",
    "States.Hash($.a, 'MD4')", "States.StringToJson($$.Execution.Input)",
    "States.JsonMerge($.a, $.b, true)", "States.", "States", "States.Array(1,)",
    "States.Array(" * 12 + ")" * 12, "States.Format('\\{\\}{', 1)",
    "States.ArrayPartition($.a, 0)", "States.Array($v, $w.x)",
)  # fmt: skip
EXPRESSIONS = (
    "{% 1 %}", "{% $states.input.a %}", "{% $states.result %}", "{% $states.errorOutput.Error %}",
    "{% $v %}", "{% $states.nope %}", "{% foo %}", "{% $eval('1') %}", "{% $nope(1) %}",
    "{% $sum(1, 2, 3) %}", "{% ( %}", "{%", "%}", "{% %}", "{%%}", "{% 1", "x {% 1 %}",
    "{% 'a' + 1 %}", "{% $exists($states.input.a) and true %}",
    "{% ($v := 1; $f := function($x){ $x + $v }; $f(2)) %}", "{% $states.context.Task.Token %}",
    "{% /* c */ 1 %}", "{% /(a*)*b/ %}", "{% $ %}", "{% $$ %}", "{% % %}",
    "{% {'a': 1, 'a': 2} %}", "{% [1..10] %}", "{% a.b^(c)[0]{d: e} %}",
    "{% $states.input ~> | a | {'b': 1} | %}", "{% '\\ud800' %}",
    "{% " + "(" * 60 + "1" + ")" * 60 + " %}",
)  # fmt: skip
TEXTS = (
    "", " ", "a", "A", "Pass", "Task", "JSONata", "JSONPath", "1.0", "FULL", "NONE", "INLINE",
    "DISTRIBUTED", "STANDARD", "EXPRESS", "States.ALL", "States.TaskFailed", "States.Timeout",
    "States.Nope", "Custom", "CSV", "JSON", "2016-03-14T01:59:00Z", "2016-02-30T01:59:00Z",
    "2016-03-14", "a*b\\*c", "a\\b", "${Name}", "arn:${Name}:x", "${AWS::Region}", "${", "${!x}",
    "\x00", "\u2028", "\ud800", "\U0001d4b3", "asl: ignore ASL-336", "asl: ignore ASL-207, nope",
    "asl: ignore", "x" * 300, "$.a.$", "null", "true",
)  # fmt: skip
RESOURCES = (
    FUNCTION, "arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "arn:aws:states:::sqs:sendMessage", "arn:aws:states:::states:startExecution.sync:2",
    "arn:aws:states:::states:startExecution",
    "arn:aws:states:us-east-1:123456789012:activity:wait", "arn:aws:states:::aws-sdk:s3:getObject",
    "arn:aws:states:::http:invoke", "arn:aws:states:::nope:nope", "arn:aws", "arn:", "", "charge",
    "local:human", "local:signal:x", "arn:aws:states:::dynamodb:putItem",
    "arn:aws:states:::ecs:runTask.sync", "arn:aws:states:::s3:getObject",
)  # fmt: skip
NUMBERS = (
    0, 1, 2, -1, 99, 100, 101, 10**8, 10**30, -(10**30), 0.0, 1.0, 0.5, -0.5, 1e300, 1e-300,
    99999999, 100000000,
)  # fmt: skip
_POOLS = {
    "Type": STATE_TYPES,
    "QueryLanguage": ("JSONPath", "JSONata", "jsonata"),
    "StartAt": NAMES, "Next": NAMES, "Default": NAMES, "End": (True, False, "true"),
    "Resource": RESOURCES,
    "Condition": (*EXPRESSIONS, True, False),
    "ErrorEquals": (
        ["States.ALL"], [], ["Custom"], ["States.TaskFailed", "States.ALL"], ["States.Nope"],
        [1], "States.ALL", [None, "A"],
    ),
    "ProcessorConfig": (
        {"Mode": "INLINE"}, {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        {"Mode": "DISTRIBUTED"},
        {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, {"Mode": "${Mode}"}, {}, {"Mode": 1},
    ),
    "JitterStrategy": ("FULL", "NONE", "HALF"),
}  # fmt: skip
_DEEP = (
    "Branches",
    "ItemProcessor",
    "Iterator",
    "Choices",
    "Retry",
    "Catch",
    "And",
    "Or",
    "Not",
    "States",
)


def near_definition(rng, depth=3):
    """Nearly a state machine; now and then anything else that is an object."""
    tree = machine(rng, depth)
    if not isinstance(tree, dict):
        tree = {"StartAt": "A", "States": tree}
    if rng.random() < 0.3:
        tree["QueryLanguage"] = rng.choice(("JSONata", "JSONata", "JSONPath", "${QL}", 1, None))
    if rng.random() < 0.2:
        for _ in range(rng.randrange(3)):
            name = rng.choice(FIELDS)
            tree[name] = value_of(rng, name, depth)
    return tree


def machine(rng, depth):
    if rng.random() < 0.04:
        return junk(rng)
    names = [
        rng.choice(NAMES) if rng.random() < 0.3 else f"S{rng.randrange(40)}"
        for _ in range(rng.randrange(5))
    ]
    tree = {
        "StartAt": names[0] if names else "A",
        "States": {name: state(rng, depth - 1, names) for name in names},
    }
    if rng.random() < 0.1:
        del tree[rng.choice(("StartAt", "States"))]
    if rng.random() < 0.1:
        tree[rng.choice(("StartAt", "States"))] = junk(rng)
    if rng.random() < 0.2:
        tree["ProcessorConfig"] = value_of(rng, "ProcessorConfig", depth)
    return tree


def state(rng, depth, names):
    if rng.random() < 0.04:
        return junk(rng)
    kind = rng.choice(STATE_TYPES)
    tree = {"Type": kind}
    if rng.random() < 0.04:
        tree["Type"] = junk(rng)
    for _ in range(rng.randrange(7)):
        name = rng.choice(FIELDS_OF[kind] if rng.random() < 0.85 else FIELDS)
        tree[name] = value_of(rng, name, depth, names)
    if kind not in ("Choice", "Succeed", "Fail") and rng.random() < 0.8:
        tree.pop("End", None)
        tree["Next"] = rng.choice([*names, "nowhere"])
        if rng.random() < 0.3:
            del tree["Next"]
            tree["End"] = True
    for name, kinds in (
        ("Choices", "Choice"),
        ("Branches", "Parallel"),
        ("ItemProcessor", "Map"),
        ("Resource", "Task"),
    ):
        if kind == kinds and rng.random() < 0.9:
            tree[name] = value_of(rng, name, depth, names)
    if rng.random() < 0.05:
        del tree["Type"]
    return tree


def value_of(rng, name, depth, names=NAMES):  # noqa: PLR0912 - a table of what may stand where
    """What may stand under a field: most often something of the right form."""
    if rng.random() < 0.08:
        return junk(rng)
    if name in ("Next", "StartAt", "Default") and names and rng.random() < 0.8:
        return rng.choice(list(names))
    if name in _DEEP:
        if depth <= 0:
            return rng.choice(([], {}))
        if name == "Branches":
            return [machine(rng, depth - 1) for _ in range(rng.randrange(3))]
        if name in ("ItemProcessor", "Iterator"):
            return machine(rng, depth - 1)
        if name == "States":
            return {one: state(rng, depth - 1, NAMES) for one in NAMES[: rng.randrange(3)]}
        if name == "Not":
            return rule(rng, depth - 1, names)
        if name in ("Choices", "And", "Or"):
            return [rule(rng, depth - 1, names) for _ in range(rng.randrange(4))]
        return [entry(rng, depth - 1, names) for _ in range(rng.randrange(3))]
    if name in _POOLS:
        return copy.deepcopy(rng.choice(_POOLS[name]))
    if name.endswith("Path") and name not in OPERATORS:
        return rng.choice((*PATHS, None, rng.choice(CALLS)))
    if name in OPERATORS or name == "Variable":
        return rng.choice((rng.choice(PATHS), rng.choice(TEXTS), rng.choice(NUMBERS), True, None))
    if name.endswith(
        ("Seconds", "Attempts", "Rate", "Concurrency", "Count", "Percentage", "Items", "Batch")
    ):
        return rng.choice((rng.choice(NUMBERS), rng.choice(EXPRESSIONS), [1]))
    if name in ("Comment", "Error", "Cause", "Label", "Timestamp", "Version"):
        return rng.choice(TEXTS)
    if name in (
        "Parameters",
        "ResultSelector",
        "ItemSelector",
        "Assign",
        "Output",
        "Arguments",
        "Result",
        "Credentials",
    ):
        return template(rng, 3)
    return junk(rng)


def rule(rng, depth, names):
    if rng.random() < 0.05:
        return junk(rng)
    tree = {}
    if rng.random() < 0.7:
        tree["Variable"] = rng.choice(PATHS)
        name = rng.choice(OPERATORS)
        tree[name] = value_of(rng, name, depth, names)
    for name in ("Next", "Condition", "And", "Or", "Not", "Assign", "Output", "Comment"):
        if rng.random() < 0.25:
            tree[name] = value_of(rng, name, depth, names)
    return tree


def entry(rng, depth, names):
    if rng.random() < 0.05:
        return junk(rng)
    tree = {"ErrorEquals": value_of(rng, "ErrorEquals", depth)}
    for name in (
        "Next",
        "ResultPath",
        "MaxAttempts",
        "IntervalSeconds",
        "BackoffRate",
        "MaxDelaySeconds",
        "JitterStrategy",
        "Assign",
        "Output",
    ):
        if rng.random() < 0.3:
            tree[name] = value_of(rng, name, depth, names)
    return tree


def template(rng, depth):
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(
            (rng.choice(PATHS), rng.choice(CALLS), rng.choice(EXPRESSIONS), junk(rng, 1))
        )
    if rng.random() < 0.2:
        return [template(rng, depth - 1) for _ in range(rng.randrange(3))]
    tree = {}
    for _ in range(rng.randrange(4)):
        key = rng.choice(
            ("a", "b", "v", "states", "1x", "é", "x" * 81, "$v", "RoleArn", "FunctionName")
        )
        if rng.random() < 0.5:
            tree[f"{key}.$"] = rng.choice((rng.choice(PATHS), rng.choice(CALLS), junk(rng, 1)))
        else:
            tree[key] = template(rng, depth - 1)
    return tree


def junk(rng, depth=2):
    """Any JSON."""
    form = rng.randrange(10)
    if form < 2:
        return rng.choice((None, True, False))
    if form < 4:
        return rng.choice(NUMBERS)
    if form < 7 or not depth:
        return rng.choice(
            (rng.choice(TEXTS), rng.choice(PATHS), rng.choice(CALLS), rng.choice(EXPRESSIONS))
        )
    if form < 8:
        return [junk(rng, depth - 1) for _ in range(rng.randrange(4))]
    if form < 9:
        return {
            rng.choice(FIELDS if rng.random() < 0.7 else TEXTS): junk(rng, depth - 1)
            for _ in range(rng.randrange(4))
        }
    tree = rng.choice((1, {}, []))
    for _ in range(rng.choice((3, 30, 120, 196))):
        tree = (
            [tree]
            if rng.random() < 0.5
            else {rng.choice(("Not", "And", "Branches", "a", "Parameters")): tree}
        )
    return tree
