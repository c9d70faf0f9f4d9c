"""The command `batch`, against S3 in memory and a state machine that plays a script."""

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from ops import batch_manifest, batch_progress
from ops.batch import Request
from tests.unit.conftest import OUTPUTS as STACK
from tests.unit.conftest import PROCESSED, RAW

MACHINE = "arn:aws:states:eu-west-1:1:stateMachine:tastetrend-local-batch"
EXECUTION = MACHINE.replace("stateMachine", "execution")
OUTPUTS = STACK | {"BatchArn": MACHINE}
HOLDS = {
    "execution": "run",
    "holds": True,
    "files": {"all": 4, "missing": 0, "rejected": 1, "processed": 3},
    "rows": {"read": 10, "written": 9, "rejected": 1, "duplicate": 0},
    "uploaded_later": [],
    "worst_first": [
        {"key": "in/empty.csv", "outcome": "rejected", "reason": "empty_file", "status": ""},
        {"key": "in/a.csv", "outcome": "processed", "reason": "", "status": "pass"},
    ],
}


class StateMachine:
    """Executions in memory; a new one is seen running once with each of `looks`, then ends with `status`."""

    def __init__(self):
        self.executions = {}
        self.looks = [(0, 0, 4), (1, 0, 4), (3, 1, 4)]
        self.status = "SUCCEEDED"
        self.failed = {}
        self.redriven, self.may_be_redriven = [], True
        self.looked, self.starts_after = 0, 2  # of a manifest: how often it is asked before it has started

    def add(self, prefix, status, *, number=0, reprocess=False):
        name = f"2026112{number}T000000Z-{Request(prefix).suffix}"
        self.executions[f"{EXECUTION}:{name}"] = {
            "executionArn": f"{EXECUTION}:{name}",
            "name": name,
            "status": status,
            "startDate": datetime(2026, 11, 26, tzinfo=UTC) - timedelta(days=number),
            "input": json.dumps({"prefix": prefix, "reprocess": reprocess}),
        }
        return name

    def start_execution(self, *, stateMachineArn, name, input):  # noqa: A002, N803 # as boto3 names them
        assert stateMachineArn == MACHINE
        arn = f"{EXECUTION}:{name}"
        self.executions[arn] = {"executionArn": arn, "name": name, "status": "RUNNING", "input": input}
        return {"executionArn": arn}

    def redrive_execution(self, *, executionArn):  # noqa: N803 # as above
        if not self.may_be_redriven:
            raise self.exceptions.ExecutionNotRedrivable
        self.redriven.append(self.executions[executionArn]["name"])
        self.executions[executionArn]["status"] = "RUNNING"

    class exceptions:  # noqa: N801 # as boto3 names it
        """The client's exceptions."""

        ExecutionDoesNotExist = LookupError
        ExecutionNotRedrivable = TimeoutError

    def describe_execution(self, *, executionArn):  # noqa: N803 # as above
        if ":manifest-" in executionArn and executionArn not in self.executions:
            self.looked += 1
            if self.looked < self.starts_after:
                raise LookupError
            name = executionArn.rpartition(":")[2]
            self.executions[executionArn] = {"executionArn": executionArn, "name": name, "status": "RUNNING"}
        if executionArn.startswith("child:"):
            key = executionArn.removeprefix("child:")
            return {"input": json.dumps({"key": key}), "cause": self.failed[key], "error": "Error"}
        execution = self.executions[executionArn]
        if execution["status"] == "RUNNING" and not self.looks:
            execution["status"] = self.status
        return execution

    def list_map_runs(self, **_):
        return {"mapRuns": [{"mapRunArn": "run"}]}

    def describe_map_run(self, **_):
        succeeded, failed, total = (
            self.looks.pop(0) if self.looks else (4 - len(self.failed), len(self.failed), 4)
        )
        return {"itemCounts": {"succeeded": succeeded, "failed": failed, "total": total}}

    def get_paginator(self, name):
        assert name == "list_executions"
        return self

    def paginate(self, *, mapRunArn=None, statusFilter=None, **_):  # noqa: N803 # as above
        if mapRunArn:
            yield {"executions": [{"executionArn": f"child:{key}"} for key in self.failed]}
            return
        for execution in self.executions.values():
            yield {"executions": [execution] if statusFilter in {None, execution["status"]} else []}

    @property
    def started(self):
        return [json.loads(e["input"]) for e in self.executions.values() if e["status"] == "RUNNING"]


