"""`tastetrend report` writes an index of files, the worst first, and says what has changed."""

import json
from datetime import UTC, datetime, timedelta

import moto.s3.models
import pytest

from ops import file_history, stack_outputs
from ops.deliveries import describe_drift, series_of
from ops.file_index import build_index
from ops.index_page import render_index
from tastetrend_etl import ingest
from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.s3_download import FIRST_UPLOADED
from tests.unit.bad_inputs.reviews import HEADER, file_of, reviews
from tests.unit.conftest import OUTPUTS, PROCESSED, RAW
from tests.unit.report_page.pages import parse

SHARES = {"review_text": 0.04, "rating_raw": 0.0, "gender": 0.1}
MAPPING = {"review_text": ["feedback"], "rating": ["stars"], "gender": ["sex"]}
DAY = datetime(2026, 11, 1, tzinfo=UTC)


def row(number=9, **changes):
    """Return a row of the history, of the file of day `number`."""
    mapping = changes.pop("mapping", MAPPING)
    return {
        "raw_key": f"in/reviews_{number}.csv",
        "version_id": f"v{number}",
        "uploaded_at": DAY + timedelta(days=number),
        "status": "pass",
        "page": f"page {number}",
        "source": "generic",
        "reason": None,
        "encoding": "utf-8",
        "column_mapping": json.dumps(mapping),
        "rows_read": 1_000,
        "rows_written": 990,
        "rows_rejected": 10,
        "rows_duplicate": 0,
        "mean_rating": 4.0,
        "missing_share": SHARES,
    } | changes


EARLIER = [row(number) for number in range(4)]


def plain(sentences):
    """Return sentences with plain spaces."""
    return [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in sentences]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rows_read": 2_001}, "It has 2,001 rows; earlier files had 1,000."),
        ({"rows_read": 499}, "It has 499 rows; earlier files had 1,000."),
        ({"rows_rejected": 50}, "5 % of its rows were rejected; of earlier files 1 %."),
        ({"mean_rating": 3.4}, "Its mean rating is 3.40; that of earlier files was 4.00."),
        (
            {"missing_share": SHARES | {"review_text": 0.61}},
            "`feedback` was empty in 4 % of the rows of earlier files, in 61 % of this one.",
        ),
        (
            {"mapping": MAPPING | {"rating": ["score"]}},
            "`rating_raw` is read from `score`; in the file before from `stars`.",
        ),
        (
            {"mapping": {**MAPPING, "gender": ["sex"], "location": ["venue"]}},
            "It has a column for `location`, `venue`; the file before had none.",
        ),
        (
            {"mapping": {name: MAPPING[name] for name in ("review_text", "rating")}},
            "It has no column for `gender`; the file before had `sex`.",
        ),
        ({"encoding": "cp1252"}, "Its encoding is cp1252; that of the file before was utf-8."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_change_is_said_in_a_sentence(changes, sentence):
    assert plain(describe_drift(row(**changes), EARLIER)) == [sentence]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rows_read": 1_900},
        {"rows_rejected": 29},
        {"mean_rating": 3.6},
        {"mean_rating": None},
        {"missing_share": SHARES | {"review_text": 0.13}},
    ],
    ids=str,
)
def test_what_is_like_the_earlier_files_is_no_change(changes):
    assert describe_drift(row(**changes), EARLIER) == []


def test_a_share_is_compared_with_the_range_of_the_earlier_ones():
    earlier = [row(1), row(2, missing_share=SHARES | {"review_text": 0.2})]

    assert describe_drift(row(missing_share=SHARES | {"review_text": 0.29}), earlier) == []
    assert plain(describe_drift(row(missing_share=SHARES | {"review_text": 0.31}), earlier)) == [
        "`feedback` was empty in 4 % to 20 % of the rows of earlier files, in 31 % of this one."
    ]


def test_one_earlier_file_is_too_few_to_compare_with():
    assert describe_drift(row(rows_read=1), EARLIER[:1]) == []


def test_the_deliveries_of_a_source_are_those_of_its_name_or_of_keys_alike():
    assert series_of(row(source="uptown")) == "uptown"
    assert series_of(row(1)) == series_of(row(22)) == "in/reviews_#.csv"


def test_only_deliveries_before_a_file_count():
    late = row(20, rows_read=10_000)
    index = build_index("all", [EARLIER[-1], late], [*EARLIER, late])

    assert [index.files[number]["raw_key"] for number in index.drift] == ["in/reviews_20.csv"]


