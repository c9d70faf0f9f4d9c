"""The function has the runtime, size and variables that the pipeline expects."""

from dataclasses import fields
from pathlib import Path

from tastetrend_etl.settings import Settings
from tests.stack.plain import plain

PROJECT = Path(__file__).parents[2]


def test_the_environment_variables_are_those_of_the_settings(any_stack):
    _, function = any_stack.function()

    variables = plain(function["Environment"]["Variables"])
    assert {name: value for name, value in variables.items() if name.endswith("_BUCKET")} == {
        name: any_stack.bucket(name.removesuffix("_BUCKET").lower())
        for name in (field.name.upper() for field in fields(Settings))
        if name.endswith("_BUCKET")
    }
    assert set(variables) < {field.name.upper() for field in fields(Settings)}


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


def test_the_function_has_the_memory_and_timeout_of_the_measured_limits(any_stack):
    any_stack.template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Runtime": "python3.11",
            "Architectures": ["x86_64"],
            "Handler": "api_handler.lambda_handler",
            "MemorySize": 1024,
            "Timeout": 30,
        },
    )


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
