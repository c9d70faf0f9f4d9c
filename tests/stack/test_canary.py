"""Canary deployment with rollback on alarm."""

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from tastetrend_stack.canary import CanaryDeployment
from tastetrend_stack.environments import ENVIRONMENTS
from tests.stack.plain import plain

CANARIES = ["staging", "prod"]


def canary_updates(template):
    """Return the update policy of each alias that CodeDeploy moves."""
    return {
        alias["Properties"]["Name"]: plain(alias["UpdatePolicy"])
        for alias in template.find_resources("AWS::Lambda::Alias").values()
        if "UpdatePolicy" in alias
    }


@pytest.mark.parametrize("name", CANARIES)
def test_the_alias_that_serves_real_events_moves_by_canary(name, all_stacks):
    group, properties = all_stacks[name].only("CodeDeploy::DeploymentGroup")
    application, _ = all_stacks[name].only("CodeDeploy::Application")
    gate, _ = all_stacks[name].function("quality-gate")

    by_codedeploy = {
        "ApplicationName": f"${{{application}}}",
        "DeploymentGroupName": f"${{{group}}}",
        "BeforeAllowTrafficHook": f"${{{gate}}}",
    }
    assert canary_updates(all_stacks[name].template) == {
        name: {
            "CodeDeployLambdaAliasUpdate": {"Fn::If": ["ShiftsByCanary", by_codedeploy, "${AWS::NoValue}"]}
        }
    }
    assert properties["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent10Minutes"


@pytest.mark.parametrize("name", CANARIES)
def test_neither_a_first_promotion_nor_a_rollback_is_a_canary(name, all_stacks):
    """Then CloudFormation moves the alias itself: no weights, no alarms, no gate."""
    document = all_stacks[name].document
    shift = document["Parameters"]["TrafficShift"]

    assert (shift["Default"], shift["AllowedValues"]) == ("canary", ["canary", "all-at-once"])
    assert plain(document["Conditions"]["ShiftsByCanary"]) == {
        "Fn::And": [
            {"Fn::Not": [{"Fn::Equals": [f"${{{name.capitalize()}Version}}", ""]}]},
            {"Fn::Equals": ["${TrafficShift}", "canary"]},
        ]
    }


@pytest.mark.parametrize("name", CANARIES)
def test_only_errors_of_the_new_version_stop_a_canary(name, all_stacks):
    """Errors of the former version must not stop the canary of its fix."""
    _, properties = all_stacks[name].only("CodeDeploy::DeploymentGroup")
    alarms = all_stacks[name].properties("CloudWatch::Alarm")
    (alarm,) = [alarms[alarm["Name"]["Ref"]] for alarm in properties["AlarmConfiguration"]["Alarms"]]
    function, _ = all_stacks[name].function()
    (served,) = (
        alias["FunctionVersion"]
        for alias in all_stacks[name].properties("Lambda::Alias").values()
        if (alias["Name"], plain(alias["FunctionName"])) == (name, f"${{{function}}}")
    )

    assert alarm["AlarmName"] == f"tastetrend-{name}-etl-canary-errors"
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", "Errors", "Sum")
    assert {each["Name"]: plain(each["Value"]) for each in alarm["Dimensions"]} == {
        "FunctionName": f"${{{function}}}",
        "Resource": f"${{{function}}}:{name}",
        "ExecutedVersion": plain(served),
    }
    assert alarm["Period"] <= 5 * 60  # well within the ten minutes of the canary
    assert properties["AutoRollbackConfiguration"] == {
        "Enabled": True,
        "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
    }


@pytest.mark.parametrize("name", CANARIES)
def test_the_alarm_watches_the_new_version_before_the_alias_moves(name, all_stacks):
    group, _ = all_stacks[name].only("CodeDeploy::DeploymentGroup")
    (moved,) = (
        alias
        for alias in all_stacks[name].template.find_resources("AWS::Lambda::Alias").values()
        if "UpdatePolicy" in alias
    )

    assert group in moved["DependsOn"]


@pytest.mark.parametrize("name", ["local", "dev"])
def test_without_a_canary_an_alias_moves_at_once(name, all_stacks):
    assert canary_updates(all_stacks[name].template) == {}
    assert "TrafficShift" not in all_stacks[name].document["Parameters"]
    assert not all_stacks[name].properties("CodeDeploy::DeploymentGroup")


def any_function(stack, name):
    return lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.PYTHON_3_11,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )


def test_the_gate_runs_before_any_traffic_moves():
    stack = Stack(App(), "Gated")
    function, gate = any_function(stack, "Function"), any_function(stack, "Gate")
    alias = lambda_.Alias(stack, "Alias", alias_name="prod", version=function.current_version)
    alarm = function.metric_errors().create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)
    CanaryDeployment(
        stack,
        "Shift",
        environment=ENVIRONMENTS["prod"],
        alias=alias,
        given=None,
        alarms=[alarm],
        gate=gate,
    )

    (policy,) = canary_updates(Template.from_stack(stack)).values()
    _, by_codedeploy, _ = policy["CodeDeployLambdaAliasUpdate"]["Fn::If"]
    assert by_codedeploy["BeforeAllowTrafficHook"] == f"${{{stack.get_logical_id(gate.node.default_child)}}}"


def test_the_local_stack_uses_only_services_of_the_emulator(all_stacks):
    services = {
        resource["Type"].split("::")[1] for resource in all_stacks["local"].document["Resources"].values()
    }

    assert services == {
        *("S3", "Lambda", "IAM", "Logs", "SQS", "SNS", "CloudWatch", "StepFunctions", "Glue", "Athena"),
    }
