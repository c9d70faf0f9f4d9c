"""Versions of the pipeline for the quality gate to check: the present one and faulty ones."""

import io
import json
import sys
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tastetrend_etl import commit, ingest, invocation, observability, pipeline, schema
from tastetrend_etl.history import history_row
from tastetrend_etl.models import InferredFormat
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.transform import infer_format
from tests.contract_1 import former_output_keys
from tests.unit.conftest import LambdaContext


def unchanged(patch):
    """The present code."""


def drops_every_tenth_row(patch):
    """Loses rows before they are counted."""
    _rewrite(patch, lambda table: table.filter([row % 10 != 0 for row in table["source_row"].to_pylist()]))


def counts_rows_that_it_does_not_write(patch):
    _rewrite(patch, lambda table: table.slice(1), recount=False)


def renames_a_column(patch):
    names = {"gender_norm": "gender_normalised"}
    _rewrite(patch, lambda table: table.rename_columns([names.get(n, n) for n in table.column_names]))


def maps_one_gender_to_null(patch):
    patch.delitem(schema.GENDERS, "non binary")


def reads_dates_in_the_wrong_order(patch):
    def swapped(*, day_first, **others):
        return InferredFormat(day_first=not day_first, **others)

    patch.setattr(infer_format, "InferredFormat", swapped)


def upper_cases_every_name(patch):
    """Changes a column without known truth."""
    _rewrite(patch, lambda table: _with(table, "customer_name", pc.utf8_upper(table["customer_name"])))


def shuffles_a_column(patch):
    """Gives each row the text of the next one; all counts stay equal."""

    def rotated(table):
        texts = table["review_text"].combine_chunks()
        return _with(table, "review_text", pa.concat_arrays([texts[1:], texts[:1]]))

    _rewrite(patch, rotated)


def raises(patch):
    def fail(*arguments, **named):
        raise ZeroDivisionError("<script>alert(1)</script>")

    patch.setattr(ingest, "process", fail)


def writes_no_dataset(patch):
    patch.setattr(ingest.load, "put_dataset", lambda *_: None)


def moves_rejected_rows(patch):
    _move(patch, lambda _, keys: replace(keys, rejected=f"rejected/new/{keys.rejected}"))


def follows_contract_1(patch):
    """Has the keys and the words of contract version 1, whose reports do not have the version."""
    _move(patch, lambda source, _: former_output_keys(source))
    process, one_object = ingest.process, invocation.ingest

    def process_without_version(*arguments, **named):
        outcome = process(*arguments, **named)
        report = {name: value for name, value in outcome.validation.items() if name != "contract_version"}
        return replace(outcome, validation=report)

    def ingest_with_former_word(*arguments):
        result = one_object(*arguments)
        return replace(result, action="refused" if result.action == "rejected" else result.action)

    patch.setattr(ingest, "process", process_without_version)
    patch.setattr(
        commit, "history_row", lambda report, bias: history_row({"contract_version": 1} | report, bias)
    )
    patch.setattr(invocation, "ingest", ingest_with_former_word)
    patch.setitem(observability._FILES, "refused", "FilesRejected")  # noqa: SLF001 # as in that version


def has_no_runtime(patch):
    """Answers as versions did before the gate asked what they run on."""
    patch.setattr(sys.modules["api_handler"], "is_gate_run", lambda *_: False)


class Versions:
    """A Lambda client: each version is the handler with one change."""

    def __init__(self, handler, changes):
        self._handler, self._changes = handler, changes

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 # as boto3 names them
        name, version = FunctionName.split(":")
        with pytest.MonkeyPatch.context() as patch:
            self._changes[version](patch)
            return self._respond(json.loads(Payload), LambdaContext(name, function_version=version))

    def _respond(self, event, context):
        try:
            return {"Payload": _stream(self._handler.lambda_handler(event, context))}
        except Exception as error:  # noqa: BLE001 # Lambda reports whatever a handler raises
            fault = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": _stream(fault)}


def _stream(response):
    return io.BytesIO(json.dumps(response).encode())


def _with(table, column, cells):
    return table.set_column(table.column_names.index(column), column, cells)


def _move(patch, change):
    """Change the keys of the outputs."""

    def changed_keys(source, *kind):
        return change(source, output_keys(source, *kind))

    for module in (ingest, pipeline):
        patch.setattr(module, "output_keys", changed_keys)


def _rewrite(patch, change, *, recount=True):
    """Change the dataset, and the report's row counts accordingly."""

    def process(*arguments, **named):
        outcome = original(*arguments, **named)
        table = pq.read_table(outcome.dataset)
        changed = change(table)
        pq.write_table(changed, outcome.dataset, store_schema=False)
        missing = table.num_rows - changed.num_rows if recount else 0
        rows = outcome.validation["rows"]
        counted = rows | {name: rows[name] - missing for name in ("read", "written")}
        return replace(outcome, validation=outcome.validation | {"rows": counted})

    original = ingest.process
    patch.setattr(ingest, "process", process)
