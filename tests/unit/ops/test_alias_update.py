"""Which version of the large function is promoted with one of the small function."""

import boto3
import pytest
from botocore.exceptions import ClientError

from ops import alias_update


class Lambda:
    """A function's versions in memory; None: there is no such function."""

    class exceptions:  # noqa: N801 # as boto3 names it
        """The client's exceptions."""

        ResourceNotFoundException = ClientError

    def __init__(self, versions):
        self.versions = versions

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        if self.versions is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "ListVersionsByFunction")
        for number, belongs_to in self.versions.items():
            variables = {"ETL_VERSION": belongs_to} if belongs_to else {}
            yield {"Versions": [{"Version": number, "Environment": {"Variables": variables}}]}


@pytest.mark.parametrize(
    ("versions", "found"),
    [
        ({"$LATEST": "7", "1": "6", "2": "7"}, "2"),
        ({"9": "7", "10": "7", "11": "8"}, "10"),
        ({"$LATEST": "7", "1": "6"}, None),
        ({"1": ""}, None),
        (None, None),
    ],
    ids=["one", "the newest of two", "not published", "without the variable", "no function yet"],
)
def test_the_large_version_is_the_newest_that_names_the_small_one(versions, found, monkeypatch):
    monkeypatch.setattr(boto3, "client", lambda _: Lambda(versions))

    assert alias_update._find_large_version("etl-large", "7") == found  # noqa: SLF001 # e2e tests call the rest
