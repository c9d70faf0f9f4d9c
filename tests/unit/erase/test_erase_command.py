"""After `tastetrend erase`, no version of an object has the name, and all other rows are as before."""

import csv
import gzip
import io
import json

import pyarrow.parquet as pq
import pytest

from tastetrend_etl.output_keys import curated_keys, dataset_keys
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW, s3_record
from tests.unit.erase.search import versions_with

NAME = "José Ñandú"
HEADER = ("review_id", "customer_name", "date", "rating", "review_text", "location")
OTHERS = (
    ("1", "Bob Stone", "2024-05-13", "4", "Good soup, and a kind waiter", "Uptown"),
    ("3", "Mia Long", "2024-05-14", "2", f"I came with {NAME}, who did not like it", "Uptown"),
    ("4", "Mia Long", "2024-05-15", "5", f"Come back,\n{NAME.upper()}!", "Uptown"),
    ("6", "", "2024-05-16", "1", "Nobody's review", "Uptown"),
    ("6", "Bob Stone", "", "", "", "Uptown"),
)
OWN = (
    ("2", NAME, "2024-05-12", "3", 'A "fine" place', "Uptown"),
    ("5", f" {NAME.lower()}  ", "2024-05-17", "5", "Very good", "Uptown"),
    ("5_dup", f" {NAME.lower()}  ", "2024-05-17", "5", "Very good", "Uptown"),
    ("7", NAME, "", "", "", "Uptown"),
)
ROWS = (OTHERS[0], OWN[0], *OTHERS[1:3], *OWN[1:], *OTHERS[3:])


def as_csv(delimiter=",", quoting=csv.QUOTE_MINIMAL, quote='"', end="\r\n"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, quotechar=quote, lineterminator=end)
    writer.writerows([HEADER, *ROWS])
    return out.getvalue()


def as_objects():
    return [dict(zip(HEADER, row, strict=True)) for row in ROWS]


def with_marks():
    rows = ["||".join(cell.replace("\n", " ").strip() for cell in row) for row in (HEADER, *ROWS)]
    return "\n".join(rows) + "\n"


FORMS = {
    "comma": as_csv().encode(),
    "semicolon, all in quotes": as_csv(";", csv.QUOTE_ALL, end="\n").encode("utf-8-sig"),
    "tab": as_csv("\t").encode(),
    "single quotes": as_csv(",", csv.QUOTE_NONNUMERIC, "'").replace('""', '"').encode(),
    "two characters": with_marks().encode(),
    "cp1252": as_csv(";").encode("cp1252"),
    "utf-16": as_csv().encode("utf-16"),
    "utf-16, big end first": b"\xfe\xff" + as_csv().encode("utf-16-be"),
    "gzip": gzip.compress(as_csv().encode()),
    "returns": as_csv(end="\r").encode(),
    "a note before the header": f"# exported for {NAME}\n".encode() + as_csv().encode(),
    "no line end": as_csv().encode().rstrip(),
    "JSON lines": "\n".join(json.dumps(each, ensure_ascii=False) for each in as_objects()).encode(),
    "escaped JSON lines": "\n".join(map(json.dumps, as_objects())).encode(),
    "JSON array": json.dumps(as_objects(), ensure_ascii=False, indent=2).encode(),
    "JSON array, gzip": gzip.compress(json.dumps(as_objects()).encode()),
    "JSON list in an object": json.dumps({"by": NAME, "reviews": as_objects(), "n": 9}).encode(),
    "broken rows": as_csv(end="\n").encode()
    + f'8,{NAME},2024\n9,Bob,"{NAME},x\n10,Mia,{NAME} was here\n'.encode(),
}


@pytest.fixture
def upload(store, handler, context):
    """Return a function that uploads a file and processes it."""

    def upload_and_process(body, key="reviews.csv"):
        version = store.upload(key, body)
        handler.lambda_handler({"Records": [s3_record(key)]}, context)
        return version

    return upload_and_process


def dataset(store, key="reviews.csv"):
    return pq.read_table(io.BytesIO(store.read(dataset_keys(key)["reviews"])))


def rows_of_others(table):
    """Return the values of the rows of other customers, without what depends on the number of the row."""
    derived = ["review_id", "source_row", "review_text", "review_text_trunc", "review_length", "issues"]
    rows = table.drop_columns(derived).to_pylist()
    return [row for row in rows if " ".join((row["customer_name"] or "").lower().split()) != NAME.lower()]


