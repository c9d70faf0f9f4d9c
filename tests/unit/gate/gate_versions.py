"""Versions of the pipeline for the quality gate to check: the present one and faulty ones."""

import io
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tastetrend_etl import ingest, schema
from tastetrend_etl.models import InferredFormat
from tastetrend_etl.transform import infer_format
from tests.unit.conftest import LambdaContext


def unchanged(patch):
    """The present code."""


def drops_every_tenth_row(patch):
    """As a reader would that loses rows before anybody counts them."""
    _rewrite(patch, lambda table: table.filter([row % 10 != 0 for row in table["source_row"].to_pylist()]))


def renames_a_column(patch):
    names = {"gender_norm": "gender_normalised"}
    _rewrite(patch, lambda table: table.rename_columns([names.get(n, n) for n in table.column_names]))


def maps_one_gender_to_null(patch):
    patch.delitem(schema.GENDERS, "non binary")


def reads_dates_in_the_wrong_order(patch):
    def swapped(*, day_first, **others):
        return InferredFormat(day_first=not day_first, **others)

    patch.setattr(infer_format, "InferredFormat", swapped)


def shouts_every_name(patch):
    """Changes a column of which only the baseline can say how it should look."""
    _rewrite(patch, lambda table: _with(table, "customer_name", pc.utf8_upper(table["customer_name"])))


def shuffles_a_column(patch):
    """Gives each row the text of the next one, which leaves every count as it was."""

    def turned(table):
        texts = table["review_text"].combine_chunks()
        return _with(table, "review_text", pa.concat_arrays([texts[1:], texts[:1]]))

    _rewrite(patch, turned)


def breaks_down(patch):
    def fail(*arguments, **named):
        raise ZeroDivisionError("<script>alert(1)</script>")

    patch.setattr(ingest, "process", fail)


def writes_no_dataset(patch):
    patch.setattr(ingest.load, "put_dataset", lambda *_: None)


class Versions:
    """Lambda as the gate sees it: each version is the handler with something changed about it."""

    def __init__(self, handler, changes):
        self._handler, self._changes = handler, changes

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 # as boto3 names them
        name, version = FunctionName.split(":")
        with pytest.MonkeyPatch.context() as patch:
            self._changes[version](patch)
            return self._answer(json.loads(Payload), LambdaContext(name, function_version=version))

    def _answer(self, event, context):
        try:
            return {"Payload": _stream(self._handler.lambda_handler(event, context))}
        except Exception as error:  # noqa: BLE001 # Lambda reports whatever a handler raises
            fault = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": _stream(fault)}


def _stream(answer):
    return io.BytesIO(json.dumps(answer).encode())


def _with(table, column, cells):
    return table.set_column(table.column_names.index(column), column, cells)


def _rewrite(patch, change):
    """Let a version write another dataset, and a report that fits it."""

    def process(*arguments, **named):
        outcome = original(*arguments, **named)
        table = pq.read_table(outcome.dataset)
        changed = change(table)
        pq.write_table(changed, outcome.dataset, store_schema=False)
        lost = table.num_rows - changed.num_rows
        rows = outcome.validation["rows"]
        counted = rows | {fate: rows[fate] - lost for fate in ("read", "written")}
        return replace(outcome, validation=outcome.validation | {"rows": counted})

    original = ingest.process
    patch.setattr(ingest, "process", process)
