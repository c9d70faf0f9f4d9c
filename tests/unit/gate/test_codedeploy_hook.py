"""CodeDeploy runs the gate before it shifts traffic, and always gets a status."""

import importlib
import json

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from tastetrend_gate.golden_files import golden_files
from tests.unit.conftest import ARTIFACTS
from tests.unit.gate import gate_versions

EVENT = {"DeploymentId": "d-AB12CD34E", "LifecycleEventHookExecutionId": "hook-1"}
BY_HASH = {"revisionType": "String", "string": {"sha256": "0" * 64}}


def application_revision(current, target):
    properties = {
        "Name": "tastetrend-prod-etl",
        "Alias": "prod",
        "CurrentVersion": current,
        "TargetVersion": target,
    }
    resource = {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    content = json.dumps({"version": 0.0, "Resources": [resource], "Hooks": [{"BeforeAllowTraffic": "gate"}]})
    return BY_HASH | {"string": {"content": content}}


@pytest.fixture
def shift_traffic(handler, monkeypatch):
    """Return a function that runs the hook for a traffic shift and expects the reported status."""
    monkeypatch.setenv("ETL_FUNCTION", "tastetrend-prod-etl")
    monkeypatch.setenv("ETL_VERSION", "7")
    module = importlib.reload(importlib.import_module("quality_gate"))
    clean = [golden for golden in golden_files() if golden.name == "clean.csv"]
    monkeypatch.setattr("tastetrend_gate.verdict.golden_files", lambda: clean)

    def shift(current, target, *, status, code=gate_versions.unchanged, revision=None, remaining_ms=600_000):
        codedeploy = boto3.client("codedeploy")
        monkeypatch.setattr(module, "CODEDEPLOY", codedeploy)
        monkeypatch.setattr(
            module,
            "LAMBDA",
            gate_versions.Versions(handler, {current: gate_versions.unchanged, target: code}),
        )
        with Stubber(codedeploy) as stub:
            _expect(stub, revision or application_revision(current, target), status)
            response = module.lambda_handler(EVENT, gate_versions.LambdaContext(remaining_ms=remaining_ms))
            stub.assert_no_pending_responses()
        return response

    return shift


def _expect(stub, revision, status):
    deployed = {"applicationName": "tastetrend-prod-etl", "revision": BY_HASH}
    stub.add_response("get_deployment", {"deploymentInfo": deployed}, {"deploymentId": EVENT["DeploymentId"]})
    stub.add_response("get_application_revision", {"revision": revision}, deployed)
    reported = {
        "deploymentId": EVENT["DeploymentId"],
        "lifecycleEventHookExecutionId": EVENT["LifecycleEventHookExecutionId"],
        "status": status,
    }
    stub.add_response("put_lifecycle_event_hook_execution_status", {}, reported)


def test_the_target_version_is_checked_against_the_current_one(shift_traffic):
    response = shift_traffic("5", "7", status="Succeeded")

    assert (response["status"], response["version"], response["baseline"]) == ("pass", "7", "5")


def test_no_traffic_goes_to_a_version_that_fails(shift_traffic):
    assert (
        shift_traffic("5", "7", status="Failed", code=gate_versions.maps_one_gender_to_null)["status"]
        == "fail"
    )


def test_a_rollback_always_passes(shift_traffic, store):
    assert shift_traffic("7", "5", status="Succeeded", code=gate_versions.raises)["status"] == "not judged"


@pytest.mark.parametrize(("forced", "status"), [(True, "Succeeded"), (False, "Failed")])
def test_a_forced_version_passes(forced, status, shift_traffic, store):
    manifest = json.dumps({"version": "7", "forced": forced}).encode()
    store.client.put_object(Bucket=ARTIFACTS, Key="releases/7/manifest.json", Body=manifest)

    shift_traffic("5", "7", status=status, code=gate_versions.raises)


def test_an_app_spec_of_the_newer_kind_is_read_too(shift_traffic):
    revision = application_revision("5", "7")
    newer = {"revisionType": "AppSpecContent", "appSpecContent": revision["string"]}

    assert shift_traffic("5", "7", status="Succeeded", revision=newer)["version"] == "7"


def test_the_hook_reports_failure_before_the_time_is_over(shift_traffic):
    response = shift_traffic("5", "7", status="Failed", remaining_ms=60_000)

    assert "ran out of time after 0 golden files" in response["reasons"][0]


def test_the_hook_reports_failure_when_the_gate_itself_fails(shift_traffic, monkeypatch, store):
    store.client.delete_bucket(Bucket=ARTIFACTS)

    with pytest.raises(ClientError):
        shift_traffic("5", "7", status="Failed")
