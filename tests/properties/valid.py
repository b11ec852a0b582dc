"""Definitions that are right by construction: both query languages, every type of state.

Like `machines`, but wider: what `machines` draws always comes to an end with any handlers, these
need not (a path may find nothing, then the execution fails). All is drawn from a `random.Random`.
There are no placeholders, and no loops.
"""

from __future__ import annotations

from itertools import count

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
RESOURCES = (
    FUNCTION,
    "arn:aws:states:::lambda:invoke",
    "arn:aws:states:::sqs:sendMessage",
    "arn:aws:states:::aws-sdk:dynamodb:getItem",
    "arn:aws:states:us-east-1:123456789012:activity:approve",
)
JSONPATHS = (
    "$",
    "$.a",
    "$.list",
    "$.a.b",
    "$['a']",
    "$.list[0]",
    "$.list[*]",
    "$..a",
    "$$.Execution.Input",
    "$.list[0:2]",
)
REFERENCES = ("$.a", "$.n", "$.list[0]", "$.a.b")
CALLS = (
    "States.UUID()", "States.Format('{} of {}', $.a, 1)", "States.Array(1, null, 'x', $.a)",
    "States.MathAdd($.n, 1)", "States.ArrayRange(1, 9, 2)", "States.JsonToString($)",
    "States.ArrayLength($.list)", "States.Hash('x', 'MD5')", "States.StringToJson('{}')",
    "States.ArrayContains($.list, 2)", "States.ArrayGetItem($.list, States.MathAdd(0, 1))",
)  # fmt: skip
EXPRESSIONS = (
    "{% 1 + 2 %}", "{% $states.input %}", "{% $states.input.a %}",
    "{% $count($states.input.list) %}", "{% 'x' & $string($states.input.n) %}",
    "{% $states.input.list[$ > 1] %}", "{% $uuid() %}",
    "{% $map([1..3], function($x) { $x * 2 }) %}", "{% $states.context.State.Name %}",
    "{% {'a': 1, 'b': [1, 2]} %}", "{% $exists($states.input.a) ? 1 : 2 %}",
    "{% $merge([{'a': 1}, {'b': 2}]) %}", "{% $states.input.nothing %}",
)  # fmt: skip
NUMBERS = ("{% 1 + 1 %}", "{% $states.input.n %}")
CONDITIONS = (
    "{% $states.input.n > 1 %}",
    "{% true %}",
    "{% $exists($states.input.a) %}",
    "{% $states.input.a = 'x' and $states.input.n < 3 %}",
)
TESTS = (
    {"Variable": "$.n", "NumericGreaterThan": 1}, {"Variable": "$.a", "IsPresent": True},
    {"Variable": "$.a", "StringMatches": "a*b"},
    {"Variable": "$.t", "TimestampLessThan": "2016-03-14T01:59:00Z"},
    {"Variable": "$.n", "NumericEqualsPath": "$.m"}, {"Variable": "$.a", "BooleanEquals": True},
    {"Variable": "$.a", "IsNull": False}, {"Variable": "$.list[0]", "StringEquals": "x"},
)  # fmt: skip
ERRORS = ("Declined", "States.TaskFailed", "States.Timeout", "Lambda.Unknown", "States.Permissions")


