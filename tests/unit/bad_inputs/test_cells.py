"""A cell is parsed in any of its formats, or is null with an issue."""

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews

MONEY = (*HEADER, "total_spent", "tip_amount", "tip_percentage")
GOOD_RATINGS = reviews(40)  # from 1 to 5, which determine the scale


@pytest.fixture
def read_cell(send):
    """Return a function that processes good rows and one more, and returns the written row of that one."""

    def read(**cells):
        header = (*HEADER, *(name for name in cells if name not in HEADER))
        return send(file_of([*GOOD_RATINGS, review(41, **cells)], header=header)).rows[40]

    return read


def test_R01_a_rating_outside_its_scale_is_null_with_an_issue(send):
    ratings = ["0", "6", "11", "-1", "1e3", "NaN", "inf"]
    rows = [review(41 + place, rating=rating) for place, rating in enumerate(ratings)]

    rows_out = send(file_of([*GOOD_RATINGS, *rows])).rows[40:]

    assert [row["rating_raw"] for row in rows_out] == ratings
    assert {row["rating_1_5"] for row in rows_out} == {None}
    assert [row["issues"] for row in rows_out] == [["rating_out_of_scale"]] * 7


def test_R02_a_rating_is_parsed_in_any_format(send):
    expected = {
        "4 stars": 4, "★★★★☆": 4, "⭐⭐⭐": 3, "4/5": 4, "8 out of 10": 4, "80%": 4, "four": 4, "4,5": 4.5,
        "\N{FULLWIDTH DIGIT FIVE}": 5, "\N{ARABIC-INDIC DIGIT FOUR}": 4, "Three Stars": 3, "9/10": 4.5,
    }  # fmt: skip
    rows = [review(41 + place, rating=raw) for place, raw in enumerate(expected)]

    parsed = send(file_of([*GOOD_RATINGS, *rows])).rows[40:]

    assert {row["rating_raw"]: row["rating_1_5"] for row in parsed} == expected


@pytest.mark.parametrize("count", [3, 30, 300])
def test_R03_one_outlier_does_not_change_the_scale(count, send):
    delivery = send(file_of([*reviews(count), review(count + 1, rating="50")]))

    assert delivery.report["rating"]["scale"] == 5
    assert delivery.rows[0]["rating_1_5"] == 2.0
    assert delivery.rows[-1]["issues"] == ["rating_out_of_scale"]


@pytest.mark.parametrize(
    ("ratings", "scale"), [(range(1, 11), 10), (range(30, 101, 5), 100), (range(1, 6), 5)]
)
def test_R03_a_file_with_one_scale_has_no_warning(ratings, scale, send):
    rows = [review(number, rating=str(rating)) for number, rating in enumerate([*ratings] * 20, 1)]

    report = send(file_of(rows)).report

    assert report["rating"]["scale"] == scale
    assert check(report, "mixed_scale") == "pass"


@pytest.mark.parametrize("other", [range(1, 11), range(20, 101, 5)])
def test_R03_two_scales_in_one_file_are_a_warning(other, send):
    ratings = [*range(1, 6)] * 20 + [*other] * 10
    rows = [review(number, rating=str(rating)) for number, rating in enumerate(ratings, 1)]

    assert check(send(file_of(rows)).report, "mixed_scale") == "warn"


def check(report, name):
    (status,) = [check["status"] for check in report["checks"] if check["name"] == name]
    return status


def test_R04_dates_are_parsed_in_any_format(send):
    expected = {
        "31/12/2019": "2019-12-31T00:00:00",
        "12/31/2019": "2019-12-31T00:00:00",
        "31.12.2019": "2019-12-31T00:00:00",
        "12/31/2019 06:54 PM": "2019-12-31T18:54:00",
        "2019-12-31 18:54:52.25": "2019-12-31T18:54:52.250000",
        "2019-12-31T23:59:59+02:00": "2019-12-31T21:59:59",
        "2019-12-31T23:59:59Z": "2019-12-31T23:59:59",
        "Dec 31, 2019": "2019-12-31T00:00:00",
        "31 December 2019": "2019-12-31T00:00:00",
        "31/12/19": "2019-12-31T00:00:00",
        "20191231": "2019-12-31T00:00:00",
        "45292": "2024-01-01T00:00:00",
        "1577836799": "2019-12-31T23:59:59",
        "1577836799000": "2019-12-31T23:59:59",
        "29 Feb 2020": "2020-02-29T00:00:00",
        "2020-02-29": "2020-02-29T00:00:00",
        "2019-03-31 02:30:00": "2019-03-31T02:30:00",
    }
    rows = [review(number, date=raw) for number, raw in enumerate(expected, 1)]

    delivery = send(file_of(rows))

    dates = [date.isoformat() for date in delivery.column("review_date")]
    assert dict(zip(expected, dates, strict=True)) == expected
    assert delivery.report["issues"] == {}


