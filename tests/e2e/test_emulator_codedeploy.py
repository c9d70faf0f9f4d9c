"""The emulator's CodeDeploy, alarms and stack updates do what AWS documents; each patch is still needed."""

import json
import time
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from local import emulator as module
from local.emulator import running
from tests.e2e.conftest import wait_until
from tests.e2e.test_emulator_athena import PATCHED, UNPATCHED, running_app
from tests.e2e.test_emulator_patches import Account, zipped

GOOD = "def handler(event, context):\n    pass"
BAD = "def handler(event, context):\n    raise ValueError"
HOOK = """
import boto3
def handler(event, context):
    client = boto3.client("codedeploy")
    deployment = client.get_deployment(deploymentId=event["DeploymentId"])["deploymentInfo"]
    print(client.get_application_revision(
        applicationName=deployment["applicationName"], revision=deployment["revision"]
    )["revision"]["appSpecContent"]["content"])
    client.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status={status!r},
    )
"""
SILENT = "def handler(event, context):\n    pass"
PARAMETERS = {"Version": "1", "Shift": "Canary10Percent10Minutes", "Watch": "true", "Hook": ""}
ERRORS = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "FunctionName", "Value": "work"}, {"Name": "Resource", "Value": "work:live"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}
GROUP = {
    "ApplicationName": {"Ref": "Application"},
    "DeploymentConfigName": {"Fn::Sub": "CodeDeployDefault.Lambda${Shift}"},
    "AlarmConfiguration": {"Enabled": {"Ref": "Watch"}, "Alarms": [{"Name": {"Ref": "Errors"}}]},
}
POLICY = {
    "ApplicationName": {"Ref": "Application"},
    "DeploymentGroupName": {"Ref": "Group"},
    "BeforeAllowTrafficHook": {"Fn::If": ["HasHook", {"Ref": "Hook"}, {"Ref": "AWS::NoValue"}]},
}
ALIAS = {"FunctionName": "work", "Name": "live", "FunctionVersion": {"Ref": "Version"}}
TEMPLATE = {
    "Parameters": {name: {"Type": "String"} for name in PARAMETERS},
    "Conditions": {"HasHook": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Hook"}, ""]}]}},
    "Resources": {
        "Application": {"Type": "AWS::CodeDeploy::Application", "Properties": {"ComputePlatform": "Lambda"}},
        "Errors": {"Type": "AWS::CloudWatch::Alarm", "Properties": ERRORS},
        "Group": {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": GROUP},
        "Alias": {
            "Type": "AWS::Lambda::Alias",
            "Properties": ALIAS,
            "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": POLICY},
        },
    },
}


class Stack:
    """A stack whose alias CodeDeploy moves, between versions of a function: 1 works, 2 fails, 3 works."""

    def __init__(self, account):
        self.account, self.stacks = account, account.client("cloudformation")
        allow = {"Effect": "Allow", "Action": ["codedeploy:*", "lambda:InvokeFunction"], "Resource": "*"}
        account.client("iam").put_role_policy(
            RoleName="any", PolicyName="hooks", PolicyDocument=json.dumps({"Statement": allow})
        )
        codes = {status.lower(): HOOK.format(status=status) for status in ("Succeeded", "Failed")}
        for name, code in (codes | {"silent": SILENT, "work": GOOD}).items():
            self.functions = account.create_function(name, code)
        self.functions.publish_version(FunctionName="work")
        for code in (BAD, GOOD + "\n"):
            self.functions.update_function_code(FunctionName="work", ZipFile=zipped(code), Publish=True)
        self.stacks.create_stack(
            StackName="canary", TemplateBody=json.dumps(TEMPLATE), Parameters=as_parameters(PARAMETERS)
        )
        assert self.wait() == "CREATE_COMPLETE", self.reasons()

    def update(self, **changed):
        """Start an update with these parameters, and those of the beginning."""
        parameters = as_parameters(PARAMETERS | changed)
        self.stacks.update_stack(StackName="canary", UsePreviousTemplate=True, Parameters=parameters)

    def wait(self):
        """Return the stack's status at the end of an update."""
        wait_until(lambda: not self.status().endswith("IN_PROGRESS"))
        return self.status()

    def status(self):
        return self.stacks.describe_stacks(StackName="canary")["Stacks"][0]["StackStatus"]

    def reset(self):
        """Let the alias run version 1, however that comes about."""
        with suppress(ClientError):
            self.update(Shift="AllAtOnce", Watch="false")
        self.wait()
        self.functions.update_alias(FunctionName="work", Name="live", FunctionVersion="1")

    def reason(self):
        """Return why the alias was not updated last."""
        events = self.stacks.describe_stack_events(StackName="canary")["StackEvents"]
        failed = (event for event in events if event["ResourceStatus"] == "UPDATE_FAILED")
        return next(failed)["ResourceStatusReason"]

    def alias(self):
        """Return the alias's version, and the weight of another one."""
        alias = self.functions.get_alias(FunctionName="work", Name="live")
        return alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})

    def invoke(self):
        """Return the version that runs when the alias is invoked."""
        return self.functions.invoke(FunctionName="work", Qualifier="live")["ExecutedVersion"]

    def is_ringing(self):
        (alarm,) = self.account.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return alarm["StateValue"] == "ALARM"

    def received(self, hook):
        """Return the AppSpecs that a hook has read."""
        events = self.account.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{hook}")["events"]
        return [json.loads(event["message"]) for event in events if event["message"].startswith("{")]


