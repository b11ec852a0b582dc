"""Texts that grow with a number: each is one way to make the checker work hard."""

import json

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
CASES = {}


def hostile(*rules):
    """A text that grows with a number, and the rules that may be told of it."""

    def keep(make):
        CASES[make.__name__] = make, rules
        return make

    return keep


def machine(states, **fields):
    return json.dumps(
        {"StartAt": next(iter(states)), **fields, "States": states}, separators=(",", ":")
    )


def jsonata(expression):
    return machine(
        {"A": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}},
        QueryLanguage="JSONata",
    )


def chain(count, **fields):
    states = {f"S{n}": {"Type": "Pass", **fields, "Next": f"S{n + 1}"} for n in range(count)}
    return {**states, f"S{count}": {"Type": "Succeed"}}


def template(entries):
    return machine({"A": {"Type": "Pass", "Parameters": entries, "End": True}})


def choice(rules):
    return machine(
        {"C": {"Type": "Choice", "Choices": rules, "Default": "E"}, "E": {"Type": "Succeed"}}
    )


END = {"Type": "Succeed"}
TEST = {"Variable": "$.a", "NumericEquals": 1}

# ---------------------------------------------------------------- many states


@hostile()
def states_in_a_chain(count):
    return machine(chain(count))


@hostile("ASL-110")
def states_without_a_way_to_them(count):
    return machine({f"S{n}": END for n in range(count)})


@hostile("ASL-110")
def a_chain_that_nothing_leads_to(count):
    return machine({"A": END, **chain(count)})


@hostile("ASL-110")
def a_chain_that_nothing_leads_to_from_its_end(count):
    return machine({"A": END, **dict(reversed(chain(count).items()))})


