"""A fault at any call to S3 loses nothing: what stands is whole, and the next delivery completes it."""

import pytest

from tastetrend_etl.errors import RetryableError
from tests.unit.fault_injection import faulty_s3 as faults
from tests.unit.fault_injection.conftest import AN_OLDER_RESULT, EVERY_SIZE, IN_PARTS, NOTHING

PASSING = {
    "a request lost once": faults.lost_request,
    "an answer lost once": faults.lost_answer,
    "a stall": faults.stall,
    "503 once": faults.refusal(503, "SlowDown"),
    "500 once": faults.refusal(500, "InternalError"),
}
LASTING = {
    "503 for good": faults.refusal(503, "SlowDown"),
    "stalls for good": faults.stall,
    "answers lost for good": faults.lost_answer,
    "403 for good": faults.refusal(403, "AccessDenied"),
}
BODIES = {
    "a body cut off": faults.cut_body,
    "a body reset in the middle": faults.broken_body,
    "a body that stalls": faults.stalled_body,
    "a flipped bit": faults.flipped_body,
}


@EVERY_SIZE
@pytest.mark.parametrize("fault", PASSING)
def test_I01_a_fault_that_passes_is_survived_within_the_invocation(fault, scene, survived):
    for at, site in enumerate(scene.sites):
        answer = scene.struck(at, PASSING[fault])

        assert answer["files"][0]["action"] == "processed", site
        assert scene.stored() == scene.after, site
        survived(fault, site)


@EVERY_SIZE
@pytest.mark.parametrize("fault", LASTING)
def test_I01_a_fault_that_lasts_is_raised_and_completed_by_the_next_delivery(fault, scene, survived):
    for at, site in enumerate(scene.sites):
        error = scene.struck(at, LASTING[fault], forever=True)

        assert isinstance(error, RetryableError), site
        scene.assert_whole()
        scene.assert_completed_by_the_next_delivery()
        survived(fault, site)


@pytest.mark.parametrize("fault", BODIES)
def test_I02_a_body_that_does_not_arrive_whole_is_fetched_again(fault, scene, survived):
    at = scene.sites.index("download of the raw object")

    assert scene.struck(at, BODIES[fault])["files"][0]["action"] == "processed"
    assert scene.stored() == scene.after
    survived(fault, "download of the raw object")


@pytest.mark.parametrize("fault", BODIES.values(), ids=BODIES)
def test_I02_a_body_that_never_arrives_whole_is_taken_for_nothing(fault, scene):
    at = scene.sites.index("download of the raw object")

    assert isinstance(scene.struck(at, fault, forever=True), RetryableError)
    assert scene.stored() == scene.before
    scene.assert_completed_by_the_next_delivery()


@pytest.mark.parametrize("scene", [NOTHING, AN_OLDER_RESULT, IN_PARTS], indirect=True)
@pytest.mark.parametrize("fault", [faults.death_before, faults.death_after], ids=["before", "after"])
def test_I03_death_at_any_call_leaves_the_old_result_or_the_new_one(fault, scene, survived):
    for at, site in enumerate(scene.sites):
        assert scene.struck(at, fault, elsewhere=True) is None, site

        scene.assert_whole()
        scene.assert_completed_by_the_next_delivery()
        survived(f"killed {fault.__name__.removeprefix('death_')} the call", site)
