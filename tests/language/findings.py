"""What the checker says of small definitions, in forms that are short to compare."""

from asl.checking import check
from tests.definitions import SUCCEED, scope

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:work"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:work"
CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
#: What depends on how data and control go has tests of its own.
ELSEWHERE = ("ASL-903", "ASL-904", "ASL-905", "ASL-906")
RULE = {"Variable": "$.x", "IsNull": True, "Next": "B"}


def jsonata(**states):
    return {"QueryLanguage": "JSONata", **scope(**states)}


def state(tree, **others):
    """A machine of one state ``A``, with others behind it that something may lead to."""
    return scope(A=tree, **others)


def jsonata_state(tree, **others):
    return jsonata(A=tree, **others)


def rule(**fields):
    """A Choice with one rule that is fine but for the given fields."""
    return choice({"Next": "B", **fields})


def choice(*rules, **fields):
    tree = {"Type": "Choice", "Choices": list(rules), "Default": "B", **fields}
    return scope(A=tree, B=SUCCEED)


def with_map(**fields):
    """A Map of one state, inline unless ``config`` says otherwise."""
    config = fields.pop("config", None)
    processor = scope(In=SUCCEED) | ({} if config is None else {"ProcessorConfig": config})
    return scope(A={"Type": "Map", "ItemProcessor": processor, **fields})


def distributed(**fields):
    return with_map(config=DISTRIBUTED, **fields)


def flat(definition, **options):
    """All diagnostics, what follows from another one behind it."""
    heads = check(definition, **{"ignore": ELSEWHERE, **options}).diagnostics
    return [one for head in heads for one in (head, *head.consequences)]


def found(definition, **options):
    """Rule, pointer and message of each."""
    return [(one.rule, one.pointer, one.message) for one in flat(definition, **options)]


def rules(definition, **options):
    return [one.rule for one in flat(definition, **options)]


def told(definition, code, **options):
    """Pointer and message of each diagnostic of one rule."""
    found_by = [one for one in flat(definition, **options) if one.rule == code]
    return [(one.pointer, one.message) for one in found_by]


def pointers(definition, code, **options):
    return [pointer for pointer, _ in told(definition, code, **options)]


def hints(definition, code, **options):
    return [one.hint for one in flat(definition, **options) if one.rule == code]


def locations(definition, code, **options):
    return [one.location for one in flat(definition, **options) if one.rule == code]


def below(definition, **options):
    """The rules that follow from each head that has consequences, by rule and pointer."""
    return {
        (head.rule, head.pointer): [(one.rule, one.pointer) for one in head.consequences]
        for head in check(definition, **{"ignore": ELSEWHERE, **options}).diagnostics
        if head.consequences
    }
