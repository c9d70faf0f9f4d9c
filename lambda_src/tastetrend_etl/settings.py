"""Reads the function's settings from the environment."""

import os
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True)
class Settings:
    """One field for each environment variable that the stack sets, its name in lower case.

    Attributes:
        pseudonym_key: the key of pseudonyms, where it is not in a secret.
        pseudonym_secret: the ARN of the secret with the key.
        tier: `small`, `large` or `task`.
        largest_tier: the largest one that is deployed, `large` or `task`.
        batch_arn: the state machine to which the small tier hands over files.
        etl_version: of the larger tiers, the version of the small one that was deployed with it.
    """

    raw_bucket: str
    processed_bucket: str
    artifacts_bucket: str
    tier: str
    largest_tier: str = "large"
    batch_arn: str = ""
    etl_version: str = ""
    pseudonym_key: str = field(default="", repr=False)
    pseudonym_secret: str = ""

    @property
    def is_gate_run(self) -> bool:
        """Whether golden files are replayed: their outputs are compared and expire."""
        return self.processed_bucket == self.artifacts_bucket

    @property
    def hands_over(self) -> bool:
        """Whether there is a larger tier; golden files stay in theirs."""
        return self.tier != self.largest_tier and not self.is_gate_run

    def gate_run(self) -> "Settings":
        """Return the settings for replaying golden files: both buckets are the artifacts bucket."""
        return replace(self, raw_bucket=self.artifacts_bucket, processed_bucket=self.artifacts_bucket)


def load_settings(kind: type[T]) -> T:
    """Fill a dataclass of strings from the environment; variables of fields with a default may be missing.

    Raises:
        RuntimeError: variables are not set.
    """
    values = {each.name: os.environ.get(each.name.upper()) for each in fields(kind)}
    given = {name: value for name, value in values.items() if value}
    required = [each.name for each in fields(kind) if each.default is MISSING]
    missing = [name.upper() for name in required if name not in given]
    if missing:
        raise RuntimeError(
            f"environment variables not set: {', '.join(missing)}; the stack sets them, deploy it again"
        )
    return kind(**given)


def function_name() -> str:
    """Return the name of the Lambda function or of the task, which contains the environment's."""
    names = map(os.environ.get, ("AWS_LAMBDA_FUNCTION_NAME", "POWERTOOLS_SERVICE_NAME"))
    return next(filter(None, names), "tastetrend-etl")
