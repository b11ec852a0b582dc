"""Spans and metrics: one span a state, one trace an execution, two clocks that are told apart."""

import time
from datetime import UTC, datetime, timedelta

import pytest

import asl
from tests.definitions import catch, fail, map_, parallel, pass_, retry, scope, task, wait

pytest.importorskip("sqlalchemy")
pytest.importorskip("opentelemetry.sdk")

from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import StatusCode

from asl.durable import Host, Telemetry
from asl.errors import UsageError

START = datetime(2025, 1, 1, tzinfo=UTC)


class Seen:
    """What an application would send to its backends."""

    def __init__(self, **options):
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider(**options)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.telemetry = Telemetry(self.tracers, MeterProvider([self._reader]))

    @property
    def spans(self):
        return self._exporter.get_finished_spans()

    def named(self, name):
        return [span for span in self.spans if span.name == name]

    def only(self, name):
        (span,) = self.named(name)
        return span

    def around(self, span):
        """The names of the spans around one, from the inside out."""
        by_id = {each.context.span_id: each for each in self.spans}
        names = []
        while span.parent is not None:
            span = by_id[span.parent.span_id]
            names.append(span.name)
        return names

    @property
    def metrics(self):
        """The points of each metric: pairs of attributes and value, or count."""
        data = self._reader.get_metrics_data()
        return {
            metric.name: [
                (dict(point.attributes), point.count if hasattr(point, "count") else point.value)
                for point in metric.data.data_points
            ]
            for metrics in data.resource_metrics
            for scopes in metrics.scope_metrics
            for metric in scopes.metrics
        }


@pytest.fixture
def seen():
    return Seen()


def host_of(definition, seen, url="sqlite://", **tasks):
    machine = asl.load(definition, name="order")
    return Host(
        url, tasks=tasks, machines=[machine], clock=asl.VirtualClock(START),
        watcher=seen.telemetry,
    )  # fmt: skip


def run(definition, seen, **tasks):
    with host_of(definition, seen, **tasks) as host:
        arn = host.start("order", {"list": [1, 2]}, name="one")
        host.advance()
        return arn


def instant(nanoseconds):
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)


# ---------------------------------------------------------------- spans


def test_a_state_that_waits_a_year_has_one_span_of_a_year(seen):
    arn = run(scope(A=pass_(), W=wait(365 * 86400), B=pass_()), seen)
    assert [span.name for span in seen.spans] == ["A", "W", "B", "order"]
    waited = seen.only("W")
    assert instant(waited.start_time) == START
    assert instant(waited.end_time) == START + timedelta(days=365)
    assert dict(waited.attributes) == {
        "asl.execution.arn": arn, "asl.machine.name": "order", "asl.clock": "virtual",
        "asl.state.name": "W", "asl.state.type": "Wait", "asl.state.status": "SUCCEEDED",
    }  # fmt: skip
    whole = seen.only("order")
    assert whole.attributes["asl.execution.status"] == "SUCCEEDED"
    assert (whole.start_time, whole.end_time) == (waited.start_time, waited.end_time)


def test_spans_are_nested_as_states_are(seen):
    inner = scope(P=parallel(scope(Q=task(Resource="work"))))
    run(scope(M=map_(inner, ItemsPath="$.list")), seen, work=lambda _: 1)
    assert {tuple(seen.around(span)) for span in seen.named("Q")} == {("P", "M", "order")}
    assert {tuple(seen.around(span)) for span in seen.named("work")} == {("Q", "P", "M", "order")}
    assert len(seen.named("Q")) == 2
    assert len({span.context.trace_id for span in seen.spans}) == 1