def test_the_worst_files_are_first():
    rejected = row(1, status="rejected", reason="no_header", source=None)
    files = [row(2), row(3, status="warn"), rejected, row(4, rows_rejected=20), row(5, status="fail")]
    index = build_index("all", files, files)

    assert [each["version_id"] for each in index.files] == ["v1", "v5", "v3", "v4", "v2"]


def test_a_key_is_text_on_the_page():
    index = build_index("<i>all", [row(1, raw_key="<script>alert(1)</script>", page="p")], [])
    page = render_index(index, {"p": 'x"onclick="y'})

    assert "<script" not in page
    assert "<i>" not in page
    assert 'x"onclick' not in page


@pytest.fixture
def bucket(deliver, store, monkeypatch):
    """Return a function that processes a file of one source; the stack is in memory."""
    monkeypatch.setattr(stack_outputs, "_read_outputs", lambda _: OUTPUTS)
    numbers = iter(range(1_000, 9_000, 100))
    moments = (datetime(2026, 11, 1, hour, tzinfo=None) for hour in range(20))  # noqa: DTZ001 # as moto's

    def send(key, *, moment=None, **cells):
        first, moment = next(numbers), moment or next(moments)
        monkeypatch.setattr(moto.s3.models, "utcnow", lambda: moment)
        rows = [each | {"review_id": str(first + i)} for i, each in enumerate(reviews(30, **cells))]
        return deliver(file_of(rows), key)

    return send


@pytest.fixture
def report(tastetrend, tmp_path, capsys):
    """Return a function that runs the command; it returns the exit code, the JSON and the page."""

    def run(*arguments):
        capsys.readouterr()  # the log of the function
        ran = tastetrend("report", *arguments, "--env", "local", "--out", tmp_path / "out", "--json")
        page = tmp_path / "out" / "index.html"
        return ran.status, json.loads(ran.stdout), page.read_text(encoding="utf-8")

    return run


def test_the_report_compares_a_file_with_its_earlier_deliveries(bucket, report):
    for day in (1, 2, 3):
        bucket(f"in/reviews_{day}.csv")
    bucket("in/reviews_4.csv", review_text="")
    bucket("other.csv")

    status, data, page = report("in/")

    sentence = "was empty in 0 % of the rows of earlier files, in 100 % of this one."
    assert data["files"][0]["raw_key"] == "in/reviews_4.csv"
    assert plain(data["files"][0]["drift"]) == [f"`review_text` {sentence}"]
    assert [len(file["drift"]) for file in data["files"]] == [1, 0, 0, 0]
    assert sentence in plain([page])[0]
    assert status == int(any(file["status"] == "fail" for file in data["files"]))


def test_each_file_is_linked_to_a_copy_of_its_page(bucket, report, store, tmp_path):
    bucket("a.csv")
    bucket("b.csv")
    (key,) = [key for key in store.everything() if "/b.csv/report_" in key]
    store.client.delete_object(Bucket=PROCESSED, Key=key)

    _, data, page = report("latest")

    (copy,) = (tmp_path / "out" / "pages").iterdir()
    (key,) = [key for key in store.everything() if "/a.csv/report_" in key]
    assert copy.read_bytes() == store.read(key)
    assert page.count(f'href="pages/{copy.name}"') == 1
    assert {file["page"] for file in data["files"]} > {key}


def test_a_rejected_file_is_listed_with_its_reason(bucket, deliver, report):
    bucket("a.csv")
    deliver(b"", "empty.csv")

    status, data, page = report()

    assert status == 1
    assert data["statuses"] == {"rejected": 1, "pass": 1}
    assert data["files"][0]["reason"] == "empty_file"
    assert "empty_file" in page


def test_the_files_of_a_batch_are_those_of_its_report(bucket, report, store):
    for key in ("a.csv", "b.csv"):
        bucket(key)
    result = {"key": "b.csv", "outcome": "processed", "status": "pass", "reason": "", "rows": None}
    rows = {"read": 5, "written": 5, "rejected": 0, "duplicate": 0}
    others = [
        {"key": "lost.csv", "outcome": "missing", "status": "", "reason": "", "rows": None},
        {"key": "old.csv", "outcome": "processed", "status": "warn", "reason": "", "rows": rows},
    ]
    batch = json.dumps({"worst_first": [*others, result]})
    store.client.put_object(Bucket=PROCESSED, Key="batches/nightly/report.json", Body=batch)

    status, data, page = report("--batch", "nightly")

    assert status == 1
    assert [(file["raw_key"], file["status"]) for file in data["files"]] == [
        *[("lost.csv", "missing"), ("old.csv", "warn")],
        ("b.csv", "pass"),
    ]
    assert [file["rows_read"] for file in data["files"]] == [None, 5, 30]
    assert "no result" in page


