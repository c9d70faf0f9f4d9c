"""The buckets of raw files, processed datasets, release artifacts and access logs."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.bucket import PrivateBucket, audit_retention
from tastetrend_stack.data_key import build_key
from tastetrend_stack.environments import Environment, NamedRoles
from tastetrend_stack.iam import CURATED_PREFIX, OUTPUT_PREFIXES

_GATE_PREFIXES = (
    "gate/",
    *(f"{prefix}/" for prefix in OUTPUT_PREFIXES),
)  # of the artifacts bucket: golden files and their outputs
# Athena writes each result once; overwritten or deleted, it is of no more use.
_QUERY_RESULTS = s3.LifecycleRule(
    prefix="queries/", expiration=Duration.days(7), noncurrent_version_expiration=Duration.days(1)
)


class Storage(Construct):
    """Three buckets that contain customers' names, their key, and a fourth bucket for their access logs."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self._environment, retention = environment, environment.retention
        roles = environment.roles or NamedRoles()
        self.key = build_key(self, environment)
        self._access_logs = PrivateBucket(
            self,
            "AccessLogs",
            environment=environment,
            kind="access-logs",
            lifecycle=[audit_retention(environment)],
        )
        self.raw = self._build_bucket("raw", [], roles.uploaders, days=retention.raw)
        expiring = [
            _QUERY_RESULTS,
            *_expire(retention.datasets, "processed/"),
            *_expire(retention.curated, f"{CURATED_PREFIX}/"),
            *_expire(retention.rejected, "rejected/"),
        ]
        self.processed = self._build_bucket("processed", expiring, roles.analysts)
        of_gate = [rule for prefix in _GATE_PREFIXES for rule in _expire(30, prefix)]
        self.artifacts = self._build_bucket("artifacts", of_gate)
        self.data = [self.raw, self.processed, self.artifacts]

    def _build_bucket(
        self,
        kind: str,
        expiring: list[s3.LifecycleRule],
        roles: tuple[str, ...] = (),
        *,
        days: int | None = None,
    ) -> s3.Bucket:
        """Build a bucket that keeps current objects for so many days, and those of `expiring` as that says.

        All objects have one rule only, as S3 has refused two rules with the same filter. With an expiration,
        S3 removes delete markers without versions by itself, and accepts no option for it.
        """
        kept = s3.LifecycleRule(
            expiration=Duration.days(days) if days else None,
            abort_incomplete_multipart_upload_after=Duration.days(7),
            noncurrent_version_expiration=Duration.days(self._environment.noncurrent_version_days),
            expired_object_delete_marker=None if days else True,
        )
        return PrivateBucket(
            self,
            kind.capitalize(),
            environment=self._environment,
            kind=kind,
            access_logs=self._access_logs,
            lifecycle=[kept, *expiring],
            key=self.key,
            roles=self._name_roles(roles),
        )

    def _name_roles(self, roles: tuple[str, ...]) -> list[str]:
        """Return the roles that may access objects: these, the operators', the pipeline's; else none."""
        if not self._environment.roles:
            return []
        own = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{self._environment.resource_name('*')}"
        return [own, *self._environment.roles.operators, *roles]


def _expire(days: int | None, prefix: str) -> list[s3.LifecycleRule]:
    """Return the rule that deletes objects after so many days; none if they are kept."""
    return [s3.LifecycleRule(prefix=prefix, expiration=Duration.days(days))] if days else []
