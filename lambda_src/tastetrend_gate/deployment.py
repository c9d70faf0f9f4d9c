"""Speaks with CodeDeploy, which asks the gate before it shifts traffic to a version."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_s3 import S3Client

_GONE = frozenset({"404", "NoSuchKey"})


@dataclass(frozen=True)
class Shift:
    """What a deployment is about to do: traffic goes from one version to another."""

    current: str
    target: str

    @property
    def goes_back(self) -> bool:
        """Say whether this is a rollback: versions are numbered in the order in which they came."""
        return int(self.target) < int(self.current)


def read_shift(codedeploy: "CodeDeployClient", deployment_id: str) -> Shift:
    """Return what the deployment's AppSpec says.

    The deployment itself names its revision by a hash only; the text has to be asked of the application.
    """
    found = codedeploy.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
    held = codedeploy.get_application_revision(
        applicationName=found["applicationName"], revision=found["revision"]
    )["revision"]
    specification = json.loads((held.get("appSpecContent") or held["string"])["content"])
    ((function,),) = (resource.values() for resource in specification["Resources"])
    properties = function["Properties"]
    return Shift(properties["CurrentVersion"], properties["TargetVersion"])


def is_forced(s3: "S3Client", bucket: str, version: str) -> bool:
    """Say whether an operator has overruled the gate, as the version's manifest tells."""
    try:
        manifest = s3.get_object(Bucket=bucket, Key=f"releases/{version}/manifest.json")
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return False
        raise
    return json.loads(manifest["Body"].read()).get("forced") is True


def answer(codedeploy: "CodeDeployClient", event: dict[str, str], *, passed: bool) -> None:
    """Tell CodeDeploy whether the shift may begin."""
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if passed else "Failed",
    )
