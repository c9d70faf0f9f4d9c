"""CloudTrail's record of every write to the buckets."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.bucket import PrivateBucket, audit_retention
from tastetrend_stack.checkov import suppress
from tastetrend_stack.environments import Environment


class AuditTrail(Construct):
    """A trail of the buckets' data events, signed by CloudTrail, in a separate bucket."""

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, buckets: Sequence[s3.IBucket]
    ) -> None:
        super().__init__(scope, construct_id)
        expiring = [audit_retention(environment)]
        bucket = PrivateBucket(self, "Bucket", environment=environment, kind="audit", lifecycle=expiring)
        reason = "It is a record itself; CloudTrail's digests show tampering with it"
        Validations.of(bucket).acknowledge(Acknowledgment(id="AwsSolutions-S1", reason=reason))
        trail = cloudtrail.Trail(
            self,
            "Trail",
            trail_name=environment.resource_name("audit"),
            bucket=bucket,
            management_events=cloudtrail.ReadWriteType.NONE,  # a concern of the account, not of a stack
            is_multi_region_trail=False,
            include_global_service_events=False,
        )
        suppress(
            trail,
            {
                "CKV_AWS_35": "The bucket encrypts its objects; CloudTrail signs them",
                "CKV_AWS_67": "It records the buckets of one stack, which are in one region",
            },
        )
        trail.add_s3_event_selector(
            [cloudtrail.S3EventSelector(bucket=each) for each in buckets],
            read_write_type=cloudtrail.ReadWriteType.WRITE_ONLY,
        )
