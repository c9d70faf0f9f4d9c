"""Dates are read as people and programs write them, and never relative to today."""

import pytest

from tests.unit.bad_inputs.reviews import file_of, review

WRITTEN = {
    "2019-12-31": (
        "2019-12-31", "31-12-2019", "2019.12.31", "31/Dec/2019", "2019-Dec-31", "Tuesday, December 31, 2019",
        "Tue 31 Dec 2019", "Dec. 31, 2019", "December 31st, 2019", "12 31, 2019", "le 31 décembre 2019",
        "31. Dezember 2019", "Dienstag, 31. Dez. 2019", "31 de diciembre de 2019", "31 dicembre 2019",
        "31 de dezembro de 2019", "dinsdag 31 december 2019", "2019年12月31日", "2019년 12월 31일",
        "٣١/١٢/٢٠١٩", "Reviewed Dec 31, 2019", "Dined on December 31, 2019", "Reviewed on 31/12/2019",
        "Reviewed in the United States on December 31, 2019", "Date of visit: 31 Dec 2019",
    ),
    "2019-03-05": (
        "2019-3-5", "2019/3/5", "1551744000", "1551744000000", "1551744000000000", "1551744000000000000",
        "5 mars 2019", "5. März 2019", "5 marzo 2019", "5 de março de 2019", "5 maart 2019",
        "mar. 5 mars 2019", "Mar 5 2019", "5 Mrz 2019",
    ),
    "2019-09-13": ("Sept. 13, 2019", "13 Sept 2019", "13 septiembre 2019", "13 set 2019"),
}  # fmt: skip
TIMES = {
    "2019-12-31  18:05": "18:05:00", "2019-12-31 18:05:06 UTC": "18:05:06",
    "2019-12-31 18:05 GMT": "18:05:00", "2019-12-31 18:05:06 +0000": "18:05:06",
    "2019-12-31 20:05:06 +02:00": "18:05:06",
    "2019-12-31 12:05:06 EST": "17:05:06", "2019/12/31 18:05:06 +0000": "18:05:06",
    "2019-12-31-18.05.06.25": "18:05:06.250000", "20191231180506": "18:05:06",
    "Tue, 31 Dec 2019 18:05:06 GMT": "18:05:06", "Tue, 31 Dec 2019 18:05:06 -0100": "19:05:06",
    "Tue Dec 31 18:05:06 UTC 2019": "18:05:06", "Dec 31, 2019 at 6:05 PM": "18:05:00",
    "31.12.2019 18.05": "18:05:00", "31/12/2019 18h05": "18:05:00",
    "31. Dezember 2019 um 18:05 Uhr": "18:05:00",
    "12/31/2019, 6:05:06 p.m.": "18:05:06", "2019-12-31 12:05 AM": "00:05:00",
    "Tue Dec 31 2019 18:05:06 GMT+0100 (CET)": "17:05:06",
}  # fmt: skip


OTHER_LANGUAGES = {
    "2019-03-05T00:00:00": (
        "5. 3. 2019", "2019. 3. 5.", "2019.03.05.", "05.03.2019.", "5 mars 2019", "5 marca 2019 r.",
        "5. března 2019", "2019. március 5.", "5 Mart 2019", "5 марта 2019 г.", "5 березня 2019 р.",
        "5 Μαρτίου 2019", "5 مارس 2019", "٥ مارس ٢٠١٩",
    ),
    "2019-11-30T00:00:00": (
        "30 listopada 2019", "30. listopadu 2019", "30 ноября 2019", "30 KASIM 2019", "30 Νοεμβρίου 2019",
    ),
    "2019-11-30T14:05:00": (
        "30.11.2019 um 14:05 Uhr", "30/11/2019 à 14h05", "30/11/2019 a las 14:05", "2019/11/30 下午 2:05",
        "2019. 11. 30 오후 2:05", "2019/11/30 午後2:05:00",
    ),
    "2019-11-30T00:05:00": ("2019/11/30 上午 12:05", "2019. 11. 30. 오전 12:05:00"),
}  # fmt: skip


def read_dates(send, texts):
    delivery = send(file_of([review(number, date=text) for number, text in enumerate(texts, 1)]))
    return dict(zip(texts, delivery.rows, strict=True))


@pytest.mark.parametrize("day", WRITTEN)
def test_R33_a_date_is_parsed_as_people_write_it(day, send):
    rows = read_dates(send, WRITTEN[day])

    expected = dict.fromkeys(WRITTEN[day], f"{day}T00:00:00")
    assert {
        text: row["review_date"] and row["review_date"].isoformat() for text, row in rows.items()
    } == expected


def test_R33_a_time_is_converted_to_utc(send):
    rows = read_dates(send, TIMES)

    assert {text: row["review_date"] and row["review_date"].isoformat() for text, row in rows.items()} == {
        text: f"2019-12-31T{time}" for text, time in TIMES.items()
    }


def test_R33_the_end_of_a_day_and_a_leap_second_are_the_next_moment(send):
    rows = read_dates(send, ["2019-12-31 24:00:00", "2016-12-31 23:59:60"])

    assert [row["review_date"].isoformat() for row in rows.values()] == [
        "2020-01-01T00:00:00",
        "2017-01-01T00:00:00",
    ]


def test_R33_dates_behind_a_word_are_evidence_of_the_day_month_order(send):
    rows = read_dates(send, ["Reviewed 31/12/2019", "٣١/١٢/٢٠١٨", "Reviewed 03/04/2020"])

    assert rows["Reviewed 03/04/2020"]["review_date"].isoformat() == "2020-04-03T00:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "4 days ago", "a month ago", "today", "Monday", "March", "May 5", "Feb 2020", "Apr-24", "April 2024",
        "2024-04", "17", "2020", "1.7E+12", "5 mars 2020 ou 6 mars 2020", "2023-02-29", "31 April 2020",
        "2019-12-31 18:65", "2019-12-31 24:30", "2019-12-31 18:05 AM", "2019-12-31 18:05 QQT",
        "3 dishes on 5 May", "before 5 May 2020",
    ],
)  # fmt: skip
def test_R34_a_date_without_a_day_or_a_year_is_null_with_an_issue(text, send):
    row = read_dates(send, [text])[text]

    assert (row["review_date"], row["issues"]) == (None, ["date_unparseable"])


@pytest.mark.parametrize("moment", OTHER_LANGUAGES)
def test_R90_a_date_is_parsed_as_other_languages_write_it(moment, send):
    rows = read_dates(send, OTHER_LANGUAGES[moment])

    assert {text: row["review_date"] and row["review_date"].isoformat() for text, row in rows.items()} == (
        dict.fromkeys(OTHER_LANGUAGES[moment], moment)
    )
