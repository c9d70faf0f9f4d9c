"""Figures of a page are those that DuckDB counts in the dataset."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from local.demo import samples
from samples import edge_cases
from tastetrend_etl import report_page
from tests.properties.processing import run
from tests.unit.bad_inputs.reviews import file_of, review
from tests.unit.report_page.pages import parse


def edge_case_file():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "edge_cases.csv")
        edge_cases.write(path)
        return path.read_bytes()


FILES = {path.name: path.read_bytes() for path in samples()}
FILES |= {
    "faulty.csv": file_of(
        [
            *(
                review(number, rating=f"{number % 9 / 2:g}", date=f"2{number % 3}-01-02")
                for number in range(90)
            ),
            *(review(number, location="Uptown", review_text="") for number in range(90, 120)),
            *(review(number, rating="nothing", date="never") for number in range(120, 150)),
        ]
    ),
    "edge_cases.csv": edge_case_file(),
    "without_rows.csv": file_of([]),
    "faulty_restaurants.csv": b"restaurant_name,address,avg_stars,total_reviews\nLadle,,4.2,many\n"
    b"Vine,3 Row,9,12\nArk,,,5\nHut,1 Way,4,6\n,,1,2\n",
}
ISSUES = "(SELECT unnest(issues) AS issue FROM '{}')"
REVIEWS = sorted(name for name in FILES if "restaurant" not in name)
WITH_ROWS = [name for name in REVIEWS if name != "without_rows.csv"]


@pytest.fixture(scope="module", params=sorted(FILES))
def processed(request, tmp_path_factory):
    """Return a file's page, and a function that returns a figure of its dataset."""
    result = run(FILES[request.param], key=request.param)
    dataset = tmp_path_factory.mktemp("dataset") / "dataset.parquet"
    dataset.write_bytes(result.dataset)

    def ask(figure, source="'{}'"):
        query = f"SELECT {figure} FROM {source.format(dataset)}"  # noqa: S608 # of this module
        ((value,),) = duckdb.sql(query).limit(1).fetchall()
        return value

    page = parse(report_page.render_processed(*result.reports))
    return SimpleNamespace(page=page, ask=ask, columns=result.table.schema.names)


def text_of(processed, section):
    return processed.page.only("section", id=section).text


def of(files):
    return pytest.mark.parametrize("processed", files, indirect=True)


def test_the_rows_written(processed):
    rows = f"{processed.ask('count(*)'):,}"

    assert f"{rows} written" in text_of(processed, "balance")
    assert rows == "0" or f"Of the {rows} rows written." in text_of(processed, "missing")


@of([name for name in sorted(FILES) if name != "without_rows.csv"])
def test_the_missing_values_of_each_column(processed):
    section = processed.page.only("section", id="missing")
    shown = {row[0]: row[1] for row in section.rows("Missing values")} if section.all("table") else {}
    for title, rows in (("in every row", f"{processed.ask('count(*)'):,}"), ("in no row", "0")):
        lists = [each for each in section.all("p") if f"Missing {title}: " in each.text]
        shown |= {name.text: rows for each in lists for name in each.all("code")}

    assert shown == {
        name: f"{processed.ask(f'count(*) FILTER ({name} IS NULL)'):,}" for name in processed.columns
    }


def test_the_rows_of_each_issue(processed):
    codes = processed.ask("histogram(issue)", ISSUES) or {}
    tables = processed.page.only("section", id="issues").all("table")
    rows = [row for table in tables for row in table.only("tbody").all("tr")]

    assert {row.all("code")[-1].text: row.all("td")[0].text for row in rows if row.all("code")} == {
        code: f"{count:,}" for code, count in codes.items()
    }


SECTIONS = {
    "missing": "count(*)",
    "ratings": "count(rating_1_5)",
    "time": "count(review_date)",
    "bias": "count(location)",
}


@of(REVIEWS)
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_on_the_page_if_rows_have_its_values(processed, section):
    sections = {each.attributes["id"] for each in processed.page.all("section")}

    assert (section in sections) == (processed.ask(SECTIONS[section]) > 0)


@of(WITH_ROWS)
def test_the_mean_rating_and_the_rows_rated(processed):
    mean, rated = processed.ask("avg(rating_1_5)"), processed.ask("count(rating_1_5)")
    text = text_of(processed, "ratings")

    assert f"{rated:,} rows with a rating" in text
    assert f"their mean is {mean:.2f}" in text


@of(WITH_ROWS)
def test_the_rows_of_each_half_star(processed):
    by_halves = processed.ask("histogram(floor(rating_1_5 * 2 + 0.5) / 2)")
    figures = processed.page.only("section", id="ratings").all("figure")
    [after] = [each for each in figures if "half stars" in each.only("figcaption").text]
    shown = {float(stars): rows for stars, rows in (item.text.split(": ") for item in after.all("li"))}

    assert {stars: rows for stars, rows in shown.items() if rows != "0"} == {
        stars: f"{rows:,}" for stars, rows in by_halves.items()
    }


@of(WITH_ROWS)
def test_the_rows_with_a_date_and_its_first_and_last_month(processed):
    dated = processed.ask("count(review_date)")
    first, last = (processed.ask(f"strftime({which}(review_date), '%Y-%m')") for which in ("min", "max"))

    assert text_of(processed, "time").startswith(
        f"Reviews over time {dated:,} rows with a date, from {first} to {last}"
    )


@of(WITH_ROWS)
def test_the_rows_of_each_ethnicity(processed):
    counts = processed.ask("histogram(ethnicity_norm)")
    if not counts:
        pytest.skip("the file names no ethnicity")
    shown = {row[0]: row[1] for row in processed.page.rows("ethnicity")}

    assert shown == {name: f"{rows:,}" for name, rows in counts.items()}
