"""Figures of a page are those that DuckDB counts in the dataset."""

from types import SimpleNamespace

import duckdb
import pytest

from local.demo import samples
from tastetrend_etl import report_page
from tests.properties.processing import run
from tests.unit.bad_inputs.reviews import file_of, review
from tests.unit.report_page.pages import parse

FILES = {path.name: path.read_bytes() for path in samples() if "review" in path.name}
FILES["faulty.csv"] = file_of(
    [
        *(review(number, rating=f"{number % 9 / 2:g}", date=f"2{number % 3}-01-02") for number in range(90)),
        *(review(number, location="Uptown", review_text="") for number in range(90, 120)),
        *(review(number, rating="nothing", date="never") for number in range(120, 150)),
    ]
)


@pytest.fixture(scope="module", params=FILES)
def processed(request, tmp_path_factory):
    """Return a file's page, and a function that returns a figure of its dataset."""
    result = run(FILES[request.param], key=request.param)
    dataset = tmp_path_factory.mktemp("dataset") / "dataset.parquet"
    dataset.write_bytes(result.dataset)

    def ask(figure):
        ((value,),) = duckdb.sql(f"SELECT {figure} FROM '{dataset}'").limit(1).fetchall()  # noqa: S608 # our own
        return value

    return SimpleNamespace(page=parse(report_page.render_processed(*result.reports)), ask=ask)


def test_the_rows_written(processed):
    assert f"{processed.ask('count(*)'):,} written" in processed.page.only("section", id="balance").text


def test_the_missing_texts(processed):
    rows = {row[0]: row[1] for row in processed.page.rows("Missing values by column")}
    missing = processed.ask("count(*) FILTER (review_text IS NULL)")

    assert rows.get("review_text", "0") == f"{missing:,}"


def test_the_mean_rating_and_the_rows_rated(processed):
    mean, rated = processed.ask("avg(rating_1_5)"), processed.ask("count(rating_1_5)")
    text = processed.page.only("section", id="ratings").text

    assert f"{rated:,} rows with a rating" in text
    assert f"their mean is {mean:.2f}" in text


def test_the_rows_of_each_half_star(processed):
    by_halves = processed.ask("histogram(floor(rating_1_5 * 2 + 0.5) / 2)")
    figures = processed.page.only("section", id="ratings").all("figure")
    [after] = [each for each in figures if "half stars" in each.only("figcaption").text]
    shown = {float(stars): rows for stars, rows in (item.text.split(": ") for item in after.all("li"))}

    assert {stars: rows for stars, rows in shown.items() if rows != "0"} == {
        stars: f"{rows:,}" for stars, rows in by_halves.items()
    }


def test_the_rows_with_a_date_and_its_first_and_last_month(processed):
    dated = processed.ask("count(review_date)")
    first, last = (processed.ask(f"strftime({which}(review_date), '%Y-%m')") for which in ("min", "max"))

    assert processed.page.only("section", id="time").text.startswith(
        f"Reviews over time {dated:,} rows with a date, from {first} to {last}"
    )


def test_the_rows_of_each_ethnicity(processed):
    counts = processed.ask("histogram(ethnicity_norm)")
    if not counts:
        pytest.skip("the file names no ethnicity")
    shown = {row[0]: row[1] for row in processed.page.rows("ethnicity")}

    assert shown == {name: f"{rows:,}" for name, rows in counts.items()}