class Maker:
    """Makes one definition; keeps the names of states and of variables apart."""

    def __init__(self, rng, *, is_jsonata):
        self.rng = rng
        self.is_jsonata = is_jsonata
        self.is_express = False
        self.numbers = count()

    def maybe(self, chance=0.5):
        return self.rng.random() < chance

    def one(self, options):
        return self.rng.choice(options)

    def scope(self, depth, variables):
        names = [f"S{next(self.numbers)}" for _ in range(1 + self.rng.randrange(4))]
        states = {}
        known = set(variables)  # what is assigned on every way: here each state leads to the next
        for index, name in enumerate(names):
            states[name] = self.state(depth, names[index + 1 :], known)
        return {"StartAt": names[0], "States": states}

    def state(self, depth, rest, known):
        kinds = ["Pass", "Wait", "Task", "Task"]
        kinds += ["Parallel", "Map"] if depth else []
        kinds += ["Choice"] if len(rest) else ["Succeed", "Fail"]
        kind = self.one(kinds)
        is_jsonata = self.is_jsonata or self.maybe(0.2)
        tree = {"Type": kind}
        if is_jsonata != self.is_jsonata:
            tree["QueryLanguage"] = "JSONata"
        if self.maybe(0.2):
            tree["Comment"] = "Does what it does."
        if kind not in ("Succeed", "Fail", "Choice"):
            tree |= {"Next": rest[0]} if rest else {"End": True}
        write = getattr(self, f"{kind.lower()}_{'jsonata' if is_jsonata else 'jsonpath'}")
        write(tree, depth, rest, known)
        if kind in ("Task", "Parallel", "Map"):
            self.errors(tree, rest, is_jsonata=is_jsonata)
        if kind not in ("Fail", "Succeed", "Choice") and self.maybe(0.3):
            tree["Assign"] = self.assign(known, is_jsonata=is_jsonata)
        return tree

    def assign(self, known, *, is_jsonata):
        name = f"v{next(self.numbers)}"
        if is_jsonata:
            given = {name: self.expression(known)}
        else:
            given = {f"{name}.$": self.path(known)} if self.maybe() else {name: 1}
        known.add(name)
        return given

    # ------------------------------------------------------------ values

    def path(self, known):
        if known and self.maybe(0.3):
            return f"${self.one(sorted(known))}"
        return self.one(JSONPATHS)

    def expression(self, known):
        if known and self.maybe(0.3):
            return f"{{% ${self.one(sorted(known))} %}}"
        return self.one(EXPRESSIONS)

    def template(self, known, depth=2):
        tree = {}
        for key in ("a", "list", "n")[: 1 + self.rng.randrange(3)]:
            form = self.rng.randrange(4)
            if form == 0:
                tree[f"{key}.$"] = self.path(known)
            elif form == 1:
                tree[f"{key}.$"] = self.one(CALLS)
            elif form == 2 and depth:
                tree[key] = self.one(
                    (self.template(known, depth - 1), [self.template(known, depth - 1), 1, "x"])
                )
            else:
                tree[key] = self.one((1, "text", None, True, [1, 2, 3], {"b": {}}))
        return tree

    def output(self, known, depth=2):
        form = self.rng.randrange(4)
        if form == 0 or not depth:
            return self.expression(known)
        if form == 1:
            return self.one((1, "text", None, [1, 2]))
        return {
            key: self.output(known, depth - 1)
            for key in ("a", "list", "n")[: 1 + self.rng.randrange(3)]
        }

    # ------------------------------------------------------------ what many states have

    def paths(self, tree, known):
        if self.maybe(0.2):
            tree["InputPath"] = self.one((self.path(known), None))
        if self.maybe(0.2):
            tree["OutputPath"] = self.one((self.path(known), None))

    def work(self, tree, known, template="Parameters"):
        self.paths(tree, known)
        if self.maybe(0.4):
            tree[template] = self.template(known)
        if self.maybe(0.2):
            tree["ResultSelector"] = self.template(known)
        if self.maybe(0.3):
            tree["ResultPath"] = self.one(("$.a", "$", None, "$.a.b"))

    def jsonata_work(self, tree, known, arguments="Arguments"):
        if self.maybe(0.4) and arguments:
            tree[arguments] = self.one(
                (self.expression(known), {"a": self.expression(known), "n": 1})
            )
        if self.maybe(0.3):
            tree["Output"] = self.one((self.output(known), "{% $states.result %}"))

    def errors(self, tree, rest, *, is_jsonata):
        if self.maybe(0.3):
            names = self.one((["States.ALL"], [self.one(ERRORS)], ["Declined", "States.Timeout"]))
            tree["Retry"] = [{"ErrorEquals": names}]
            for field, values in (
                ("MaxAttempts", (0, 1, 2)), ("IntervalSeconds", (1, 2)),
                ("BackoffRate", (1, 1.5, 2.0)), ("MaxDelaySeconds", (3, 60)),
                ("JitterStrategy", ("FULL", "NONE")),
            ):  # fmt: skip
                if self.maybe(0.4):
                    tree["Retry"][0][field] = self.one(values)
        if rest and self.maybe(0.3):
            tree["Catch"] = [{"ErrorEquals": [self.one(("States.ALL", *ERRORS))], "Next": rest[0]}]
            if self.maybe():
                field, values = (
                    ("Output", ("{% $states.errorOutput %}", {"e": 1}))
                    if is_jsonata
                    else ("ResultPath", ("$.error", None))
                )
                tree["Catch"][0][field] = self.one(values)

    # ------------------------------------------------------------ the types of states

    def pass_jsonpath(self, tree, depth, rest, known):
        self.paths(tree, known)
        if self.maybe(0.4):
            tree["Result"] = self.one((1, {"list": [1, 2], "n": 3}, "x", None))
        elif self.maybe(0.6):
            tree["Parameters"] = self.template(known)
        if self.maybe(0.3):
            tree["ResultPath"] = self.one(("$.a", "$", None))

    def pass_jsonata(self, tree, depth, rest, known):
        if self.maybe(0.8):
            tree["Output"] = self.output(known)

    def wait_jsonpath(self, tree, depth, rest, known):
        tree |= self.one(
            (
                {"Seconds": 3},
                {"Timestamp": "2030-01-01T00:00:00Z"},
                {"SecondsPath": "$.n"},
                {"TimestampPath": "$.t"},
            )
        )
        self.paths(tree, known)

    def wait_jsonata(self, tree, depth, rest, known):
        tree |= self.one(
            (
                {"Seconds": 3},
                {"Timestamp": "2030-01-01T00:00:00.5+01:00"},
                {"Seconds": self.one(NUMBERS)},
            )
        )
        if self.maybe(0.3):
            tree["Output"] = self.output(known)

    def task_jsonpath(self, tree, depth, rest, known):
        tree["Resource"] = self.resource()
        self.work(tree, known)
        if self.maybe(0.3):
            tree["TimeoutSeconds"] = 50
        elif self.maybe(0.1):
            tree["TimeoutSecondsPath"] = "$.n"
        if self.maybe(0.1) and "activity" not in tree["Resource"]:
            tree["Credentials"] = {"RoleArn": "arn:aws:iam::123456789012:role/r"}

    def task_jsonata(self, tree, depth, rest, known):
        tree["Resource"] = self.resource()
        self.jsonata_work(tree, known)
        if self.maybe(0.3):
            tree["TimeoutSeconds"] = self.one((50, *NUMBERS))

    def resource(self):
        return self.one(
            RESOURCES[:-1] if self.is_express else RESOURCES
        )  # Express has no activities

    def choice_jsonpath(self, tree, depth, rest, known):
        tree["Choices"] = [
            self.rule(2) | {"Next": self.one(rest)} for _ in range(1 + self.rng.randrange(3))
        ]
        tree["Default"] = rest[0]
        self.paths(tree, known)

    def choice_jsonata(self, tree, depth, rest, known):
        tree["Choices"] = [
            {"Condition": self.one(CONDITIONS), "Next": self.one(rest)}
            for _ in range(1 + self.rng.randrange(3))
        ]
        if self.maybe(0.3):
            tree["Choices"][0]["Output"] = self.output(known)
        tree["Default"] = rest[0]

    def rule(self, depth):
        form = self.rng.randrange(5) if depth else 3
        if form == 0:
            return {"Not": self.rule(depth - 1)}
        if form == 1:
            return {
                self.one(("And", "Or")): [
                    self.rule(depth - 1) for _ in range(1 + self.rng.randrange(2))
                ]
            }
        return dict(self.one(TESTS))

    def succeed_jsonpath(self, tree, depth, rest, known):
        self.paths(tree, known)

    def succeed_jsonata(self, tree, depth, rest, known):
        if self.maybe():
            tree["Output"] = self.output(known)

    def fail_jsonpath(self, tree, depth, rest, known):
        tree |= self.one(
            (
                {"Error": "Declined", "Cause": "no funds"},
                {"ErrorPath": "$.a", "CausePath": "States.Format('{}', $.n)"},
                {},
            )
        )

    def fail_jsonata(self, tree, depth, rest, known):
        tree |= self.one(({"Error": "Declined", "Cause": "{% 'no ' & 'funds' %}"}, {}))

    def parallel_jsonpath(self, tree, depth, rest, known):
        tree["Branches"] = [self.scope(depth - 1, known) for _ in range(1 + self.rng.randrange(2))]
        self.work(tree, known)

    def parallel_jsonata(self, tree, depth, rest, known):
        tree["Branches"] = [self.scope(depth - 1, known) for _ in range(1 + self.rng.randrange(2))]
        self.jsonata_work(tree, known)

    def map_jsonpath(self, tree, depth, rest, known):
        self.processor(tree, depth, known)
        self.work(tree, known, "ItemSelector")
        if self.maybe():
            tree["ItemsPath"] = self.one(("$.list", "$$.Execution.Input.list"))
        if self.maybe(0.2):
            tree |= self.one(({"MaxConcurrencyPath": "$.n"}, {"MaxConcurrency": 2}))

    def map_jsonata(self, tree, depth, rest, known):
        self.processor(tree, depth, known)
        if self.maybe():
            tree["Items"] = self.one(("{% $states.input.list %}", [1, 2, "{% 3 %}"]))
        if self.maybe(0.3):
            tree["ItemSelector"] = {"v": "{% $states.context.Map.Item.Value %}"}
        if self.maybe(0.2):
            tree["MaxConcurrency"] = self.one((2, "{% 1 %}"))
        self.jsonata_work(tree, known, arguments="")

    def processor(self, tree, depth, known):
        is_distributed = not self.is_express and self.maybe(0.2)
        self.is_express = is_express = self.is_express or (is_distributed and self.maybe())
        processor = self.scope(depth - 1, () if is_distributed else known)
        if is_distributed:
            kind = "EXPRESS" if is_express else "STANDARD"
            processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": kind}
            self.is_express = False
            if self.maybe(0.3):
                tree |= {"Label": f"L{next(self.numbers)}", "ToleratedFailurePercentage": 50}
        elif self.maybe(0.3):
            processor["ProcessorConfig"] = {"Mode": "INLINE"}
        tree["ItemProcessor"] = processor


def valid_definition(rng, depth=2):
    """A definition without an ERROR, as a tree of its own."""
    is_jsonata = rng.random() < 0.4
    maker = Maker(rng, is_jsonata=is_jsonata)
    tree = maker.scope(depth, ())
    if is_jsonata:
        tree = {"QueryLanguage": "JSONata", **tree}
    if maker.maybe(0.2):
        tree |= {"Comment": "A state machine.", "TimeoutSeconds": 100_000, "Version": "1.0"}
    return tree


#: Inputs of all sorts, with what the paths above look for, or not.
INPUTS = (
    {"a": {"b": "x"}, "list": [1, 2, 3], "n": 2, "m": 2, "t": "2016-03-14T01:59:00Z"},
    {"a": "x", "list": ["x", {"k": 1}], "n": 1.5, "t": "soon"}, {"a": None, "list": [], "n": -1},
    {"a": [[{"a": 1}]], "list": {"k": 1}, "n": "1"}, {}, [], [1, 2], "text", 7, None, True, 1e308,
)  # fmt: skip
