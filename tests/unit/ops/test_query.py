"""`tastetrend query` shows rows or writes them, and explains in one line why there are none."""

import errno
import json
from datetime import date

import awswrangler as wr
import pandas as pd
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from ops import query as module
from ops import stack_outputs

OUTPUTS = {
    "RawBucketName": "raw",
    "ProcessedBucketName": "processed",
    "ArtifactsBucketName": "artifacts",
    "FunctionName": "etl",
    "LiveAliasName": "dev",
    "FailureQueueUrl": "https://queue",
    "DatabaseName": "tastetrend_dev",
    "WorkgroupName": "tastetrend-dev",
}
FRAME = pd.DataFrame(
    {"month": [date(2024, 5, 1), None], "reviews": pd.array([2, None], "Int64"), "note": ["a [b]\nc", None]}
)


@pytest.fixture
def outputs(monkeypatch):
    """Return the outputs of the stack, which a test may change."""
    outputs = dict(OUTPUTS)
    monkeypatch.setattr(stack_outputs, "_read_outputs", lambda _: outputs)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield outputs


@pytest.fixture
def athena(outputs, monkeypatch):
    """Return a function that sets the frame or the error with which Athena answers; record the calls."""
    calls = []

    def answer(result):
        def read_sql_query(sql, **options):
            calls.append((sql, options))
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(module.wr.athena, "read_sql_query", read_sql_query)
        return calls

    return answer


def test_the_first_rows_are_a_table(athena, tastetrend):
    calls = athena(FRAME)

    result = tastetrend("query", "SELECT 1", "--env", "dev")

    assert (result.status, result.stderr) == (0, "")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["month", "reviews", "note"] in lines
    assert ["2024-05-01", "2", "a", "[b]", "c"] in lines
    assert result.stdout.splitlines()[-1] == "Rows of dev: 2."
    assert calls == [
        (
            "SELECT 1",
            {"database": "tastetrend_dev", "workgroup": "tastetrend-dev", "ctas_approach": False},
        )
    ]


def test_it_says_how_many_rows_are_not_shown(athena, tastetrend):
    athena(pd.DataFrame({"number": range(1_234)}))

    result = tastetrend("query", "SELECT 1", "--env", "dev")

    assert "Rows of dev: 1,234; the first 50 are shown, --out or --json gives all." in result.stdout
    assert "\n" + "50".rjust(7) not in result.stdout
    assert "49" in result.stdout


def test_many_columns_are_shown_below_each_other(athena, tastetrend):
    athena(pd.DataFrame([[f"value {column}" for column in range(30)]] * 5).rename(columns=lambda n: f"c{n}"))

    result = tastetrend("query", "SELECT 1", "--env", "dev")

    assert ["c29", "value", "29"] in [line.split() for line in result.stdout.splitlines()]
    assert "Rows of dev: 5; the first 3 are shown" in result.stdout


def test_json_has_all_rows(athena, tastetrend):
    athena(FRAME)

    result = tastetrend("query", "SELECT 1", "--env", "dev", "--json")

    assert json.loads(result.stdout) == {
        "environment": "dev",
        "columns": ["month", "reviews", "note"],
        "row_count": 2,
        "rows": [
            {"month": "2024-05-01", "reviews": 2, "note": "a [b]\nc"},
            {"month": None, "reviews": None, "note": None},
        ],
    }


def test_a_parquet_file_has_all_rows_and_types(athena, tastetrend, tmp_path):
    athena(FRAME)

    result = tastetrend("query", "SELECT 1", "--env", "dev", "--out", tmp_path / "rows.parquet")

    assert result.stdout == f"Rows of dev: 2, written to {tmp_path / 'rows.parquet'}.\n"
    written = pq.read_table(tmp_path / "rows.parquet")
    assert written.to_pylist()[0] == {"month": date(2024, 5, 1), "reviews": 2, "note": "a [b]\nc"}
    assert [str(kind) for kind in written.schema.types] == ["date32[day]", "int64", "large_string"]
    assert [file.name for file in tmp_path.iterdir()] == ["rows.parquet"]


