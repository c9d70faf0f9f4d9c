"""Pages and rows of the history with a customer's name go like all other side objects."""

import pytest

from tests.unit.conftest import PROCESSED, RAW, s3_record

HEADER = "review_id,customer_name,rating,review_text,location\n"
OTHER = "1,Bo,4,Good soup,Uptown\n"


@pytest.fixture
def upload(store, handler, context):
    """Return a function that uploads a file, processes it, and returns its version."""

    def upload_and_process(text, key="reviews.csv"):
        version = store.upload(key, text.encode())
        handler.lambda_handler({"Records": [s3_record(key)]}, context)
        return version

    return upload_and_process


def sources_of(store, ending):
    """Return the raw versions whose pages or rows of the history are there, in any version."""
    entries = store.client.list_object_versions(Bucket=PROCESSED).get("Versions", [])
    heads = [
        store.client.head_object(Bucket=PROCESSED, Key=entry["Key"], VersionId=entry["VersionId"])
        for entry in entries
        if entry["Key"].endswith(ending) and entry["Key"].startswith(("history/", "processed/logs/"))
    ]
    return [head["Metadata"]["source-version-id"] for head in heads]


def current_version(store):
    entries = store.client.list_object_versions(Bucket=RAW)["Versions"]
    (version,) = (entry["VersionId"] for entry in entries if entry["IsLatest"])
    return version


def test_an_old_page_with_the_name_as_a_cell_is_deleted(store, upload, erase):
    named = "".join(f"{row},Bo,3,Fine {row},jane\n" for row in range(3, 8))  # a page names no rarer location
    upload(f"{HEADER}{OTHER}2,Jane,5,Very good,Midtown\n{named}")
    current = upload(HEADER + OTHER)

    status, _, messages = erase("Jane", "--yes")

    assert status == 0, messages
    assert sources_of(store, ".html") == [current]


@pytest.mark.parametrize("name", ["Sans", "Arial", "Line", "Tbody"])
def test_words_of_the_markup_of_a_page_are_no_names(name, store, upload, erase):
    upload(HEADER + OTHER)
    before = store.versions()

    status, data, messages = erase(name, "--yes")

    assert (status, data["complete"], data["deleted_versions"]["processed"]) == (0, True, [])
    assert "The name is nowhere in local." in messages
    assert store.versions() == before


def test_an_old_row_of_the_history_with_the_name_of_a_column_is_deleted(store, upload, erase):
    upload(f"review_id,customer_name,rating,review_text,Branch\n{OTHER}2,Branch,5,Fine,Midtown\n")
    current = upload(HEADER + OTHER)

    _, data, messages = erase("Branch", "--yes")

    assert [each["bucket"] for each in data["left"]] == ["raw"], messages  # a file without this column
    assert sources_of(store, ".parquet") == [current]


def test_a_row_of_the_history_with_the_name_is_replaced_with_its_file(store, upload, erase):
    upload(f"{HEADER}{OTHER}2,Pass,5,Fine,Midtown\n")  # which is also the status

    status, data, messages = erase("Pass", "--yes")

    assert (status, data["left"]) == (0, []), messages
    assert sources_of(store, ".parquet") == sources_of(store, ".html") == [current_version(store)]


def test_a_row_of_the_history_under_a_key_with_the_name_is_no_problem_of_its_own(store, upload, erase):
    upload(f"{HEADER}{OTHER}2,Ann Lee,5,Fine,Midtown\n", "of Ann Lee.csv")

    status, data, _ = erase("Ann Lee", "--yes")

    assert status == 1
    assert [each["problem"].partition(";")[0] for each in data["left"] if "problem" in each] == [
        "the key contains the name"
    ]
    assert sources_of(store, ".parquet") == [current_version(store)]
