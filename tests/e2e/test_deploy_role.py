"""The workflows' roles suffice for what the workflows run, seen with the roles' own credentials."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import boto3
import pytest
from aws_cdk import App

from local.emulator import ACCOUNT, PROJECT, REGION
from tastetrend_stack.deploy_role import DeployRoles
from tastetrend_stack.environments import ENVIRONMENTS
from tests.e2e.conftest import reviews
from tests.e2e.test_permissions import assert_denied
from tests.stack.plain import plain

KEY = "deploy-role/reviews.csv"


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    """Return what the roles of this environment allow, by their purpose."""
    folder = tmp_path_factory.mktemp("roles")
    app = App(outdir=str(folder))
    local = replace(ENVIRONMENTS["local"], compared=True)
    DeployRoles(app, "roles", environment=local, repository="octo/reviews")
    app.synth()
    text = json.dumps(plain(json.loads((folder / "roles.template.json").read_text())["Resources"]))
    for name, value in (("Partition", "aws"), ("AccountId", ACCOUNT), ("Region", REGION)):
        text = text.replace(f"${{AWS::{name}}}", value)
    roles = [resource["Properties"] for resource in json.loads(text).values()]
    return {policy["PolicyName"]: policy["PolicyDocument"] for role in roles for policy in role["Policies"]}


@pytest.fixture(scope="module")
def signed_in(client, policies):
    """Return a function that takes on a role, as the sign-in does, and returns its credentials."""

    def sign_in(purpose):
        trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
        role = client("iam").create_role(RoleName=f"{purpose}-role", AssumeRolePolicyDocument=trust)["Role"]
        client("iam").put_role_policy(
            RoleName=role["RoleName"], PolicyName=purpose, PolicyDocument=json.dumps(policies[purpose])
        )
        return client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName=purpose)["Credentials"]

    return sign_in


@pytest.fixture(scope="module")
def deployer(signed_in):
    return signed_in("deploy")


@pytest.fixture(scope="module")
def comparer(signed_in):
    return signed_in("diff")


def run(emulator, credentials, *command):
    """Run a command as a role, and return what it says."""
    identity = {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
        "COLUMNS": "200",
    }
    ended = subprocess.run(  # noqa: S603 # the project's own commands
        command,
        cwd=PROJECT,
        env=os.environ | emulator.environment | identity,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def connect(emulator, credentials, service):
    return boto3.client(
        service,
        **emulator.connection
        | {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        },
    )


@pytest.mark.usefixtures("outputs")
class TestAPullRequest:
    """Whoever opens it chooses what runs."""

    def test_sees_what_it_would_change(self, emulator, comparer):
        said = run(emulator, comparer, "make", "--silent", "VENV=", "NODE=", "diff", "ENV=local")

        assert said.count("Stack tastetrend-local (aws://<account>/us-east-1)") == 1
        assert ACCOUNT not in said

    def test_changes_nothing_and_reads_no_data(self, emulator, comparer, outputs):
        formation, s3 = (connect(emulator, comparer, service) for service in ("cloudformation", "s3"))

        assert_denied(formation.update_stack, StackName="tastetrend-local", UsePreviousTemplate=True)
        assert_denied(s3.list_objects_v2, Bucket=outputs["RawBucketName"])


@pytest.mark.usefixtures("outputs")
class TestADeployment:
    """It runs what is on main."""

    def test_promotes_a_version_and_tells_of_it(self, emulator, deployer):
        ops = (sys.executable, "-m", "ops")

        assert "staging of local runs version 1" in run(
            emulator, deployer, *ops, "promote", "staging", "--env", "local"
        )
        assert "lambda/etl-" in run(emulator, deployer, *ops, "releases", "--env", "local")

    def test_finds_raw_files_by_the_version_that_wrote_their_outputs(self, emulator, deployer, store):
        store.drop(KEY, reviews(3))
        store.await_outcome(KEY)

        replay = (sys.executable, "-m", "ops", "replay", "deploy-role/", "--env", "local")
        said = run(emulator, deployer, *replay, "--only-version", "1")

        assert f"would process: {KEY}" in said

    def test_removes_outputs_and_no_raw_file(self, emulator, deployer, outputs):
        s3 = connect(emulator, deployer, "s3")

        s3.delete_object(Bucket=outputs["ProcessedBucketName"], Key="processed/deploy-role/left")
        assert_denied(s3.delete_object, Bucket=outputs["RawBucketName"], Key=KEY)
        assert_denied(s3.put_object, Bucket=outputs["ProcessedBucketName"], Key="processed/a", Body=b"")
