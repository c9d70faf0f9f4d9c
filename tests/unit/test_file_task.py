"""The task processes one file with the code of the functions; its exit code tells how it has ended."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

import file_task
from tastetrend_etl.errors import RetryableError
from tastetrend_etl.limits import TIERS
from tests.docs.pages import PROJECT
from tests.unit.conftest import LambdaContext, s3_record

KEY = "big.csv"
BODY = b"rating,review_text,restaurant\n4,Good food,Roma\n5,Great,Roma\n,,\n"


@pytest.fixture
def run(store, monkeypatch):
    """Return a function that uploads a file and runs the task on it in this process."""

    def upload_and_run(body=BODY, key=KEY, **variables):
        if body is not None:
            store.upload(key, body)
        given = {"TIER": "task", "LARGEST_TIER": "task", "ETL_VERSION": "7", "RAW_KEY": key} | variables
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return file_task.main()

    return upload_and_run


def logged(caplog, message):
    """Return the record of the only log line with this message."""
    (record,) = (record for record in caplog.records if record.getMessage() == message)
    return record


def test_the_task_writes_the_same_objects_as_a_function(run, store, handler):
    store.upload(KEY, BODY)
    handler.lambda_handler({"Records": [s3_record(KEY)]}, LambdaContext(function_version="7"))
    by_function, versions = store.everything(), store.versions()

    assert run(body=None, REPROCESS="true") == file_task.DONE

    assert store.everything() == by_function
    assert len(store.versions()) > len(versions) > 3
    assert store.metadata("processed/processed_big.csv.parquet")["function-version"] == "7"


def test_the_result_is_logged_and_counted_as_by_a_function(run, caplog, capsys):
    assert run() == file_task.DONE

    result = logged(caplog, "processed")
    assert (result.key, result.balance["written"]) == (KEY, 2)
    (metrics,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line)
    assert (metrics["FilesProcessed"], metrics["RowsRead"]) == ([1.0], [3.0])


def test_a_file_that_is_processed_already_is_skipped(run, store):
    run()
    versions = store.versions()

    assert run(body=None) == file_task.DONE
    assert store.versions() == versions


def test_a_rejected_file_has_a_result_too(run, store):
    assert run(b"") == file_task.DONE
    assert store.error()["reason"] == "empty_file"


def test_what_is_too_large_for_the_task_is_rejected_with_its_limit(run, store, monkeypatch):
    monkeypatch.setitem(TIERS, "task", replace(TIERS["task"], max_bytes=20))

    assert run() == file_task.DONE
    assert store.error()["reason"] == "too_large"
    assert "more than 20; split it" in store.error()["message"]


def test_a_failure_is_logged_and_another_attempt_may_help(run, caplog):
    assert run(PROCESSED_BUCKET="no-such-bucket") == file_task.FAILED

    failure = logged(caplog, "failed")
    assert (failure.key, failure.error_type) == (KEY, RetryableError.__name__)


@pytest.mark.parametrize(
    ("variables", "named"), [({"RAW_KEY": ""}, "RAW_KEY"), ({"RAW_KEY": "k" * 1_025}, "1 to 1,024 bytes")]
)
def test_wrong_variables_are_named_and_another_attempt_cannot_help(variables, named, run, caplog):
    assert run(**variables) == file_task.UNUSABLE
    assert any(named in f"{line.getMessage()} {vars(line).get('reason')}" for line in caplog.records)


def test_as_a_process_it_exits_with_the_code(store):
    called = subprocess.run(
        [sys.executable, "-m", "file_task"],
        cwd=PROJECT / "lambda_src",
        env={**os.environ, "RAW_KEY": "", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert called.returncode == file_task.UNUSABLE
    assert "RAW_KEY" in called.stdout
