"""Columns are chosen by their names, then by their content; no cell is lost."""

import json

import pytest

from tests.unit.bad_inputs.reviews import line
from tests.unit.bad_inputs.test_budget import measure

__all__ = ["measure"]


def table(*rows):
    return "".join(map(line, rows)).encode()


def extras(delivery):
    return [text and json.loads(text) for text in delivery.column("extra")]


def hints(delivery):
    return {hint["column"]: hint["field"] for hint in delivery.report["column_hints"]}


@pytest.mark.parametrize("evidence", ["stars", "comments"])
def test_F31_reviews_with_facts_of_the_restaurant_are_reviews(evidence, send):
    header = ("restaurant_name", "avg_stars", "total_reviews", evidence)
    cell = {"stars": "4", "comments": "Warm bread, MK00001"}[evidence]

    delivery = send(table(header, ("Harbor Grill", "4.1", "120", cell), ("Harbor Grill", "4.1", "120", "3")))

    assert delivery.report["source"]["kind"] == "reviews"
    assert extras(delivery) == [{"avg_stars": "4.1", "total_reviews": "120"}] * 2


def test_F31_facts_without_a_rating_or_a_text_stay_facts(send):
    delivery = send(
        table(("RestaurantName", "avgStars", "reviews"), ("Harbor Grill", "4.1", "120"), ("Pier", "4", "7"))
    )

    assert delivery.report["source"]["kind"] == "restaurant_info"
    assert delivery.column("avg_stars") == [4.1, 4.0]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("CustomerName", "customer_name"),
        ("authorName", "customer_name"),
        ("REVIEW_TEXT", "review_text"),
        ("reviewBody", "review_text"),
        ("Comments (optional)", "review_text"),
        ("createdAt", "review_date"),
        ("Date (UTC)", "review_date"),
        ("Overall Rating", "rating_raw"),
        ("Tip (%)", "tip_percentage"),
        ("Tip", "tip_amount"),
    ],
)
def test_F32_a_name_is_known_in_any_spelling(name, column, send):
    cell = {"review_date": "2023-05-01", "rating_raw": "4", "tip_percentage": "12", "tip_amount": "12"}.get(
        column, "Ada"
    )

    other = "stars" if column == "review_text" else "text"

    delivery = send(table((other, name), ("4", cell)))

    assert delivery.rows[0][column] is not None
    assert delivery.rows[0]["extra"] is None


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("Rating (1-5)", 5),
        ("Rating (1-10)", 10),
        ("Score [0 to 10]", 10),
        ("rating out of 10", 10),
        ("RatingOutOf10", 10),
        ("Stars/5", 5),
        ("Overall rating (1 = poor, 10 = best)", 10),
        ("Rating (%)", 100),
        ("Rating %", 100),
    ],
)
def test_F32_a_note_behind_the_name_is_the_scale(name, scale, send):
    delivery = send(table((name, "text"), ("4", "MK00001"), ("5", "MK00002")))

    assert delivery.column("rating_scale") == [scale, scale]
    assert delivery.report["columns_in_extra"] == []


def test_F32_a_note_of_another_kind_belongs_to_the_name(send):
    delivery = send(table(("rating", "rating (food)", "rating (service)"), ("4", "1", "2")))

    assert delivery.report["column_mapping"] == {"rating": ["rating"]}
    assert extras(delivery) == [{"rating (food)": "1", "rating (service)": "2"}]


