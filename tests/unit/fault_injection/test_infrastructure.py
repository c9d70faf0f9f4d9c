"""Events while S3 denies access, writes conflict, or objects change during the invocation."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tastetrend_etl.ingest import ingest
from tastetrend_etl.run_context import RunContext
from tastetrend_etl.s3_download import connect
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW
from tests.unit.fault_injection import faulty_s3 as faults
from tests.unit.fault_injection.conftest import DATASET, EACH_SIZE, NEWLY_FACTS, NEWLY_REVIEWS
from tests.unit.serial import SerialExecutor

GOOD = b"rating,review_text\n5,good\n"


@EACH_SIZE
def test_I04_a_denied_write_is_raised_and_leaves_the_older_result(scenario):
    for at, site in enumerate(scenario.call_sites):
        if not site.startswith(("HEAD", "download")):
            error = scenario.send_with_fault(at, faults.error_response(403, "AccessDenied"), forever=True)

            assert "AccessDenied on " in str(error), site
            scenario.assert_consistent()
            assert scenario.stored().get(DATASET) == scenario.before[DATASET]


def test_I08_concurrent_files_are_each_written_once(store, faulty_s3):
    keys = [f"{place}.csv" for place in range(100)]
    for place, key in enumerate(keys):
        store.upload(key, b"" if place % 10 == 0 else GOOD)
    settings = Settings(RAW, PROCESSED, ARTIFACTS, "small", pseudonym_key="a key for tests")
    context = RunContext(connect(), settings, "7", SerialExecutor())

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda key: ingest(ObjectEvent(RAW, key), context), [*keys, *keys[:20]]))

    assert {result.key for result in results if result.action == "rejected"} == set(keys[::10])
    assert len(store.reports("validation")) == 90
    assert len(store.versions()) == len(store.keys()) == 90 * 6 + 10 * 3


def test_I09_a_file_replaced_during_its_download_is_read_as_one_version(scenario, store):
    def replace(request, answer):
        response = faults.interrupted_body(request, answer)
        store.upload("reviews.csv", GOOD)
        return response

    at = scenario.call_sites.index("download of the raw object")
    assert scenario.send_with_fault(at, replace)["files"][0]["balance"]["read"] == 4
    assert scenario.stored() == scenario.after

    assert scenario.send()["files"][0]["balance"]["read"] == 1


def test_I09_a_version_deleted_during_its_download_is_skipped(scenario, store):
    def delete(request, answer):
        response = faults.interrupted_body(request, answer)
        store.client.delete_object(Bucket=RAW, Key="reviews.csv")
        version = store.client.list_object_versions(Bucket=RAW)["Versions"][0]["VersionId"]
        store.client.delete_object(Bucket=RAW, Key="reviews.csv", VersionId=version)
        return response

    at = scenario.call_sites.index("download of the raw object")

    assert scenario.send_with_fault(at, delete)["files"][0]["reason"] == "gone"
    assert scenario.stored() == scenario.before


@EACH_SIZE
@pytest.mark.parametrize(
    ("status", "code"), [(409, "ConditionalRequestConflict"), (412, "PreconditionFailed")]
)
def test_I11_a_concurrent_write_is_retried(status, code, scenario):
    assert (
        scenario.send_with_fault(scenario.commit, faults.error_response(status, code))["files"][0]["action"]
        == "processed"
    )
    assert scenario.stored() == scenario.after


@EACH_SIZE
def test_I11_five_concurrent_writes_are_raised(scenario):
    conflict = faults.only_commits("/processed/processed_", faults.error_response(412, "PreconditionFailed"))

    error = scenario.send_with_fault(0, conflict, forever=True)

    assert "another invocation changed an output" in str(error)
    assert scenario.calls_with_fault.count(scenario.call_sites[scenario.commit]) == 5
    scenario.assert_consistent()
    scenario.assert_completed_by_the_next_delivery()


@EACH_SIZE
@pytest.mark.parametrize(
    ("status", "code"), [(403, "RequestTimeTooSkewed"), (400, "ExpiredToken")], ids=["clock", "token"]
)
def test_I12_a_wrong_clock_or_an_expired_token_is_raised(status, code, scenario):
    for site in ("download of the raw object", scenario.call_sites[scenario.commit]):
        error = scenario.send_with_fault(
            scenario.call_sites.index(site), faults.error_response(status, code), forever=True
        )

        assert f"ClientError {code}" in str(error)
        assert scenario.stored().get(DATASET) == scenario.before[DATASET]
        scenario.assert_completed_by_the_next_delivery()


@pytest.mark.parametrize("scenario", [NEWLY_FACTS, NEWLY_REVIEWS], indirect=True)
@pytest.mark.parametrize(
    ("status", "code"), [(409, "ConditionalRequestConflict"), (412, "PreconditionFailed")]
)
def test_I11_a_concurrent_write_of_the_other_kind_is_retried(status, code, scenario):
    at = len(scenario.call_sites) - 1
    assert scenario.call_sites[at].startswith("deletion of ")

    assert (
        scenario.send_with_fault(at, faults.error_response(status, code))["files"][0]["key"] == "reviews.csv"
    )
    assert scenario.stored() == scenario.after


def test_I13_a_missing_processed_bucket_is_an_error(scenario):
    """HEAD returns 404 for a missing bucket as for a missing object; only the PUT shows the difference."""
    missing = faults.only("processed-1", faults.error_response(404, "NoSuchBucket"))

    assert "NoSuchBucket on PutObject" in str(scenario.send_with_fault(0, missing, forever=True))


@pytest.mark.parametrize("site", ["HEAD of the dataset", "download of the raw object"])
def test_I13_an_object_without_read_permission_is_not_treated_as_missing(site, scenario):
    error = scenario.send_with_fault(
        scenario.call_sites.index(site), faults.error_response(403, "AccessDenied")
    )

    assert "403 on HeadObject" in str(error) or "AccessDenied on GetObject" in str(error)
    assert scenario.stored() == scenario.before
