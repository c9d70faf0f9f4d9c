"""The workflows' roles permit what the workflows run, tested with the roles' credentials."""

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
    """Return purpose → policy document of this environment's roles."""
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
    """Return a function that assumes a role and returns its credentials."""

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
    """Run a command with a role's credentials and return its output."""
    identity = {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
        "COLUMNS": "200",
    }
    result = subprocess.run(  # noqa: S603 # fixed program, no shell
        command,
        cwd=PROJECT,
        env=os.environ | emulator.environment | identity,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


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
    """Its author controls the code that runs."""

    def test_shows_the_diff(self, emulator, comparer):
        output = run(emulator, comparer, "make", "--silent", "VENV=", "NODE=", "diff", "ENV=local")

        assert output.count("Stack tastetrend-local (aws://<account>/us-east-1)") == 1
        assert ACCOUNT not in output

    def test_changes_nothing_and_reads_no_data(self, emulator, comparer, outputs):
        formation, s3 = (connect(emulator, comparer, service) for service in ("cloudformation", "s3"))

        assert_denied(formation.update_stack, StackName="tastetrend-local", UsePreviousTemplate=True)
        assert_denied(s3.list_objects_v2, Bucket=outputs["RawBucketName"])


@pytest.mark.usefixtures("outputs")
class TestADeployment:
    """It runs the code of main."""

    def test_promotes_a_version_and_lists_it(self, emulator, deployer):
        ops = (sys.executable, "-m", "ops")

        assert "staging of local runs version 1" in run(
            emulator, deployer, *ops, "promote", "staging", "--env", "local"
        )
        assert "lambda/etl-" in run(emulator, deployer, *ops, "releases", "--env", "local")

    def test_finds_raw_files_by_the_version_that_wrote_their_outputs(self, emulator, deployer, store):
        store.upload(KEY, reviews(3))
        store.await_outcome(KEY)

        replay = (sys.executable, "-m", "ops", "replay", "deploy-role/", "--env", "local")
        output = run(emulator, deployer, *replay, "--only-version", "1")

        assert f"would process: {KEY}" in output

    def test_deletes_outputs_and_no_raw_file(self, emulator, deployer, outputs):
        s3 = connect(emulator, deployer, "s3")

        s3.delete_object(Bucket=outputs["ProcessedBucketName"], Key="processed/deploy-role/left")
        assert_denied(s3.delete_object, Bucket=outputs["RawBucketName"], Key=KEY)
        assert_denied(s3.put_object, Bucket=outputs["ProcessedBucketName"], Key="processed/a", Body=b"")