def as_parameters(values):
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]


@pytest.fixture(scope="module")
def created():
    with running() as emulator:
        yield Stack(Account(emulator))


@pytest.fixture
def stack(created):
    created.reset()
    return created


def test_a_tenth_of_the_invocations_runs_the_new_version_until_an_alarm_takes_it_back(stack):
    wait_until(lambda: not stack.is_ringing())
    stack.update(Version="2")
    wait_until(lambda: stack.alias() == ("1", {"2": 0.1}))
    assert stack.status() == "UPDATE_IN_PROGRESS"

    assert stack.invoke() == "2"  # fails

    assert stack.wait() == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.alias() == ("1", {})
    assert "alarms have been activated" in stack.reason()
    assert {stack.invoke() for _ in range(20)} == {"1"}


def test_a_ringing_alarm_stops_a_deployment_before_it_moves_anything_unless_it_is_not_watched(stack):
    stack.functions.update_alias(FunctionName="work", Name="live", FunctionVersion="2")
    stack.invoke()
    stack.functions.update_alias(FunctionName="work", Name="live", FunctionVersion="1")
    assert stack.is_ringing()

    stack.update(Version="3", Shift="AllAtOnce")
    assert stack.wait() == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.alias() == ("1", {})

    stack.update(Version="3", Shift="AllAtOnce", Watch="false")
    assert stack.wait() == "UPDATE_COMPLETE"
    assert stack.alias() == ("3", {})


def test_a_cancelled_update_takes_the_canary_back(stack):
    stack.update(Version="3", Watch="false")
    wait_until(lambda: stack.alias() == ("1", {"3": 0.1}))
    assert [stack.invoke() for _ in range(20)].count("3") == 2

    stack.stacks.cancel_update_stack(StackName="canary")

    assert stack.wait() == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.alias() == ("1", {})
    assert stack.reason() == "Resource update cancelled"


def test_a_hook_is_told_both_versions_and_its_success_lets_the_deployment_begin(stack):
    stack.update(Version="3", Watch="false", Shift="AllAtOnce", Hook="succeeded")

    assert stack.wait() == "UPDATE_COMPLETE"
    assert stack.alias() == ("3", {})
    ((function,),) = (resource.values() for resource in stack.received("succeeded")[-1]["Resources"])
    assert function["Properties"] == {
        "Name": "work",
        "Alias": "live",
        "CurrentVersion": "1",
        "TargetVersion": "3",
    }


@pytest.mark.parametrize(("hook", "reason"), [("failed", "reported Failed"), ("silent", "reported nothing")])
def test_a_hook_that_fails_or_reports_nothing_keeps_the_old_version(stack, hook, reason):
    stack.update(Version="3", Watch="false", Hook=hook)

    assert stack.wait() == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.alias() == ("1", {})
    assert reason in stack.reason()


def test_an_alias_that_was_moved_by_hand_fails_the_deployment_and_stays_where_it_is(stack):
    stack.functions.update_alias(FunctionName="work", Name="live", FunctionVersion="3")

    stack.update(Version="2", Watch="false")

    assert stack.wait() == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.alias() == ("3", {})
    assert "INVALID_LAMBDA_CONFIGURATION" in stack.reason()