def current_report(store):
    head = store.client.head_object(Bucket=PROCESSED, Key=dataset_keys("reviews.csv")["reviews"])
    (report,) = (
        each
        for each in store.reports("validation")
        if each["raw_object"]["version_id"] == head["Metadata"]["source-version-id"]
    )
    return report


@pytest.mark.parametrize("form", FORMS)
def test_nothing_with_the_name_is_left_in_any_form_of_a_file(form, store, upload, erase):
    upload(b"review_id,customer_name,rating,review_text\n1," + NAME.encode() + b",5,an older version\n")
    upload(FORMS[form])
    before = rows_of_others(dataset(store))
    assert len(versions_with(store.client, NAME)) >= 5

    status, data, messages = erase(NAME, "--yes")

    assert (status, data["complete"], data["left"]) == (0, True, []), messages
    assert versions_with(store.client, NAME) == []
    after = dataset(store)
    assert rows_of_others(after) == before
    assert "[erased]" in " ".join(filter(None, after["review_text"].to_pylist()))
    rows = current_report(store)["rows"]
    assert rows["read"] == rows["written"] + rows["rejected"] + rows["duplicate"]
    assert rows["written"] == after.num_rows


def test_other_bytes_of_the_raw_file_stay(store, upload, erase):
    upload(FORMS["comma"])
    erase(NAME, "--yes")

    body = store.client.get_object(Bucket=RAW, Key="reviews.csv")["Body"].read()
    expected = [
        HEADER,
        *(
            (*row[:4], row[4].replace(NAME, "[erased]").replace(NAME.upper(), "[erased]"), row[5])
            for row in OTHERS
        ),
    ]
    out = io.StringIO()
    csv.writer(out).writerows(expected)
    assert body.decode() == out.getvalue()


def test_without_yes_nothing_is_changed(store, upload, erase):
    version = upload(FORMS["comma"])
    before = store.versions(), store.versions(RAW)

    status, data, messages = erase(NAME)

    assert (status, data["dry_run"]) == (0, True)
    assert data["files"] == [
        {"key": "reviews.csv", "versions": [version], "own": 4, "masked": 2, "kept": 0, "rewritten": False}
    ]
    assert "raw: reviews.csv: 4 rows of the customer, 2 others with the name" in messages
    assert (store.versions(), store.versions(RAW)) == before


def test_a_name_that_is_nowhere_is_said_so(store, upload, erase):
    upload(FORMS["comma"])

    status, data, messages = erase("Ann Nowhere", "--yes")

    assert (status, data["complete"], data["files"]) == (0, True, [])
    assert "The name is nowhere in local." in messages


def test_the_certificate_has_the_pseudonym_and_no_name(store, upload, erase):
    upload(FORMS["comma"])
    part = pq.read_table(io.BytesIO(store.read(curated_keys("reviews.csv")["reviews"]))).to_pylist()
    pseudonym = next(row["customer_pseudonym"] for row in part if row["source_row"] == 2)

    _, data, _ = erase(NAME, "--yes")

    written = store.client.get_object(Bucket=ARTIFACTS, Key=data["certificate"])["Body"].read()
    assert json.loads(written) == {name: value for name, value in data.items() if name != "certificate"}
    assert data["pseudonym"] == pseudonym
    assert data["by"].startswith("arn:aws:")
    assert [each["key"] for each in data["deleted_versions"]["raw"]] == ["reviews.csv"]
    assert versions_with(store.client, NAME) == []


def test_old_curated_parts_with_the_pseudonym_are_deleted(store, upload, erase):
    upload(FORMS["comma"])
    part = curated_keys("reviews.csv")["reviews"]
    pseudonym = erase(NAME, "--yes")[1]["pseudonym"]

    versions = store.client.list_object_versions(Bucket=PROCESSED, Prefix=part)["Versions"]
    bodies = [
        store.client.get_object(Bucket=PROCESSED, Key=part, VersionId=each["VersionId"])["Body"].read()
        for each in versions
    ]
    found = [pq.read_table(io.BytesIO(body))["customer_pseudonym"].to_pylist() for body in bodies]
    assert found
    assert pseudonym not in [each for column in found for each in column]


