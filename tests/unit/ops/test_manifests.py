"""Which version an alias can go back to, by the manifests of the versions."""

from types import SimpleNamespace

import pytest

from ops.manifests import Manifest, previous_version, record_rollback, rolled_back_versions


def manifest(version, **promoted):
    return Manifest(
        version=version,
        semver=f"0.{version}.0",
        code_sha256="x",
        code_key=f"lambda/etl-0.{version}.0.zip",
        git_commit=None,
        layers=[],
        gate="pass",
        promoted={alias: [moment] for alias, moment in promoted.items()},
    )


@pytest.fixture
def known():
    """Return three versions that prod ran one after the other, and one that only staging ran."""
    return {
        "1": manifest("1", staging="2026-01-01", prod="2026-01-02"),
        "2": manifest("2", staging="2026-02-01", prod="2026-02-02"),
        "3": manifest("3", staging="2026-03-01", prod="2026-03-02"),
        "4": manifest("4", staging="2026-04-01"),
    }


def test_an_alias_goes_back_to_the_version_before_its_current_one(known):
    assert previous_version(known, "prod", "3") == "2"
    assert previous_version(known, "staging", "4") == "3"


def test_an_alias_without_an_earlier_version_cannot_go_back(known):
    assert previous_version({"1": known["1"]}, "prod", "1") is None


def test_an_alias_never_goes_back_to_a_version_that_it_was_rolled_back_from(known):
    known["3"].rolled_back["prod"] = "2"

    assert previous_version(known, "prod", "2") == "1"
    assert previous_version(known, "staging", "4") == "3"


def test_the_version_that_an_alias_was_rolled_back_from_is_recorded(known):
    known["3"].rolled_back["prod"] = "2"

    assert rolled_back_versions(known, "prod", "2") == ["3"]
    assert rolled_back_versions(known, "staging", "2") == []
    assert rolled_back_versions(known, "prod", "3") == []


def test_a_version_that_is_promoted_again_counts_as_good_again(known):
    known["3"].rolled_back["prod"] = "2"

    known["3"].record_promotion("prod")

    assert rolled_back_versions(known, "prod", "2") == []
    assert len(known["3"].promoted["prod"]) == 2


def test_a_version_promoted_after_a_rollback_to_it_can_be_rolled_back(known):
    known["3"].rolled_back["prod"] = "2"
    known["2"].record_promotion("prod")
    assert rolled_back_versions(known, "prod", "2") == ["3"]

    known["2"].record_promotion("prod")

    assert rolled_back_versions(known, "prod", "2") == []
    assert previous_version(known, "prod", "2") == "1"


class ArtifactsBucket:
    """Records the keys of the objects that are put into it."""

    def __init__(self):
        self.keys = []

    def put_object(self, **request):
        self.keys.append(request["Key"])


def test_an_interrupted_rollback_is_recorded_exactly_once(known):
    known["3"].rolled_back["prod"] = "2"
    bucket = ArtifactsBucket()
    context = SimpleNamespace(s3=bucket, artifacts_bucket="artifacts")

    record_rollback(context, "prod", known["3"], known["2"])
    record_rollback(context, "prod", known["3"], known["2"])

    assert bucket.keys == ["releases/2/manifest.json"]
    assert rolled_back_versions(known, "prod", "2") == ["3"]