@pytest.fixture(scope="module", params=[PATCHED, UNPATCHED], ids=["patched", "unpatched"])
def account(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(module._SETTINGS, "CODEDEPLOY_MINUTE_SECONDS", "0")  # noqa: SLF001 # a short test
        with running_app(request.param, patch) as emulator:
            yield Account(emulator)


@pytest.fixture
def patched(request):
    return request.node.callspec.params["account"] == PATCHED


@pytest.mark.parametrize("shift", ["Canary10Percent10Minutes", "Linear10PercentEvery1Minute", "AllAtOnce"])
def test_only_with_the_patch_codedeploy_moves_an_alias(account, patched, shift):
    if not patched:
        assert not account.creates_stack("canary", TEMPLATE)
        return
    stack = account.stack = getattr(account, "stack", None) or Stack(account)
    stack.reset()

    stack.update(Version="3", Shift=shift)

    assert stack.wait() == "UPDATE_COMPLETE"
    assert stack.alias() == ("3", {})


def test_only_with_the_patch_an_update_that_changes_no_resource_is_refused(account, patched):
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::If": ["IsGiven", "any", "any"]}}}
    template = {
        "Parameters": {"Given": {"Type": "String", "Default": ""}},
        "Conditions": {"IsGiven": {"Fn::Equals": [{"Ref": "Given"}, "given"]}},
        "Resources": {"Topic": topic},
    }
    assert account.creates_stack("unchanged", template)
    stacks, given = account.client("cloudformation"), as_parameters({"Given": "given"})

    if patched:
        with pytest.raises(ClientError, match="No updates are to be performed"):
            stacks.update_stack(StackName="unchanged", UsePreviousTemplate=True, Parameters=given)
        template |= {"Outputs": {"Given": {"Value": {"Ref": "Given"}}}}
    stacks.update_stack(StackName="unchanged", TemplateBody=json.dumps(template), Parameters=given)

    stacks.get_waiter("stack_update_complete").wait(StackName="unchanged", WaiterConfig={"Delay": 1})


def put(account, name, value, **dimensions):
    datum = {"MetricName": name, "Value": value, "Dimensions": as_dimensions(dimensions)}
    account.client("cloudwatch").put_metric_data(Namespace="test", MetricData=[datum])


def as_dimensions(values):
    return [{"Name": name, "Value": value} for name, value in values.items()]


def state(account, name):
    (alarm,) = account.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm["StateValue"]


def test_only_with_the_patch_an_alarm_watches_its_dimensions_only_and_ends_without_data(account, patched):
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="one",
        **ERRORS | {"Namespace": "test", "Dimensions": as_dimensions({"of": "one"}), "Period": 10},
    )
    put(account, "Errors", 1, of="other")
    assert state(account, "one") == ("OK" if patched else "ALARM")

    put(account, "Errors", 1, of="one")
    assert state(account, "one") == "ALARM"
    if patched:
        wait_until(lambda: state(account, "one") == "OK")


def test_only_with_the_patch_metric_math_is_evaluated(account, patched):
    def query(name):
        metric = {"Namespace": "test", "MetricName": name, "Dimensions": as_dimensions({"of": "math"})}
        return {
            "Id": name,
            "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        }

    share = {
        "Id": "share",
        "Expression": "IF(FILL(bad, 0) > 0 AND FILL(idle, 0) == 0, 100 * bad / all, 0)",
        "ReturnData": True,
    }
    alarm = {name: ERRORS[name] for name in ("EvaluationPeriods", "ComparisonOperator", "TreatMissingData")}
    alarm |= {"AlarmName": "share", "Threshold": 50, "Metrics": [share, *map(query, ("bad", "idle", "all"))]}
    template = {"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}}}
    assert account.creates_stack("math", template) is patched
    if not patched:
        return

    put(account, "all", 4, of="math")
    put(account, "bad", 1, of="math")
    assert state(account, "share") == "OK"
    put(account, "bad", 1, of="math")
    assert state(account, "share") == "ALARM"


def test_only_with_the_patch_a_log_line_in_the_embedded_format_is_a_metric(account, patched):
    directive = {"Namespace": "lines", "Dimensions": [["of"]], "Metrics": [{"Name": "Rows"}]}
    line = {
        "_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]},
        "of": "lines",
        "Rows": [2, 3],
    }
    code = f"def handler(event, context):\n    print({json.dumps(line)!r})"
    account.create_function("lines", code).invoke(FunctionName="lines")

    found = account.client("cloudwatch").get_metric_statistics(
        Namespace="lines",
        MetricName="Rows",
        Dimensions=as_dimensions({"of": "lines"}),
        StartTime=time.time() - 3600,
        EndTime=time.time() + 3600,
        Period=7200,
        Statistics=["Sum"],
    )["Datapoints"]

    assert [point["Sum"] for point in found] == ([5] if patched else [])
