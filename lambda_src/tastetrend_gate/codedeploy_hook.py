"""CodeDeploy's hook before it shifts traffic to a version."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class TrafficShift:
    """The version that a deployment moves traffic from, and the one that it moves traffic to."""

    current: str
    target: str

    @property
    def is_rollback(self) -> bool:
        """Versions are numbered in the order of their publication."""
        return int(self.target) < int(self.current)


def read_traffic_shift(codedeploy: "CodeDeployClient", deployment_id: str) -> TrafficShift:
    """Read the deployment's AppSpec.

    The deployment contains only a hash of its revision; the application's revision contains the text.
    """
    deployment = codedeploy.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
    revision = codedeploy.get_application_revision(
        applicationName=deployment["applicationName"], revision=deployment["revision"]
    )["revision"]
    specification = json.loads((revision.get("appSpecContent") or revision["string"])["content"])
    ((function,),) = (resource.values() for resource in specification["Resources"])
    properties = function["Properties"]
    return TrafficShift(properties["CurrentVersion"], properties["TargetVersion"])


def is_forced(s3: "S3Client", bucket: str, version: str) -> bool:
    """Return whether the version's manifest says that an operator has overridden the gate."""
    try:
        manifest = s3.get_object(Bucket=bucket, Key=f"releases/{version}/manifest.json")
    except s3.exceptions.NoSuchKey:
        return False
    return json.loads(manifest["Body"].read()).get("forced") is True


def report_status(codedeploy: "CodeDeployClient", event: dict[str, str], *, passed: bool) -> None:
    """Report to CodeDeploy whether the shift may begin."""
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if passed else "Failed",
    )
