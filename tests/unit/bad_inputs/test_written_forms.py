"""Dates, ratings, ages and null values are read in the forms that people and programs write."""

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews


@pytest.mark.parametrize("word", ["#N/A", "#n/a", r"\N", "(null)", "(NULL)", "<NA>", "--", " -- "])
def test_R30_null_values_of_spreadsheets_and_databases_are_null(word, send):
    fields = ("customer_name", "date", "review_text", "gender", "total_spent")
    row = review(41, **dict.fromkeys(fields, word))

    written = send(file_of([*reviews(40), row], header=(*HEADER, "gender", "total_spent"))).rows[40]

    outputs = ("customer_name", "review_date", "review_text", "gender", "total_spent")
    assert {written[name] for name in outputs} == {None}
    assert written["issues"] == []


@pytest.mark.parametrize("word", ["#N/A", r"\N", "(null)", "<NA>", "--"])
def test_R30_a_null_value_is_no_unparseable_rating(word, send):
    written = send(file_of([*reviews(40), review(41, rating=word)])).rows[40]

    assert (written["rating_1_5"], written["rating_scale"], written["issues"]) == (None, None, [])


def test_R35_a_rating_is_parsed_as_people_write_it(send):
    expected = {
        "3.0 star rating": (3.0, 5), "Rated 4.5 out of 5": (4.5, 5), "Rated\n 2.0": (2.0, 5),
        "Rating: 4": (4.0, 5), "3 stars out of 5": (3.0, 5), "4,0 von 5 Sternen": (4.0, 5),
        "2 sur 5 étoiles": (2.0, 5), "4 de 5 estrellas": (4.0, 5), "3.5/5.0": (3.5, 5), "9.0/10.0": (4.5, 10),
        "7 out of ten stars": (3.5, 10), "5 Sterne": (5.0, 5), "1 étoile": (1.0, 5), "4星": (4.0, 5),
        "3½": (3.5, 5), "2 ½": (2.5, 5), "★ 4.5": (4.5, 5), "4.": (4.0, 5), "3/5.": (3.0, 5),
        "2 stars!": (2.0, 5), "5 - Excellent": (5.0, 5), "4 (very good)": (4.0, 5), "1: worst": (1.0, 5),
        "Terrible (1)": (1.0, 5), "4.5 of 5 bubbles": (4.5, 5),
        "\N{ARABIC-INDIC DIGIT FOUR}\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC-INDIC DIGIT FIVE}": (4.5, 5),
    }  # fmt: skip
    rows = [review(41 + place, rating=raw) for place, raw in enumerate(expected)]

    parsed = send(file_of([*reviews(40), *rows])).rows[40:]

    assert {row["rating_raw"]: (row["rating_1_5"], row["rating_scale"]) for row in parsed} == expected


def test_R91_a_rating_is_parsed_with_the_words_of_other_languages(send):
    expected = {
        "4 звезды": (4.0, 5), "5 звёзд": (5.0, 5), "1 зірка": (1.0, 5), "3 gwiazdki": (3.0, 5),
        "5 hvězdiček": (5.0, 5), "4 csillag": (4.0, 5), "2 yıldız": (2.0, 5), "4 αστέρια": (4.0, 5),
        "3 stjärnor": (3.0, 5), "4 نجوم": (4.0, 5), "4つ星": (4.0, 5), "3颗星": (3.0, 5), "4 из 5": (4.0, 5),
        "4 z 5": (4.0, 5), "4,5 av 5": (4.5, 5), "٤ من ٥": (4.0, 5), "8 από 10": (4.0, 10),
        "4점": (4.0, 5), "3 points": (3.0, 5), "2 Punkte": (2.0, 5),
    }  # fmt: skip
    rows = [review(41 + place, rating=raw) for place, raw in enumerate(expected)]

    parsed = send(file_of([*reviews(40), *rows])).rows[40:]

    assert {row["rating_raw"]: (row["rating_1_5"], row["rating_scale"]) for row in parsed} == expected


@pytest.mark.parametrize(
    "cell",
    ["Excellent", "Like", "NEW", "4..5", "$4", "(4)", "4 - 5", "4 or 5 stars", "3 of 7", "***", "5 (4)"],
)
def test_R36_a_rating_without_a_clear_number_is_null_with_an_issue(cell, send):
    row = send(file_of([*reviews(40), review(41, rating=cell)])).rows[40]

    assert (row["rating_1_5"], row["rating_scale"], row["issues"]) == (None, None, ["rating_unparseable"])


def test_R37_an_age_is_in_the_group_of_its_number_or_of_the_middle_of_its_range(send):
    expected = {
        "18": "young_adult", "25": "young_adult", "26": "adult", "33.0": "adult", "33 years": "adult",
        "45 yrs old": "mid_age", "65": "senior", "66": "elder", "91": "elder", "18-24": "young_adult",
        "25-34": "adult", "35 - 44": "mid_age", "45 to 54": "mature", "55\N{EN DASH}64": "senior",
        "65-74": "elder", "18-34 years": "adult", "66+": "elder", "75+": "elder", "over 65": "elder",
        "65 and over": "elder", "70 or older": "elder",
        "17": None, "Under 18": None, "13-17": None, "over 30": None, "55+": None, "18-65": None, "121": None,
        "34-25": None, "0": None, "4.5": None,
    }  # fmt: skip
    rows = [review(number, age=age) for number, age in enumerate(expected, 1)]

    delivery = send(file_of(rows, header=(*HEADER, "age")))

    assert dict(zip(expected, delivery.column("age_group"), strict=True)) == expected
    unmapped = [age for age, row in zip(expected, delivery.rows, strict=True) if row["issues"]]
    assert unmapped == [age for age, group in expected.items() if group is None]
