"""What is said on the logger `asl.durable`: events with fields, no payloads, no repetition."""

import json
import logging
import sys

import pytest

import asl
from tests.definitions import fail, scope, task, wait

pytest.importorskip("sqlalchemy")

from asl.durable import Host
from asl.durable.logs import JsonFormatter, Outage, Seldom


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG, logger="asl.durable")
    return caplog


def run(definition, tasks=None, payload=None):
    """Run an execution in virtual time; its ARN."""
    machine = asl.load(definition, name="order")
    with Host("sqlite://", tasks=tasks, machines=[machine], clock=asl.VirtualClock()) as host:
        arn = host.start("order", payload or {})
        host.advance()
        return arn


def events(log):
    return [record.event for record in log.records]


def test_the_life_of_an_execution_is_told(log):
    definition = scope(W=wait(86400), Pay=task(Resource="pay"))
    arn = run(definition, {"pay": lambda _: {"secret": 1}}, {"secret": 2})
    assert events(log) == ["execution.started", "execution.parked", "task.ended", "execution.ended"]
    ended = log.records[-1]
    assert (ended.execution, ended.machine, ended.status, ended.segment) == (
        arn, "order", "SUCCEEDED", 2,
    )  # fmt: skip
    assert ended.getMessage() == f"{arn} has ended: SUCCEEDED"
    assert ended.levelno == logging.INFO
    assert "secret" not in log.text


def test_an_error_is_named_and_its_cause_is_not(log):
    run(scope(Bad=fail(Error="Broken", Cause="secret")))
    ended = log.records[-1]
    assert (ended.event, ended.status, ended.error_name) == ("execution.ended", "FAILED", "Broken")
    assert "secret" not in log.text


def test_who_cannot_be_driven_is_told_with_the_reason(log):
    run(scope(Pay=task(Resource="pay")), {"pay": lambda _: {1, 2}})
    (suspended,) = [each for each in log.records if each.event == "execution.suspended"]
    assert suspended.levelno == logging.ERROR
    assert "HandlerContractError" in suspended.reason


def test_a_missing_handler_gives_back_until_it_rests(log):
    run(scope(Pay=task(Resource="pay")))
    given_back = [each for each in log.records if each.event == "execution.given_back"]
    assert given_back[0].levelno == logging.WARNING
    assert "'Pay' needs 'pay'" in given_back[0].reason
    assert log.records[-1].event == "execution.suspended"


# ---------------------------------------------------------------- outages


def test_an_outage_is_told_once_and_its_end(log):
    outage = Outage("host:1:a")
    for _ in range(3):
        outage.begin("reading mail", OSError("no route"))
    outage.begin("writing commits", OSError("no route"))
    for _ in range(2):
        outage.end("reading mail")
        outage.end("claiming executions")
    assert events(log) == ["worker.troubled", "worker.troubled", "worker.recovered"]
    first, _, recovered = log.records
    assert (first.worker, first.doing, first.reason) == ("host:1:a", "reading mail", "no route")
    assert first.levelno == logging.WARNING
    assert recovered.getMessage() == "worker host:1:a: reading mail goes on, after 0.0 s"


def test_what_nobody_foresaw_has_its_traceback(log):
    try:
        {}["x"]
    except KeyError as error:
        Outage("w").begin("reading mail", error, is_foreseen=False)
    assert log.records[0].levelno == logging.ERROR
    assert "Traceback" in log.text


# ---------------------------------------------------------------- JSON


def test_a_line_of_json_has_all_fields():
    record = logging.makeLogRecord(
        {"name": "asl.durable", "levelname": "INFO", "msg": "%(a)s", "args": {"a": "é\n"}, "a": 1,
         "created": 0.5, "odd": {1, 2}.__class__}
    )  # fmt: skip
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.500000+00:00", "level": "INFO", "logger": "asl.durable",
        "message": "é\n", "a": 1, "odd": "<class 'set'>",
    }  # fmt: skip


def test_a_line_of_json_has_the_traceback():
    try:
        {}["x"]
    except KeyError:
        record = logging.makeLogRecord({"exc_info": sys.exc_info()})
    assert json.loads(JsonFormatter().format(record))["exception"].endswith("KeyError: 'x'")


# ---------------------------------------------------------------- what is said too often


def test_a_line_of_code_logs_once_a_minute():
    def record(lineno, created):
        return logging.makeLogRecord({"pathname": "x.py", "lineno": lineno, "created": created})

    seldom = Seldom()
    moments = [(1, 100.0), (1, 100.5), (2, 101.0), (1, 159.0), (1, 160.0), (1, 161.0)]
    passed = [(line, at) for line, at in moments if seldom.filter(record(line, at))]
    assert passed == [(1, 100.0), (2, 101.0), (1, 160.0)]
