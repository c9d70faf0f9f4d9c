"""The function has the runtime, size and variables that the pipeline expects."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from tastetrend_etl.limits import TIERS
from tastetrend_etl.settings import Settings
from tastetrend_stack.options import find_environment
from tests.stack.conftest import build
from tests.stack.plain import plain

PROJECT = Path(__file__).parents[2]


def test_the_environment_variables_are_those_of_the_settings(any_stack):
    _, function = any_stack.function()
    variables = plain(function["Environment"]["Variables"])

    key = {name: value for name, value in variables.items() if name.startswith("PSEUDONYM")}

    assert variables == {
        **key,
        **{f"{kind.upper()}_BUCKET": any_stack.bucket(kind) for kind in ("raw", "processed", "artifacts")},
        "TIER": "small",
        "BATCH_ARN": (
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:"
            f"stateMachine:tastetrend-{any_stack.name}-batch"
        ),
    }
    assert {name.lower() for name in variables} <= {field.name for field in fields(Settings)}


def test_the_key_of_pseudonyms_is_a_secret_in_staging_and_prod_only(any_stack):
    _, function = any_stack.function()
    variables = plain(function["Environment"]["Variables"])
    name = f"tastetrend-{any_stack.name}-pseudonym-key"

    if any_stack.name in {"staging", "prod"}:
        secret, properties = any_stack.only("SecretsManager::Secret", Name=name)
        assert variables["PSEUDONYM_SECRET"] == f"${{{secret}}}"
        assert properties["GenerateSecretString"]["PasswordLength"] == 64
        assert "SecretString" not in properties
        assert "PSEUDONYM_KEY" not in variables
    else:
        assert variables["PSEUDONYM_KEY"] == f"{name}, which is public"
        assert any_stack.properties("SecretsManager::Secret") == {}


def test_the_large_function_differs_in_its_size_and_belongs_to_a_version_of_the_small_one(any_stack):
    (_, small), (_, large) = any_stack.function(), any_stack.function("etl-large")
    differing = {"TIER", "BATCH_ARN", "ETL_VERSION"}
    variables = [each["Environment"]["Variables"] for each in (small, large)]

    assert (large["Code"], large["Handler"], large["Layers"]) == (
        small["Code"],
        small["Handler"],
        small["Layers"],
    )
    assert variables[1]["TIER"] == "large"
    assert {key: value for key, value in variables[0].items() if key not in differing} == {
        key: value for key, value in variables[1].items() if key not in differing
    }
    assert variables[0].keys() ^ variables[1].keys() == {"BATCH_ARN", "ETL_VERSION"}
    assert {name.lower() for name in variables[1]} <= {field.name for field in fields(Settings)}


@pytest.mark.parametrize(("name", "tier"), [("etl", "small"), ("etl-large", "large")])
def test_a_function_has_the_sizes_from_which_its_limits_are_derived(name, tier, any_stack):
    _, function = any_stack.function(name)
    limits = TIERS[tier]

    assert function["Runtime"] == "python3.11"
    assert function["Architectures"] == ["x86_64"]
    assert function["Handler"] == "api_handler.lambda_handler"
    assert function["MemorySize"] == limits.memory_mb
    assert function["Timeout"] == limits.timeout_seconds
    assert function.get("EphemeralStorage", {"Size": 512}) == {"Size": limits.disk_mb}


def test_the_log_has_a_retention_period(any_stack):
    name = f"/aws/lambda/tastetrend-{any_stack.name}-etl"
    log, properties = any_stack.only("Logs::LogGroup", LogGroupName=name)
    _, function = any_stack.function()

    assert properties["RetentionInDays"] >= 7
    assert plain(function["LoggingConfig"]) == {"LogGroup": f"${{{log}}}"}


def test_requirements_pin_the_libraries_of_the_managed_layers(all_stacks):
    pins = dict(
        line.split("==")
        for line in (PROJECT / "requirements.txt").read_text().splitlines()
        if "==" in line and not line.startswith("#")
    )
    for name in all_stacks:
        _, function = all_stacks[name].function()
        assert sorted(function["Layers"]) == [
            f"{{{{resolve:ssm:/aws/service/aws-sdk-pandas/{pins['awswrangler']}/py3.11/x86_64/layer-arn}}}}",
            f"{{{{resolve:ssm:/aws/service/powertools/python/x86_64/python3.11/{pins['aws-lambda-powertools']}}}}}",
        ]


def test_every_function_is_traced(retrieval_stack):
    functions = retrieval_stack.properties("Lambda::Function")

    assert len(functions) == 7
    assert {function["TracingConfig"]["Mode"] for function in functions.values()} == {"Active"}


def test_nothing_is_reserved_unless_the_environment_says_so(any_stack):
    assert not [
        function
        for function in any_stack.properties("Lambda::Function").values()
        if "ReservedConcurrentExecutions" in function
    ]


def test_the_etl_function_alone_gets_the_reservation(tmp_path):
    stack = build(replace(find_environment("prod"), reserved_concurrency=300), tmp_path)
    reserved = {
        function["FunctionName"]: function["ReservedConcurrentExecutions"]
        for function in stack.properties("Lambda::Function").values()
        if "ReservedConcurrentExecutions" in function
    }

    assert reserved == {"tastetrend-prod-etl": 300}
