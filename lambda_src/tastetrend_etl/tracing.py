"""Traces invocations and their calls to AWS in X-Ray, without keys, parameters and errors of AWS."""

from typing import Any

import boto3
from aws_lambda_powertools import Tracer

from tastetrend_etl.settings import function_name


def start_tracing() -> Tracer:
    """Return the tracer of the handler, and trace the calls of every client that is made after this.

    X-Ray's own instrumentation of the SDK would record the keys of objects, which can contain a name; here a
    call has its service, operation and status. Nothing is traced outside Lambda.
    """
    tracer = Tracer(service=function_name(), auto_patch=False)
    if not tracer.disabled:
        _trace_calls(tracer.provider)
    return tracer


def _trace_calls(recorder: Any) -> None:  # noqa: ANN401 # of an untyped library
    """Record a subsegment for each call, in the thread that makes it."""

    def find_open() -> Any:  # noqa: ANN401 # as above
        """Return the subsegment of this thread's call; None if the invocation is not sampled."""
        subsegment = recorder.current_subsegment()
        return subsegment if subsegment and subsegment.sampled else None

    def begin(model: Any, **_: object) -> None:  # noqa: ANN401 # botocore's arguments
        parent = recorder.get_trace_entity()
        if not (parent and parent.sampled):
            return  # X-Ray's SDK would keep an object for each call until the invocation ends
        if subsegment := recorder.begin_subsegment(model.service_model.service_name, namespace="aws"):
            subsegment.set_aws({"operation": model.name})

    def end(http_response: Any, **_: object) -> None:  # noqa: ANN401 # as above
        if subsegment := find_open():  # there is none while the environment starts
            subsegment.put_http_meta("status", http_response.status_code)
            recorder.end_subsegment()

    def end_without_response(**_: object) -> None:
        if subsegment := find_open():
            subsegment.add_fault_flag()
            recorder.end_subsegment()

    session = boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION or boto3.Session()
    session.events.register("before-call", begin)
    session.events.register("after-call", end)
    session.events.register("after-call-error", end_without_response)