@pytest.fixture
def machine(store, monkeypatch):
    playing, client = StateMachine(), boto3.client
    monkeypatch.setattr(
        boto3,
        "client",
        lambda name, **options: playing if name == "stepfunctions" else client(name, **options),
    )
    for module in (batch_progress, batch_manifest):
        monkeypatch.setattr(module.time, "sleep", lambda _: None)
    return playing


@pytest.fixture
def run(machine, store, tastetrend):
    """Return a function that runs `batch` in an environment with one raw file under `in/`."""
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in OUTPUTS.items()},
    }
    boto3.client("cloudformation").create_stack(
        StackName="tastetrend-local", TemplateBody=json.dumps(template)
    )
    store.upload("in/a.csv", b"rating,review_text\n5,good\n")
    return lambda *arguments: tastetrend("batch", *arguments, "--env", "local")


@pytest.fixture
def report(store, monkeypatch):
    """Return a function that puts the report of the next batch, whose name is `run`."""
    monkeypatch.setattr(Request, "name", "run")

    def put(document, folder="run"):
        key = f"batches/{folder}/report.json"
        store.client.put_object(Bucket=PROCESSED, Key=key, Body=json.dumps(document))

    return put


def test_a_batch_starts_with_every_field_that_the_machine_reads(run, machine):
    result = run("in/")

    assert result.status == 0
    assert "over 'in/' in local is running" in result.stdout
    assert machine.started == [{"prefix": "in/", "reprocess": False}]


def test_a_prefix_without_objects_is_wrong_usage(run, machine):
    result = run("out/")

    assert result.status == 2
    assert result.stderr == f"error: no object in {RAW} has the prefix 'out/'; name another\n"
    assert machine.started == []


def test_to_process_again_needs_yes(run, machine):
    dry = run("in/", "--reprocess")
    assert (dry.status, machine.started) == (0, [])
    assert "add --yes to do it" in dry.stdout

    run("in/", "--reprocess", "--yes")
    assert machine.started == [{"prefix": "in/", "reprocess": True}]


def test_a_batch_over_the_same_prefix_is_not_started_twice(run, machine):
    name = machine.add("in/", "RUNNING")

    result = run("in/")

    assert result.status == 1
    assert result.stderr.startswith("error: a batch over 'in/' is running since 2026-11-26 00:00; wait until")
    assert f"--execution-arn {EXECUTION}:{name}" in result.stderr


def test_a_batch_over_another_prefix_may_run(run, machine):
    machine.add("other/", "RUNNING")

    assert run("in/").status == 0


def test_the_progress_is_shown_until_the_batch_ends(run, machine, report):
    report(HOLDS)

    result = run("in/", "--wait")

    assert result.status == 0
    assert "1 of 4 files, 0 failed" in result.stdout
    assert "4 of 4 files, 1 failed" in result.stdout
    assert "local has ended: 4 of 4 files succeeded, 0 failed." in result.stdout


def test_the_report_is_summed_up_with_the_worst_files(run, report):
    report(HOLDS)

    lines = run("in/", "--wait").stdout

    assert "4 files: 1 rejected, 3 processed." in lines
    assert "Rows: 10 read, 9 written, 1 rejected, 0 duplicate." in lines
    assert "in/empty.csv: rejected empty_file" in lines
    assert "in/a.csv" not in lines
    assert "The balance holds" in lines


def test_a_balance_that_does_not_hold_is_reported_and_exits_with_1(run, machine, report):
    machine.status = "FAILED"
    report(HOLDS | {"holds": False})

    result = run("in/", "--wait")

    assert result.status == 1
    assert "has failed" in result.stdout
    assert "The balance does not hold." in result.stdout


def test_failed_files_are_named_with_their_reason_and_exit_with_1(run, machine):
    machine.failed = {
        "in/a.csv": json.dumps({"errorMessage": "SlowDown on PutObject", "stackTrace": ["…"]}),
        "in/b.csv": "the function took too long",
    }

    result = run("in/", "--wait")

    assert result.status == 1
    assert "in/a.csv: SlowDown on PutObject\n" in result.stdout
    assert "in/b.csv: the function took too long\n" in result.stdout
    assert "tastetrend redrive --env local" in result.stdout


