"""Canary deployment with rollback on alarm."""

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from tastetrend_stack.canary import CanaryDeployment
from tastetrend_stack.environments import ENVIRONMENTS
from tests.stack.plain import plain

CANARIES = ["staging", "prod"]


def canary_updates(synthesised):
    """Return the update policy of each alias that CodeDeploy moves."""
    return {
        alias["Properties"]["Name"]: alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        for alias in synthesised.template.find_resources("AWS::Lambda::Alias").values()
        if "UpdatePolicy" in alias
    }


@pytest.mark.parametrize("name", CANARIES)
def test_the_alias_that_serves_real_events_moves_by_canary(name, all_stacks):
    group, properties = all_stacks[name].only("CodeDeploy::DeploymentGroup")

    assert list(canary_updates(all_stacks[name])) == [name]
    assert plain(canary_updates(all_stacks[name])[name]["DeploymentGroupName"]) == f"${{{group}}}"
    assert properties["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent10Minutes"


@pytest.mark.parametrize("name", CANARIES)
def test_errors_of_real_events_and_lost_rows_roll_a_version_back(name, all_stacks):
    _, properties = all_stacks[name].only("CodeDeploy::DeploymentGroup")
    alarms = all_stacks[name].properties("CloudWatch::Alarm")
    watched = [alarms[alarm["Name"]["Ref"]] for alarm in properties["AlarmConfiguration"]["Alarms"]]

    assert {alarm["MetricName"] for alarm in watched} == {"Errors", "RowBalanceViolations"}
    assert all(alarm["Period"] <= 5 * 60 for alarm in watched)  # well within the ten minutes of the canary
    assert properties["AutoRollbackConfiguration"] == {
        "Enabled": True,
        "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
    }


@pytest.mark.parametrize("name", ["local", "dev"])
def test_without_a_canary_an_alias_moves_at_once(name, all_stacks):
    assert canary_updates(all_stacks[name]) == {}
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
    CanaryDeployment(stack, "Shift", environment=ENVIRONMENTS["prod"], alias=alias, alarms=[alarm], gate=gate)

    (updated,) = Template.from_stack(stack).find_resources("AWS::Lambda::Alias").values()
    hook = updated["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["BeforeAllowTrafficHook"]
    assert plain(hook) == f"${{{stack.get_logical_id(gate.node.default_child)}}}"


def test_the_local_stack_uses_only_services_of_the_emulator(all_stacks):
    services = {
        resource["Type"].split("::")[1] for resource in all_stacks["local"].document["Resources"].values()
    }

    assert services == {
        *("S3", "Lambda", "IAM", "Logs", "SQS", "SNS", "CloudWatch", "StepFunctions", "Glue", "Athena"),
    }
