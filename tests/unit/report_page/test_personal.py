"""Names of people that stand in any column of one row reach neither a page nor the history."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tastetrend_etl import report_page
from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.history import history_row
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.validate.report import error_report
from tests.properties.processing import UPLOADED, run
from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews
from tests.unit.report_page.pages import parse

COLUMNS = (*HEADER, "gender", "ethnicity", "age_range", "total_spent", "party_size", "shift")
NAMES = [
    *("Zebulon", "Quillan", "Ysolde", "Thaddeus", "Wilhelmina", "Oluwaseun", "Ægir", "千恵子"),
    *("Zora Quimby", "Xanthe O'Dwyer", "Jean-Yves Lemaître", "Dr. Odalys Pym", "Pym, Osgood", "osric pym"),
    *("Mr & Mrs Vantongeren", "Zora-Mae", "tove.lindqvist@example.org", "+44 7700 900461"),
]
planted = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(COLUMNS), min_size=1, max_size=len(NAMES))


def shown(validation, bias):
    """Return all that the page and the history show of a file."""
    row = json.dumps(history_row(validation, bias), ensure_ascii=False)
    return parse(report_page.render_processed(validation, bias)).text + row


def shown_of_rejected(rejection):
    """Return all that the page and the history show of a rejected file."""
    reason, _, message = rejection.partition(": ")
    source = SourceObject("raw", "r.csv", "v1", "e", 1, UPLOADED)
    report = error_report(source, "1", RejectedFileError(reason, message), output_keys(source))
    return parse(report_page.render_rejected(report)).text + json.dumps(history_row(report, None))


def parts_of(names):
    return set(names) | {name.split()[-1] for name in names}


@given(planted)
@example(dict.fromkeys(NAMES[:5], "location"))
@example(dict.fromkeys(NAMES, "location"))
@example(dict.fromkeys(NAMES[:4], "gender"))
@example(dict.fromkeys(NAMES[:4], "ethnicity"))
@settings(max_examples=40, deadline=None)
def test_a_name_in_any_column_of_one_row_is_not_shown(names):
    rows = [review(number, gender="F") for number in range(1, 25)]
    rows += [review(number, **{column: name}) for number, (name, column) in enumerate(names.items(), 100)]
    text = shown(*run(file_of(rows, header=COLUMNS)).reports)

    assert [part for part in parts_of(names) if part in text] == []


@given(st.sampled_from(NAMES))
@settings(max_examples=len(NAMES), deadline=None)
def test_a_name_in_the_address_of_a_location_is_not_shown(name):
    rows = [*reviews(20), review(21, location=f"Downtown, {name} 7")]

    assert name not in shown(*run(file_of(rows)).reports)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_as_a_key_of_json_is_not_shown(name):
    rows = [*reviews(20), review(21) | {name: "5"}]

    assert name not in shown(*run("\n".join(map(json.dumps, rows)).encode()).reports)


REJECTED = {
    "without a header": lambda name: f"{name},5,Good,2024-01-02\nAda,4,Fine,2024-01-03\n" * 3,
    "without reviews": lambda name: f"guest,phone\n{name},1\n{name},2\n",
    "without delimiters": lambda name: f"{name}\n{name} came\n",
    "ragged": lambda name: "rating,review_text\n5,Good\n" + f"4,{name},x,y,z\n" * 9,
    "one object": lambda name: json.dumps({name: [1], "of": name}),
    "two objects": lambda name: json.dumps({name: [1]}) + "\n" + json.dumps({name: [2]}),
}


@pytest.mark.parametrize("kind", REJECTED)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_rejected_file_is_not_shown(kind, name):
    result = run(REJECTED[kind](name).encode())

    assert result.rejection
    assert name not in shown_of_rejected(result.rejection)


def bias_section(rows):
    return parse(report_page.render_processed(*run(file_of(rows)).reports)).only("section", id="bias")


def test_a_location_is_named_from_five_rows_on():
    places = ["Downtown"] * 5 + ["Uptown"] * 4 + ["Midtown"]
    rows = [review(number, location=place) for number, place in enumerate(places, 1)]
    section = bias_section(rows)

    assert [row[0] for row in section.rows("location")] == ["Downtown"]
    assert "2 locations of fewer than 5 rows each are not named, as a name may be a person's." in section.text


def test_one_location_without_a_name_is_told_in_the_singular():
    section = bias_section([*reviews(30), review(31, location="Uptown")])

    assert "1 location of fewer than 5 rows is not named, as a name may be a person's." in section.text
    assert "No location that is named breaks a threshold; every row names its location." in section.text


def test_only_small_locations_are_counted():
    section = bias_section(reviews(3))

    assert "1 location of fewer than 5 rows is not named" in section.text
    assert "breaks a threshold" not in section.text


def test_an_age_group_of_one_row_is_named():
    rows = [review(number, age_range="25" if number < 9 else "70") for number in range(1, 10)]
    section = parse(
        report_page.render_processed(*run(file_of(rows, header=(*HEADER, "age_range"))).reports)
    ).only("section", id="bias")

    assert [row[:2] for row in section.rows("Groups by age")][-1] == ["elder", "1"]


def test_spellings_of_a_location_are_named_if_only_signs_differ():
    places = ["Harbour"] * 5 + ["HARBOUR", "Har-bour", "Harbour, 7 Quay Road"]
    section = bias_section([review(number, location=place) for number, place in enumerate(places, 1)])

    assert "Counted as one group: Harbour: Harbour, HARBOUR, Har-bour and 1 more." in section.text


def test_the_verdict_points_to_no_group_without_a_name():
    rows = [*reviews(30), review(31, location="Uptown")]
    page = parse(report_page.render_processed(*run(file_of(rows)).reports))

    assert page.only("p", class_="lead").text.endswith("nothing in it needs a look.")
