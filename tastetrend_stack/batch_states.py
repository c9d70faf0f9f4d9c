"""The states of the batch: one child execution a file, then the report on all of them."""

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from tastetrend_stack.batch_tasks import (
    ACTION,
    INPUT,
    Targets,
    if_too_large,
    invoke,
    keep_failure,
    process_large,
)

MAP_LABELS = ("files", "listed")
_MAX_CONCURRENCY = 100  # of an account's 1,000 by default; the others are for events
_TOLERATED_PERCENTAGE = 10


def define(scope: Construct, targets: Targets) -> sfn.IChainable:
    """Return the states of an execution.

    Its input has `reprocess` and one of `prefix`, of raw keys, the raw key of a `manifest` that names the
    files, and the `key` of one large file. The report is written whatever becomes of many files, and decides
    how the execution ends.
    """
    report, listed = _report(scope, targets), _process_listed(scope, targets)
    files = _process_files(scope, targets)
    for each in (files, listed):
        each.add_catch(report, result_path="$.failure")
        each.next(report)
    report.next(_decide(scope))
    return (
        sfn.Choice(scope, "Which")
        .when(sfn.Condition.is_present("$.key"), process_large(scope, targets, "Alone"))
        .when(sfn.Condition.is_present("$.manifest"), _gather(scope, targets, listed))
        .otherwise(files)
    )


def _process_files(scope: Construct, targets: Targets) -> sfn.DistributedMap:
    """Process the raw objects under a prefix."""
    prefix = sfn.JsonPath.string_at("$.prefix")
    reader = sfn.S3ObjectsItemReader(bucket=targets.raw, prefix=prefix)
    return _map(scope, "Files", targets, reader, "Key")


def _process_listed(scope: Construct, targets: Targets) -> sfn.DistributedMap:
    """Process the raw objects in the list of a manifest's files."""
    key = sfn.JsonPath.string_at("$.gathered.list")
    reader = sfn.S3JsonLItemReader(bucket=targets.processed, key=key)
    return _map(scope, "Listed", targets, reader, "key")


def _map(
    scope: Construct, name: str, targets: Targets, reader: sfn.IItemReader, key: str
) -> sfn.DistributedMap:
    """Run a child execution for each item, whose member `key` is the raw key."""
    files = sfn.DistributedMap(
        scope,
        name,
        label=name.lower(),
        map_execution_type=sfn.StateMachineType.STANDARD,
        item_reader=reader,
        item_selector=INPUT | {"key": sfn.JsonPath.string_at(f"$$.Map.Item.Value.{key}")},
        max_concurrency=_MAX_CONCURRENCY,
        tolerated_failure_percentage=_TOLERATED_PERCENTAGE,
        result_path=sfn.JsonPath.DISCARD,
        result_writer_v2=_result_writer(targets),
    )
    files.item_processor(_process_file(files, targets, name))
    return files


def _gather(scope: Construct, targets: Targets, listed: sfn.IChainable) -> sfn.IChainable:
    """Look for the files of a manifest once a minute, until all are there or an hour has passed."""
    manifest = {
        "gather": sfn.JsonPath.string_at("$.manifest"),
        "execution": sfn.JsonPath.string_at("$$.Execution.Name"),
        "started": sfn.JsonPath.string_at("$$.Execution.StartTime"),
    }
    results = {name: f"$.Payload.{name}" for name in ("ready", "list", "missing")}
    gather = invoke(scope, "Gather", targets.report, manifest, results, "$.gathered")
    wait = sfn.Wait(scope, "AMinute", time=sfn.WaitTime.duration(Duration.minutes(1)))
    ready = sfn.Condition.boolean_equals("$.gathered.ready", value=True)
    return gather.next(sfn.Choice(scope, "Ready").when(ready, listed).otherwise(wait.next(gather)))


def _report(scope: Construct, targets: Targets) -> tasks.LambdaInvoke:
    batch = {
        "execution": sfn.JsonPath.string_at("$$.Execution.Name"),
        "started": sfn.JsonPath.string_at("$$.Execution.StartTime"),
        "input": sfn.JsonPath.object_at("$"),
    }
    results = {name: f"$.Payload.{name}" for name in ("holds", "key", "files")}
    return invoke(scope, "Report", targets.report, batch, results)


def _decide(scope: Construct) -> sfn.IChainable:
    failed = sfn.Fail(scope, "FilesFailed", error_path="$.failure.Error", cause_path="$.failure.Cause")
    wrong = sfn.Fail(
        scope,
        "DoesNotHold",
        error="BalanceDoesNotHold",
        cause="A file has no result or more than one, or its rows do not add up; the report names it",
    )
    return (
        sfn.Choice(scope, "Holds")
        .when(sfn.Condition.is_present("$.failure"), failed)
        .when(sfn.Condition.boolean_equals("$.result.holds", value=True), sfn.Succeed(scope, "Done"))
        .otherwise(wrong)
    )


def _result_writer(targets: Targets) -> sfn.ResultWriterV2:
    """Write the children's results to S3: of many, they are too large to be a state's result."""
    return sfn.ResultWriterV2(
        bucket=targets.processed,
        prefix="batches/results",
        writer_config=sfn.WriterConfig(
            output_type=sfn.OutputType.JSONL, transformation=sfn.Transformation.NONE
        ),
    )


def _process_file(scope: Construct, targets: Targets, name: str) -> sfn.IChainable:
    """The small function tells whether a file is too large for it: gzip does not show its true size."""
    event = {**INPUT, "hand_over": False}
    small = invoke(scope, f"{name}Small", targets.etl, event, ACTION)
    small.add_catch(keep_failure(scope, targets, f"{name}Small"), result_path="$.failure")
    return small.next(if_too_large(scope, name, process_large(scope, targets, f"{name}Large")))
