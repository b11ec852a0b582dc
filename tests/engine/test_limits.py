"""The quotas: AWS's values, each adjustable, each lifted by None. What they do is tested there."""

from datetime import timedelta

import pytest

import asl
from tests.definitions import load, map_, pass_, scope, wait


def test_the_defaults_are_the_quotas_of_aws():
    limits = asl.Limits()
    assert limits.payload_bytes == 262_144
    assert limits.history_events == 25_000
    assert limits.duration == timedelta(days=365)
    assert limits.express_duration == timedelta(minutes=5)
    assert limits.inline_map_concurrency == 40
    assert limits.variables_bytes == 10_485_760


def test_limits_are_values():
    assert asl.Limits(duration=timedelta(hours=24)) == asl.Limits(duration=timedelta(days=1))
    assert asl.Limits(payload_bytes=1) != asl.Limits()
    assert repr(asl.Limits(history_events=None)).startswith("Limits(payload_bytes=262144, history_")
    with pytest.raises(AttributeError):
        asl.Limits().payload_bytes = 1


@pytest.mark.parametrize(
    ("limits", "elapsed"),
    [
        (asl.Limits(duration=timedelta(seconds=1.5)), 1.5),
        (asl.Limits(duration=timedelta(microseconds=1)), 0.000001),
        (asl.Limits(duration=timedelta(0)), 0),
    ],
    ids=str,
)
def test_durations_are_kept_to_the_microsecond(limits, elapsed):
    result = load(A=wait(10)).run(limits=limits)
    assert (result.status, result.elapsed.total_seconds()) == ("TIMED_OUT", elapsed)


def test_each_type_of_machine_keeps_its_own_duration():
    limits = asl.Limits(duration=timedelta(seconds=2), express_duration=timedelta(seconds=3))
    definition = scope(A=wait(10))
    assert asl.load(definition).run(limits=limits).elapsed == timedelta(seconds=2)
    assert asl.load(definition, type="EXPRESS").run(limits=limits).elapsed == timedelta(seconds=3)


def test_none_lifts_a_limit():
    lifted = asl.Limits(history_events=None, duration=None, express_duration=None)
    machine = load(M=map_(scope(A=pass_())), W=wait(99_999_999))
    result = machine.run(list(range(6_500)), limits=lifted)
    assert result.status == "SUCCEEDED"
    assert result.history[-1]["id"] == 26_008
    assert result.elapsed == timedelta(seconds=99_999_999)
