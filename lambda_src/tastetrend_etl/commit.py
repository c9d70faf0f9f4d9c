"""Writes the outputs of a raw object: side objects first, its dataset or its error report last."""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Executor, wait
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from tastetrend_etl import load
from tastetrend_etl.curated import curate
from tastetrend_etl.history import history_row, to_parquet
from tastetrend_etl.outputs import Content, outputs_in_commit_order, outputs_of_rejected_file
from tastetrend_etl.run_context import RunContext

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef as ObjectHead

    from tastetrend_etl.output_keys import OutputKeys
    from tastetrend_etl.pipeline import Outcome
    from tastetrend_etl.validate.report import Report

CurrentObjects: TypeAlias = "Mapping[str, ObjectHead | None]"
"""What is under each key that the dataset or the curated part of a raw object can have."""


def commit(outcome: "Outcome", current: CurrentObjects, metadata: load.Metadata, context: RunContext) -> None:
    """Write the side objects, the curated part and the dataset last; then leave nothing of another kind.

    Of two invocations that write different kinds, the later one sees here what the other has written.
    """
    keys = outcome.keys
    *side_objects, _ = outputs_in_commit_order(outcome)
    committed = {keys.dataset: outcome.dataset}
    if not context.settings.is_gate_run:
        side_objects.append((keys.history, to_parquet(history_row(outcome.validation, outcome.bias))))
        committed = {keys.curated: curate(outcome.dataset, keys.kind, context.settings)} | committed
    context.check_time()
    _put_all(side_objects, metadata, context)
    for key, file in committed.items():
        load.put_dataset(context.s3, context.settings.processed_bucket, key, file, metadata, current[key])
    delete_others(current, committed, context)


def commit_rejection(
    keys: "OutputKeys",
    report: "Report",
    metadata: load.Metadata,
    context: RunContext,
    *,
    has_dataset: bool,
) -> None:
    """Write the side objects of a rejected file, and its error report last.

    With a dataset of the same version of the raw object, which another version of the code wrote, its page
    and its row of the history stay as well.
    """
    *side_objects, error = outputs_of_rejected_file(keys, report)
    if not context.settings.is_gate_run:
        side_objects.append((keys.history, to_parquet(history_row(report, None))))
    if not has_dataset:
        _put_all(side_objects, metadata, context)
    _put_all([error], metadata, context)


def delete_others(current: CurrentObjects, own_keys: Collection[str], context: RunContext) -> None:
    """Delete what is of another kind, which an older version of the raw object or of the code wrote."""
    delete = partial(load.delete_dataset, context.s3, context.settings.processed_bucket)
    others = [partial(delete, key, head) for key, head in current.items() if key not in own_keys]
    _run_all(context.executor, others)


def _put_all(outputs: Iterable[tuple[str, Content]], metadata: load.Metadata, context: RunContext) -> None:
    put = partial(load.put_if_changed, context.s3, context.settings.processed_bucket, metadata=metadata)
    _run_all(context.executor, [partial(put, *output) for output in outputs])


def _run_all(executor: Executor, calls: Iterable[Callable[[], None]]) -> None:
    """Run all calls; raise the first error only after the last call has ended."""
    futures = [executor.submit(call) for call in calls]
    wait(futures)
    for future in futures:
        future.result()
