"""No file takes more memory or disk than an invocation has, whatever is in it."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tastetrend_etl import ingest, pipeline
from tests.unit.bad_inputs.reviews import file_of, review, reviews

ROOT = Path(__file__).parents[3]
LIMIT = 200 << 20
MEMORY_MB = 400  # of the 1,024 that the function has


@pytest.fixture
def spend(tmp_path):
    """Return a function that processes a file in a process of its own and tells what that took."""

    def process(*parts):
        staged = tmp_path / "raw"
        with staged.open("wb") as out:
            out.writelines(parts)
        command = [sys.executable, "-m", "tests.unit.bad_inputs.peak_memory", str(staged), str(LIMIT)]
        path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'lambda_src'}"}
        done = subprocess.run(  # noqa: S603 # this test's own module
            command, cwd=ROOT, env=path, capture_output=True, check=True
        )
        spent = json.loads(done.stdout)
        assert spent["memory_mb"] < MEMORY_MB
        return spent

    return process


def test_F18_gzip_that_inflates_a_thousandfold_is_refused_before_it_does_harm(spend):
    member = gzip.compress(file_of([review(1)]) * 100_000)

    spent = spend(*[member] * 130)  # 2 GB

    assert spent["reason"] == "too_large_inflated"
    assert spent["disk_mb"] == 0


MEGABYTE = "góod 😀 ".encode() * 77_672


@pytest.mark.parametrize("before", [b"2,Al,2020-01-01,4,", b'2,Al,2020-01-01,4,"'])
def test_F19_a_line_of_a_hundred_megabytes_costs_itself_alone(before, spend):
    spent = spend(file_of(reviews(1)), before, *[MEGABYTE] * 100, b",,\n", file_of(reviews(3)[2:]))

    assert spent["rejections"]["record_too_long"] == {"count": 1, "examples": [2]}
    assert spent["rows"]["written"] == 2


def test_F19_a_first_line_of_a_hundred_megabytes_is_refused(spend):
    assert spend(*[MEGABYTE] * 100)["reason"] == "no_header"


def test_F19_a_json_text_of_a_hundred_megabytes_costs_itself_alone(spend):
    spent = spend(b'[{"rating": 5, "review_text": "', *[MEGABYTE] * 100, b'"}, {"rating": 4}]')

    assert spent["rejections"]["malformed_json"] == {"count": 1, "examples": [1]}
    assert spent["rows"]["written"] == 1


def test_F20_a_file_beyond_the_budget_is_refused_with_the_limit(send, monkeypatch):
    monkeypatch.setattr(ingest, "MAX_FILE_BYTES", 1_000)

    delivery = send(file_of(reviews(50)))

    assert (delivery.action, delivery.reason) == ("refused", "too_large")
    assert "1,000" in delivery.report["message"]


def test_F20_a_date_as_long_as_a_novel_takes_about_as_long_as_a_text_of_that_length(spend):
    novel = "13/02/2020" + " " * 400_000 + "\nx"
    as_date, as_text = spend(file_of([review(1, date=novel)])), spend(file_of([review(1, review_text=novel)]))

    assert as_date["cpu_s"] < 10 * as_text["cpu_s"]  # some patterns would take the square of the length


def test_F21_a_thousand_columns_take_no_more_memory_than_a_few(spend):
    names = ",".join(f"q{number}" for number in range(1_000))
    cells = ",".join(str(number) for number in range(1_000))

    spent = spend(f"rating,{names}\n".encode(), f"4,{cells}\n".encode() * 2_500)

    assert spent["rows"]["read"] == 2_500


@pytest.mark.parametrize("row", [b"a\n", b",\n", b'"a,\n'])
def test_F26_a_file_of_rows_that_have_to_be_rejected_is_refused(row, spend):
    assert spend(b"rating,review_text\n", row * 600_000)["reason"] == "too_many_rejected"


def test_F27_more_rows_than_repeats_can_be_told_among_are_refused(send, monkeypatch):
    monkeypatch.setattr(pipeline, "MAX_ROWS", 1_000)

    assert send(file_of(reviews(1_001))).reason == "too_large"


def test_F27_keys_that_make_a_small_file_large_are_refused(spend):
    keys = json.dumps({f"key {number}": 1 for number in range(1_900)})

    assert spend(keys.encode(), b'{"rating":4}\n' * 300_000)["reason"] == "too_large"