def test_a_certificate_exists_although_the_erasure_fails(store, upload, erase, service):
    upload(FORMS["comma"])
    service.handlers["tastetrend-local-etl:dev"] = lambda *_: 1 / 0

    assert erase(NAME, "--yes")[0] == 1

    (key,) = (
        entry["Key"]
        for entry in store.client.list_objects_v2(Bucket=ARTIFACTS, Prefix="erasures/")["Contents"]
    )
    written = json.load(store.client.get_object(Bucket=ARTIFACTS, Key=key)["Body"])
    assert (written["complete"], [each["key"] for each in written["files"]]) == (False, ["reviews.csv"])


@pytest.mark.parametrize("customer", ["Bob Stone", "Nobody Here"])
def test_a_restored_file_is_not_deleted_by_a_later_erasure(customer, store, upload, erase):
    upload(FORMS["comma"])
    store.client.delete_object(Bucket=RAW, Key="reviews.csv")
    erase(NAME, "--yes")
    (marker,) = store.client.list_object_versions(Bucket=RAW)["DeleteMarkers"][:1]
    store.client.delete_object(Bucket=RAW, Key="reviews.csv", VersionId=marker["VersionId"])

    erase(customer, "--yes")

    assert store.client.head_object(Bucket=RAW, Key="reviews.csv")


def test_a_customer_can_be_named_by_the_pseudonym(store, upload, erase):
    upload(FORMS["comma"])
    pseudonym = erase(NAME)[1]["pseudonym"]

    status, data, _ = erase(pseudonym, "--yes")

    assert (status, data["pseudonym"]) == (0, pseudonym)
    assert versions_with(store.client, NAME) == []
    assert "No dataset of local has a customer with this pseudonym" in erase(pseudonym)[2]


def test_the_event_of_the_rewritten_file_changes_nothing_more(store, upload, erase, handler, context):
    upload(FORMS["comma"])
    erase(NAME, "--yes")
    before = store.versions()

    response = handler.lambda_handler({"Records": [s3_record("reviews.csv")]}, context)

    assert response["files"][0]["reason"] == "already_processed"
    assert store.versions() == before


def test_a_file_of_nobody_else_leaves_no_dataset(store, upload, erase):
    upload(b"review_id,customer_name,rating,review_text\n1,Nora,4,older\n")
    upload(f"review_id,customer_name,rating,review_text\n1,{NAME},5,good\n".encode())

    status, _, messages = erase(NAME, "--yes")

    assert status == 0, messages
    assert versions_with(store.client, NAME) == []
    assert dataset_keys("reviews.csv")["reviews"] not in {*store.keys()} or dataset(store).num_rows == 0


def test_a_deleted_raw_file_is_deleted_again(store, upload, erase):
    upload(FORMS["comma"])
    store.client.delete_object(Bucket=RAW, Key="reviews.csv")

    status, _, messages = erase(NAME, "--yes")

    assert status == 0, messages
    assert versions_with(store.client, NAME) == []
    assert "Contents" not in store.client.list_objects_v2(Bucket=RAW)
    assert dataset(store).num_rows == 4


def test_outputs_that_a_deleted_raw_file_did_not_have_are_deleted_again(store, upload, erase):
    upload(FORMS["comma"])
    store.client.delete_object(Bucket=RAW, Key="reviews.csv")
    gone = [dataset_keys("reviews.csv")["reviews"], curated_keys("reviews.csv")["reviews"]]
    for key in gone:
        store.client.delete_object(Bucket=PROCESSED, Key=key)

    status, _, messages = erase(NAME, "--yes")

    assert status == 0, messages
    assert versions_with(store.client, NAME) == []
    assert "Contents" not in store.client.list_objects_v2(Bucket=RAW)
    assert not {*gone} & {*store.keys()}
    assert store.reports("validation")  # which it had


def test_results_of_queries_with_the_name_are_deleted(store, erase):
    for key, body in {"queries/a.csv": f'"text"\n"{NAME}!"\n', "queries/b.csv": '"text"\n"x"\n'}.items():
        store.client.put_object(Bucket=PROCESSED, Key=key, Body=body.encode())

    status, _, _ = erase(NAME, "--yes")

    assert (status, store.keys()) == (0, ["queries/b.csv"])
    assert versions_with(store.client, NAME) == []


