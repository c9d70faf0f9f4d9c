"""Pseudonyms: equal names get equal ones, and the key comes from the environment or from Secrets Manager."""

import hashlib
import hmac
from datetime import datetime, timedelta

import pytest
from aws_lambda_powertools.utilities.parameters import base
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from tastetrend_etl import pseudonym as module
from tastetrend_etl.errors import RetryableError
from tastetrend_etl.pseudonym import (
    MAX_KEY_AGE,
    MissingKeyError,
    PseudonymKey,
    load_key,
    normalize,
    pseudonym,
)
from tastetrend_etl.settings import Settings
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW

KEY = PseudonymKey(b"a key", "1")
SECRET = "tastetrend-test-pseudonym-key"
WITH_A_SECRET = Settings(
    RAW, PROCESSED, ARTIFACTS, "small", pseudonym_key="not used", pseudonym_secret=SECRET
)


def test_it_is_the_first_half_of_the_keyed_hash_of_the_normalized_name():
    expected = hmac.new(b"a key", b"ada lovelace", hashlib.sha256).hexdigest()[:32]

    assert pseudonym("Ada Lovelace", KEY) == expected


@pytest.mark.parametrize(
    "variant",
    ["ADA LOVELACE", "  ada \t lovelace ", "Ada\N{NO-BREAK SPACE}Lovelace", "\uff21\uff24\uff21 Lovelace"],
    ids=["case", "spaces", "no-break space", "full width"],
)
def test_spellings_of_one_name_get_one_pseudonym(variant):
    assert pseudonym(variant, KEY) == pseudonym("Ada Lovelace", KEY)


@pytest.mark.parametrize("composed", ["Zo\u00eb Stra\u00dfe", "Zoe\u0308 STRASSE"])
def test_composed_and_decomposed_letters_are_equal(composed):
    assert pseudonym(composed, KEY) == pseudonym("zo\u00eb strasse", KEY)


def test_other_names_and_other_keys_get_other_pseudonyms():
    others = [pseudonym("Ada Lovelac", KEY), pseudonym("Ada Lovelace", PseudonymKey(b"another", "2"))]

    assert pseudonym("Ada Lovelace", KEY) not in others


@given(st.text())
def test_normalizing_a_normalized_name_changes_nothing(name):
    assert normalize(normalize(name)) == normalize(name)


def test_the_key_of_the_environment_has_a_version_of_its_own():
    settings = Settings(RAW, PROCESSED, ARTIFACTS, "small", pseudonym_key="of dev")

    assert load_key(settings) == PseudonymKey(b"of dev", "environment")


def test_a_key_is_in_no_representation():
    settings = Settings(RAW, PROCESSED, ARTIFACTS, "small", pseudonym_key="of dev")

    assert "of dev" not in f"{settings!r} {load_key(settings)!r}"


def test_without_a_key_there_is_a_failure_of_the_infrastructure():
    with pytest.raises(MissingKeyError, match="the key of pseudonyms is empty"):
        load_key(Settings(RAW, PROCESSED, ARTIFACTS, "small"))

    assert issubclass(MissingKeyError, RetryableError)


@pytest.fixture
def secrets(store, session):
    """Return a client of Secrets Manager, in which there is no secret; nothing is cached yet."""
    module.secrets_provider.cache_clear()
    yield session.client("secretsmanager")
    module.secrets_provider.cache_clear()


def test_the_key_and_its_version_come_from_the_secret(secrets):
    version = secrets.create_secret(Name=SECRET, SecretString="of prod")["VersionId"]

    assert load_key(WITH_A_SECRET) == PseudonymKey(b"of prod", version)


def test_a_warm_function_reads_the_secret_once_and_notices_a_rotated_key(secrets, monkeypatch):
    old = secrets.create_secret(Name=SECRET, SecretString="old")["VersionId"]
    assert load_key(WITH_A_SECRET).version == old
    new = secrets.put_secret_value(SecretId=SECRET, SecretString="new")["VersionId"]
    assert load_key(WITH_A_SECRET) == PseudonymKey(b"old", old)

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=MAX_KEY_AGE + 1)

    monkeypatch.setattr(base, "datetime", Later)

    assert load_key(WITH_A_SECRET) == PseudonymKey(b"new", new)


def test_a_secret_that_does_not_exist_is_a_failure_with_its_reason(secrets):
    with pytest.raises(MissingKeyError, match=r"cannot be read.*ResourceNotFoundException"):
        load_key(WITH_A_SECRET)


def test_a_refused_request_is_a_failure_with_its_reason(secrets, monkeypatch):
    def refuse(**_):
        error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        raise ClientError(error, "GetSecretValue")

    monkeypatch.setattr(module.secrets_provider().client, "get_secret_value", refuse)

    with pytest.raises(MissingKeyError, match="AccessDeniedException"):
        load_key(WITH_A_SECRET)


def test_an_empty_secret_is_a_failure(secrets):
    secrets.create_secret(Name=SECRET, SecretString=" ")

    with pytest.raises(MissingKeyError, match="empty"):
        load_key(WITH_A_SECRET)
