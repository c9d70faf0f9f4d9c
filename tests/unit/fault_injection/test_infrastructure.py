"""What becomes of an event when S3 refuses, is contended, or changes underneath."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tastetrend_etl.extract import connect
from tastetrend_etl.ingest import RunContext, ingest
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW
from tests.unit.fault_injection import faulty_s3 as faults
from tests.unit.fault_injection.conftest import DATASET, EVERY_SIZE
from tests.unit.serial import SerialExecutor

GOOD = b"rating,review_text\n5,good\n"


@EVERY_SIZE
def test_I04_a_denied_write_is_raised_and_leaves_what_stood(scene):
    for at, site in enumerate(scene.sites):
        if not site.startswith(("look", "download")):
            error = scene.struck(at, faults.refusal(403, "AccessDenied"), forever=True)

            assert "AccessDenied on " in str(error), site
            scene.assert_whole()
            assert scene.stored().get(DATASET) == scene.before[DATASET]


def test_I08_many_files_at_once_each_come_out_once(store, standin):
    keys = [f"{place}.csv" for place in range(100)]
    for place, key in enumerate(keys):
        store.upload(key, b"" if place % 10 == 0 else GOOD)
    context = RunContext(connect(), Settings(RAW, PROCESSED, ARTIFACTS), "7", SerialExecutor())

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda key: ingest(ObjectEvent(RAW, key), context), [*keys, *keys[:20]]))

    assert {result.key for result in done if result.action == "refused"} == set(keys[::10])
    assert len(store.reports("validation")) == 90
    assert len(store.versions()) == len(store.keys()) == 90 * 3 + 10


def test_I09_a_file_replaced_during_its_download_is_read_as_one_version(scene, store):
    def replaced(request, answer):
        response = faults.broken_body(request, answer)
        store.upload("reviews.csv", GOOD)
        return response

    at = scene.sites.index("download of the raw object")
    assert scene.struck(at, replaced)["files"][0]["balance"]["read"] == 4
    assert scene.stored() == scene.after

    assert scene.send()["files"][0]["balance"]["read"] == 1


def test_I09_a_version_deleted_during_its_download_is_not_missed(scene, store):
    def deleted(request, answer):
        response = faults.broken_body(request, answer)
        store.client.delete_object(Bucket=RAW, Key="reviews.csv")
        version = store.client.list_object_versions(Bucket=RAW)["Versions"][0]["VersionId"]
        store.client.delete_object(Bucket=RAW, Key="reviews.csv", VersionId=version)
        return response

    at = scene.sites.index("download of the raw object")

    assert scene.struck(at, deleted)["files"][0]["reason"] == "gone"
    assert scene.stored() == scene.before


@EVERY_SIZE
@pytest.mark.parametrize(
    ("status", "code"), [(409, "ConditionalRequestConflict"), (412, "PreconditionFailed")]
)
def test_I11_a_lost_race_is_run_again(status, code, scene):
    at = len(scene.sites) - 1

    assert scene.struck(at, faults.refusal(status, code))["files"][0]["action"] == "processed"
    assert scene.stored() == scene.after


@EVERY_SIZE
def test_I11_a_race_lost_five_times_is_raised(scene):
    race = faults.only_commits("/processed/processed_", faults.refusal(412, "PreconditionFailed"))

    error = scene.struck(0, race, forever=True)

    assert "another invocation changed an output" in str(error)
    assert scene.tries.count(scene.sites[-1]) == 5
    scene.assert_whole()
    scene.assert_completed_by_the_next_delivery()


@EVERY_SIZE
@pytest.mark.parametrize(
    ("status", "code"), [(403, "RequestTimeTooSkewed"), (400, "ExpiredToken")], ids=["clock", "token"]
)
def test_I12_a_wrong_clock_or_an_expired_token_is_raised(status, code, scene):
    for site in ("download of the raw object", scene.sites[-1]):
        error = scene.struck(scene.sites.index(site), faults.refusal(status, code), forever=True)

        assert f"ClientError {code}" in str(error)
        assert scene.stored().get(DATASET) == scene.before[DATASET]
        scene.assert_completed_by_the_next_delivery()


def test_I13_a_processed_bucket_that_is_gone_is_a_failure(scene):
    """S3 says 404 to a look at it, as if the object alone were missing."""
    gone = faults.only("processed-1", faults.refusal(404, "NoSuchBucket"))

    assert "NoSuchBucket on PutObject" in str(scene.struck(0, gone, forever=True))


@pytest.mark.parametrize("site", ["look at the dataset", "download of the raw object"])
def test_I13_what_may_not_be_looked_at_is_never_taken_for_missing(site, scene):
    error = scene.struck(scene.sites.index(site), faults.refusal(403, "AccessDenied"))

    assert "403 on HeadObject" in str(error) or "AccessDenied on GetObject" in str(error)
    assert scene.stored() == scene.before
