"""What the quality gate may do, each action on the narrowest resource that it works on."""

from dataclasses import dataclass

from aws_cdk import Acknowledgment, Aws
from aws_cdk import aws_iam as iam

from tastetrend_stack.environments import Environment
from tastetrend_stack.grants import accept, allow, arn


@dataclass(frozen=True)
class GatePermissions:
    """The statements of one environment; resources go by name, so nothing waits for the role."""

    environment: Environment

    @property
    def statements(self) -> list[iam.PolicyStatement]:
        """Return what the role allows; its answers to CodeDeploy are granted by the deployment group."""
        return [
            allow(["lambda:InvokeFunction"], [self._versions]),
            allow(["s3:ListBucket"], [self._artifacts]),
            allow(["s3:PutObject"], [self._golden_files, self._releases]),
            allow(["s3:GetObject"], [self._golden_files, *self._made_of_them]),
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], [self._log_group, self._log_streams]),
            *(self._to_be_asked if self.environment.canary else []),
        ]

    @property
    def accepted_wildcards(self) -> list[Acknowledgment]:
        """Return why the wildcards stay, for whoever scans the policy."""
        return [
            accept(self._versions, "Any version may have to be judged; its number is not known beforehand"),
            accept(self._releases, "Verdicts are kept under the numbers of versions"),
            *(
                accept(objects, "Golden files and what is made of them stand under keys of each run")
                for objects in (self._golden_files, *self._made_of_them)
            ),
            accept(self._log_streams, "Lambda names the streams, all of them in the function's own group"),
        ]

    @property
    def _to_be_asked(self) -> list[iam.PolicyStatement]:
        """Return what finding out takes which version CodeDeploy is about to shift traffic to."""
        name, alias = self.environment.named("etl"), self.environment.live_alias
        return [
            allow(
                ["codedeploy:GetDeployment"], [arn("codedeploy", f"deploymentgroup:{name}/{name}-{alias}")]
            ),
            allow(["codedeploy:GetApplicationRevision"], [arn("codedeploy", f"application:{name}")]),
            allow(["s3:GetObject"], [self._releases]),
        ]

    @property
    def _versions(self) -> str:
        return arn("lambda", f"function:{self.environment.named('etl')}:*")

    @property
    def _artifacts(self) -> str:
        return f"arn:{Aws.PARTITION}:s3:::{self.environment.bucket_name('artifacts')}"

    @property
    def _golden_files(self) -> str:
        return f"{self._artifacts}/gate/*"

    @property
    def _made_of_them(self) -> list[str]:
        return [f"{self._artifacts}/processed/{part}gate/*" for part in ("", "rejected/", "logs/")]

    @property
    def _releases(self) -> str:
        return f"{self._artifacts}/releases/*"

    @property
    def _log_group(self) -> str:
        return arn("logs", f"log-group:/aws/lambda/{self.environment.named('quality-gate')}")

    @property
    def _log_streams(self) -> str:
        return f"{self._log_group}:*"
