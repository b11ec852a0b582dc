"""Faults that are put into valid definitions, one at a time, with what is to be said."""

from tests.properties.mutating import (
    FLOWING,
    LONG,
    WORKING,
    all_first,
    bad_rule,
    downgrade,
    drop_field,
    drop_in,
    drop_next,
    drop_of_machine,
    given_twice,
    heartbeat,
    in_template,
    long_name,
    nested_next,
    next_and_end,
    no_end,
    of_machine,
    places_of,
    processor,
    rename_state,
    rename_target,
    second_operator,
    set_field,
    set_in,
    state_is_no_object,
    state_of_outer_name,
    unreachable_state,
    wait_for_nothing,
    wait_twice,
)

_ALL = ("Pass", "Task", "Wait", "Choice", "Succeed", "Fail", "Parallel", "Map")
_SECONDS = ("TimeoutSecondsPath",)

#: What is done to a definition, by a name.
MUTATORS = {
    # machines
    "no StartAt": drop_of_machine("StartAt", "ASL-101"),
    "no States": drop_of_machine("States", "ASL-101"),
    "unknown field of the machine": of_machine("Tags", {}, "ASL-102", whole=True, at="key"),
    "unknown field of an inner machine": of_machine("Tags", {}, "ASL-115", inner=True, at="key"),
    "comment of the machine is a list": of_machine("Comment", ["a"], "ASL-103", whole=True),
    "version": of_machine("Version", "2.0", "ASL-104", whole=True),
    "machine's timeout is negative": of_machine("TimeoutSeconds", -1, "ASL-105", whole=True),
    "machine's timeout is a fraction": of_machine("TimeoutSeconds", 1.5, "ASL-105", whole=True),
    "machine's query language": of_machine("QueryLanguage", "jsonata", "ASL-106", whole=True),
    "StartAt is renamed": rename_state,
    "StartAt is a number": of_machine("StartAt", 1, "ASL-107"),
    "no states": of_machine("States", {}, "ASL-108"),
    "no end": no_end,
    "unreachable state": unreachable_state,
    "name of an outer state": state_of_outer_name,
    "long name": long_name,
    # any state
    "state is no object": state_is_no_object,
    "misspelt Type": set_field("Type", "pass", "ASL-201", *_ALL),
    "no Type": drop_field("Type", "ASL-201", *_ALL),
    "unknown field": set_field("Nexxt", "A", "ASL-202", *_ALL, at="key"),
    "field of another type": set_field(
        "Branches", [], "ASL-202", "Pass", "Wait", "Choice", "Map", "Task", at="key"
    ),
    "JSONata's field": set_field(
        "Output",
        {"a": 1},
        "ASL-203",
        "Pass",
        "Task",
        "Map",
        "Parallel",
        language="JSONPath",
        at="key",
    ),
    "JSONPath's field": set_field(
        "InputPath",
        "$.a",
        "ASL-203",
        "Pass",
        "Task",
        "Map",
        "Parallel",
        language="JSONata",
        at="key",
    ),
    "downgrade": downgrade,
    "Next and End": next_and_end,
    "no Next": drop_next,
    "renamed target": rename_target,
    "Next is null": set_field("Next", None, "ASL-207", *FLOWING, drops=("End",)),
    "End is text": set_field("End", "true", "ASL-208", *FLOWING, drops=("Next",)),
    "comment is a number": set_field("Comment", 5, "ASL-209", *_ALL),
    "state's query language": set_field("QueryLanguage", "XPath", "ASL-106", *_ALL),
    "path without a dollar": set_field(
        "InputPath", "a.b", "ASL-210", "Pass", "Task", "Wait", "Succeed", language="JSONPath"
    ),
    "path is a number": set_field(
        "OutputPath", 1, "ASL-210", "Pass", "Task", "Choice", "Succeed", language="JSONPath"
    ),
    "broken path": set_field(
        "InputPath", "$.a[", "ASL-601", "Pass", "Task", "Wait", "Succeed", language="JSONPath"
    ),
    "result path with a star": set_field(
        "ResultPath", "$.a[*]", "ASL-211", "Pass", "Task", "Map", language="JSONPath"
    ),
    "template is text": set_field(
        "Parameters", "$.a", "ASL-214", "Pass", "Task", "Parallel", language="JSONPath"
    ),
    "template's path is a number": in_template({"x.$": 5}, "ASL-212"),
    "template's path has no dollar": in_template({"x.$": "a.b"}, "ASL-212"),
    "template's key twice": in_template({"x": 1, "x.$": "$.a"}, "ASL-213", at="key"),
    "broken call": in_template({"x.$": "States.Format('a"}, "ASL-501"),
    "unknown function": in_template({"x.$": "States.Fromat('a')"}, "ASL-502"),
    "half an expression": set_field(
        "Output", {"a": ["{% 1"]}, "ASL-216", "Pass", language="JSONata"
    ),
    # types of states
    "no Resource": drop_field("Resource", "ASL-301", "Task"),
    "Resource is a list": set_field("Resource", ["a"], "ASL-301", "Task"),
    "broken ARN": set_field("Resource", "arn:aws", "ASL-302", "Task", drops=("Credentials",)),
    "unknown service": set_field(
        "Resource", "arn:aws:states:::nope:doIt", "ASL-303", "Task", drops=("Credentials",)
    ),
    "Credentials without a role": set_field("Credentials", {"Role": "x"}, "ASL-304", "Task"),
    "timeout of zero": set_field("TimeoutSeconds", 0, "ASL-305", "Task", drops=_SECONDS),
    "timeout too large": set_field(
        "TimeoutSeconds", 100_000_000, "ASL-305", "Task", drops=_SECONDS
    ),
    "timeout is text": set_field(
        "TimeoutSeconds", "1", "ASL-305", "Task", language="JSONPath", drops=_SECONDS
    ),
    "heartbeat of zero": set_field("HeartbeatSeconds", 0, "ASL-306", "Task"),
    "heartbeat not below timeout": heartbeat,
    "timeout twice": given_twice("TimeoutSeconds", "Task"),
    "Retry is an object": set_field("Retry", {"ErrorEquals": ["A"]}, "ASL-321", *WORKING),
    "no ErrorEquals": drop_in("Retry", "ErrorEquals", "ASL-322"),
    "no ErrorEquals in a catcher": drop_in("Catch", "ErrorEquals", "ASL-322"),
    "empty ErrorEquals": set_in("Retry", "ErrorEquals", [], "ASL-323"),
    "empty ErrorEquals in a catcher": set_in("Catch", "ErrorEquals", [], "ASL-323"),
    "ErrorEquals is text": set_in("Retry", "ErrorEquals", "A", "ASL-324"),
    "States.ALL first": all_first,
    "States.ALL with another": set_in("Catch", "ErrorEquals", ["A", "States.ALL"], "ASL-325"),
    "negative interval": set_in("Retry", "IntervalSeconds", -1, "ASL-326"),
    "interval is a fraction": set_in("Retry", "IntervalSeconds", 1.0, "ASL-326"),
    "negative attempts": set_in("Retry", "MaxAttempts", -1, "ASL-327"),
    "attempts too large": set_in("Retry", "MaxAttempts", 100_000_000, "ASL-327"),
    "backoff below one": set_in("Retry", "BackoffRate", 0.99, "ASL-328"),
    "backoff is text": set_in("Retry", "BackoffRate", "2", "ASL-328"),
    "no delay": set_in("Retry", "MaxDelaySeconds", 0, "ASL-329"),
    "delay too large": set_in("Retry", "MaxDelaySeconds", 31622401, "ASL-329"),
    "jitter": set_in("Retry", "JitterStrategy", "Full", "ASL-331"),
    "catcher without Next": drop_in("Catch", "Next", "ASL-332"),
    "catcher's target": set_in("Catch", "Next", "nowhere", "ASL-207"),
    "catcher's result path": set_in("Catch", "ResultPath", "$.a[*]", "ASL-333", "JSONPath"),
    "unknown field of a retrier": set_in("Retry", "MaxAttempt", 1, "ASL-334", at="key"),
    "unknown field of a catcher": set_in("Catch", "Nxt", "A", "ASL-334", at="key"),
    "no Choices": drop_field("Choices", "ASL-341", "Choice"),
    "empty Choices": set_field("Choices", [], "ASL-341", "Choice"),
    "Choices is an object": set_field("Choices", {}, "ASL-341", "Choice"),
    "rule without Next": drop_in("Choices", "Next", "ASL-342"),
    "rule's target": set_in("Choices", "Next", "nowhere", "ASL-207"),
    "rule that tests nothing": bad_rule({}, "ASL-343"),
    "rule without an operator": bad_rule({"Variable": "$.a"}, "ASL-344"),
    "two operators": second_operator,
    "operator's value": bad_rule(
        {"Variable": "$.a", "NumericEquals": "1"}, "ASL-345", "NumericEquals"
    ),
    "operator's path": bad_rule(
        {"Variable": "$.a", "NumericEqualsPath": "a"}, "ASL-348", "NumericEqualsPath"
    ),
    "nested Next": nested_next,
    "variable without a dollar": bad_rule({"Variable": "a", "IsNull": True}, "ASL-348", "Variable"),
    "variable with a star": bad_rule({"Variable": "$.a[*]", "IsNull": True}, "ASL-348", "Variable"),
    "rule's timestamp": bad_rule(
        {"Variable": "$.a", "TimestampEquals": "2016-02-30T00:00:00Z"}, "ASL-349", "TimestampEquals"
    ),
    "rule's timestamp without zone": bad_rule(
        {"Variable": "$.a", "TimestampEquals": "2016-02-03T00:00:00"}, "ASL-349", "TimestampEquals"
    ),
    "Default is renamed": set_field("Default", "nowhere", "ASL-350", "Choice"),
    "And is empty": bad_rule({"And": []}, "ASL-353", "And"),
    "Not is a list": bad_rule({"Not": []}, "ASL-353", "Not"),
    "condition is a number": bad_rule({"Condition": 1}, "ASL-355", "Condition", language="JSONata"),
    "no condition": bad_rule({}, "ASL-343", language="JSONata"),
    "two waits": wait_twice,
    "no wait": wait_for_nothing,
    "negative seconds": set_field(
        "Seconds", -1, "ASL-362", "Wait", drops=("Timestamp", "SecondsPath", "TimestampPath")
    ),
    "seconds too large": set_field(
        "Seconds",
        100_000_000,
        "ASL-362",
        "Wait",
        drops=("Timestamp", "SecondsPath", "TimestampPath"),
    ),
    "timestamp": set_field(
        "Timestamp",
        "tomorrow",
        "ASL-363",
        "Wait",
        drops=("Seconds", "SecondsPath", "TimestampPath"),
    ),
    "timestamp of no day": set_field(
        "Timestamp",
        "2023-02-29T00:00:00Z",
        "ASL-363",
        "Wait",
        drops=("Seconds", "SecondsPath", "TimestampPath"),
    ),
    "path to seconds": set_field(
        "SecondsPath",
        "$..a",
        "ASL-603",
        "Wait",
        language="JSONPath",
        drops=("Seconds", "Timestamp", "TimestampPath"),
    ),
    "error is a number": set_field("Error", 5, "ASL-381", "Fail", drops=("ErrorPath",)),
    "error's path": set_field(
        "ErrorPath", "a", "ASL-382", "Fail", language="JSONPath", drops=("Error",)
    ),
    "error twice": given_twice("Error", "Fail"),
    "no branches": set_field("Branches", [], "ASL-391", "Parallel"),
    "branches is an object": set_field("Branches", {}, "ASL-391", "Parallel"),
    # Map
    "no processor": drop_field("ItemProcessor", "ASL-401", "Map"),
    "mode": processor("ProcessorConfig", {"Mode": "Inline"}, "ASL-403", "Mode"),
    "no execution type": processor("ProcessorConfig", {"Mode": "DISTRIBUTED"}, "ASL-404"),
    "execution type": processor(
        "ProcessorConfig",
        {"Mode": "DISTRIBUTED", "ExecutionType": "FAST"},
        "ASL-404",
        "ExecutionType",
    ),
    "negative concurrency": set_field(
        "MaxConcurrency", -1, "ASL-414", "Map", drops=("MaxConcurrencyPath",)
    ),
    "percentage": set_field("ToleratedFailurePercentage", 101, "ASL-413", "Map"),
    "label": set_field("Label", "a b", "ASL-415", "Map"),
    "long label": set_field("Label", "x" * 41, "ASL-415", "Map"),
    "items path": set_field("ItemsPath", "list", "ASL-416", "Map", language="JSONPath"),
    "items path with a star": set_field(
        "ItemsPath", "$.a[*]", "ASL-416", "Map", language="JSONPath"
    ),
    "items is a number": set_field("Items", 5, "ASL-417", "Map", language="JSONata"),
    "selector is text": set_field(
        "ItemSelector", "$.a", "ASL-214", "Map", language="JSONPath", drops=("Parameters",)
    ),
    "selector is a number": set_field("ItemSelector", 5, "ASL-419", "Map", language="JSONata"),
    # JSONata
    "broken expression": set_field("Output", "{% 1 + %}", "ASL-701", "Pass", language="JSONata"),
    "top-level name": set_field("Output", "{% foo.bar %}", "ASL-702", "Pass", language="JSONata"),
    "absent field of $states": set_field(
        "Output", "{% $states.result %}", "ASL-703", "Pass", language="JSONata"
    ),
    # variables
    "variable's name": set_field("Assign", {"1x": 1}, "ASL-801", *FLOWING),
    "variable named states": set_field("Assign", {"states": 1}, "ASL-802", *FLOWING),
    "variable's long name": set_field("Assign", {LONG: 1}, "ASL-803", *FLOWING),
    "Assign is a list": set_field("Assign", [1], "ASL-804", *FLOWING),
}
#: Where the fault is told at a key inside of the field that was set.
_INSIDE = {"ASL-801": "1x", "ASL-802": "states", "ASL-803": LONG}


def mutant(name, tree, rng):
    """A definition with one fault more; None where the mutator has nothing to work on."""
    places = list(places_of(tree))
    rng.shuffle(places)
    found = (MUTATORS[name](tree, place, rng) for place in places)
    chosen = next((one for one in found if one is not None), None)
    if chosen is None:
        return None
    if chosen.rule in _INSIDE:
        return chosen._replace(pointer=f"{chosen.pointer}/{_INSIDE[chosen.rule]}", at="key")
    if chosen.rule == "ASL-216":
        return chosen._replace(pointer=f"{chosen.pointer}/a/0")
    return chosen
