"""Keeps on record, apart from the data, who changed an object of the data."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.bucket import PrivateBucket
from tastetrend_stack.environments import Environment


class AuditTrail(Construct):
    """A trail of every write to the buckets, signed by CloudTrail, in a bucket of its own."""

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, buckets: Sequence[s3.IBucket]
    ) -> None:
        super().__init__(scope, construct_id)
        trail = cloudtrail.Trail(
            self,
            "Trail",
            trail_name=environment.named("audit"),
            bucket=self._build_bucket(environment),
            management_events=cloudtrail.ReadWriteType.NONE,  # those are the account's concern, not a stack's
            is_multi_region_trail=False,
            include_global_service_events=False,
        )
        trail.add_s3_event_selector(
            [cloudtrail.S3EventSelector(bucket=bucket) for bucket in buckets],
            read_write_type=cloudtrail.ReadWriteType.WRITE_ONLY,
        )

    def _build_bucket(self, environment: Environment) -> s3.Bucket:
        bucket = PrivateBucket(
            self,
            "Bucket",
            environment=environment,
            kind="audit",
            lifecycle=s3.LifecycleRule(
                expiration=Duration.days(environment.record_days),
                noncurrent_version_expiration=Duration.days(environment.old_versions_days),
            ),
        )
        Validations.of(bucket).acknowledge(
            Acknowledgment(
                id="AwsSolutions-S1",
                reason="It is a record itself; CloudTrail's digests show tampering with it",
            )
        )
        return bucket