def test_workers_write_into_one_trace(seen, tmp_path):
    url = f"sqlite:///{tmp_path}/x.db"
    definition = scope(P=parallel(scope(A=pass_(), W=wait(10), B=pass_())))
    with host_of(definition, seen, url) as host:
        arn = host.start("order", name="one")
        host.advance(1)
    later = Seen()
    with host_of(definition, later, url) as host:
        host.advance(60)
    assert [span.name for span in seen.spans] == ["A"]
    assert [span.name for span in later.spans] == ["W", "B", "P", "order"]
    (first,) = seen.spans
    whole = later.only("P")
    assert first.context.trace_id == whole.context.trace_id
    assert first.parent.span_id == whole.context.span_id
    assert arn == first.attributes["asl.execution.arn"]


def test_a_failure_marks_its_state_and_all_around(seen):
    run(scope(P=parallel(scope(W=wait(9)), scope(Bad=fail(Error="Broken", Cause="secret")))), seen)
    statuses = {
        span.name: (span.attributes.get("asl.state.status"), span.attributes.get("asl.error"))
        for span in seen.spans
    }
    assert statuses == {
        "Bad": ("FAILED", "Broken"), "W": ("ABORTED", None), "P": ("FAILED", "Broken"),
        "order": (None, "Broken"),
    }  # fmt: skip
    assert all(span.status.status_code is StatusCode.ERROR for span in seen.spans)
    assert seen.only("order").attributes["asl.execution.status"] == "FAILED"
    assert "secret" not in "".join(span.to_json() for span in seen.spans)


def test_each_attempt_is_a_call_and_the_state_one_span(seen):
    answers = iter([asl.TaskFailed("Busy"), asl.TaskFailed("Busy"), 7])

    def work(_):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    run(scope(T=task(Resource="work", Retry=[retry("Busy", IntervalSeconds=5)])), seen, work=work)
    state = seen.only("T")
    assert state.attributes["asl.state.attempts"] == 3
    assert state.attributes["asl.state.status"] == "SUCCEEDED"
    assert [
        (span.attributes["asl.task.attempt"], span.attributes.get("asl.error"))
        for span in seen.named("work")
    ] == [(1, "Busy"), (2, "Busy"), (3, None)]
    assert {span.parent.span_id for span in seen.named("work")} == {state.context.span_id}


def test_what_a_catcher_took_is_no_failure(seen):
    definition = scope(T=task(Resource="work", Catch=[catch("States.ALL", Next="B")]), B=pass_())
    run(definition, seen, work=lambda _: asl.fails("Busy"))
    state = seen.only("T")
    assert state.attributes["asl.state.status"] == "CAUGHT"
    assert state.attributes["asl.error"] == "Busy"
    assert state.status.status_code is StatusCode.UNSET


def test_calls_have_real_time_and_states_the_executions(seen):
    before = time.time_ns()
    run(scope(T=task(Resource="work")), seen, work=lambda _: 1)
    call, state = seen.only("work"), seen.only("T")
    assert before <= call.start_time <= call.end_time <= time.time_ns()
    assert call.attributes["asl.clock"] == "system"
    assert instant(state.start_time) == START
    assert state.attributes["asl.clock"] == "virtual"


def test_spans_of_a_handler_are_inside_of_its_call(seen):
    def work(_):
        with seen.tracers.get_tracer("mine").start_as_current_span("query"):
            return 1

    async def later(_):
        return work(_)

    run(scope(T=task(Resource="work"), U=task(Resource="later")), seen, work=work, later=later)
    assert [seen.around(span) for span in seen.named("query")] == [
        ["work", "T", "order"], ["later", "U", "order"],
    ]  # fmt: skip


def test_a_redrive_goes_on_in_the_same_trace(seen):
    answers = iter([asl.fails("Busy"), 1])
    with host_of(
        scope(A=pass_(), T=task(Resource="work")), seen, work=lambda _: next(answers)
    ) as host:
        arn = host.start("order", name="one")
        host.advance()
        host.redrive(arn)
        host.advance()
    assert [span.attributes["asl.execution.status"] for span in seen.named("order")] == [
        "FAILED", "SUCCEEDED",
    ]  # fmt: skip
    assert [span.attributes["asl.state.status"] for span in seen.named("T")] == [
        "FAILED", "SUCCEEDED",
    ]  # fmt: skip
    assert len({span.context.trace_id for span in seen.spans}) == 1
    assert len({span.context.span_id for span in seen.spans}) == len(seen.spans)


