"""What the etl function may do, each action on the narrowest resource that it works on."""

from dataclasses import dataclass

from aws_cdk import Acknowledgment, Aws
from aws_cdk import aws_iam as iam

from tastetrend_stack.environments import Environment
from tastetrend_stack.grants import accept, allow, arn


@dataclass(frozen=True)
class EtlPermissions:
    """The statements of one environment; resources go by name, so nothing waits for the role."""

    environment: Environment

    @property
    def statements(self) -> list[iam.PolicyStatement]:
        """Return what the role allows."""
        return [
            # Without ListBucket, asking for a key that is not there answers 403 instead of 404.
            allow(["s3:ListBucket"], [self._bucket(kind) for kind in ("raw", "processed", "artifacts")]),
            allow(["s3:GetObject", "s3:GetObjectVersion"], [self._raw_objects, self._golden_files]),
            allow(
                ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
                [self._processed_objects, *self._rehearsed_objects],
            ),
            allow(["sqs:SendMessage"], [arn("sqs", self.environment.named("etl-failures"))]),
            # Some log calls are judged on the group's own ARN, others on its streams'.
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], [self._log_group, self._log_streams]),
        ]

    @property
    def accepted_wildcards(self) -> list[Acknowledgment]:
        """Return why the wildcards stay, for whoever scans the policy."""
        return [
            accept(
                self._raw_objects, "The senders choose the keys, so any object of raw may have to be read"
            ),
            accept(self._processed_objects, "Keys of outputs follow the senders' keys, below one prefix"),
            *(
                accept(objects, "The quality gate replays golden files under keys of its own run")
                for objects in (self._golden_files, *self._rehearsed_objects)
            ),
            accept(self._log_streams, "Lambda names the streams, all of them in the function's own group"),
        ]

    @property
    def _raw_objects(self) -> str:
        return f"{self._bucket('raw')}/*"

    @property
    def _processed_objects(self) -> str:
        return f"{self._bucket('processed')}/processed/*"

    @property
    def _golden_files(self) -> str:
        return f"{self._bucket('artifacts')}/gate/*"

    @property
    def _rehearsed_objects(self) -> list[str]:
        """Return where datasets, rejected rows and reports of golden files go."""
        return [f"{self._bucket('artifacts')}/processed/{part}gate/*" for part in ("", "rejected/", "logs/")]

    @property
    def _log_group(self) -> str:
        return arn("logs", f"log-group:{self.environment.etl_log_group}")

    @property
    def _log_streams(self) -> str:
        return f"{self._log_group}:*"

    def _bucket(self, kind: str) -> str:
        return f"arn:{Aws.PARTITION}:s3:::{self.environment.bucket_name(kind)}"
