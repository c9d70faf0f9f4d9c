"""Each patch of the emulator's permissions is still needed, and works."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import ACCOUNT, REGION
from tests.e2e.access_policies import policy
from tests.e2e.access_roles import trust
from tests.e2e.conftest import wait_until
from tests.e2e.test_emulator_athena import PATCHED, UNPATCHED, running_app

ROLE = f"arn:aws:iam::{ACCOUNT}:role/caller"


@pytest.fixture(scope="module", params=[PATCHED, UNPATCHED], ids=["patched", "unpatched"])
def connection(request):
    with pytest.MonkeyPatch.context() as patch, running_app(request.param, patch) as emulator:
        iam = boto3.client("iam", **emulator.connection)
        iam.create_role(RoleName="caller", AssumeRolePolicyDocument=trust(ACCOUNT))
        stream = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:group:*"
        permissions = policy(("s3:*", "*"), ("logs:PutLogEvents", stream), ("lambda:ListAliases", "*"))
        iam.put_role_policy(RoleName="caller", PolicyName="access", PolicyDocument=permissions)
        yield emulator.connection


@pytest.fixture
def patched(request):
    return request.node.callspec.params["connection"] == PATCHED


@pytest.fixture
def as_role(connection):
    """Return a function that connects with the credentials of the role."""
    keys = boto3.client("sts", **connection).assume_role(RoleArn=ROLE, RoleSessionName="any")["Credentials"]
    credentials = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    return lambda service: boto3.client(service, **(connection | credentials))


def error_of(call, **parameters):
    """Return the code of a call's error."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def test_only_with_the_patch_a_condition_knows_a_role_by_its_arn(connection, as_role, patched):
    s3 = boto3.client("s3", **connection)
    s3.create_bucket(Bucket="named")
    others = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::named/*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": ROLE}},
    }
    s3.put_bucket_policy(Bucket="named", Policy=json.dumps({"Version": "2012-10-17", "Statement": [others]}))

    code = error_of(as_role("s3").get_object, Bucket="named", Key="none")

    assert code == ("NoSuchKey" if patched else "AccessDenied")


def test_only_with_the_patch_a_change_of_an_event_source_is_denied(as_role, patched):
    code = error_of(as_role("lambda").update_event_source_mapping, UUID="0" * 36, Enabled=False)

    assert code == ("AccessDeniedException" if patched else "ResourceNotFoundException")


def test_only_with_the_patch_who_may_list_aliases_may_not_move_one(as_role, patched):
    code = error_of(as_role("lambda").update_alias, FunctionName="none", Name="none")

    assert (code == "AccessDeniedException") == patched


def test_only_with_the_patch_log_lines_belong_to_streams(as_role, patched):
    lines = [{"timestamp": 0, "message": "test"}]

    code = error_of(
        as_role("logs").put_log_events, logGroupName="group", logStreamName="none", logEvents=lines
    )

    assert code == ("ResourceNotFoundException" if patched else "AccessDeniedException")


def test_only_with_the_patch_a_template_refers_to_a_secret_by_its_arn(connection, patched):
    stacks, secrets = (boto3.client(name, **connection) for name in ("cloudformation", "secretsmanager"))
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "key", "SecretString": "a"}}
    template = {"Resources": {"Key": secret}, "Outputs": {"Key": {"Value": {"Ref": "Key"}}}}

    def status():
        return stacks.describe_stacks(StackName="secret")["Stacks"][0]["StackStatus"]

    def finish(expected):
        wait_until(lambda: not status().endswith("IN_PROGRESS"))
        assert status() == expected

    stacks.create_stack(StackName="secret", TemplateBody=json.dumps(template))
    finish("CREATE_COMPLETE")
    (output,) = stacks.describe_stacks(StackName="secret")["Stacks"][0]["Outputs"]
    assert output["OutputValue"].startswith("arn:") is patched

    secret["Properties"]["SecretString"] = "b"
    stacks.update_stack(StackName="secret", TemplateBody=json.dumps(template))
    finish("UPDATE_COMPLETE")
    assert secrets.get_secret_value(SecretId="key")["SecretString"] == "b"

    stacks.delete_stack(StackName="secret")
    wait_until(lambda: not secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"])
