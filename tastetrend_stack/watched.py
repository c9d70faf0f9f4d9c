"""The resources that the alarms are on, and how CloudWatch names them."""

from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from tastetrend_stack.alarms import MetricSource
from tastetrend_stack.environments import Environment
from tastetrend_stack.file_task_access import task_name

Source = tuple[str, dict[str, str]]
"""Namespace and dimensions of a resource's metrics."""


@dataclass(frozen=True)
class WatchedEmbedding:
    """The resources of the path from datasets to vectors."""

    function: lambda_.IFunction
    queue: sqs.IQueue
    dead_letters: sqs.IQueue
    switch: lambda_.IFunction


@dataclass(frozen=True)
class Watched:
    """All of them; those of the retrieval where it is on.

    `live_version` is the version that the alias that S3 events invoke serves, or is about to serve.
    """

    function: lambda_.Function
    live_version: str
    large: lambda_.IFunction
    batch: sfn.StateMachine
    failures: sqs.Queue
    embedding: WatchedEmbedding | None


def name_sources(watched: Watched, environment: Environment) -> dict[MetricSource, Source]:
    """Return the source of each metric in the tables of alarms and graphs, of those that there are."""
    name = watched.function.function_name
    live = {"FunctionName": name, "Resource": f"{name}:{environment.live_alias}"}
    return {
        "function": _function(name),
        "live alias": ("AWS/Lambda", live),
        "live version": ("AWS/Lambda", live | {"ExecutedVersion": watched.live_version}),
        "large function": _function(watched.large.function_name),
        "batch": ("AWS/States", {"StateMachineArn": watched.batch.state_machine_arn}),
        "failure queue": _queue(watched.failures),
        "pipeline": _service(name),
        "large pipeline": _service(watched.large.function_name),
        **({"task pipeline": _service(task_name(environment))} if environment.large_file_task else {}),
        **(_name_embedding(watched.embedding) if watched.embedding else {}),
    }


def _name_embedding(watched: WatchedEmbedding) -> dict[MetricSource, Source]:
    name = watched.function.function_name
    return {
        "embedding function": _function(name),
        "embedding switch": _function(watched.switch.function_name),
        "embedding": _service(name),
        "embedding queue": _queue(watched.queue),
        "embedding dead letters": _queue(watched.dead_letters),
    }


def _function(name: str) -> Source:
    return "AWS/Lambda", {"FunctionName": name}


def _service(name: str) -> Source:
    return "TasteTrend", {"service": name}


def _queue(queue: sqs.IQueue) -> Source:
    return "AWS/SQS", {"QueueName": queue.queue_name}