def test_a_redrive_that_fails_at_once_has_its_spans(seen):
    with host_of(scope(Bad=fail()), seen) as host:
        arn = host.start("order", name="one")
        host.advance()
        host.redrive(arn)
        host.advance()
    assert [span.name for span in seen.spans] == ["Bad", "order", "Bad", "order"]


def test_what_is_not_sampled_is_not_written():
    seen = Seen(sampler=ALWAYS_OFF)
    run(scope(T=task(Resource="work")), seen, work=lambda _: 1)
    assert seen.spans == ()


def test_the_current_span_is_not_around_an_execution(seen):
    with seen.tracers.get_tracer("mine").start_as_current_span("request"):
        run(scope(A=pass_()), seen)
    assert seen.around(seen.only("A")) == ["order"]


# ---------------------------------------------------------------- metrics


def test_executions_and_calls_are_counted(seen):
    run(scope(W=wait(100), T=task(Resource="work")), seen, work=lambda _: 1)
    metrics = seen.metrics
    machine = {"asl.machine.name": "order"}
    assert metrics["asl.executions.started"] == [(machine, 1)]
    assert metrics["asl.executions.ended"] == [
        ({**machine, "asl.execution.status": "SUCCEEDED"}, 1)
    ]
    assert metrics["asl.executions.parked"] == [(machine, 1)]
    assert metrics["asl.executions.live"] == [({"asl.queue": "default"}, 0)]
    assert metrics["asl.task.duration"] == [
        ({**machine, "asl.state.name": "T", "asl.task.resource": "work"}, 1)
    ]


def test_what_needs_a_person_is_counted(seen):
    run(scope(T=task(Resource="work")), seen, work=lambda _: {1})
    assert seen.metrics["asl.executions.suspended"] == [({"asl.machine.name": "order"}, 1)]


def test_without_a_provider_it_is_refused(monkeypatch):
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    with pytest.raises(UsageError, match="no tracer provider is set"):
        Telemetry()


@pytest.mark.parametrize("broken", ["claimed", "committed", "left", "calling"])
def test_who_watches_and_fails_harms_no_execution(seen, caplog, broken):
    def fails(*_):
        raise KeyError(broken)

    setattr(seen.telemetry, broken, fails)
    with host_of(scope(T=task("work"), U=task("work")), seen, work=lambda _: 1) as host:
        assert host.result(host.start("order")).output == 1
    record = next(each for each in caplog.records if each.event == "watcher.failed")
    assert record.reason == f"KeyError('{broken}')"


def test_a_call_that_can_not_be_watched_is_made(seen, caplog):
    class Call:
        active = ended = None

    seen.telemetry.calling = lambda *_: Call()
    with host_of(scope(T=task("work")), seen, work=lambda _: 1) as host:
        assert host.result(host.start("order")).output == 1
    assert "watcher.failed" in [record.event for record in caplog.records]


def test_children_have_traces_of_their_own_and_a_link(seen):
    inner = scope(Q=task("work"))
    inner["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    run(scope(M=map_(inner, ItemsPath="$.list")), seen, work=lambda _: 1)
    whole = seen.only("order")
    children = [seen.around(span) for span in seen.named("Q")]
    assert len(children) == 2
    assert seen.around(seen.only("M")) == ["order"]
    roots = [span for span in seen.spans if span.parent is None and span is not whole]
    assert len(roots) == 2
    for root in roots:
        (link,) = root.links
        assert link.context.trace_id == whole.context.trace_id
        assert link.context.span_id == whole.context.span_id
        assert root.context.trace_id != whole.context.trace_id
