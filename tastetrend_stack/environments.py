"""How the environments differ, and how their resources are named."""

from dataclasses import dataclass

from aws_cdk import Aws, RemovalPolicy
from aws_cdk.aws_logs import RetentionDays


class UnknownEnvironmentError(ValueError):
    """The context names no environment of the table."""


@dataclass(frozen=True)
class Environment:
    """One row of the table.

    Attributes:
        name: part of every resource's name.
        removal: what becomes of buckets and logs when the stack is deleted.
        log_retention: how long the function's log is kept.
        old_versions_days: how long overwritten and deleted objects can be brought back.
        record_days: how long it can be told who read or wrote an object.
        canary: another version takes over the events bit by bit.
        audited: every write to the buckets is on CloudTrail's record.
        compared: pull requests show what they would change here.
    """

    name: str
    removal: RemovalPolicy
    log_retention: RetentionDays
    old_versions_days: int
    record_days: int
    canary: bool = False
    audited: bool = False
    compared: bool = False

    def named(self, *parts: str) -> str:
        """Return the name of one of this environment's resources."""
        return "-".join(("tastetrend", self.name, *parts))

    def bucket_name(self, kind: str) -> str:
        """Return a bucket's name, known before the bucket is, so that nothing has to wait for it."""
        return self.named(kind, Aws.ACCOUNT_ID)

    @property
    def etl_log_group(self) -> str:
        """Return the name of the function's log group."""
        return f"/aws/lambda/{self.named('etl')}"

    @property
    def live_alias(self) -> str:
        """Return the alias that S3 events invoke: its namesake, which `local` has not."""
        return "dev" if self.name == "local" else self.name

    @property
    def tags(self) -> dict[str, str]:
        """Return what tells, on the bill, whose a resource is."""
        return {
            "Project": "TasteTrend",
            "Environment": self.name,
            "ManagedBy": "CDK",
            "CostCenter": "tastetrend-etl",
        }


_KEEP, _DELETE = RemovalPolicy.RETAIN, RemovalPolicy.DESTROY
_DAYS = RetentionDays

ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("local", _DELETE, _DAYS.ONE_WEEK, old_versions_days=7, record_days=7),
        Environment("dev", _DELETE, _DAYS.TWO_WEEKS, old_versions_days=30, record_days=30, compared=True),
        Environment("staging", _KEEP, _DAYS.ONE_MONTH, old_versions_days=30, record_days=90, canary=True),
        Environment(
            "prod",
            _KEEP,
            _DAYS.ONE_YEAR,
            old_versions_days=90,
            record_days=365,
            canary=True,
            audited=True,
        ),
    )
}


def find_environment(name: str | None) -> Environment:
    """Return the environment of that name.

    Raises:
        UnknownEnvironmentError: there is none, listing those there are.
    """
    if name not in ENVIRONMENTS:
        asked = f"unknown environment {name!r}" if name else "no environment named"
        raise UnknownEnvironmentError(f"{asked}: pass --context env=<one of {', '.join(ENVIRONMENTS)}>")
    return ENVIRONMENTS[name]
