"""An environment is deleted with all that is in its buckets, and staging and prod never are."""

import json

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from ops import destroy
from ops.errors import CommandError
from tests.json_output import checked

RAW, LOGS = "tastetrend-dev-raw-123456789012", "/aws/lambda/tastetrend-dev-etl"
TEMPLATE = {
    "Resources": {
        "Raw": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": RAW},
        },
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "tastetrend-dev-alarms"}},
    }
}


@pytest.fixture(autouse=True)
def aws(monkeypatch):
    """Use a simulated account without waiting."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr(destroy, "_POLL_S", 0)
    with mock_aws():
        yield


@pytest.fixture
def deployed():
    """Deploy a stack; its bucket has two versions, a delete marker and an unfinished upload."""
    boto3.client("cloudformation").create_stack(StackName="tastetrend-dev", TemplateBody=json.dumps(TEMPLATE))
    s3 = boto3.client("s3")
    s3.put_bucket_versioning(Bucket=RAW, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=RAW, Key="a.csv", Body=b"1")
    s3.put_object(Bucket=RAW, Key="a.csv", Body=b"2")
    s3.delete_object(Bucket=RAW, Key="a.csv")
    s3.create_multipart_upload(Bucket=RAW, Key="b.csv")


@pytest.fixture
def left_behind():
    """Make a log group and a replaced task definition, of this environment and of another one."""
    logs, ecs = boto3.client("logs"), boto3.client("ecs")
    for group in (LOGS, "/aws/lambda/tastetrend-developer-etl"):
        logs.create_log_group(logGroupName=group)
    for family in ("tastetrend-dev-etl-task-1", "tastetrend-prod-etl-task-1"):
        ecs.register_task_definition(
            family=family, containerDefinitions=[{"name": "file", "image": "a", "memory": 8}]
        )


class StrictCloudFormation:
    """Refuses to delete a stack whose bucket has objects, as AWS does; moto deletes them."""

    def __init__(self, client):
        self.client, self.failed = client, False

    def __getattr__(self, name):
        return getattr(self.client, name)

    def delete_stack(self, StackName):  # noqa: N803 # as boto3 names it
        self.failed = "Versions" in boto3.client("s3").list_object_versions(Bucket=RAW)
        if not self.failed:
            self.client.delete_stack(StackName=StackName)

    def describe_stacks(self, **arguments):
        stacks = self.client.describe_stacks(**arguments)
        if self.failed:
            stacks["Stacks"][0] |= {"StackStatus": "DELETE_FAILED", "StackStatusReason": "[Raw] is not empty"}
        return stacks


@pytest.fixture
def strict(monkeypatch):
    """Let CloudFormation refuse what AWS refuses."""
    strict, create = StrictCloudFormation(boto3.client("cloudformation")), boto3.client
    monkeypatch.setattr(
        boto3,
        "client",
        lambda name, **options: strict if name == "cloudformation" else create(name, **options),
    )


def destroy_dev(*, yes):
    return checked("destroy", destroy.destroy_environment("dev", Console(quiet=True), yes=yes))


def log_groups():
    return {group["logGroupName"] for group in boto3.client("logs").describe_log_groups()["logGroups"]}


@pytest.mark.usefixtures("deployed", "left_behind")
def test_a_dry_run_counts_and_deletes_nothing():
    before = boto3.client("s3").list_object_versions(Bucket=RAW)
    data = destroy_dev(yes=False).data

    assert data["dry_run"] is True
    assert data["resources"] == 2
    assert data["buckets"] == [{"bucket": RAW, "versions": 2, "delete_markers": 1, "uploads": 1}]
    assert data["log_groups"] == [LOGS]
    assert [arn.split("/")[1] for arn in data["task_definitions"]] == ["tastetrend-dev-etl-task-1:1"]
    after = boto3.client("s3").list_object_versions(Bucket=RAW)
    assert after["Versions"] == before["Versions"]


@pytest.mark.usefixtures("deployed", "left_behind")
def test_nothing_is_left_of_the_environment_and_others_stay():
    assert destroy_dev(yes=True).data["dry_run"] is False

    assert boto3.client("s3").list_buckets()["Buckets"] == []
    assert boto3.client("cloudformation").describe_stacks()["Stacks"] == []
    assert log_groups() == {"/aws/lambda/tastetrend-developer-etl"}
    (kept,) = boto3.client("ecs").list_task_definitions()["taskDefinitionArns"]
    assert kept.endswith("/tastetrend-prod-etl-task-1:1")


@pytest.mark.usefixtures("left_behind")
def test_what_a_deleted_stack_has_left_is_deleted_too():
    assert destroy_dev(yes=True).data["stack"] is None

    assert log_groups() == {"/aws/lambda/tastetrend-developer-etl"}


@pytest.mark.usefixtures("deployed", "strict")
def test_an_object_that_arrives_while_the_stack_is_deleted_does_not_stop_it(monkeypatch):
    deletions = []
    empty = destroy.bucket_content.delete

    def empty_once_too_early(bucket):
        empty(bucket)
        deletions.append(bucket)
        if len(deletions) == 1:
            boto3.client("s3").put_object(Bucket=bucket, Key="late.csv", Body=b"")

    monkeypatch.setattr(destroy.bucket_content, "delete", empty_once_too_early)
    destroy_dev(yes=True)

    assert deletions == [RAW, RAW]
    assert boto3.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.usefixtures("deployed", "strict")
def test_a_stack_that_cannot_be_deleted_is_an_error_with_the_reason(monkeypatch):
    monkeypatch.setattr(destroy.bucket_content, "delete", lambda _: None)

    with pytest.raises(CommandError, match=r"tastetrend-dev is not deleted \(DELETE_FAILED\): .*then run"):
        destroy_dev(yes=True)


@pytest.mark.parametrize("env", ["staging", "prod"])
def test_environments_with_data_are_refused(env, tastetrend):
    result = tastetrend("destroy", "--env", env, "--yes")

    assert result.status == 2
    assert f"'{env}' is not one of 'local', 'dev'" in result.stderr
