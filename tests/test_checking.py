"""`check`: what it takes, what it never does, what the caller may wish."""

import json
from pathlib import Path

import pytest

import asl
from asl.checking import check
from asl.errors import UsageError
from asl.language.rules.table import RULES
from tests.definitions import FUNCTION, SUCCEED, choice, pass_, retry, scope, task

GOOD = scope(A=SUCCEED)
BAD = scope(A=pass_(Next="Nowhere"), B=SUCCEED)
IF = {"Variable": "$.x", "IsNull": True, "Next": "B"}
BARE = scope(A=choice(IF), B=SUCCEED)


def test_a_definition_may_be_given_in_many_forms(tmp_path):
    text = json.dumps(GOOD)
    path = tmp_path / "good.asl.json"
    path.write_text(text, encoding="utf-8")
    for source in (GOOD, text, text.encode(), path, str(path)):
        report = check(source)
        assert report.is_valid
        assert report.diagnostics == ()


def test_a_report_knows_its_text_and_name(tmp_path):
    path = tmp_path / "order.asl.json"
    path.write_text(json.dumps(BAD), encoding="utf-8")
    report = check(path)
    assert report.text == json.dumps(BAD)
    assert report.name.endswith("order.asl.json")
    assert str(report).splitlines()[-1] == f"{report.name}: 1 error"
    assert check(BAD).text is None
    assert check(BAD).name == "<definition>"


def test_places_are_those_of_the_text():
    text = json.dumps(BAD, indent=2)
    (fault,) = check(text).errors
    assert text.splitlines()[fault.line - 1].strip().startswith('"Next": "Nowhere"')
    (fault,) = check(BAD).errors
    assert (fault.line, fault.column) == (None, None)


@pytest.mark.parametrize(
    ("source", "rule", "code", "message"),
    [
        ("", "ASL-001", "MISSING_DESCRIPTION", None),
        (" \n ", "ASL-001", "SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object"),
        ("[1]", "ASL-003", "SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object"),
        ('{"a": 1,}', "ASL-002", "INVALID_JSON_DESCRIPTION", None),
        (b"\xff\xfe\xff", "ASL-002", "INVALID_JSON_DESCRIPTION", None),
        (Path("there is no such file.json"), "ASL-002", "INVALID_JSON_DESCRIPTION", None),
        ('{"a": 1, "a": 2}', "ASL-005", "INVALID_JSON_DESCRIPTION", None),
    ],
)
def test_what_can_not_be_read_is_a_fault_like_others(source, rule, code, message):
    report = check(source)
    assert not report.is_valid
    (fault,) = report.errors
    assert (fault.rule, fault.code) == (rule, code)
    assert message is None or fault.message == message
    assert report.to_aws()["result"] == "FAIL"


@pytest.mark.parametrize("depth", [201, 230, 900])
@pytest.mark.parametrize("write", [lambda tree: tree, json.dumps, "Result: {Result}\n".format_map])
def test_what_is_nested_too_deep_is_one_fault_in_every_form(write, depth):
    tree: object = 1
    for _ in range(depth - 1):
        tree = [tree]
    (fault,) = check(write({"Result": tree})).errors
    assert (fault.rule, fault.code, fault.pointer) == ("ASL-006", "TOO_DEEPLY_NESTED", "")
    assert "nested more than 200 levels deep" in fault.message


def test_a_text_without_end_does_not_break_the_checker():
    deep = "[" * 100_000
    assert not check(deep).is_valid
    assert not check('{"a":' * 1_000 + "1" + "}" * 1_000).is_valid


def test_a_nested_dict_without_end_does_not_break_the_checker():
    tree = {}
    for _ in range(50_000):
        tree = {"States": tree}
    assert not check(tree).is_valid


def test_substitutions_are_filled_in_and_others_stay_open():
    template = json.dumps(scope(A=task("${Work}"), B={"Type": "Wait", "Seconds": "${Wait}"}))
    assert check(template).diagnostics == ()
    assert check(template, substitutions={"Work": FUNCTION}).diagnostics == ()
    (fault,) = check(template, substitutions={"Work": "work"}).diagnostics
    assert (fault.rule, fault.pointer) == ("ASL-302", "/States/A/Resource")
    (fault,) = check(template, substitutions={"Wait": -1}).diagnostics
    assert (fault.rule, fault.message) == ("ASL-362", "Minimum value is 0")


def test_an_express_machine_is_checked_as_one():
    machine = scope(A=task("arn:aws:states:::batch:submitJob.sync"))
    assert check(machine).is_valid
    assert not check(machine, type="EXPRESS").is_valid


@pytest.mark.parametrize("kind", ["express", "", None, 5])
def test_there_are_two_types(kind):
    with pytest.raises(UsageError, match="type must be 'STANDARD' or 'EXPRESS'"):
        check(GOOD, type=kind)


def test_extensions_are_a_warning_if_they_are_wanted():
    machine = scope(A=task("local:human"))
    assert [one.severity for one in check(machine).diagnostics] == ["ERROR"]
    assert [one.severity for one in check(machine, extensions=True).diagnostics] == ["WARNING"]


def test_a_warning_may_be_ignored():
    machine = scope(A=task(FUNCTION, Retry=[retry("E"), retry("E")]))
    assert [one.rule for one in check(machine).diagnostics] == ["ASL-336"]
    assert check(machine, ignore=["ASL-336"]).diagnostics == ()
    assert check(machine, ignore={"ASL-335"}).diagnostics != ()


def test_a_rule_that_is_off_may_be_enabled():
    assert check(BARE).diagnostics == ()
    assert [one.rule for one in check(BARE, enable=["ASL-356"]).diagnostics] == ["ASL-356"]
    both = check(BARE, enable=["ASL-356"], ignore=["ASL-356"])
    assert both.diagnostics == ()
    assert check(GOOD, enable=["ASL-101"]).diagnostics == ()


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"ignore": ["ASL-999"]}, r"there is no rule 'ASL-999'; did you mean 'ASL-9\d\d'\?"),
        ({"enable": ["nothing"]}, "there is no rule 'nothing'$"),
        ({"ignore": ["asl-336"]}, "there is no rule 'asl-336'; did you mean 'ASL-336'"),
        ({"ignore": ["ASL-207"]}, "ASL-207 is an error of AWS's: it can't be ignored"),
        ({"ignore": [336]}, "there is no rule 336"),
    ],
)
def test_a_wish_that_can_not_be_is_refused(wish, message):
    with pytest.raises(UsageError, match=message):
        check(GOOD, **wish)


@pytest.mark.parametrize("wish", ["ignore", "enable"])
def test_one_code_is_no_collection_of_codes(wish):
    with pytest.raises(UsageError) as caught:
        check(GOOD, **{wish: "ASL-356"})
    assert "'A'" not in str(caught.value)


def test_only_warnings_can_be_ignored():
    for code, rule in RULES.items():
        if rule.severity == "WARNING":
            assert check(GOOD, ignore=[code]).is_valid
        else:
            with pytest.raises(UsageError):
                check(GOOD, ignore=[code])


def test_it_is_public():
    assert asl.check is check


def test_the_definition_is_left_as_it_was():
    for machine in (GOOD, BAD, BARE):
        before = json.dumps(machine)
        check(machine)
        assert json.dumps(machine) == before
