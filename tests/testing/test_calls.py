"""A recorder round handlers of any kind."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

import asl
from asl.testing import Calls
from tests.definitions import load, map_, retry, scope, task

START = datetime(2025, 1, 1, tzinfo=UTC)
MACHINE = load(
    Price=task("price", Retry=[retry("Busy", IntervalSeconds=5)]),
    Each=map_(scope(Pack=task("pack")), ItemsPath="$.items"),
)
ITEMS = {"items": [1, 2]}


def test_how_often_a_task_was_called_and_with_what():
    calls = Calls({"price": asl.script(asl.fails("Busy"), ITEMS), "pack": lambda item: item + 1})
    result = MACHINE.run({"sku": "a"}, tasks=calls)
    assert result.output == [2, 3]
    assert calls.to("price").payloads == [{"sku": "a"}, {"sku": "a"}]
    assert len(calls.to("price")) == 2
    assert [call.attempt for call in calls.to("price")] == [1, 2]
    assert [call.at - START for call in calls.to("price")] == [timedelta(0), timedelta(seconds=5)]
    assert calls.to("pack").last == calls.to("pack")[1]
    assert (calls.to("pack").last.state, calls.to("pack").last.payload) == ("Pack", 2)
    assert calls.to("pack").first.execution_id == result.execution_id


def test_payloads_stay_as_they_were_when_the_handler_got_them():
    def spoil(payload):
        payload["sku"] = "spoilt"
        return ITEMS

    calls = Calls({"price": spoil, "pack": lambda item: item})
    MACHINE.run({"sku": "a"}, tasks=calls)
    assert calls.to("price").only.payload == {"sku": "a"}


def test_handlers_of_all_kinds_do_what_they_did_before():
    class Pricer:
        def __call__(self, payload, context):
            return {"items": [context.state_name]}

    async def pack(item):
        await asyncio.sleep(0)
        return [item]

    calls = Calls({"p*": Pricer(), "pack": pack})
    result = asyncio.run(MACHINE.run_async({}, tasks=calls))
    assert result.output == [["Price"]]
    assert calls.to("p*").only.state == "Price"
    assert calls.to("pack").payloads == ["Price"]


def test_what_a_handler_raises_goes_through():
    def decline(_):
        raise asl.TaskFailed("Declined", "no")

    calls = Calls({"price": decline, "pack": decline})
    assert MACHINE.run({}, tasks=calls).error == "Declined"
    assert len(calls.to("price")) == 1
    assert len(calls.to("pack")) == 0


def test_a_handler_stands_for_what_it_stood_for():
    invoke = {"FunctionName": "price", "Payload": {"sku": "a"}}
    machine = load(Price=task("arn:aws:states:::lambda:invoke", Parameters=invoke))
    calls = Calls({"price": lambda _: 12.5})
    assert machine.run({}, tasks=calls).output["Payload"] == 12.5
    assert calls.to("price").payloads == [{"sku": "a"}]


def test_calls_of_several_runs_add_up_until_they_are_cleared():
    calls = Calls({"price": lambda _: ITEMS, "pack": lambda item: item})
    MACHINE.run({}, tasks=calls)
    MACHINE.run({}, tasks=calls)
    assert len(calls.to("price")) == 2
    calls.clear()
    assert calls.to("price") == ()
    MACHINE.run({}, tasks=calls)
    assert len(calls.to("pack")) == 2


def test_a_misspelt_name_is_an_error():
    calls = Calls({"price": lambda _: ITEMS})
    with pytest.raises(asl.UsageError, match="no 'prize'; did you mean 'price'"):
        calls.to("prize")


def test_calls_that_were_not_made_fail_the_test():
    calls = Calls({"price": lambda _: ITEMS, "pack": lambda _: 1})
    with pytest.raises(AssertionError, match="no calls to 'price'\n  all calls: 0 to 'price', 0"):
        _ = calls.to("price").first
    MACHINE.run({}, tasks=calls)
    with pytest.raises(AssertionError, match="not exactly one: there are 2 calls to 'pack'"):
        _ = calls.to("pack").only


@pytest.mark.parametrize("tasks", [{"price": 12.5}, ["price"], {"price": None}])
def test_what_is_no_handler_is_refused(tasks):
    with pytest.raises(asl.UsageError):
        Calls(tasks)
