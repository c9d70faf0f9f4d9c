"""CloudTrail's record of who did what to the environment and its data."""

from collections.abc import Mapping, Sequence

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.bucket import PrivateBucket, audit_retention
from tastetrend_stack.checkov import suppress
from tastetrend_stack.environments import AuditedEvents, Environment
from tastetrend_stack.iam import regional_arn

_Selector = cloudtrail.CfnTrail.AdvancedEventSelectorProperty
_Field = cloudtrail.CfnTrail.AdvancedFieldSelectorProperty


class AuditTrail(Construct):
    """A trail, signed by CloudTrail, in a separate bucket."""

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, buckets: Sequence[s3.IBucket]
    ) -> None:
        super().__init__(scope, construct_id)
        expiring = [audit_retention(environment)]
        bucket = PrivateBucket(self, "Bucket", environment=environment, kind="audit", lifecycle=expiring)
        reason = "It is a record itself; CloudTrail's digests show tampering with it"
        Validations.of(bucket).acknowledge(Acknowledgment(id="AwsSolutions-S1", reason=reason))
        if environment.audit_lock:
            _lock(bucket, environment.audit_retention_days)
        trail = cloudtrail.Trail(
            self,
            "Trail",
            trail_name=environment.resource_name("audit"),
            bucket=bucket,
            is_multi_region_trail=False,
            include_global_service_events=True,  # those of IAM
        )
        suppress(
            trail,
            {
                "CKV_AWS_35": "The bucket encrypts its objects; CloudTrail signs them",
                "CKV_AWS_67": "It records the buckets of one stack, which are in one region",
            },
        )
        resource = trail.node.default_child
        assert isinstance(resource, cloudtrail.CfnTrail)  # noqa: S101 # nosec B101 # narrows the type
        selectors = _selectors(environment, buckets)
        resource.advanced_event_selectors = [selectors[kind] for kind in environment.audited]
        resource.add_property_deletion_override("EventSelectors")  # CloudTrail takes one kind only


def _selectors(environment: Environment, buckets: Sequence[s3.IBucket]) -> Mapping[AuditedEvents, _Selector]:
    """Return the selector of each kind of event; the construct's own cannot name functions by a prefix."""
    management = _Field(field="eventCategory", equal_to=["Management"])
    functions = regional_arn("lambda", f"function:{environment.resource_name('')}")
    return {
        "management": _Selector(name="Calls that configure resources", field_selectors=[management]),
        "objects": _select_data("S3::Object", [f"{bucket.bucket_arn}/" for bucket in buckets]),
        "invocations": _select_data("Lambda::Function", [functions]),
    }


def _select_data(kind: str, arns: Sequence[str]) -> _Selector:
    """Return the selector of all calls on the data of resources whose ARNs begin so."""
    fields = [
        _Field(field="eventCategory", equal_to=["Data"]),
        _Field(field="resources.type", equal_to=[f"AWS::{kind}"]),
        _Field(field="resources.ARN", starts_with=arns),
    ]
    return _Selector(name=f"Calls on {kind}", field_selectors=fields)


def _lock(bucket: s3.Bucket, days: int) -> None:
    """Lock each object from its creation on.

    The bucket's property `ObjectLockEnabled` would replace a bucket that is there; this one does not.
    """
    retention = s3.CfnBucket.DefaultRetentionProperty(mode="GOVERNANCE", days=days)
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)  # noqa: S101 # nosec B101 # narrows the type
    resource.object_lock_configuration = s3.CfnBucket.ObjectLockConfigurationProperty(
        object_lock_enabled="Enabled", rule=s3.CfnBucket.ObjectLockRuleProperty(default_retention=retention)
    )