ON_AWS = "Query error: SYNTAX_ERROR: line 2:8: Column 'foo' cannot be resolved"
ON_THE_EMULATOR = (
    'Binder Error: column "foo" not found!\nCandidates: "a"\n\nLINE 2: ...read_parquet([\'/tmp/x\'])\n  ^'
)
AT_SUBMISSION = (
    "Exception parsing query. Root error message: An error occurred (InvalidRequestException) when calling "
    "the StartQueryExecution operation: line 1:1: mismatched input 'SELECT'"
)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (wr.exceptions.QueryFailed(ON_AWS), f"{ON_AWS}; line 2: FROM reviews"),
        (
            wr.exceptions.QueryFailed(ON_THE_EMULATOR),
            'Binder Error: column "foo" not found! Candidates: "a"; line 2: FROM reviews',
        ),
        (
            wr.exceptions.InvalidArgumentValue(AT_SUBMISSION),
            "line 1:1: mismatched input 'SELECT'; line 1: SELECT foo",
        ),
        (wr.exceptions.QueryFailed("GENERIC_INTERNAL_ERROR: no."), "GENERIC_INTERNAL_ERROR: no"),
    ],
    ids=["AWS", "the emulator", "when submitted", "without a line"],
)
def test_sql_that_athena_does_not_accept_is_wrong_usage_with_its_line(error, expected, athena, tastetrend):
    athena(error)

    result = tastetrend("query", "SELECT foo\n  FROM reviews", "--env", "dev")

    assert (result.status, result.stdout) == (2, "")
    assert result.stderr == f"error: Athena does not accept the query: {expected}\n"


def test_a_query_that_reads_too_much_is_explained(athena, tastetrend):
    athena(wr.exceptions.QueryCancelled("Query exhausted resources: Bytes scanned limit was exceeded"))

    result = tastetrend("query", "SELECT * FROM reviews", "--env", "dev")

    assert result.status == 1
    (line,) = result.stderr.splitlines()
    assert "Athena stopped the query: Query exhausted resources: Bytes scanned limit was exceeded" in line
    assert "the workgroup limits how many bytes a query may read: name the columns instead of *" in line


def test_an_emulator_without_an_engine_is_named(athena, tastetrend):
    athena(wr.exceptions.QueryFailed("No module named 'duckdb'"))

    result = tastetrend("query", "SELECT 1", "--env", "local")

    assert result.status == 1
    assert result.stderr.startswith(
        "error: the emulator has no SQL engine (No module named 'duckdb'); install"
    )


def test_a_missing_permission_is_an_error_of_aws(athena, tastetrend):
    athena(wr.exceptions.QueryFailed("PERMISSION_DENIED: Access Denied (Service: S3)"))

    result = tastetrend("query", "SELECT 1", "--env", "dev")

    assert result.status == 3
    assert "docs/curated.md lists the permissions" in result.stderr


@pytest.mark.parametrize(
    "sql", ["DROP TABLE reviews", "", " -- SELECT\nDELETE FROM reviews", "CREATE TABLE a AS SELECT 1"]
)
def test_only_queries_are_sent(sql, athena, tastetrend):
    calls = athena(FRAME)

    result = tastetrend("query", sql, "--env", "dev")

    assert (result.status, calls) == (2, [])
    assert "a query begins with SELECT, WITH or VALUES" in result.stderr


@pytest.mark.parametrize(
    "sql",
    ["select 1", "(SELECT 1)", " -- a comment\nWITH a AS (SELECT 1) SELECT * FROM a", "/* a\nb */ VALUES 1"],
)
def test_a_query_may_begin_with_comments_and_brackets(sql, athena, tastetrend):
    athena(FRAME)

    assert tastetrend("query", sql, "--env", "dev").status == 0


def test_an_output_folder_that_does_not_exist_is_found_before_the_query_runs(athena, tastetrend, tmp_path):
    calls = athena(FRAME)

    result = tastetrend("query", "SELECT 1", "--env", "dev", "--out", tmp_path / "no" / "rows.parquet")

    assert (result.status, calls) == (2, [])
    assert f"{tmp_path / 'no'} is no folder" in result.stderr


def test_a_stack_without_a_database_has_to_be_deployed_again(athena, outputs, tastetrend):
    athena(FRAME)
    del outputs["DatabaseName"], outputs["WorkgroupName"]

    result = tastetrend("query", "SELECT 1", "--env", "dev")

    assert result.status == 1
    assert "deploy it again with `make deploy ENV=dev`" in result.stderr


def test_a_folder_as_output_is_found_before_the_query_runs(athena, tastetrend, tmp_path):
    calls = athena(FRAME)

    result = tastetrend("query", "SELECT 1", "--env", "dev", "--out", tmp_path)

    assert (result.status, calls) == (2, [])
    assert result.stderr == f"error: {tmp_path} is a folder; name a file in it\n"


def test_a_file_that_cannot_be_written_leaves_the_former_one(athena, tastetrend, tmp_path, monkeypatch):
    def write_a_part(_rows, path):
        path.write_bytes(b"PAR1")
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    athena(FRAME)
    out = tmp_path / "rows.parquet"
    out.write_bytes(b"former")
    monkeypatch.setattr(module.pq, "write_table", write_a_part)

    result = tastetrend("query", "SELECT 1", "--env", "dev", "--out", out)

    assert result.status != 0
    assert len(result.stderr.splitlines()) == 1
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("rows.parquet", b"former")]