@hostile("ASL-110")
def pairs_that_nothing_leads_to(count):
    return machine(
        {
            "A": END,
            **{f"S{n}": {"Type": "Pass", "Next": f"S{n ^ 1}"} for n in range(count // 2 * 2)},
        }
    )


@hostile("ASL-109")
def a_ring_of_states(count):
    return machine({f"S{n}": {"Type": "Pass", "Next": f"S{(n + 1) % count}"} for n in range(count)})


@hostile("ASL-202")
def states_with_the_same_fault(count):
    return machine(chain(count, Nxt=1))


@hostile("ASL-110", "ASL-207")
def states_that_lead_nowhere(count):
    return machine({**{f"S{n}": {"Type": "Pass", "Next": f"T{n}"} for n in range(count)}, "E": END})


@hostile("ASL-110", "ASL-206")
def states_without_a_next(count):
    return machine({**{f"S{n}": {"Type": "Pass"} for n in range(count)}, "E": END})


@hostile("ASL-110", "ASL-206", "ASL-202")
def states_with_a_misspelt_next(count):
    return machine({**{f"S{n}": {"Type": "Pass", "Nxt": "E"} for n in range(count)}, "E": END})


@hostile("ASL-110", "ASL-201")
def states_of_no_type(count):
    return machine({**{f"S{n}": {"Type": "Pas", "Next": "E"} for n in range(count)}, "E": END})


@hostile("ASL-203", "ASL-109")
def states_that_are_numbers(count):
    return machine({f"S{n}": 1 for n in range(count)})


@hostile("ASL-110", "ASL-113")
def states_with_odd_names(count):
    return machine({f"S\x01{n}": END for n in range(count)})


@hostile("ASL-112", "ASL-110")
def states_with_very_long_names(count):
    return machine({f"{n}{'x' * 3000}": END for n in range(count // 100 + 1)})


@hostile()
def branches(count):
    return machine(
        {
            "P": {
                "Type": "Parallel",
                "Branches": [{"StartAt": f"B{n}", "States": {f"B{n}": END}} for n in range(count)],
                "End": True,
            }
        }
    )


@hostile("ASL-111")
def branches_with_the_same_name(count):
    return machine(
        {
            "P": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "B", "States": {"B": END}}] * count,
                "End": True,
            }
        }
    )


@hostile("ASL-110", "ASL-336")
def comments_that_silence(count):
    retry = [{"ErrorEquals": ["E"]}] * 2
    task = {
        "Type": "Task",
        "Resource": FUNCTION,
        "Comment": "asl: ignore ASL-335",
        "Retry": retry,
        "End": True,
    }
    return machine({f"S{n}": task for n in range(count)})


@hostile("ASL-908")
def a_comment_of_many_codes(count):
    return machine(
        {"A": {**END, "Comment": "asl: ignore " + ", ".join(f"ASL-33{n}" for n in range(count))}}
    )


# ---------------------------------------------------------------- rules, errors, variables


@hostile()
def rules_of_a_choice(count):
    return choice([{"Variable": "$.a", "NumericEquals": n, "Next": "E"} for n in range(count)])


@hostile("ASL-906")
def rules_of_a_choice_that_are_the_same(count):
    return choice([{**TEST, "Next": "E"}] * count)


@hostile("ASL-345")
def rules_with_the_same_fault(count):
    return choice([{"Variable": "$.a", "NumericEquals": "1", "Next": "E"}] * count)


@hostile("ASL-342", "ASL-343")
def empty_rules(count):
    return choice([{}] * count)


@hostile()
def rules_inside_of_one(count):
    return choice([{"And": [TEST] * count, "Next": "E"}])


@hostile("ASL-336")
def retriers(count):
    return machine(
        {
            "T": {
                "Type": "Task",
                "Resource": FUNCTION,
                "Retry": [{"ErrorEquals": ["E"]}] * count,
                "End": True,
            }
        }
    )


@hostile("ASL-335")
def names_of_errors(count):
    return machine(
        {
            "T": {
                "Type": "Task",
                "Resource": FUNCTION,
                "Retry": [{"ErrorEquals": [f"States.X{n}" for n in range(count)]}],
                "End": True,
            }
        }
    )


@hostile("ASL-806", "ASL-809")
def variables(count):
    return machine(
        {
            f"S{n}": {
                "Type": "Pass",
                "Assign": {f"v{n}": 1, f"w{n}.$": f"$v{max(0, n - 1)}"},
                "Next": f"S{n + 1}",
            }
            for n in range(count)
        }
        | {f"S{count}": END}
    )


@hostile()
def variables_that_are_read(count):
    first = {"Type": "Pass", "Assign": {f"v{n}": 1 for n in range(count)}, "Next": "B"}
    return machine(
        {
            "A": first,
            "B": {
                "Type": "Pass",
                "Parameters": {f"a{n}.$": f"$v{n}" for n in range(count)},
                "End": True,
            },
        }
    )


@hostile("ASL-805")
def variables_of_an_outer_scope(count):
    first = {"Type": "Pass", "Assign": {f"v{n}": 1 for n in range(count)}, "Next": "P"}
    inner = [
        {
            "StartAt": f"B{n}",
            "States": {f"B{n}": {"Type": "Pass", "Assign": {f"v{n}": 1}, "End": True}},
        }
        for n in range(count)
    ]
    return machine({"A": first, "P": {"Type": "Parallel", "Branches": inner, "End": True}})


@hostile("ASL-110", "ASL-303")
def resources(count):
    return machine(
        {
            f"S{n}": {"Type": "Task", "Resource": f"arn:aws:states:::no:t{n}", "End": True}
            for n in range(count)
        }
    )


# ---------------------------------------------------------------- queries


@hostile("ASL-901")
def steps_of_a_path(count):
    return machine({"A": {"Type": "Pass", "InputPath": "$" + ".a" * count, "End": True}})


@hostile("ASL-901", "ASL-601")
def brackets_of_a_path(count):
    return machine({"A": {"Type": "Pass", "InputPath": "$" + "[" * count, "End": True}})


@hostile("ASL-901", "ASL-601")
def operators_of_a_filter(count):
    return machine(
        {"A": {"Type": "Pass", "InputPath": f"$[?({'&&'.join(['@.a==1'] * count)})]", "End": True}}
    )


@hostile("ASL-901")
def arguments_of_a_call(count):
    return template({"a.$": f"States.Array({','.join(['1'] * count)})"})


@hostile("ASL-901", "ASL-506")
def calls_inside_of_calls(count):
    return template({"a.$": "States.Array(" * count + ")" * count})


@hostile("ASL-212")
def entries_that_hold_numbers(count):
    return template({f"a{n}.$": n for n in range(count)})


@hostile("ASL-213")
def entries_that_are_there_twice(count):
    return template({f"a{n}{end}": "$.x" for n in range(count) for end in ("", ".$")})


@hostile("ASL-901")
def operators_of_an_expression(count):
    return jsonata("1" + "+1" * count)


@hostile("ASL-901", "ASL-701")
def brackets_of_an_expression(count):
    return jsonata("(" * count)


@hostile("ASL-901")
def calls_of_an_expression(count):
    return jsonata("$sum(" * count + "1" + ")" * count)


@hostile("ASL-901", "ASL-702")
def names_of_an_expression(count):
    return jsonata(f"[{','.join(f'v{n}' for n in range(count))}]")


@hostile("ASL-901")
def text_of_an_expression(count):
    return jsonata(f"'{'a' * count}'")


# ---------------------------------------------------------------- texts


@hostile("ASL-002", "ASL-006")
def an_array_that_does_not_end(count):
    return '{"a":' + "[" * count


@hostile("ASL-005")
def keys_that_are_there_again(count):
    return '{"StartAt":"A",' + '"Comment":"a",' * count + '"States":{"A":{"Type":"Succeed"}}}'


@hostile("ASL-002", "ASL-362")
def digits(count):
    return (
        f'{{"StartAt":"A","States":{{"A":{{"Type":"Wait","Seconds":{"1" * count},"End":true}}}}}}'
    )


@hostile("ASL-002", "ASL-206", "ASL-362")
def digits_of_yaml(count):
    return f"StartAt: A\nStates:\n  A:\n    Type: Wait\n    Seconds: {'1' * count}\n"


@hostile("ASL-002")
def digits_of_yaml_in_base_60(count):
    return f"StartAt: A\nStates:\n  A:\n    Type: Wait\n    Seconds: 1{':1' * count}\n"


@hostile("ASL-006")
def yaml_in_flow_style(count):
    return f"a: {'[' * count}{']' * count}\n"


@hostile("ASL-002")
def yaml_with_tabs(count):
    return "a:\n" + "\t" * count + "b: 1\n"


@hostile("ASL-102", "ASL-101")
def yaml_aliases(count):
    return "a: &a {x: 1}\nb:\n" + "- *a\n" * count


@hostile()
def placeholders(count):
    return template({f"a{n}": "${X}" for n in range(count)})


@hostile()
def a_placeholder_that_does_not_end(count):
    return template({"a": "${" + "a::" * count})
