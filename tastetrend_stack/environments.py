"""The settings of each environment, and the names of its resources."""

from dataclasses import dataclass, replace

from aws_cdk import Aws, RemovalPolicy
from aws_cdk.aws_logs import RetentionDays


class UnknownEnvironmentError(ValueError):
    """The context names no known environment."""


class UnknownOptionError(ValueError):
    """The context gives an option an unknown value."""


@dataclass(frozen=True)
class Environment:
    """One row of the table.

    Attributes:
        name: part of every resource's name.
        removal_policy: of buckets, queue and logs when the stack is deleted.
        log_retention: of the functions' logs.
        noncurrent_version_days: how long overwritten and deleted objects can be restored.
        audit_retention_days: how long access logs and the audit trail are kept.
        canary: a new version first gets a part of the events; where it is off, the context value `canary`
            switches it on for a deployment.
        audited: CloudTrail records every write to the buckets.
        compared: pull requests show a diff against this environment.
        secret_key: the key of pseudonyms is a secret; elsewhere it is public, as the data must be.
        retrieval: reviews become vectors that can be searched; where it is off, the context value `retrieval`
            switches it on for a deployment.
        large_file_task: files that are too large for a function are processed by a task on Fargate; switched
            on for a deployment, with the context value `large_files`.
    """

    name: str
    removal_policy: RemovalPolicy
    log_retention: RetentionDays
    noncurrent_version_days: int
    audit_retention_days: int
    canary: bool = False
    audited: bool = False
    compared: bool = False
    secret_key: bool = False
    retrieval: bool = False
    large_file_task: bool = False

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


_KEEP, _DELETE = RemovalPolicy.RETAIN, RemovalPolicy.DESTROY

ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("local", _DELETE, RetentionDays.ONE_WEEK, 7, 7),
        Environment("dev", _DELETE, RetentionDays.TWO_WEEKS, 30, 30, compared=True, retrieval=True),
        Environment(
            "staging", _KEEP, RetentionDays.ONE_MONTH, 30, 90, canary=True, secret_key=True, retrieval=True
        ),
        Environment(
            "prod",
            _KEEP,
            RetentionDays.ONE_YEAR,
            90,
            365,
            canary=True,
            audited=True,
            secret_key=True,
            retrieval=True,
        ),
    )
}
_OPTIONS = {"large_files": "fargate", "retrieval": "on", "canary": "on"}


def find_environment(
    name: str | None,
    large_files: str | None = None,
    retrieval: str | None = None,
    canary: str | None = None,
) -> Environment:
    """Return the environment of that name; `large_files` may be `fargate`, and the other options `on`.

    Raises:
        UnknownEnvironmentError: there is none; the message lists the known names.
        UnknownOptionError: an option has another value.
    """
    if name not in ENVIRONMENTS:
        problem = f"unknown environment {name!r}" if name else "no environment named"
        raise UnknownEnvironmentError(f"{problem}: pass --context env=<one of {', '.join(ENVIRONMENTS)}>")
    for option, value in {"large_files": large_files, "retrieval": retrieval, "canary": canary}.items():
        if value not in (None, known := _OPTIONS[option]):
            raise UnknownOptionError(
                f"unknown {option} {value!r}: pass --context {option}={known}, or leave it out"
            )
    row = ENVIRONMENTS[name]
    return replace(
        row,
        large_file_task=bool(large_files),
        retrieval=row.retrieval or bool(retrieval),
        canary=row.canary or bool(canary),
    )
