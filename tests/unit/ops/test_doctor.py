"""The checks before and after a deployment say what was found and what to do next."""

import io
import json
import urllib.error
import zipfile
from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from rich.console import Console

from ops import doctor, doctor_account, doctor_layers, doctor_stack, zip_size
from ops.alias_state import AliasState
from ops.doctor_models import Finding, Target
from ops.release_log import Event
from tests.json_output import checked

MB = 1 << 20
LIMIT = 250 * MB


def target(status="UPDATE_COMPLETE", **outputs):
    pairs = [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()]
    return Target("dev", {"StackName": "tastetrend-dev", "StackStatus": status, "Outputs": pairs})


NEW = Target("dev", None)


@pytest.fixture
def aws(monkeypatch):
    """Yield an empty account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_aws():
        yield


@pytest.mark.parametrize(
    ("sizes", "status"),
    [((0, 200, 25), "ok"), ((1, 204, 21), "warn"), ((1, 204, 45), "ok or warn"), ((1, 204, 46), "fail")],
)
def test_the_unpacked_size_is_compared_with_the_limit(sizes, status):
    parts = dict(zip(("code", "SdkForPandas", "Powertools"), (size * MB for size in sizes), strict=True))

    finding = doctor_layers.judge_size(parts, LIMIT)

    assert finding.status in status
    assert finding.found.startswith(f"{sum(sizes)}.0 MB of 250.0 MB unpacked: code {sizes[0]}.0 MB, ")
    assert bool(finding.remedy) == (finding.status != "ok")


def test_the_unpacked_size_of_an_archive_is_read_from_its_directory(monkeypatch):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("noise", bytes(range(256)) * 20_000)
        file.writestr("zeros", bytes(3_000_000), zipfile.ZIP_DEFLATED)
    content, ranges = archive.getvalue(), []

    def serve(_url, byte_range):
        first, last = map(int, byte_range.split("-"))
        ranges.append(last + 1 - first)
        return io.BytesIO(content[first : last + 1])

    monkeypatch.setattr(zip_size, "open_presigned", serve)

    assert zip_size.unpacked_size("https://layer", len(content)) == 256 * 20_000 + 3_000_000
    assert sum(ranges) < len(content) / 2


@pytest.mark.parametrize(
    ("deployed", "status"),
    [(["a:1", "b:2"], "ok"), (["b:2", "a:1"], "ok"), (["a:1", "b:1"], "warn"), ([], "warn")],
)
def test_layers_that_the_next_deployment_would_change_are_named(deployed, status):
    finding = doctor_layers.judge_layers({"SdkForPandas": "a:1", "Powertools": "b:2"}, deployed)

    assert finding.status == status
    assert (status == "ok") != ("takes" in finding.remedy and "b:2" in finding.remedy)


PROD = AliasState(
    alias="prod",
    serving="2",
    weighted=None,
    stack="2",
    large="12",
    large_belongs_to="2",
    stack_large="12",
    is_updating=False,
)
PROMOTED = [Event("2026-11-26T10:00:00+00:00", "promoted", "prod", "2")]


@pytest.mark.parametrize(
    ("state", "events", "status", "words"),
    [
        (PROD, PROMOTED, "ok", "prod 2"),
        (replace(PROD, serving="1"), PROMOTED, "fail", "prod serves version 1, the stack says 2"),
        (replace(PROD, weighted="3"), PROMOTED, "fail", "a part of the events to version 3"),
        (replace(PROD, large_belongs_to="1"), PROMOTED, "fail", "which belongs to version 1"),
        (PROD, [], "fail", "the record says none"),
        (replace(PROD, serving="3", is_updating=True), PROMOTED, "skipped", "an update is under way"),
        (replace(PROD, serving="4", stack="", large=None), [], "ok", "prod 4 (newest)"),
    ],
    ids=["as promoted", "moved by hand", "weights left", "large", "not recorded", "canary", "not promoted"],
)
def test_aliases_are_compared_with_stack_and_record(state, events, status, words):
    finding = doctor_stack.judge_aliases([state], events, "dev")

    assert finding.status == status
    assert words in finding.found
    assert ("--repair" in finding.remedy) == (status == "fail")


@pytest.mark.parametrize(
    ("state", "status", "remedy"),
    [
        ("UPDATE_COMPLETE", "ok", ""),
        ("UPDATE_ROLLBACK_COMPLETE", "ok", ""),
        ("UPDATE_IN_PROGRESS", "warn", "wait"),
        ("ROLLBACK_COMPLETE", "fail", "delete-stack --stack-name tastetrend-dev"),
        ("UPDATE_ROLLBACK_FAILED", "fail", "continue-update-rollback"),
        ("DELETE_FAILED", "fail", "describe-stack-events"),
    ],
)
def test_a_stack_that_cannot_be_updated_is_found(state, status, remedy):
    finding = doctor_stack.check_stack(target(state))

    assert finding.status == status
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("runtime", "status"),
    [
        ({"python": "3.11.9", "boto3": "1.43.1", "conditional_writes": "supported"}, "ok"),
        ({"boto3": "1.35.0", "conditional_writes": "PutObject lacks IfMatch"}, "fail"),
        (None, "skipped"),
    ],
)
def test_what_the_live_version_ran_on_is_as_the_gate_has_recorded(runtime, status):
    finding = doctor_stack.judge_runtime("7", runtime)

    assert finding.status == status
    assert "version 7" in finding.found


def test_a_version_that_the_gate_has_not_checked_is_no_failure(aws, monkeypatch):
    class Lambda:
        def get_alias(self, **_):
            return {"FunctionVersion": "7"}

    boto3.client("s3").create_bucket(Bucket="artifacts")
    client = boto3.client
    monkeypatch.setattr(boto3, "client", lambda name: Lambda() if name == "lambda" else client(name))
    deployed = target(LiveAliasName="dev", ArtifactsBucketName="artifacts")

    assert doctor_stack.check_runtime(deployed).status == "skipped"
    verdict = {"runtimes": {"version 7": {"boto3": "1.43.1"}}}
    client("s3").put_object(Bucket="artifacts", Key="releases/7/verdict.json", Body=json.dumps(verdict))
    assert doctor_stack.check_runtime(deployed) == Finding("ok", "version 7 ran on boto3 1.43.1")


@pytest.mark.parametrize(("version", "status"), [(None, "fail"), ("5", "fail"), ("6", "ok"), ("30", "ok")])
def test_the_bootstrap_is_as_new_as_the_template_needs(version, status, aws):
    if version:
        boto3.client("ssm").put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value=version, Type="String"
        )

    finding = doctor_account.check_bootstrap(NEW)

    assert finding.status == status
    assert ("npx cdk bootstrap --context env=dev" in finding.remedy) == (status == "fail")


@pytest.mark.parametrize(
    ("limit", "unreserved", "status"), [(10, 10, "warn"), (1000, 150, "warn"), (1000, 1000, "ok")]
)
def test_few_simultaneous_invocations_are_a_warning(limit, unreserved, status):
    finding = doctor_account.judge_concurrency(limit, unreserved)

    assert finding.status == status
    assert f"{unreserved:,} of {limit:,}" in finding.found


@pytest.mark.parametrize(
    ("value", "status"), [(300_000.0, "ok"), (0.0, "warn"), (None, "warn")], ids=["some", "none", "unknown"]
)
def test_a_model_that_the_account_may_not_call_is_a_warning(value, status):
    name = "On-demand model inference tokens per minute for Amazon Titan Text Embeddings V2"
    quotas = {"On-demand model inference tokens per minute for another": 1.0}

    assert (
        doctor_account.judge_model_quota(quotas | ({name: value} if value is not None else {})).status
        == status
    )


def test_no_model_is_looked_for_without_retrieval():
    assert doctor_account.check_model_quota(target(FunctionName="etl")).found == "retrieval is switched off"


def test_what_an_older_stack_has_left_fails_before_the_first_deployment(aws):
    assert doctor_account.check_leftovers(NEW).status == "ok"

    boto3.client("s3").create_bucket(Bucket="tastetrend-dev-raw-1")
    boto3.client("s3").create_bucket(Bucket="tastetrend-development")
    boto3.client("sqs").create_queue(QueueName="tastetrend-dev-etl-failures")
    boto3.client("logs").create_log_group(logGroupName="/aws/lambda/tastetrend-dev-etl")
    for name in ("tastetrend-dev-vectors-1", "tastetrend-development-vectors-1"):
        boto3.client("s3vectors").create_vector_bucket(vectorBucketName=name)
    boto3.client("secretsmanager").create_secret(Name="tastetrend-dev-pseudonym-key", SecretString="k")

    finding = doctor_account.check_leftovers(NEW)
    assert (finding.status, finding.found) == (
        "fail",
        (
            "an older stack has left /aws/lambda/tastetrend-dev-etl, tastetrend-dev-etl-failures, "
            "tastetrend-dev-pseudonym-key, tastetrend-dev-raw-1, tastetrend-dev-vectors-1"
        ),
    )
    assert doctor_account.check_leftovers(target("ROLLBACK_COMPLETE")) == finding
    assert doctor_account.check_leftovers(target()).status == "skipped"


@pytest.mark.parametrize("check", ["aliases", "runtime", "stack"])
def test_before_the_first_deployment_nothing_is_asked_of_the_stack(check):
    assert doctor.CHECKS[check](NEW) == Finding("skipped", "the stack is not deployed")


def deny(_):
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetAccountSettings")


def unreachable(_):
    raise urllib.error.URLError("down")


@pytest.mark.parametrize(
    ("env", "status", "found"),
    [("dev", "warn", "not checked: AWS denied"), ("local", "skipped", "not available on the emulator")],
)
def test_a_check_that_is_denied_does_not_end_the_others(env, status, found, aws, monkeypatch):
    checks = {"first": deny, "second": lambda _: Finding("ok", "fine")}
    monkeypatch.setattr(doctor, "CHECKS", checks)
    output = io.StringIO()

    result = checked("doctor", doctor.examine(env, Console(file=output, width=250)))

    assert result.exit_code == 0
    rows = {row["check"]: row for row in result.data["checks"]}
    assert rows["first"]["status"] == status
    assert rows["first"]["found"].startswith(found)
    assert rows["second"] == {"check": "second", "status": "ok", "found": "fine", "remedy": ""}
    lines = output.getvalue().splitlines()
    assert lines[0].startswith("ok      credentials: account 123456789012, us-east-1, as arn:aws:")
    assert lines[-1] == f"{env}: 3 checks, 0 failed."


def test_a_failure_gives_exit_code_1_and_its_remedy(aws, monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", {"size": lambda _: Finding("fail", "300 MB", "pin an older layer")})
    output = io.StringIO()

    assert doctor.examine("dev", Console(file=output, width=250)).exit_code == 1
    assert "fail    size: 300 MB; pin an older layer\n" in output.getvalue()


def test_a_layer_that_cannot_be_downloaded_is_a_warning(aws, monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", {"size": unreachable})

    (_, row) = doctor.examine("dev", Console(file=io.StringIO())).data["checks"]

    assert row["status"] == "warn"
    assert "AWS cannot be reached" in row["found"]
