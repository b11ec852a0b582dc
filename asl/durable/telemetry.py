"""Spans and metrics of durable executions, for OpenTelemetry.

One span a state, made of what the history says once it is durable, and written when the state has
ended by whichever worker sees the end: a state that waits for a year has one span of a year. The
ids of a trace and its spans follow from the execution's ARN, so all workers write into one trace.

Two clocks are told apart by the attribute ``asl.clock``. Spans of states and executions have the
times of the history, which are ``virtual`` under a virtual clock. Calls of handlers, metrics of
calls and of commits are measured by the ``system`` clock.

Source: OpenTelemetry specification, "Trace API", "Metrics API".
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

import asl
from asl.durable.port import End, Park, Suspend
from asl.durable.stays import Stays
from asl.engine.history import WIDTH
from asl.errors import MissingExtra, UsageError

try:
    from opentelemetry import context as contexts
    from opentelemetry import metrics, trace
    from opentelemetry.context import Context
    from opentelemetry.trace import Link, SpanContext, Status, StatusCode, TraceFlags
except ModuleNotFoundError as error:
    raise MissingExtra("otel", "telemetry") from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.metrics import Histogram, MeterProvider
    from opentelemetry.trace import Span, Tracer, TracerProvider

    from asl.durable.port import Commit, Loaded, Rest
    from asl.durable.run import DurableRun
    from asl.durable.stays import Stay
    from asl.engine.commands import InvokeTask

    class _Generator(Protocol):
        """Makes ids: one of the SDK's."""

        def generate_trace_id(self) -> int:
            """128 bits, not all 0."""

        def generate_span_id(self) -> int:
            """64 bits, not all 0."""


