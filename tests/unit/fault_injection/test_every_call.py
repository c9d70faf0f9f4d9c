"""After a fault at any S3 call the outputs are consistent; the next delivery of the event completes them."""

import pytest

from tastetrend_etl.errors import RetryableError
from tests.unit.conftest import s3_record
from tests.unit.fault_injection import faulty_s3 as faults
from tests.unit.fault_injection.conftest import (
    EACH_KIND,
    LARGE_TIER,
    MULTIPART,
    NEWER_FACTS,
    NEWLY_FACTS,
    NEWLY_REVIEWS,
    NO_RESULT,
    OLDER_RESULT,
    STREAMED,
)

TRANSIENT = {
    "a request lost once": faults.lost_request,
    "a response lost once": faults.lost_response,
    "a stall": faults.stall,
    "503 once": faults.error_response(503, "SlowDown"),
    "500 once": faults.error_response(500, "InternalError"),
}
PERSISTENT = {
    "503 always": faults.error_response(503, "SlowDown"),
    "stalls always": faults.stall,
    "responses lost always": faults.lost_response,
    "403 always": faults.error_response(403, "AccessDenied"),
}
BODIES = {
    "a truncated body": faults.truncated_body,
    "a connection reset during the body": faults.interrupted_body,
    "a body that stalls": faults.stalled_body,
    "a flipped bit": faults.bit_flipped_body,
}


@pytest.mark.parametrize("scenario", [MULTIPART], indirect=True)
def test_I01_a_dataset_in_two_parts_has_a_request_for_each(scenario):
    assert scenario.call_sites.count("part of the curated part") == 2
    assert scenario.call_sites.count("part of the dataset") == 2


@EACH_KIND
@pytest.mark.parametrize("fault", TRANSIENT)
def test_I01_a_transient_fault_is_survived_within_the_invocation(fault, scenario, survived):
    for at, site in enumerate(scenario.call_sites):
        response = scenario.send_with_fault(at, TRANSIENT[fault])

        assert response["files"][0]["action"] == "processed", site
        assert scenario.stored() == scenario.after, site
        survived(fault, site)


@EACH_KIND
@pytest.mark.parametrize("fault", PERSISTENT)
def test_I01_a_persistent_fault_is_raised_and_completed_by_the_next_delivery(fault, scenario, survived):
    for at, site in enumerate(scenario.call_sites):
        error = scenario.send_with_fault(at, PERSISTENT[fault], forever=True)

        assert isinstance(error, RetryableError), site
        scenario.assert_consistent()
        scenario.assert_completed_by_the_next_delivery()
        survived(fault, site)


@pytest.mark.parametrize("fault", BODIES)
def test_I02_a_damaged_body_is_downloaded_again(fault, scenario, survived):
    at = scenario.call_sites.index("download of the raw object")

    assert scenario.send_with_fault(at, BODIES[fault])["files"][0]["action"] == "processed"
    assert scenario.stored() == scenario.after
    survived(fault, "download of the raw object")


@pytest.mark.parametrize("fault", BODIES.values(), ids=BODIES)
def test_I02_a_body_that_is_always_damaged_is_raised(fault, scenario):
    at = scenario.call_sites.index("download of the raw object")

    assert isinstance(scenario.send_with_fault(at, fault, forever=True), RetryableError)
    assert scenario.stored() == scenario.before
    scenario.assert_completed_by_the_next_delivery()


KILLS = pytest.mark.parametrize("fault", [faults.kill_before, faults.kill_after], ids=["before", "after"])


@pytest.mark.parametrize(
    "scenario",
    [NO_RESULT, OLDER_RESULT, MULTIPART, STREAMED, NEWLY_FACTS, NEWLY_REVIEWS, NEWER_FACTS, LARGE_TIER],
    indirect=True,
)
@KILLS
def test_I03_a_kill_at_any_call_leaves_the_old_or_the_new_result(fault, scenario, survived):
    for at, site in enumerate(scenario.call_sites):
        assert scenario.send_with_fault(at, fault, in_child_process=True) is None, site

        scenario.assert_consistent()
        scenario.assert_completed_by_the_next_delivery()
        survived(f"killed {fault.__name__.removeprefix('kill_')} the call", site)


@pytest.mark.parametrize(
    "scenario", [OLDER_RESULT, NEWLY_FACTS, NEWLY_REVIEWS, NEWER_FACTS, LARGE_TIER], indirect=True
)
@KILLS
def test_I03_after_a_kill_from_the_part_to_the_dataset_a_late_event_of_the_older_version_completes_the_newer(
    fault, scenario, handler, context
):
    late = {"Records": [s3_record("reviews.csv", sequencer="01")]}
    first = scenario.call_sites.index("write of the curated part")
    assert first < scenario.commit
    for at in range(first, scenario.commit + 1):
        scenario.send_with_fault(at, fault, in_child_process=True)

        handler.lambda_handler(late, context)

        assert contents(scenario.stored()) == contents(scenario.after), scenario.call_sites[at]


def contents(stored):
    """Return the bytes and the version of each object; its metadata also name the event."""
    return {key: (body, metadata["source-version-id"]) for key, (body, metadata) in stored.items()}
