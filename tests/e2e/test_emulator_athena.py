"""The emulator's Athena runs queries with DuckDB; each of its patches is still needed, and works."""

import base64
import json
import time

import boto3
import pytest
from botocore.exceptions import ClientError

from local import emulator as module
from local.emulator import running

PATCHED, UNPATCHED = module._APP, "ministack.app:app"  # noqa: SLF001 # to run the emulator without patches
FINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}


class Athena:
    """A bucket, a view on a view and a workgroup on an emulator."""

    def __init__(self, emulator):
        self.s3, self.glue, self.athena = (
            boto3.client(name, **emulator.connection) for name in ("s3", "glue", "athena")
        )
        self.s3.create_bucket(Bucket="results")
        self.glue.create_database(DatabaseInput={"Name": "db"})
        self.create_view("inner_view", "SELECT 41 AS number")
        self.create_view("outer_view", "SELECT number + 1 AS number FROM db.inner_view")
        results = {"ResultConfiguration": {"OutputLocation": "s3://results/queries/"}}
        self.athena.create_work_group(Name="group", Configuration=results)

    def create_view(self, name, sql):
        encoded = base64.b64encode(json.dumps({"originalSql": sql}).encode()).decode()
        self.glue.create_table(
            DatabaseName="db",
            TableInput={
                "Name": name,
                "TableType": "VIRTUAL_VIEW",
                "ViewOriginalText": f"/* Presto View: {encoded} */",
            },
        )

    def query(self, sql):
        """Run a query and return its final execution."""
        started = self.athena.start_query_execution(
            QueryString=sql, WorkGroup="group", QueryExecutionContext={"Database": "db"}
        )
        while (execution := self.execution(started["QueryExecutionId"]))["Status"]["State"] not in FINAL:
            time.sleep(0.1)
        return execution

    def execution(self, query_id):
        return self.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]

    def result(self, execution):
        """Return the lines of the result under its reported key; None if there is no object."""
        bucket, _, key = (
            execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
        )
        try:
            return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().split()
        except ClientError:
            return None


@pytest.fixture(scope="module", params=[PATCHED, UNPATCHED], ids=["patched", "unpatched"])
def athena(request):
    with pytest.MonkeyPatch.context() as patch, running_app(request.param, patch) as emulator:
        yield Athena(emulator)


def running_app(app, patch):
    patch.setattr(module, "_APP", app)
    return running()


@pytest.fixture
def patched(request):
    return request.node.callspec.params["athena"] == PATCHED


def test_the_engine_is_duckdb(athena):
    execution = athena.query("SELECT version() AS version, 6 * 7 AS answer")

    assert execution["Status"]["State"] == "SUCCEEDED"
    rows = athena.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"][
        "Rows"
    ]
    version, answer = (cell["VarCharValue"] for cell in rows[1]["Data"])
    assert (version[0], answer) == ("v", "42")


def test_only_with_the_patch_a_result_is_under_the_reported_key(athena, patched):
    execution = athena.query("SELECT 1 AS one")

    assert execution["ResultConfiguration"]["OutputLocation"].endswith(f"{execution['QueryExecutionId']}.csv")
    assert athena.result(execution) == (["one", "1"] if patched else None)


def test_only_with_the_patch_a_view_on_a_view_can_be_read(athena, patched):
    execution = athena.query("SELECT number, v.number FROM outer_view AS v JOIN db.outer_view USING (number)")

    assert execution["Status"]["State"] == ("SUCCEEDED" if patched else "FAILED")
    assert athena.result(execution) == (["number,number", "42,42"] if patched else None)


def test_without_duckdb_a_query_fails_instead_of_doing_nothing(tmp_path, monkeypatch):
    (tmp_path / "duckdb.py").write_text("raise ModuleNotFoundError(\"No module named 'duckdb'\")")
    monkeypatch.setitem(module._SETTINGS, "PYTHONPATH", str(tmp_path))  # noqa: SLF001 # to hide DuckDB

    with running() as emulator:
        status = Athena(emulator).query("SELECT 1 AS one")["Status"]

    assert (status["State"], status["StateChangeReason"]) == ("FAILED", "No module named 'duckdb'")
