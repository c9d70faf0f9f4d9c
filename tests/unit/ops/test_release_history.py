"""What the record says: events in S3, and the manifests of releases from before there were events."""

from collections.abc import Mapping

import pytest

from ops.release_history import last_rollbacks, previous_version, recorded_version, unfinished
from ops.release_log import Event, read_events
from tests.unit.ops.conftest import manifest
from tests.unit.ops.fake_aws import CALLER


def history(*moves: tuple[str, ...]) -> list[Event]:
    """Return events of prod: kind, version and, of some, the version before."""
    return [Event(str(time), kind, "prod", *versions) for time, (kind, *versions) in enumerate(moves)]


THREE = [("promoted", "1"), ("promoted", "2", "1"), ("promoted", "3", "2")]


def test_an_alias_goes_back_to_the_version_before_its_current_one():
    assert previous_version(history(*THREE), "prod", "3") == "2"


def test_an_alias_without_an_earlier_version_cannot_go_back():
    assert previous_version(history(("promoted", "1")), "prod", "1") is None
    assert previous_version(history(*THREE), "staging", "3") is None


@pytest.mark.parametrize("kind", ["rollback_started", "rolled_back"])
def test_an_alias_never_goes_back_to_a_version_that_it_was_rolled_back_from(kind):
    assert previous_version(history(*THREE, (kind, "2", "3")), "prod", "2") == "1"


def test_a_version_that_is_promoted_again_counts_as_good_again():
    events = history(*THREE, ("rolled_back", "2", "3"), ("promoted", "3", "2"), ("promoted", "4", "3"))

    assert previous_version(events, "prod", "4") == "3"
    assert last_rollbacks(events, "prod") == []


def test_a_version_promoted_after_a_rollback_to_it_can_be_rolled_back():
    events = history(*THREE, ("rolled_back", "2", "3"), ("promoted", "2", "2"))

    assert last_rollbacks(events, "prod") == []
    assert previous_version(events, "prod", "2") == "1"


def test_what_was_rejected_or_failed_did_not_move_the_alias():
    events = history(
        *THREE, ("rejected", "4", "3"), ("promotion_started", "5", "3"), ("promotion_failed", "5", "3")
    )

    assert recorded_version(events, "prod") == "3"
    assert previous_version(events, "prod", "3") == "2"
    assert unfinished(events, "prod").version == "5"


def test_a_finished_move_is_not_unfinished():
    assert unfinished(history(("promotion_started", "1"), ("promoted", "1")), "prod") is None
    assert (
        unfinished(history(*THREE, ("rollback_started", "2", "3"), ("rolled_back", "2", "3")), "prod") is None
    )


def test_an_event_is_written_once_and_says_who_and_when(prod):
    prod.record("promoted", "prod", "5", "4")

    event = read_events(prod.context, {})[-1]
    assert (event.kind, event.alias, event.version, event.previous) == ("promoted", "prod", "5", "4")
    assert event.by == CALLER
    keys = sorted(key for key in prod.s3.objects if key.startswith("releases/events/"))
    assert len(keys) == 9
    assert keys[-1].endswith("-prod-promoted.json")


FORMER: Mapping[str, Mapping[str, object]] = {
    "1": {"promoted": {"prod": ["2026-01-02T00:00:00+00:00"]}},
    "2": {"promoted": {"prod": ["2026-02-02T00:00:00+00:00", "2026-03-05T00:00:00+00:00"]}},
    "3": {"promoted": {"prod": ["2026-03-02T00:00:00+00:00"]}, "rolled_back": {"prod": "2"}},
}


def test_releases_that_only_manifests_know_are_still_read(prod):
    known = {version: manifest(version, **fields) for version, fields in FORMER.items()}

    events = [event for event in read_events(prod.context, known) if not event.by]

    assert [(event.kind, event.version, event.previous) for event in events] == [
        ("promoted", "1", None),
        ("promoted", "2", None),
        ("promoted", "3", None),
        ("rolled_back", "2", "3"),
    ]


def test_a_former_rollback_that_was_interrupted_leaves_the_bad_version_recorded(prod):
    known = {version: manifest(version, **fields) for version, fields in FORMER.items()}
    known["2"].promoted["prod"].pop()

    events = [event for event in read_events(prod.context, known) if not event.by]

    assert recorded_version(events, "prod") == "3"
    assert previous_version(events, "prod", "3") == "2"
