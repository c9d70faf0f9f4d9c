"""Memory and disk use stay within the limits of an invocation, for any file."""

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tastetrend_etl.limits import TIERS
from tests.unit.bad_inputs.reviews import file_of, review, reviews

ROOT = Path(__file__).parents[3]
LIMIT = 200 << 20
MEMORY_MB = 400  # of the 1,024 that the function has


@pytest.fixture
def measure(tmp_path):
    """Return a function that processes a file in its own process and returns the resources it used."""

    def process(*parts):
        staged = tmp_path / "raw"
        with staged.open("wb") as out:
            out.writelines(parts)
        command = [sys.executable, "-m", "tests.unit.bad_inputs.peak_memory", str(staged), str(LIMIT)]
        path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'lambda_src'}"}
        result = subprocess.run(  # noqa: S603 # fixed program, no shell
            command, cwd=ROOT, env=path, capture_output=True, check=True
        )
        measured = json.loads(result.stdout)
        assert measured["memory_mb"] < MEMORY_MB
        return measured

    return process


def test_F18_gzip_that_inflates_a_thousandfold_is_rejected_early(measure):
    member = gzip.compress(file_of([review(1)]) * 100_000)

    measured = measure(*[member] * 130)  # 2 GB

    assert measured["reason"] == "too_large_inflated"
    assert measured["disk_mb"] == 0


MEGABYTE = "góod 😀 ".encode() * 77_672


@pytest.mark.parametrize("before", [b"2,Al,2020-01-01,4,", b'2,Al,2020-01-01,4,"'])
def test_F19_a_line_of_a_hundred_megabytes_is_rejected_alone(before, measure):
    measured = measure(file_of(reviews(1)), before, *[MEGABYTE] * 100, b",,\n", file_of(reviews(3)[2:]))

    assert measured["rejections"]["record_too_long"]["examples"] == [2]
    assert measured["rows"]["written"] == 2


def test_F19_a_first_line_of_a_hundred_megabytes_rejects_the_file(measure):
    assert measure(*[MEGABYTE] * 100)["reason"] == "no_header"


def test_F19_a_json_text_of_a_hundred_megabytes_is_rejected_alone(measure):
    measured = measure(b'[{"rating": 5, "review_text": "', *[MEGABYTE] * 100, b'"}, {"rating": 4}]')

    assert measured["rejections"]["malformed_json"]["examples"] == [1]
    assert measured["rows"]["written"] == 1


def test_F20_a_file_above_the_size_limit_is_rejected_with_the_limit(send, monkeypatch):
    monkeypatch.setitem(TIERS, "large", replace(TIERS["large"], max_bytes=1_000))

    delivery = send(file_of(reviews(50)))

    assert (delivery.action, delivery.reason) == ("rejected", "too_large")
    assert "1,000" in delivery.report["message"]


def test_F20_a_very_long_date_takes_about_as_much_time_as_a_text_of_that_length(measure):
    long_cell = "13/02/2020" + " " * 400_000 + "\nx"
    as_date, as_text = (
        measure(file_of([review(1, date=long_cell)])),
        measure(file_of([review(1, review_text=long_cell)])),
    )

    assert as_date["cpu_s"] < 10 * as_text["cpu_s"]  # some patterns take quadratic time


def test_F21_a_thousand_columns_stay_within_the_memory_limit(measure):
    names = ",".join(f"q{number}" for number in range(1_000))
    cells = ",".join(str(number) for number in range(1_000))

    measured = measure(f"rating,{names}\n".encode(), f"4,{cells}\n".encode() * 2_500)

    assert measured["rows"]["read"] == 2_500


@pytest.mark.parametrize("row", [b"a\n", b",\n", b'"a,\n'])
def test_F26_a_file_with_too_many_rejected_rows_is_rejected(row, measure):
    assert measure(b"rating,review_text\n", row * 600_000)["reason"] == "too_many_rejected"


def test_F27_more_rows_than_deduplication_supports_are_rejected(send, handler, monkeypatch):
    monkeypatch.setattr(handler, "SETTINGS", replace(handler.SETTINGS, tier="large"))
    monkeypatch.setitem(TIERS, "large", replace(TIERS["large"], max_rows=1_000))

    assert send(file_of(reviews(1_001))).reason == "too_large"


def test_F27_keys_that_make_a_small_file_large_are_rejected(measure):
    keys = json.dumps({f"key {number}": 1 for number in range(1_900)})

    assert measure(keys.encode(), b'{"rating":4}\n' * 300_000)["reason"] == "too_large"


def test_R51_a_million_duplicates_stay_within_the_memory_limit(measure):
    row = b"12345678,Ann,5,Great food and more of it\n"

    measured = measure(b"review_id,name,rating,review_text\n", *[row * 10_000] * 100)

    assert measured["rows"] == {"read": 1_000_000, "written": 1, "rejected": 0, "duplicate": 999_999}


def test_R51_a_million_equal_rows_that_nothing_identifies_stay_within_the_memory_limit(measure):
    measured = measure(b"rating,review_text\n", *[b"5,Great food\n4,Good\n" * 10_000] * 50)

    assert measured["rows"]["written"] == 1_000_000


def test_F21_texts_of_nothing_but_line_breaks_stay_within_the_memory_limit(measure):
    row = b'1,5,"' + b"\n" * 44 + b'"\n'

    measured = measure(b"review_id,rating,review_text\n", *[row * 10_000] * 80)

    assert measured["rows"]["read"] == 800_000


@pytest.mark.parametrize("lines", [44, 100_000])
def test_F88_multi_line_texts_are_checked_in_parts(lines, measure):
    row = b'1,5,"' + b"\n" * lines + b'"\n'

    measured = measure(b"review_id,rating,review_text\n", row * ((20 << 20) // len(row)))

    assert measured["memory_mb"] < MEMORY_MB - 50