def test_a_file_that_was_delivered_again_is_listed_once(bucket, report):
    bucket("a.csv")
    bucket("a.csv")

    _, data, page = report("a.csv")

    assert len(data["files"]) == 1
    assert "of 2" in page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere/"], "under 'nowhere/'; the newest is a.csv"),
        (["2020-01-01"], "uploaded on 2020-01-01"),
        (["--batch", "none"], "there is no report of a batch under batches/none/report.json"),
    ],
    ids=["prefix", "day", "batch"],
)
def test_without_a_file_the_command_says_what_there_is(arguments, message, bucket, tastetrend, tmp_path):
    bucket("a.csv")

    ran = tastetrend("report", *arguments, "--env", "local", "--out", tmp_path / "out")

    assert ran.status == 1
    assert message in ran.stderr


def test_a_bucket_without_files_has_no_report(bucket, tastetrend):
    ran = tastetrend("report", "--env", "local")

    assert ran.status == 1
    assert "tastetrend replay --all --env local --yes" in ran.stderr


def test_a_file_without_rows_is_no_measure_of_others():
    empty = row(2, rows_read=0, rows_written=0, rows_rejected=0, mean_rating=None, missing_share={})

    assert describe_drift(row(), [row(1), empty, row(3)]) == []
    assert plain(describe_drift(empty, EARLIER)) == ["It has 0 rows; earlier files had 1,000."]


def test_an_empty_delivery_has_changed():
    empty = row(20, rows_read=0, rows_written=0, rows_rejected=0, mean_rating=None, missing_share={})
    index = build_index("all", [empty], [*EARLIER, empty])

    assert plain(index.drift[0]) == ["It has 0 rows; earlier files had 1,000."]


def test_files_of_a_day_are_compared_with_those_before_it(bucket, report, monkeypatch):
    monkeypatch.setattr(file_history, "MAX_FILES", 2)
    for key in ("a.csv", "b.csv"):
        bucket(key)
    late = datetime(2026, 12, 2, tzinfo=None)  # noqa: DTZ001 # as moto's
    for key in ("c.csv", "d.csv", "e.csv"):
        bucket(key, moment=late)

    _, data, page = report("2026-11-01")
    _, latest, cut_page = report("latest")

    assert {file["raw_key"] for file in data["files"]} == {"a.csv", "b.csv"}
    assert len(latest["files"]) == 2
    assert "Only the 2,000 files" in cut_page
    assert "Only the 2,000 files" not in page


def test_a_raw_file_that_an_erasure_has_written_again_is_one_delivery(
    bucket, store, handler, context, report
):
    bucket("a.csv")
    first = store.client.get_object(Bucket=RAW, Key="a.csv")
    written_again = {
        "Body": first["Body"].read(),
        "Metadata": {FIRST_UPLOADED: first["LastModified"].isoformat()},
    }
    store.client.put_object(Bucket=RAW, Key="a.csv", **written_again)
    handler.lambda_handler({"key": "a.csv"}, context)

    _, _, page = report("a.csv")

    assert len([key for key in store.everything() if key.startswith("history/")]) == 2
    assert "Deliveries of" not in page


def test_a_rejected_run_leaves_the_page_of_the_dataset_that_is_there(
    bucket, store, handler, context, monkeypatch
):
    bucket("a.csv")
    before = store.everything()

    def reject(_):
        raise RejectedFileError("empty_file", "by another version of the code")

    monkeypatch.setattr(ingest, "check_raw_key", reject)

    result = handler.lambda_handler({"key": "a.csv", "reprocess": True}, context)["files"][0]

    assert result["action"] == "rejected"
    after = store.everything()
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + len(["error report"])


def test_the_history_has_no_name(bucket, store):
    bucket("a.csv", customer_name="Zebulon Quackenbush")

    assert "customer_name" in HEADER
    history = [store.read(key) for key in store.everything() if key.startswith("history/")]
    assert len(history) == 1
    assert b"Quackenbush" not in history[0]


def test_the_trend_of_a_source_has_shares_of_empty_cells_and_changed_columns():
    changed = {"mapping": MAPPING | {"rating": ["score"]}, "missing_share": SHARES | {"gender": 0.4}}
    rows = [row(1), row(2), row(3, **changed)]
    page = parse(render_index(build_index("all", rows[2:], rows), {}))

    assert [plain(cells[-3:]) for cells in page.rows("The latest deliveries")] == [
        ["14.7 %", "4.00", "1 changed"],
        ["4.7 %", "4.00", "as before"],
        ["4.7 %", "4.00", ""],
    ]