@pytest.mark.parametrize(
    ("better", "vague", "column"),
    [
        ("review_text", "review", "review_text"),
        ("comments", "feedback", "review_text"),
        ("reviewer", "name", "customer_name"),
        ("review_id", "id", "source_review_id"),
        ("visit_date", "timestamp", "review_date"),
        ("stars", "score", "rating_raw"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_F33_the_better_name_wins_in_any_order(better, vague, column, is_first, send):
    good, poor = ("2023-05-01", "2023-06-09 10:00:00") if column == "review_date" else ("4", "9")
    good, poor = ("Ada", "Soup bar") if column in {"review_text", "customer_name"} else (good, poor)
    pairs = [(better, vague), (good, poor), ("", poor)]
    rest = [("overall_rating", "comment_text"), ("3", "MK00001"), ("3", "MK00002")]
    rows = [(*(pair if is_first else pair[::-1]), *more) for pair, more in zip(pairs, rest, strict=True)]
    hidden = {"review_text": "comment_text", "rating_raw": "overall_rating"}.get(column)
    rows = [tuple(cell for cell, name in zip(row, rows[0], strict=True) if name != hidden) for row in rows]

    delivery = send(table(*rows))

    assert str(delivery.rows[0][column]).startswith(good)
    assert delivery.rows[1][column] is None  # a vague column that says something else fills no gap
    assert [extra[vague] for extra in extras(delivery)] == [poor, poor]


def test_F33_of_two_dates_the_date_of_the_review_counts(send):
    delivery = send(
        table(
            ("visit_date", "review_date", "stars"), ("2023-05-01", "2023-05-09", "4"), ("2023-06-01", "", "5")
        )
    )

    assert [f"{date:%m-%d}" for date in delivery.column("review_date")] == ["05-09", "06-01"]
    assert extras(delivery) == [{"visit_date": "2023-05-01"}, None]


def test_F33_a_vague_column_fills_the_gaps_of_a_column_that_it_never_contradicts(send):
    delivery = send(table(("comments", "review"), ("MK00001", ""), ("", "MK00002"), ("MK00003", "MK00003")))

    assert delivery.column("review_text") == ["MK00001", "MK00002", "MK00003"]
    assert extras(delivery) == [None, None, None]


@pytest.mark.parametrize("flags", [("0", "1"), ("yes", "No"), ("TRUE", "TRUE")])
def test_F34_a_column_of_flags_is_no_text(flags, send):
    rows = [(flags[number % 2], "4", f"Warm bread and soup, MK{number:05d}") for number in range(1, 9)]

    delivery = send(table(("feedback", "stars", "essay"), *rows))

    assert delivery.report["rows"]["written"] == 8
    assert delivery.column("review_text") == [None] * 8
    assert extras(delivery)[0] == {"feedback": flags[1], "essay": rows[0][2]}
    assert hints(delivery) == {"feedback": "review_text", "essay": "review_text"}


@pytest.mark.parametrize(
    ("header", "cells", "column"),
    [
        (("review", "comment"), ("4", "Warm soup"), "review_text"),
        (("comments", "review"), ("17", "Warm soup"), "review_text"),
        (("location", "venue"), ("9.5", "Harbor"), "location"),
        (("score", "stars"), ("0.93", "5"), "rating_raw"),
        (("rating", "stars"), ("-0.4", "2"), "rating_raw"),
        (("review_date", "visit_date"), ("19:30", "2023-05-01"), "review_date"),
        (("customer", "guest"), ("Pier", "Ada"), "customer_name"),
        (("rating", "stars"), ("Warm bread and soup. " * 4, "5"), "rating_raw"),
    ],
)
def test_F34_a_column_whose_content_contradicts_its_name_is_kept_in_extra(header, cells, column, send):
    rest = {"rating_raw": ("business_name", "text"), "review_text": ("business_name", "star")}
    more = rest.get(column, ("business_name", "star"))

    last = ("Fine", "Poor") if column == "rating_raw" else ("4", "3")

    delivery = send(table((*header, *more), *((*cells, "Pier", cell) for cell in last)))

    assert {str(value)[: len(cells[1])] for value in delivery.column(column)} == {cells[1]}
    assert {extra[header[0]] for extra in extras(delivery)} == {cells[0].strip()}
    assert header[0] in hints(delivery)
    assert f"taken from `{header[1]}`" in delivery.report["column_hints"][0]["message"]


def test_F34_numbers_are_no_location(send):
    delivery = send(table(("Location", "stars"), ("9.0", "4"), ("7.5", "5")))

    assert delivery.column("location") == [None, None]
    assert hints(delivery) == {"Location": "location"}
    assert "a column `location` of its own" in delivery.report["column_hints"][0]["message"]


@pytest.mark.parametrize(("name", "cells"), [("review", "01"), ("comments", "45"), ("feedback", "yn")])
def test_F35_the_only_column_of_a_review_is_not_rejected_for_its_content(name, cells, send):
    delivery = send(table((name, "rating"), *((cell, "") for cell in cells)))

    assert delivery.column("review_text") == list(cells)
    assert hints(delivery) == {}


@pytest.mark.parametrize(
    ("name", "cells", "field"),
    [
        ("guestComment2", ("Fine", "Poor"), "review_text"),
        ("positive_review", ("Fine", "Poor"), "review_text"),
        ("q7", ("A very warm welcome there", "The soup was far too cold"), "review_text"),
        ("day_of_stay", ("2023-05-01", "2023-05-02"), "review_date"),
        ("q8", ("2023-05-01", "01.06.2023"), "review_date"),
        ("user_handle", ("ada", "bob"), "customer_name"),
        ("reviwer", ("ada", "bob"), "customer_name"),
    ],
)
def test_F36_an_unknown_column_that_looks_like_a_missing_field_is_named(name, cells, field, send):
    delivery = send(table(("rating", name), ("4", cells[0]), ("5", cells[1])))

    assert hints(delivery) == {name: field}
    assert cells[0] not in str(delivery.report["column_hints"])
    assert "rename it" in delivery.report["column_hints"][0]["message"]


@pytest.mark.parametrize(
    ("name", "cells"),
    [("food_score", ("4/5", "5/5", "4/5")), ("q9", ("4", "5", "4")), ("how was it rated", ("7", "9", "9"))],
)
def test_F36_a_rating_of_an_unknown_name_is_named(name, cells, send):
    delivery = send(table(("comments", name), *((f"MK{n:05d}", cell) for n, cell in enumerate(cells, 1))))

    assert hints(delivery) == {name: "rating"}


@pytest.mark.parametrize(
    ("name", "cells"),
    [("city", ("Rome", "Oslo")), ("user_id", ("u1", "u2")), ("review_count", ("3", "4")), ("q1", ("1", "2"))],
)
def test_F36_other_columns_are_not_named(name, cells, send):
    assert hints(send(table(("comments", name), ("MK00001", cells[0]), ("MK00002", cells[1])))) == {}


def test_F37_a_suggestion_goes_by_words_and_content(send):
    delivery = send(table(("visit_score", "city", "remark"), ("4", "Rome", "Fine"), ("5", "Oslo", "Poor")))

    assert delivery.reason == "not_reviews"
    assert "`visit_score` → `rating`?, `remark` → `review_text`?" in delivery.report["message"]
    assert "city" not in delivery.report["message"]


def test_F12_hundreds_of_columns_for_one_field_are_read(send):
    header, cells = ("review_text", *["rating"] * 300), ("Good food", *[""] * 298, "n/a", "4")

    delivery = send(table(header, cells, ("Fine", *["3"] * 300)))

    assert delivery.column("rating_1_5") == [4.0, 3.0]


def test_F12_columns_for_one_field_take_little_more_time_than_others(measure):
    cells = line(["4", *["good"] * 500]).encode()
    alike, others = (
        measure(line(["rating", *map(name.format, range(500))]).encode(), cells * 20)
        for name in ("comments", "question {}")
    )

    assert alike["cpu_s"] < 3 * others["cpu_s"]


def test_F37_the_cells_of_a_file_without_a_header_are_not_quoted(send):
    told = ("The bread was warm and the wine was good", "We will be back here before long, I think")

    delivery = send(table(("Ann Miller", "Lovely place"), *(("Bob Stone", text) for text in told)))

    assert delivery.reason == "not_reviews"
    assert "`column 2` → `review_text`?" in delivery.report["message"]
    assert "Lovely" not in delivery.report["message"]


@pytest.mark.parametrize(
    "first_rows",
    [
        [("Ann Miller", "Good comments", "Leeds"), ("Bob Stone", "Poor comments", "York")],
        [("user_ann", "Guest", "My time here"), ("user_bob", "Nobody", "Our time there")],
        [("Guest", "5", "2024-05-01"), ("Bo", "4", "2024-05-02"), ("Cy", "3", "2024-05-03")],
    ],
    ids=["texts only", "a known name among texts", "a known name among numbers and dates"],
)
def test_F83_a_first_row_that_may_be_data_is_not_quoted(first_rows, send):
    delivery = send(table(*first_rows))

    assert delivery.reason in {"not_reviews", "no_header"}
    assert not [cell for cell in first_rows[0] if cell in delivery.report["message"]]


def test_F83_a_known_name_among_numbers_and_dates_makes_no_header(send):
    delivery = send(table(("Guest", "5", "Good"), ("Bo", "4", "Fine"), ("Cy", "3", "Poor")))

    assert delivery.reason == "no_header"


def test_F83_names_above_numbers_are_quoted(send):
    delivery = send(table(("Sterne", "Your opinion"), ("4", "Fine"), ("5", "Poor"), ("4", "Good")))

    assert "`Sterne` → `rating`?, `Your opinion` → `review_text`?" in delivery.report["message"]


@pytest.mark.parametrize("is_first", [True, False])
def test_F84_an_id_of_this_dataset_beside_the_id_of_the_source_fills_only_its_gaps(is_first, send):
    rows = [("review_id", "source_review_id", "rating"), ("f00d", "A-1", "4"), ("beef", "", "5")]

    delivery = send(table(*(row if is_first else (row[1], row[0], row[2]) for row in rows)))

    assert delivery.column("source_review_id") == ["A-1", "beef"]
    assert extras(delivery) == [{"review_id": "f00d"}, None]


def test_F85_the_questions_of_a_form_are_names_of_columns(send):
    question = "How would you rate your overall experience with us today?"
    more = "What did you like best, and what can we do better?"
    texts = ["The soup was warm, the staff kind", "It was very loud at our table"]
    answers = [("1/5/2024 15:04:05", "5", texts[0]), ("1/6/2024 9:14:00", "4", texts[1])]

    rejected = send(table(("Timestamp", question, more), *answers))
    accepted = send(table(("Timestamp", question, "Comments"), *answers))

    assert f"`{question}` → `rating`?, `{more}` → `review_text`?" in rejected.report["message"]
    assert hints(accepted) == {question: "rating"}
    assert accepted.column("review_text") == texts