def test_a_longer_name_is_that_of_someone_else(store, upload, erase):
    other = f"{NAME} Ruiz"
    rows = f"1,{other},5,I am {other}\n2,{NAME},4,ok\n3,Bo,3,{NAME}\n"
    body = f"review_id,customer_name,rating,review_text\n{rows}"
    upload(body.encode())

    status, data, messages = erase(NAME, "--yes")

    assert (status, data["rows_of_longer_names"]) == (0, 1), messages
    assert dataset(store).select(["customer_name", "review_text"]).to_pylist() == [
        {"customer_name": other, "review_text": f"I am {other}"},
        {"customer_name": "Bo", "review_text": "[erased]"},
    ]


def test_dates_stay_possible_or_not_as_at_the_first_upload(store, upload, erase):
    late = "2999-01-01"
    upload(
        f"review_id,customer_name,date,rating,review_text\n1,Bo,{late},5,a\n2,{NAME},2024-05-13,4,b\n".encode()
    )
    first = store.client.head_object(Bucket=RAW, Key="reviews.csv")["LastModified"]
    erase(NAME, "--yes")

    metadata = store.client.head_object(Bucket=RAW, Key="reviews.csv")["Metadata"]
    assert metadata == {"first-uploaded": first.isoformat()}


UNERASABLE = {
    "a format that only the customer's rows show": (
        f"review_id,customer_name,date,rating,review_text\n1,Bo,02/03/2024,5,a\n2,{NAME},25/03/2024,4,b\n".encode(),
        "state the format of its source",
    ),
    "a table of JSON": (
        json.dumps({"customer_name": [NAME, "Bo"], "rating": [4, 5], "review_text": ["a", "b"]}).encode(),
        "the JSON file is one table",
    ),
    "an archive": (b"PK\x03\x04" + NAME.encode(), "the file cannot be searched"),
}


@pytest.mark.parametrize("case", UNERASABLE)
def test_a_file_that_cannot_be_changed_safely_stays_and_is_named(case, store, upload, erase):
    body, reason = UNERASABLE[case]
    upload(body)

    status, data, messages = erase(NAME, "--yes")

    assert (status, data["complete"]) == (1, False)
    assert reason in messages
    assert [reason in each["problem"] for each in data["left"] if each["bucket"] == "raw"] == [True]
    assert store.client.get_object(Bucket=RAW, Key="reviews.csv")["Body"].read() == body


def test_a_key_with_the_name_is_named_without_it(store, upload, erase):
    upload(FORMS["comma"], f"{NAME}.csv")

    status, data, messages = erase(NAME, "--yes")

    assert status == 1
    assert "the key contains the name" in messages
    assert NAME not in json.dumps(data, ensure_ascii=False)


@pytest.mark.parametrize("name", ["", "7", "n/a", "Anonymous", " GUEST "])
def test_what_is_nobodys_name_is_refused(name, store, erase):
    status, data, messages = erase(name, "--yes")

    assert (status, data) == (2, None)
    assert "name" in messages


@pytest.mark.parametrize("name", ["", " ", "7", "N/A", "guest"])
@pytest.mark.parametrize("step", ["identify", "search", "rewrite", "purge"])
def test_the_function_refuses_it_too(step, name, store, upload, service):
    upload(FORMS["comma"])
    before = store.keys()
    event = {"step": step, "bucket": "raw", "keys": ["reviews.csv"], "name": name}

    response = service.invoke(FunctionName="tastetrend-local-erase", Payload=json.dumps(event))

    assert json.load(response["Payload"])["errorType"] == "InvalidNameError"
    assert store.keys() == before


def test_files_that_take_too_long_are_left_for_another_invocation(store, upload, erase, service):
    for number in range(3):
        upload(FORMS["comma"], f"reviews-{number}.csv")
    service.remaining_ms = 60_000  # less than another file may need

    status, _, messages = erase(NAME, "--yes")

    assert status == 0, messages
    assert versions_with(store.client, NAME) == []
    searches = [each for each in service.payloads if each.get("step") == "search" and each["bucket"] == "raw"]
    assert [len(each["keys"]) for each in searches] == [3, 2, 1] * 2


def test_no_log_has_the_name(store, upload, erase, capsys, service):
    upload(FORMS["comma"])
    capsys.readouterr()
    status, _, messages = erase(NAME, "--yes")

    assert status == 0
    assert NAME.lower() not in messages.lower()
