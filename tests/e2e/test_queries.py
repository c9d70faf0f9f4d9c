"""The curated reviews of all files are one set without customers' names, which `tastetrend query` reads."""

import io
import json
import os
import subprocess

import pyarrow.parquet as pq
import pytest

from local.demo import samples
from tastetrend_etl.output_keys import curated_keys
from tests.cli.commands import SCRIPT
from tests.e2e.conftest import reviews

FILES = {file.name: file.read_bytes() for file in samples()}
REVIEWS = [name for name in FILES if "restaurant_info" not in name]
AGAIN = f"again/{REVIEWS[0]}"  # the same reviews in a second file


@pytest.fixture(scope="module", autouse=True)
def uploaded(store):
    for name, content in (FILES | {AGAIN: FILES[REVIEWS[0]]}).items():
        store.upload(name, content)
    store.await_outcome(*FILES, AGAIN)


@pytest.fixture(scope="module")
def query(emulator):
    """Return a function that runs the command and returns its exit code and its output."""

    def run(*arguments):
        completed = subprocess.run(  # noqa: S603 # the project's own command
            [SCRIPT, "query", *arguments, "--env", "local"],
            env=os.environ | emulator.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return completed.returncode, completed.stdout, completed.stderr

    return run


@pytest.fixture(scope="module")
def rows(query):
    """Return a function that returns the rows of a query."""

    def run(sql):
        status, stdout, stderr = query(sql, "--json")
        assert status == 0, stderr
        return json.loads(stdout)["rows"]

    return run


def dataset(store, name):
    return pq.read_table(io.BytesIO(store.read(store.keys_for(name).dataset)))


def test_the_view_has_one_row_for_each_review_of_all_files(store, rows):
    ids = {review for name in [*REVIEWS, AGAIN] for review in dataset(store, name)["review_id"].to_pylist()}
    count = "SELECT count(*) AS n, count(DISTINCT review_id) AS ids FROM"
    written = sum(dataset(store, name).num_rows for name in [*REVIEWS, AGAIN])

    of_samples = f"WHERE source_file IN ({', '.join(repr(name) for name in [*REVIEWS, AGAIN])})"
    assert rows(f"{count} reviews {of_samples}") == [{"n": len(ids), "ids": len(ids)}]
    assert rows(f"{count} review_rows {of_samples}") == [{"n": written, "ids": len(ids)}]


def test_of_the_rows_of_a_review_the_one_with_the_least_file_stays(rows):
    sql = f"SELECT count(*) AS n FROM reviews WHERE source_file = '{REVIEWS[0]}'"  # noqa: S608 # a constant
    assert rows(sql) == [{"n": 0}]


def test_the_set_is_current_after_a_single_event(store, rows):
    sql = "SELECT rating_1_5, review_text FROM reviews WHERE source_file = 'current.csv'"
    text = "A review that no other file on this emulator holds"
    store.upload("current.csv", reviews(text))
    store.await_outcome("current.csv")

    assert rows(sql) == [{"rating_1_5": 4.0, "review_text": text}]


def test_reviews_are_counted_by_month_and_restaurant(rows):
    total = rows("SELECT sum(reviews) AS n FROM reviews_by_month")[0]["n"]
    months = rows("SELECT month, mean_rating FROM reviews_by_month WHERE month IS NOT NULL AND ratings > 0")

    assert total == rows("SELECT count(*) AS n FROM reviews")[0]["n"]
    assert all(row["month"].endswith("-01") and 1 <= row["mean_rating"] <= 5 for row in months)


def test_a_customer_has_a_pseudonym_and_no_name(store, rows):
    names = dataset(store, REVIEWS[0])["customer_name"].drop_null()
    part = store.read(curated_keys(REVIEWS[0])["reviews"])
    by_file = (
        "SELECT source_file, count(DISTINCT customer_pseudonym) AS customers FROM review_rows GROUP BY 1"
    )
    (counted,) = (row for row in rows(by_file) if row["source_file"] == REVIEWS[0])

    assert 1 < counted["customers"] <= len(names.unique())
    assert "customer_name" not in pq.read_schema(io.BytesIO(part)).names


def test_restaurant_facts_are_a_table(rows):
    sql = "SELECT count(*) AS n FROM restaurants WHERE source_file = 'tastetrend_restaurant_info.csv'"
    assert rows(sql) == [{"n": 12}]


def test_rows_are_shown_or_written_to_a_file(query, tmp_path):
    status, stdout, _ = query("SELECT restaurant_name, address FROM restaurants ORDER BY 1 LIMIT 3")
    assert (status, stdout.splitlines()[-1]) == (0, "Rows of local: 3.")

    status, _, _ = query("SELECT * FROM reviews", "--out", str(tmp_path / "reviews.parquet"))
    assert status == 0
    assert pq.read_table(tmp_path / "reviews.parquet").num_rows > 1_000


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("SELECT foo\nFROM reviews AS r\nWHERE foo = 1", "line 3: WHERE foo = 1"),
        ("SELECT 1\nFROM nowhere", "line 2: FROM nowhere"),
        ("SELECT 1\nFROM reviews\nWHERE", "line 3: WHERE"),
    ],
)
def test_sql_that_is_not_accepted_is_explained_with_its_line(sql, line, query):
    status, stdout, stderr = query(sql)

    assert (status, stdout) == (2, "")
    (message,) = stderr.splitlines()
    assert message.startswith("error: Athena does not accept the query: ")
    assert message.endswith(line)