def test_R04_every_row_is_evidence_of_the_day_month_order_even_with_two_date_columns(send):
    day_first, month_first = ["13/01/2020"] * 3, ["01/13/2020", "01/14/2020"]
    dates = [*day_first, *month_first, "03/04/2020"]
    rows = [review(number, date=date, visit_date="") for number, date in enumerate(dates)]

    delivery = send(file_of(rows, header=(*HEADER, "visit_date")))

    assert delivery.rows[5]["review_date"].isoformat() == "2020-04-03T00:00:00"


@pytest.mark.parametrize(
    ("date", "issue"),
    [
        ("31/02/2020", "date_unparseable"),
        ("yesterday", "date_unparseable"),
        ("0001-01-01", "date_out_of_range"),
        ("2999-01-01", "date_out_of_range"),
        ("2020-01-01 " * 50_000, "date_unparseable"),
    ],
)
def test_R05_an_impossible_date_is_null_with_an_issue(date, issue, read_cell):
    row = read_cell(date=date)

    assert (row["review_date"], row["issues"]) == (None, [issue])


def test_R06_an_amount_is_parsed_or_null_with_an_issue(send):
    expected = {
        "$1,234.50": 1234.5, "1.234,50 €": 1234.5, "1 234,50": 1234.5, "1\u202f234,50": 1234.5,
        "1'234.50": 1234.5, "USD 12": 12, "Rs.12": 12, "12.-": 12, "12,5": 12.5, "1,234": 1234,
        "1,23,456": 123456, "-0": 0, "(12)": None, "-5": None, "$-5": None, "5-": None, "free": None,
        "1e400": None, "1.2.3": None,
    }  # fmt: skip
    rows = [review(number, total_spent=raw) for number, raw in enumerate(expected, 1)]
    others = [review(20 + number, total_spent="8.50") for number in range(9)]  # which decide the decimal mark

    delivery = send(file_of([*rows, *others], header=MONEY))

    assert dict(zip(expected, delivery.column("total_spent"), strict=False)) == expected
    written = delivery.rows[: len(expected)]
    issues = [("total_spent", None) if not row["issues"] else row["issues"][0] for row in written]
    assert issues[12:] == ["total_spent_negative"] * 4 + ["total_spent_unparseable"] * 3
    assert set(issues[:12]) == {("total_spent", None)}


@pytest.mark.parametrize(
    ("cells", "percentage", "issues"),
    [
        ({"total_spent": "10", "tip_amount": "2"}, 20.0, []),
        ({"total_spent": "10", "tip_amount": "20"}, 30.0, ["tip_exceeds_spend", "tip_percentage_capped"]),
        ({"tip_percentage": "400"}, 30.0, ["tip_percentage_capped"]),
        ({"total_spent": "0", "tip_amount": "5"}, None, ["tip_on_zero_spend"]),
    ],
)
def test_R07_an_implausible_tip_is_capped_or_has_an_issue(cells, percentage, issues, read_cell):
    row = read_cell(**cells)

    assert (row["tip_percentage"], row["issues"]) == (percentage, issues)


@pytest.mark.parametrize(
    ("party", "size", "issues"),
    [
        ("two", 2, []),
        ("0", None, ["party_size_out_of_range"]),
        ("-2", None, ["party_size_out_of_range"]),
        ("1e9", None, ["party_size_out_of_range"]),
        ("2.5", None, ["party_size_unparseable"]),
    ],
)
def test_R08_a_party_size_is_a_whole_number_or_null_with_an_issue(party, size, issues, read_cell):
    row = read_cell(party_size=party)

    assert (row["party_size"], row["issues"]) == (size, issues)


@pytest.mark.parametrize("word", ["N/A", "na", "null", "None", "nan", "-", "   ", "\u00a0", " \u2003\t"])
def test_R09_null_values_are_null(word, read_cell):
    row = read_cell(**dict.fromkeys(("customer_name", "date", "review_text", "gender", "total_spent"), word))

    fields = ("customer_name", "review_date", "review_text", "gender", "total_spent", "extra")
    assert {row[name] for name in fields} == {None}
    assert row["issues"] == []


def test_R17_categories_are_mapped_or_null_with_an_issue(send):
    expected = {"M": "male", "Female ": "female", "Woman": "female", "nonbinary": "non_binary"}
    expected |= {"X": None, "Two-Spirit": None}
    words = [*expected, "X", "Two-Spirit"]
    rows = [review(number, gender=word) for number, word in enumerate(words, 1)]

    delivery = send(file_of(rows, header=(*HEADER, "gender")))

    assert delivery.column("gender_norm") == [*expected.values(), None, None]
    assert [row["issues"] for row in delivery.rows[4:]] == [["unmapped_category"]] * 4
    assert delivery.report["unmapped_words"]["gender"] == {"Two-Spirit": 2, "X": 2}
