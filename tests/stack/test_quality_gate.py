"""The gate may replay golden files and publish its verdict, and has no access to the data."""

from dataclasses import fields

import pytest

from tastetrend_gate.models import GateSettings
from tests.stack.plain import as_list, plain

ARN = "arn:${AWS::Partition}"
HERE = "${AWS::Region}:${AWS::AccountId}"
CANARIES = ["staging", "prod"]


def granted(synthesised):
    """Return every (action, resource) that the role itself allows, without the environment's name."""
    _, role = synthesised.only("IAM::Role", RoleName=f"tastetrend-{synthesised.name}-quality-gate-role")
    (policy,) = role["Policies"]
    return {
        (action, plain(resource).replace(f"tastetrend-{synthesised.name}-", "tastetrend-ENV-"))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        if not action.startswith("kms:")  # test_data_key.py
        for resource in as_list(statement["Resource"])
    }


def gate_grants():
    artifacts = f"{ARN}:s3:::tastetrend-ENV-artifacts-${{AWS::AccountId}}"
    group = f"{ARN}:logs:{HERE}:log-group:/aws/lambda/tastetrend-ENV-quality-gate"
    return {
        ("lambda:InvokeFunction", f"{ARN}:lambda:{HERE}:function:tastetrend-ENV-etl:*"),
        ("s3:ListBucket", artifacts),
        ("s3:PutObject", f"{artifacts}/gate/*"),
        *((f"s3:{call}Object", f"{artifacts}/releases/*") for call in ("Get", "Put")),
        ("s3:GetObject", f"{artifacts}/gate/*"),
        *(
            ("s3:GetObject", f"{artifacts}/{prefix}/gate/*")
            for prefix in ("processed", "processed/logs", "processed/rejected", "reference", "rejected")
        ),
        ("logs:CreateLogStream", group),
        ("logs:CreateLogStream", f"{group}:*"),
        ("logs:PutLogEvents", group),
        ("logs:PutLogEvents", f"{group}:*"),
        *((f"xray:{call}", "*") for call in ("PutTraceSegments", "PutTelemetryRecords")),
    }


MAY_EMBED = (
    "bedrock:InvokeModel",
    f"{ARN}:bedrock:${{AWS::Region}}::foundation-model/amazon.titan-embed-text-v2:0",
)


def test_the_gate_is_granted_replays_within_the_artifacts_bucket_and_nothing_else(all_stacks):
    assert granted(all_stacks["local"]) == gate_grants()


def test_with_retrieval_the_gate_may_call_the_one_model(all_stacks):
    assert granted(all_stacks["dev"]) == gate_grants() | {MAY_EMBED}


@pytest.mark.parametrize("name", CANARIES)
def test_with_a_canary_the_gate_may_read_the_deployment(name, all_stacks):
    etl = "tastetrend-ENV-etl"

    assert granted(all_stacks[name]) - gate_grants() == {
        MAY_EMBED,
        ("codedeploy:GetDeployment", f"{ARN}:codedeploy:{HERE}:deploymentgroup:{etl}/{etl}-{name}"),
        ("codedeploy:GetApplicationRevision", f"{ARN}:codedeploy:{HERE}:application:{etl}"),
    }


@pytest.mark.parametrize("name", CANARIES)
def test_codedeploy_runs_the_gate_before_any_traffic_moves_and_accepts_its_status(name, all_stacks):
    gate, _ = all_stacks[name].function("quality-gate")
    group, _ = all_stacks[name].only("CodeDeploy::DeploymentGroup")
    _, alias = next(
        (key, alias)
        for key, alias in all_stacks[name].template.find_resources("AWS::Lambda::Alias").items()
        if "UpdatePolicy" in alias
    )
    grants = [
        statement["Resource"]
        for policy in all_stacks[name].properties("IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "codedeploy:PutLifecycleEventHookExecutionStatus"
    ]

    _, by_canary, otherwise = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["Fn::If"]
    assert otherwise == {"Ref": "AWS::NoValue"}
    hook = by_canary["BeforeAllowTrafficHook"]
    assert plain(hook) == f"${{{gate}}}"
    assert [f"/${{{group}}}" in plain(resource) for resource in grants] == [True]


def test_the_environment_variables_are_those_of_the_gate_settings(retrieval_stack):
    _, gate = retrieval_stack.function("quality-gate")
    variables = plain(gate["Environment"]["Variables"])

    assert variables.keys() == {field.name.upper() for field in fields(GateSettings)}
    assert variables["ARTIFACTS_BUCKET"] == retrieval_stack.bucket("artifacts")
    assert variables["ETL_FUNCTION"] == f"tastetrend-{retrieval_stack.name}-etl"
    assert variables["EMBEDDING_MODEL"] == "amazon.titan-embed-text-v2:0"


def test_without_retrieval_the_gate_has_no_model(all_stacks):
    _, gate = all_stacks["local"].function("quality-gate")

    assert "EMBEDDING_MODEL" not in gate["Environment"]["Variables"]


def test_the_gate_is_told_the_version_that_has_its_code(any_stack):
    _, gate = any_stack.function("quality-gate")
    function, _ = any_stack.function()
    (newest,) = (
        logical_id
        for logical_id, version in any_stack.properties("Lambda::Version").items()
        if plain(version["FunctionName"]) == f"${{{function}}}"
    )

    assert plain(gate["Environment"]["Variables"]["ETL_VERSION"]) == f"${{{newest}.Version}}"


def test_the_gate_has_the_code_and_layers_of_the_etl_function(any_stack):
    _, gate = any_stack.function("quality-gate")
    _, etl = any_stack.function()

    assert gate["Handler"] == "quality_gate.lambda_handler"
    for same in ("Code", "Layers", "Runtime", "Architectures"):
        assert gate.get(same) == etl.get(same)


def test_the_gate_has_time_to_replay_every_golden_file_twice(any_stack):
    _, gate = any_stack.function("quality-gate")

    assert (gate["Timeout"], gate["MemorySize"]) == (600, 1024)
