"""Replaces customers' names by pseudonyms: equal names get equal ones, which only the key links to a name."""

import hmac
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from tastetrend_etl.errors import RetryableError

MAX_KEY_AGE = 300
"""Seconds after which a warm function reads the secret again, and notices a rotated key."""

_HEX_DIGITS = 32  # of the 64 of the hash: 128 bits, as in a review_id
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=6)


@dataclass(frozen=True)
class PseudonymKey:
    """The key of pseudonyms and its version, which is kept beside them: those of two versions differ."""

    value: bytes = field(repr=False)
    version: str


class KeySettings(Protocol):
    """The settings that say where the key is."""

    @property
    def pseudonym_key(self) -> str:
        """The key, where it is not in a secret."""

    @property
    def pseudonym_secret(self) -> str:
        """The ARN of the secret with the key."""


class MissingKeyError(RetryableError):
    """The key of pseudonyms is not set or cannot be read; no name is written instead."""


def load_key(settings: KeySettings) -> PseudonymKey:
    """Return the key from Secrets Manager if the settings name a secret, else the one in the settings.

    Raises:
        MissingKeyError: there is none, or Secrets Manager cannot be reached or denies the request.
    """
    if settings.pseudonym_secret:
        key = _read_secret(settings.pseudonym_secret)
    else:
        key = PseudonymKey(settings.pseudonym_key.encode(), "environment")
    if not key.value.strip():
        raise MissingKeyError("the key of pseudonyms is empty; set it, then process the file again")
    return key


def pseudonym(name: str, key: PseudonymKey) -> str:
    """Return the pseudonym of a name: 32 hexadecimal digits of the HMAC-SHA-256 of the normalized name."""
    return hmac.digest(key.value, normalize(name).encode(), "sha256").hex()[:_HEX_DIGITS]


def normalize(name: str) -> str:
    """Return a name without differences in case, width or spaces: NFKC, case folded, single spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


class _VersionedSecrets(SecretsProvider):
    """Powertools' cache of secrets, with the id of each secret's version, which it leaves out."""

    def _get(self, name: str, **sdk_options: Any) -> Any:  # noqa: ANN401 # Powertools' types
        secret = self.client.get_secret_value(SecretId=name, **sdk_options)
        return PseudonymKey(secret["SecretString"].encode(), secret["VersionId"])


@cache
def secrets_provider() -> _VersionedSecrets:
    """Return the provider, made when a secret is first read: a client takes a while to create."""
    return _VersionedSecrets(boto_config=_CONFIG)


def _read_secret(name: str) -> PseudonymKey:
    try:
        key: Any = secrets_provider().get(name, max_age=MAX_KEY_AGE)
    except GetParameterError as error:
        raise MissingKeyError(f"the key of pseudonyms cannot be read: {error}") from error
    return PseudonymKey(key.value, key.version)
