"""The function has the runtime, size and variables that the pipeline expects."""

from dataclasses import fields
from pathlib import Path

from tastetrend_etl.settings import Settings
from tests.stack.plain import plain

PROJECT = Path(__file__).parents[2]


def test_the_environment_variables_are_those_of_the_settings(any_stack):
    _, function = any_stack.function()

    assert plain(function["Environment"]["Variables"]) == {
        field.name.upper(): any_stack.bucket(field.name.removesuffix("_bucket")) for field in fields(Settings)
    }


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
