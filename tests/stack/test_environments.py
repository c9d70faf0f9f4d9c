"""Environments are rows of a table; an unknown one gives a clear error."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tastetrend_stack.environments import ENVIRONMENTS, UnknownEnvironmentError, find_environment
from tests.stack.plain import plain

PROJECT = Path(__file__).parents[2]


def run_app(context, output, project=PROJECT):
    """Run the app as the CLI does, which adds the flags of cdk.json to the context."""
    context = json.loads((PROJECT / "cdk.json").read_text())["context"] | context
    environment = {
        "PATH": os.environ["PATH"],
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(output),
    }
    return subprocess.run(
        [sys.executable, "app.py"], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("context", "named"), [({"env": "prd"}, "'prd'"), ({}, "no environment")])
def test_an_unknown_environment_gives_a_one_line_error_with_the_known_ones(context, named, tmp_path):
    completed = run_app(context, tmp_path)

    (line,) = (text for text in completed.stderr.splitlines() if "environment" in text)
    assert completed.returncode == 1
    assert named in line
    assert all(known in line for known in ENVIRONMENTS)
    assert "Traceback" not in completed.stderr


def test_an_unknown_way_for_large_files_gives_a_one_line_error_with_the_known_one(tmp_path):
    completed = run_app({"env": "dev", "large_files": "batch"}, tmp_path)

    (line,) = (text for text in completed.stderr.splitlines() if "large_files" in text)
    assert completed.returncode == 1
    assert line == "unknown large_files 'batch': pass --context large_files=fargate, or leave it out"


def test_an_unknown_value_of_retrieval_gives_a_one_line_error_with_the_known_one(tmp_path):
    completed = run_app({"env": "local", "retrieval": "off"}, tmp_path)

    (line,) = (text for text in completed.stderr.splitlines() if "retrieval" in text)
    assert completed.returncode == 1
    assert line == "unknown retrieval 'off': pass --context retrieval=on, or leave it out"


def test_an_unknown_value_of_canary_gives_a_one_line_error_with_the_known_one(tmp_path):
    completed = run_app({"env": "local", "canary": "off"}, tmp_path)

    (line,) = (text for text in completed.stderr.splitlines() if "canary" in text)
    assert completed.returncode == 1
    assert line == "unknown canary 'off': pass --context canary=on, or leave it out"


def copy_with_tool_files(folder):
    """Copy the app and add files that tools leave behind."""
    for name in ("tastetrend_stack", "lambda_src"):
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "app.py", folder)
    for name in ("__pycache__/api_handler.pyc", ".DS_Store", "tastetrend_etl/.mypy_cache/x.json"):
        file = folder / "lambda_src" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("left behind")
    return folder


def test_the_app_synthesises_the_same_stack_in_any_checkout_without_credentials(synthesise, tmp_path):
    completed = run_app({"env": "dev"}, tmp_path / "out", copy_with_tool_files(tmp_path))

    assert completed.returncode == 0, completed.stderr
    template = json.loads((tmp_path / "out" / "tastetrend-dev.template.json").read_text())
    assert template == synthesise("dev").document


def test_an_environment_is_found_by_its_exact_name_only():
    assert find_environment("prod").name == "prod"
    with pytest.raises(UnknownEnvironmentError):
        find_environment("Prod")


def test_every_resource_name_contains_its_environment(any_stack):
    names = {
        plain(properties[key])
        for kind, key in (
            ("Lambda::Function", "FunctionName"),
            ("SQS::Queue", "QueueName"),
            ("SNS::Topic", "TopicName"),
            ("IAM::Role", "RoleName"),
            ("CloudWatch::Alarm", "AlarmName"),
            ("Athena::WorkGroup", "Name"),
            ("SecretsManager::Secret", "Name"),
            ("S3Vectors::VectorBucket", "VectorBucketName"),
        )
        for properties in any_stack.properties(kind).values()
    }

    assert all(f"{name}-".startswith(f"tastetrend-{any_stack.name}-") for name in names), names


def test_every_billed_resource_is_tagged(any_stack):
    storage = ("S3::Bucket", "S3Vectors::VectorBucket", "S3Vectors::Index")
    for kind in (*storage, "Lambda::Function", "SQS::Queue", "SNS::Topic", "Logs::LogGroup", "IAM::Role"):
        for logical_id, properties in any_stack.properties(kind).items():
            tags = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
            assert tags.keys() >= {"Project", "Environment", "ManagedBy", "CostCenter"}, logical_id
            assert tags["Environment"] == any_stack.name


@pytest.mark.parametrize(("name", "policy"), [("staging", "Retain"), ("prod", "Retain"), ("dev", "Delete")])
def test_deleting_the_stack_retains_the_data_of_staging_and_prod(name, policy, all_stacks):
    vectors = ("S3Vectors::VectorBucket", "S3Vectors::Index")
    for kind in ("S3::Bucket", "SQS::Queue", "Logs::LogGroup", "SecretsManager::Secret", *vectors):
        for resource in all_stacks[name].template.find_resources(f"AWS::{kind}").values():
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (policy, policy)