def test_a_batch_that_is_stopped_says_how_to_continue(run, machine):
    machine.status = "ABORTED"

    result = run("in/", "--wait")

    assert result.status == 1
    assert "was stopped" in result.stdout
    assert "Continue it with --again." in result.stdout


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_again_continues_a_batch_that_was_stopped(status, run, machine):
    name = machine.add("in/", status)

    assert run("in/", "--again").status == 0
    assert machine.redriven == [name]


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
def test_again_starts_another_batch_after_one_that_ended(status, run, machine):
    machine.add("in/", status)
    machine.add("in/", "ABORTED", number=1)

    assert run("in/", "--again").status == 0
    assert machine.redriven == []
    assert machine.started == [{"prefix": "in/", "reprocess": False}]


def test_again_starts_another_batch_after_one_that_was_stopped_too_long_ago(run, machine):
    machine.add("in/", "ABORTED")
    machine.may_be_redriven = False

    assert run("in/", "--again").status == 0
    assert machine.started == [{"prefix": "in/", "reprocess": False}]


def test_again_without_an_earlier_batch_is_refused(run, machine):
    machine.add("other/", "ABORTED")

    result = run("in/", "--again")

    assert result.status == 1
    assert "no batch over 'in/' has run in local; start one without --again" in result.stderr


def test_json_has_counts_failures_and_the_report(run, machine, report):
    machine.failed = {"in/b.csv": "too slow"}
    report(HOLDS)

    result = run("in/", "--wait", "--json")

    printed = json.loads(result.stdout)
    assert printed["status"] == "SUCCEEDED"
    assert printed["counts"] == {"succeeded": 3, "failed": 1, "total": 4}
    assert printed["failed"] == [{"key": "in/b.csv", "reason": "too slow"}]
    assert printed["report"] == HOLDS


def test_a_stack_of_before_the_batch_is_to_be_deployed_again(run, monkeypatch, tastetrend):
    outputs = {name: {"Value": value} for name, value in OUTPUTS.items() if name != "BatchArn"}
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}
    boto3.client("cloudformation").update_stack(
        StackName="tastetrend-local", TemplateBody=json.dumps(template)
    )

    result = run("in/")

    assert result.status == 1
    assert result.stderr == "error: the stack of local has no batch yet; deploy it again\n"


def test_a_manifest_is_uploaded_and_its_batch_followed(run, machine, store, report, tmp_path):
    file = tmp_path / "may.jsonl"
    file.write_text('"in/a.csv"\n{"key": "in/a.csv"}\n')

    result = run("--manifest", file, "--wait")

    assert result.status == 0, result
    assert "over the 1 files of may.manifest.jsonl is running" in result.stdout
    uploaded = store.client.get_object(Bucket=RAW, Key="may.manifest.jsonl")["Body"].read()
    assert uploaded == b'{"key": "in/a.csv"}\n'
    (name,) = (each["name"] for each in machine.executions.values())
    assert name.startswith("manifest-")


def test_the_report_of_a_manifest_is_that_of_this_upload(run, machine, report, tmp_path):
    file = tmp_path / "may.manifest.jsonl"
    file.write_text('"in/a.csv"\n')
    report(HOLDS | {"execution": "an earlier one"}, "may")

    assert "The balance holds" not in run("--manifest", file, "--wait").stdout


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        ('"in/a.csv"\nin/b.csv\n', 2, 'line 2 of the manifest is no key: write "folder/file.csv" on each'),
        ("\n", 2, "names no file; write a raw key on each line"),
        ('"in/a.csv"\n"in/b.csv"\n', 1, f"1 of the 2 files in FILE are not in {RAW}, first 'in/b.csv'"),
    ],
    ids=["no key", "empty", "a missing file"],
)
def test_a_manifest_that_cannot_be_used_is_not_uploaded(
    content, status, message, run, machine, store, tmp_path
):
    file = tmp_path / "may.jsonl"
    file.write_text(content)

    result = run("--manifest", file)

    assert result.status == status
    assert message.replace("FILE", str(file)) in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert machine.executions == {}


@pytest.mark.parametrize("arguments", ["", "in/ --manifest m.jsonl", "--manifest m.jsonl --again"])
def test_a_batch_is_over_a_prefix_or_a_manifest(arguments, run):
    result = run(*arguments.split())

    assert result.status == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_manifest_that_starts_nothing_is_said(run, machine, tmp_path):
    file = tmp_path / "may.jsonl"
    file.write_text('"in/a.csv"\n')
    machine.starts_after = 1_000

    result = run("--manifest", file)

    assert result.status == 1
    assert "may.manifest.jsonl was uploaded, but no batch has started; look at" in result.stderr
