"""The page shows the checks that concern the file, and says in a sentence what each found."""

import pytest

from tastetrend_etl import report_page
from tests.properties.processing import run
from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews
from tests.unit.report_page.pages import parse

RESTAURANTS = b"restaurant_name,address,avg_stars,total_reviews\nThe Ladle,1 Quay Road,4.5,120\n"
OF_COLUMNS = {
    "date": "Every date is in a known format.",
    "review_id": "No row has the id of an earlier, different row.",
    "gender": "Every age, gender and ethnicity is in a category.",
}


def page_of(file):
    return parse(report_page.render_processed(*run(file).reports))


def sentences(file):
    return [item.all("p")[0].text for item in page_of(file).only("section", id="checks").all("li")]


def lead(file):
    return page_of(file).only("p", class_="lead").text


def test_restaurant_facts_have_no_checks_on_reviews():
    assert sentences(RESTAURANTS) == [
        "Every row read is written, rejected or a duplicate.",
        "No row was rejected.",
        "No row repeats an earlier one.",
        "Every character could be decoded.",
        "The encoding of every character is certain.",
        "No column is missing that the file's source should have.",
    ]


@pytest.mark.parametrize("column", OF_COLUMNS)
def test_a_check_on_a_column_that_the_file_has_not_is_left_out(column):
    every = file_of(reviews(9, gender="F"), header=(*HEADER, "gender"))
    without = file_of(reviews(9), header=[name for name in HEADER if name != column])

    assert OF_COLUMNS[column] in sentences(every)
    assert OF_COLUMNS[column] not in sentences(without)


@pytest.mark.parametrize(("column", "noun"), [("review_text", "texts"), ("rating", "ratings")])
def test_a_file_without_texts_or_ratings_says_so(column, noun):
    file = file_of(reviews(9), header=[name for name in HEADER if name != column])

    assert sentences(file)[0] == f"The file has no column of {noun}."
    assert not [each for each in sentences(file) if each.startswith("Every rating")] or column != "rating"


def test_groups_that_no_row_names_need_no_look():
    assert lead(file_of(reviews(20))).endswith("nothing in it needs a look.")


def test_ratings_on_a_smaller_scale_are_compared_with_evenly_spread_ones():
    ratings = [*(str(number % 5 + 1) for number in range(46)), *["9"] * 14]
    file = file_of([review(number, rating=rating) for number, rating in enumerate(ratings, 1)])

    assert sentences(file)[0] == (
        "26.7 points more of the ratings than of evenly spread ones are on a smaller scale."
    )
    assert lead(file).endswith(
        "look first at the ratings on a smaller scale (26.7 points more than of evenly spread ones)."
    )
    first = page_of(file).only("section", id="checks").all("li")[0]
    assert "Warns above 10 points." in first.text


def test_ratings_spread_over_their_scale_are_not_more_than_evenly_spread_ones():
    ratings = [str(number % 10 + 1) for number in range(60)]
    file = file_of([review(number, rating=rating) for number, rating in enumerate(ratings, 1)])

    assert "No more of the ratings than of evenly spread ones are on a smaller scale." in sentences(file)


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"rating": "", "review_text": ""}, "the one row that was rejected (20 %)"),
        ({"date": "soon"}, "the one row that has a date in no known format (20 %)"),
    ],
)
def test_one_row_is_told_in_the_singular(cells, what):
    assert lead(file_of([*reviews(4), review(5, **cells)])).endswith(f"look first at {what}.")


def test_each_rating_column_has_its_scale():
    rows = [review(number, rating="4", rating_out_of_10="8") for number in range(1, 9)]
    facts = dict(page_of(file_of(rows, header=(*HEADER, "rating_out_of_10"))).rows("How the file was read"))

    assert facts["Ratings"] == (
        "a number alone counts out of 5 in rating and out of 10 in rating_out_of_10; read: 8 rows out of 5"
    )
