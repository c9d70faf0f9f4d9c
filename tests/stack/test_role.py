"""The function's role allows what the function needs and nothing else."""

import re

import pytest

from tests.stack.plain import as_list, plain, policy_statements

# IAM has no resources for these actions.
WITHOUT_RESOURCES = {
    *(f"xray:{name}" for name in ("PutTraceSegments", "PutTelemetryRecords")),
    *(f"xray:GetSampling{name}" for name in ("Rules", "Targets")),
    *(f"logs:{verb}LogDelivery" for verb in ("Create", "Get", "Update", "Delete")),
    "logs:ListLogDeliveries",
    *("logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
}
ARN = "arn:${AWS::Partition}"
HERE = "${AWS::Region}:${AWS::AccountId}"


def etl_role(synthesised):
    (role,) = (
        role
        for role in synthesised.properties("IAM::Role").values()
        if role.get("RoleName") == f"tastetrend-{synthesised.name}-etl-role"
    )
    return role


@pytest.fixture
def granted(any_stack):
    """Return every (action, resource) that the role allows, with the environment's name left out."""
    role = etl_role(any_stack)
    (policy,) = role["Policies"]
    return {
        (action, plain(resource).replace(f"-{any_stack.name}-", "-ENV-"))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        if not action.startswith("kms:")  # test_data_key.py
        for resource in as_list(statement["Resource"])
    }


def test_the_function_reads_raw_writes_processed_and_runs_the_gate_in_artifacts(granted, any_stack):
    raw, processed, artifacts = (
        f"{ARN}:s3:::tastetrend-ENV-{kind}-${{AWS::AccountId}}" for kind in ("raw", "processed", "artifacts")
    )
    secrets = any_stack.properties("SecretsManager::Secret")
    assert len(secrets) == (any_stack.name in {"staging", "prod"})
    group = f"{ARN}:logs:{HERE}:log-group:/aws/lambda/tastetrend-ENV-etl"
    assert granted == {
        ("s3:ListBucket", raw),
        ("s3:ListBucket", processed),
        ("s3:ListBucket", artifacts),
        ("s3:GetObject", f"{raw}/*"),
        ("s3:GetObjectVersion", f"{raw}/*"),
        *(
            (action, f"{processed}/{prefix}/*")
            for prefix in ("curated", "history", "processed", "reference", "rejected")
            for action in ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")
        ),
        ("s3:DeleteObject", f"{processed}/curated/*"),
        ("s3:DeleteObject", f"{processed}/processed/*"),
        ("s3:DeleteObject", f"{processed}/reference/*"),
        ("s3:GetObject", f"{artifacts}/gate/*"),
        ("s3:GetObjectVersion", f"{artifacts}/gate/*"),
        *(
            (action, f"{artifacts}/{prefix}/gate/*")
            for prefix in ("processed", "processed/logs", "processed/rejected", "reference", "rejected")
            for action in ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")
        ),
        *(("secretsmanager:GetSecretValue", f"${{{secret}}}") for secret in secrets),
        ("sqs:SendMessage", f"{ARN}:sqs:{HERE}:tastetrend-ENV-etl-failures"),
        ("states:StartExecution", f"{ARN}:states:{HERE}:stateMachine:tastetrend-ENV-batch"),
        ("logs:CreateLogStream", group),
        ("logs:CreateLogStream", f"{group}:*"),
        ("logs:PutLogEvents", group),
        ("logs:PutLogEvents", f"{group}:*"),
        *((f"xray:{call}", "*") for call in ("PutTraceSegments", "PutTelemetryRecords")),
    }


def test_a_grant_is_limited_to_the_account_without_other_conditions(any_stack):
    """A narrower condition on ListBucket would turn "there is no such key" into "access denied"."""
    role = etl_role(any_stack)

    for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
        if "kms:Decrypt" in as_list(statement["Action"]):
            continue  # test_data_key.py
        if set(as_list(statement["Action"])) <= WITHOUT_RESOURCES:
            continue
        assert plain(statement["Condition"]) == {
            "StringEquals": {"aws:ResourceAccount": "${AWS::AccountId}"},
        }


def test_only_lambda_assumes_the_role(any_stack):
    role = etl_role(any_stack)

    assert [plain(statement) for statement in role["AssumeRolePolicyDocument"]["Statement"]] == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    ]
    assert "ManagedPolicyArns" not in role


def test_wildcards_are_limited_to_object_keys_versions_and_log_streams(any_stack):
    for logical_id, statement in policy_statements(any_stack.document):
        if statement["Effect"] == "Deny" or statement["Action"] == "kms:*":
            continue  # the policy of a key, which leaves access to IAM
        assert not [action for action in as_list(statement["Action"]) if "*" in action], logical_id
        for resource in as_list(statement.get("Resource", [])):
            if set(as_list(statement["Action"])) <= WITHOUT_RESOURCES:
                continue
            assert re.fullmatch(r"[^*]*[^*:/](/\*|:\*)?", resource), (logical_id, resource)
        assert statement.get("Principal") not in ("*", {"AWS": "*"}), logical_id
