"""The settings of each environment, and the names of its resources."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Aws, RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

AuditedEvents = Literal["management", "objects", "invocations"]
"""Calls that configure resources; reads and writes of objects in the three buckets; calls of functions."""

ALL_EVENTS: tuple[AuditedEvents, ...] = ("management", "objects", "invocations")


@dataclass(frozen=True)
class DataRetention:
    """Days after which S3 deletes objects; None: kept.

    Attributes:
        raw: uploaded files.
        datasets: datasets of reviews, with their reports and, by S3's events, their vectors.
        curated: curated parts, without names.
        rejected: rejected rows and error reports.
    """

    raw: int | None = None
    datasets: int | None = None
    curated: int | None = None
    rejected: int | None = None


@dataclass(frozen=True)
class NamedRoles:
    """ARNs of the roles, beside the pipeline's own, that may read and write objects.

    Attributes:
        uploaders: in the raw bucket.
        operators: in all three buckets.
        analysts: in the processed bucket.
    """

    uploaders: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    analysts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Environment:
    """One row of the table.

    Attributes:
        name: part of every resource's name.
        removal_policy: of buckets, queues, logs, secret and key when the stack is deleted.
        log_retention: of the functions' logs.
        noncurrent_version_days: how long overwritten and deleted objects can be restored.
        audit_retention_days: how long access logs and the audit trail are kept.
        retention: how long the data are kept.
        canary: a new version first gets a part of the events; where it is off, the context value `canary`
            switches it on for a deployment.
        audited: what CloudTrail records.
        audit_lock: S3 denies deleting records of the audit trail before `audit_retention_days`.
        compared: pull requests show a diff against this environment.
        secret_key: the key of pseudonyms is a secret; elsewhere it is public, as the data must be.
        kms_key: the buckets with data are encrypted under a KMS key of the environment.
        retrieval: reviews become vectors that can be searched; where it is off, the context value `retrieval`
            switches it on for a deployment.
        embedding_tokens_a_day: how many tokens may be sent to the model on a day (UTC).
        large_file_task: files that are too large for a function are processed by a task on Fargate; switched
            on for a deployment, with the context value `large_files`.
        boundary: a permissions boundary limits all roles; switched on by the context value `boundary`.
        roles: who may read and write objects, None: whoever IAM allows; named by context values.
        reserved_concurrency: of the etl function; None: as much as the account has. A number would also be
            the most that the function can use. Nothing competes with the events in an account of its own, as
            batches have a limit; and in a new account, which has 10, the deployment would fail.
    """

    name: str
    removal_policy: RemovalPolicy
    log_retention: RetentionDays
    noncurrent_version_days: int
    audit_retention_days: int
    retention: DataRetention
    canary: bool = False
    audited: tuple[AuditedEvents, ...] = ()
    audit_lock: bool = False
    compared: bool = False
    secret_key: bool = False
    kms_key: bool = False
    retrieval: bool = False
    embedding_tokens_a_day: int = 5_000_000
    large_file_task: bool = False
    boundary: bool = False
    roles: NamedRoles | None = None
    reserved_concurrency: int | None = None

    def resource_name(self, *parts: str) -> str:
        """Return `tastetrend-<environment>-<parts>`."""
        return "-".join(("tastetrend", self.name, *parts))

    def bucket_name(self, kind: str) -> str:
        """Return a bucket's name, so that policies can name it without depending on the bucket."""
        return self.resource_name(kind, Aws.ACCOUNT_ID)

    @property
    def database_name(self) -> str:
        """Return the name of Glue's database, in which SQL needs no quotes."""
        return self.resource_name().replace("-", "_")

    @property
    def live_alias(self) -> str:
        """Return the alias that S3 events invoke: of the environment's name; `local` uses `dev`."""
        return "dev" if self.name == "local" else self.name

    @property
    def tags(self) -> dict[str, str]:
        """Return the cost allocation tags."""
        return {
            "Project": "TasteTrend",
            "Environment": self.name,
            "ManagedBy": "CDK",
            "CostCenter": "tastetrend-etl",
        }


# What a failed deployment has created is deleted in any case, so that the deployment can be repeated.
_KEEP, _DELETE = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, RemovalPolicy.DESTROY

ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("local", _DELETE, RetentionDays.ONE_WEEK, 7, 7, DataRetention(30, 30, 30, 30)),
        Environment(
            "dev",
            _DELETE,
            RetentionDays.TWO_WEEKS,
            30,
            30,
            DataRetention(raw=90, datasets=90, curated=90, rejected=30),
            audited=ALL_EVENTS,
            compared=True,
            retrieval=True,
        ),
        Environment(
            "staging",
            _KEEP,
            RetentionDays.ONE_MONTH,
            30,
            90,
            DataRetention(raw=180, datasets=180, curated=180, rejected=90),
            canary=True,
            audited=ALL_EVENTS,
            secret_key=True,
            kms_key=True,
            retrieval=True,
            embedding_tokens_a_day=10_000_000,
        ),
        Environment(
            "prod",
            _KEEP,
            RetentionDays.ONE_YEAR,
            90,
            365,
            DataRetention(raw=730, datasets=730, curated=None, rejected=90),
            canary=True,
            audited=ALL_EVENTS,
            audit_lock=True,
            secret_key=True,
            kms_key=True,
            retrieval=True,
            embedding_tokens_a_day=50_000_000,
        ),
    )
}