_SCOPE = "asl.durable"
#: Seconds, for histograms of calls, which may take long.
_CALLS_S = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
_COMMITS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_COMMITS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Telemetry:
    """Gives a host's spans and metrics to OpenTelemetry: ``Host(..., watcher=Telemetry())``.

    Args:
        tracer_provider: Where spans go; the one that was set for the process if not given.
        meter_provider: Where metrics go; as above.

    Raises:
        UsageError: None is given, and none is set.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        tracers = tracer_provider or trace.get_tracer_provider()
        meters = meter_provider or metrics.get_meter_provider()
        if isinstance(tracers, trace.ProxyTracerProvider) and meter_provider is None:
            raise UsageError(
                "no tracer provider is set: nobody would see the spans; set one before, with "
                "opentelemetry.trace.set_tracer_provider, or run under opentelemetry-instrument"
            )
        self._tracer = tracers.get_tracer(_SCOPE, asl.__version__)
        self._ids = _Ids.of(self._tracer)
        self._stories: dict[str, _Story] = {}
        self._providers = (tracers, meters)
        meter = meters.get_meter(_SCOPE, asl.__version__)
        self._started = meter.create_counter(
            "asl.executions.started", "{execution}", "Executions that have started"
        )
        self._ended = meter.create_counter(
            "asl.executions.ended", "{execution}", "Executions that have ended, by status"
        )
        self._live = meter.create_up_down_counter(
            "asl.executions.live", "{execution}", "Executions that a worker drives now"
        )
        self._parked = meter.create_counter(
            "asl.executions.parked", "{execution}", "Executions that were parked"
        )
        self._given_out = meter.create_counter(
            "asl.executions.given_out", "{execution}", "Executions that workers were given"
        )
        self._suspended = meter.create_counter(
            "asl.executions.suspended", "{execution}", "Executions that need a person"
        )
        self._taken_over = meter.create_counter(
            "asl.executions.taken_over", "{execution}", "Claims of what another worker has lost"
        )
        self._jobs = meter.create_counter(
            "asl.jobs.given_out_again", "{job}", "Jobs of dead workers that others were given"
        )
        self._calls = meter.create_histogram(
            "asl.task.duration", "s", "Calls of handlers",
            explicit_bucket_boundaries_advisory=_CALLS_S,
        )  # fmt: skip
        self._commit_seconds = meter.create_histogram(
            "asl.commit.duration", "s", "Transactions that make commits durable",
            explicit_bucket_boundaries_advisory=_COMMITS_S,
        )  # fmt: skip
        self._commits = meter.create_histogram(
            "asl.commit.size", "{commit}", "Commits in one transaction",
            explicit_bucket_boundaries_advisory=_COMMITS,
        )  # fmt: skip

    def flush(self) -> None:
        """Write what is not written yet; for a process that ends without saying so."""
        for provider in self._providers:
            flush = getattr(provider, "force_flush", None)  # of the SDK's
            if flush is not None:
                flush()

    # What a watcher is told.

    def claimed(self, run: DurableRun, loaded: Loaded) -> None:
        """A worker drives an execution from now on."""
        row = run.row
        self._live.add(1, {"asl.queue": row.queue})
        if row.takeovers:
            self._taken_over.add(1, {"asl.machine.name": row.machine_name})
        story = self._stories[run.id] = _Story(self._tracer, self._ids, run)
        story.follow(_known(loaded, run), is_told=False)

    def committed(self, run: DurableRun, commit: Commit, rest: Rest | None) -> None:
        """A commit is durable."""
        machine = {"asl.machine.name": run.row.machine_name}
        if commit.seq == 0 and commit.entries:
            self._started.add(1, machine)
        story = self._stories.get(run.id)
        if story is not None:
            story.follow(commit.length)
        match rest:
            case End(status):
                self._ended.add(1, {**machine, "asl.execution.status": status})
            case Park():
                self._parked.add(1, machine)
            case Suspend():
                self._suspended.add(1, machine)
            case _:
                pass

    def left(self, run: DurableRun) -> None:
        """This worker no more drives an execution."""
        if self._stories.pop(run.id, None) is not None:
            self._live.add(-1, {"asl.queue": run.row.queue})

    def calling(self, run: DurableRun, task: InvokeTask, number: int) -> _Call:
        """A handler is going to be called."""
        story, cursor = self._stories[run.id], run.execution.waiting[task.task_id]
        about = {
            **story.about,
            "asl.clock": "system",  # whatever the execution's is
            "asl.state.name": task.state_name,
            "asl.task.resource": task.resource.arn,
            "asl.task.id": task.task_id,
            "asl.task.attempt": task.attempt,
            "asl.task.call": number,
            "asl.task.idempotency_token": run.execution.identity.idempotency_token(task.task_id),
        }
        return _Call(self._tracer, self._calls, about, story.context_at(cursor.entered_id))

    def wrote(self, commits: int, seconds: float) -> None:
        """So many commits were written in one transaction."""
        self._commit_seconds.record(seconds)
        self._commits.record(commits)

    def gave_out(self, executions: int) -> None:
        """So many executions were given to workers: new ones, and those that were due or woken."""
        self._given_out.add(executions)

    def gave_out_again(self, jobs: int) -> None:
        """So many jobs of dead workers were given to others."""
        self._jobs.add(jobs)


def _known(loaded: Loaded, run: DurableRun) -> int:
    """How many history events others have told of: those of the journal.

    A redrive is written by a host, which tells nobody: what it led to is told of by the worker.
    """
    if run.row.seq == 0:
        return 0
    newest = loaded.batches[-1].entries if loaded.batches else ""
    if newest.endswith('"ExecutionRedriven"]]'):
        kinds = run.execution.recorded()
        places = range(len(kinds.records) - WIDTH, -1, -WIDTH)
        place = next(each for each in places if kinds.records[each] == "ExecutionRedriven")
        return kinds.forgotten + place // WIDTH
    return run.execution.event_count


class _Story:
    """The spans of one execution, while a worker drives it.

    Attributes:
        about: What all of them say.
    """

    def __init__(self, tracer: Tracer, ids: _Ids | None, run: DurableRun) -> None:
        self._tracer = tracer
        self._ids = ids
        self._execution = run.execution
        self._row = run.row
        self._stays = Stays(run.row.machine_name, self._write)
        self._spans: dict[str, Span] = {}
        self._is_sampled = True
        self.about: dict[str, str | int] = {
            "asl.execution.arn": run.id,
            "asl.machine.name": run.row.machine_name,
            "asl.clock": "virtual" if run.clock.is_virtual else "system",
        }

    def follow(self, until: int, *, is_told: bool = True) -> None:
        """Read the history up to an event, and write the spans of what it ends."""
        if self._is_sampled:
            self._stays.follow(self._execution, until, is_told=is_told)

    def context_at(self, event: int) -> Context:
        """Where the spans belong that are made inside of a state."""
        stay = self._stays.stay_at(event) if self._is_sampled else self._stays.root
        return trace.set_span_in_context(self._span(stay))

    def _span(self, stay: Stay) -> Span:
        """The span of a stay, begun when it is first needed: it is written only if it is ended."""
        span = self._spans.get(stay.id)
        if span is None:
            span = self._spans[stay.id] = self._begin(stay)
            if stay.around is None and not span.is_recording():
                self._is_sampled = False  # nor is anything inside of it
        return span

    def _begin(self, stay: Stay) -> Span:
        about, links, around = self.about, list[Link](), Context()
        if stay.around is None:  # and whatever span is current is not around it
            links = self._links()
        else:
            about = {**about, "asl.state.name": stay.name, "asl.state.type": stay.kind}
            around = trace.set_span_in_context(self._span(self._stays.outside(stay)))
        arn = self._row.id
        ids = (
            None if self._ids is None else self._ids.chosen(_trace_id(arn), _span_id(arn, stay.id))
        )
        with ids or nullcontext():
            return self._tracer.start_span(
                stay.name, around, attributes=about, links=links, start_time=1_000 * stay.began_us
            )

    def _links(self) -> list[Link]:
        """The execution that started this one has a trace of its own."""
        parent = self._row.parent
        if parent is None:
            return []
        around = SpanContext(
            _trace_id(parent.execution_id),
            _span_id(parent.execution_id, "1"),
            is_remote=True,
            trace_flags=TraceFlags(TraceFlags.SAMPLED),
        )
        return [Link(around)]

    def _write(self, stay: Stay) -> None:
        span = self._span(stay)
        del self._spans[stay.id]
        what = "execution" if stay.around is None else "state"
        span.set_attribute(f"asl.{what}.status", stay.status)
        if stay.attempts:
            span.set_attribute("asl.state.attempts", stay.attempts)
        if stay.error is not None:
            span.set_attribute("asl.error", stay.error)
        if stay.status not in ("SUCCEEDED", "CAUGHT"):
            span.set_status(Status(StatusCode.ERROR, stay.error or stay.status))
        span.end(1_000 * (stay.ended_us or stay.began_us))


class _Call:
    """The span of one call of a handler, in real time."""

    def __init__(
        self,
        tracer: Tracer,
        seconds: Histogram,
        about: dict[str, str | int],
        around: Context,
    ) -> None:
        self._tracer = tracer
        self._seconds = seconds
        self._about = about
        self._around = around
        self._span: Span | None = None

    @contextmanager
    def active(self) -> Iterator[None]:
        """Where the handler runs: spans that it makes are inside of this one."""
        if self._span is None:
            self._span = self._tracer.start_span(
                str(self._about["asl.task.resource"]), self._around, attributes=self._about
            )
        token = contexts.attach(trace.set_span_in_context(self._span))
        try:
            yield
        finally:
            contexts.detach(token)

    def ended(self, seconds: float, error: str | None) -> None:
        """The call has ended."""
        named = ("asl.machine.name", "asl.state.name", "asl.task.resource")
        outcome = {} if error is None else {"asl.error": error}
        self._seconds.record(seconds, {**{name: self._about[name] for name in named}, **outcome})
        if self._span is not None:
            if error is not None:
                self._span.set_attribute("asl.error", error)
                self._span.set_status(Status(StatusCode.ERROR, error))
            self._span.end()


class _Ids:
    """Gives spans the ids that were chosen for them, and all others those of their provider.

    Not part of the API, but of its SDK: without it each worker's spans are a trace of their own.
    """

    def __init__(self, others: _Generator) -> None:
        self._others = others
        self._local = threading.local()

    @classmethod
    def of(cls, tracer: Tracer) -> _Ids | None:
        """What chooses the ids of a tracer's spans; None if that can't be."""
        ids = getattr(tracer, "id_generator", None)
        if ids is None or isinstance(ids, cls):
            return ids
        chooser = cls(ids)
        tracer.id_generator = chooser  # type: ignore[attr-defined]  # the SDK's tracers have one
        return chooser

    def __getattr__(self, name: str) -> object:
        return getattr(self._others, name)

    @contextmanager
    def chosen(self, trace_id: int, span_id: int) -> Iterator[None]:
        """Give these ids to the one span that is made meanwhile, in this thread."""
        self._local.trace_id, self._local.span_id = trace_id, span_id
        try:
            yield
        finally:
            self._local.trace_id = self._local.span_id = None

    def generate_trace_id(self) -> int:
        """The id of a new trace."""
        return getattr(self._local, "trace_id", None) or self._others.generate_trace_id()

    def generate_span_id(self) -> int:
        """The id of a new span."""
        return getattr(self._local, "span_id", None) or self._others.generate_span_id()


def _trace_id(arn: str) -> int:
    """The id of an execution's trace: 128 bits that everybody makes of its ARN."""
    return _bits(arn, 16)


def _span_id(arn: str, stay: str) -> int:
    """The id of the span of a stay: 64 bits."""
    return _bits(f"{arn} {stay}", 8)


def _bits(text: str, size: int) -> int:
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:size]) or 1
