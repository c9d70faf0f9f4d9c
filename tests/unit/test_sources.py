"""A source is one TOML file: which files it is for, and how they are read."""

import json

import pytest

from tastetrend_etl.errors import InvalidSourceError
from tastetrend_etl.limits import THRESHOLDS
from tastetrend_etl.sources.config import FOLDER, SOURCES, load_source, load_sources
from tests.properties.processing import run

COLUMNS = """
[columns]
rating = "punkte"
review_date = "besuchstag"
review_text = "eindruck"
total_spent = "betrag"
gender = "geschlecht"
"""
MATCH = 'key_pattern = "lindenhof*.csv"\n'
HEADER = "punkte;besuchstag;eindruck;betrag;geschlecht"
KEY = "lindenhof_1.csv"


@pytest.fixture
def source(tmp_path):
    """Return a function that loads a source from the text of its file."""

    def load(settings="", columns=COLUMNS, *, name="lindenhof", match=MATCH):
        path = tmp_path / f"{name}.toml"
        path.write_text(match + settings + columns, encoding="utf-8")
        return load_source(path)

    return load


def read(rows, *sources, key=KEY, header=HEADER):
    return run("\n".join([header, *rows, ""]).encode(), key=key, sources=sources)


def column(result, name):
    return result.table[name].to_pylist()


def days(result):
    return [date and date.strftime("%Y-%m-%d") for date in column(result, "review_date")]


def named(result):
    return result.reports[0]["source"]["name"]


def check(result, name):
    (found,) = [check for check in result.reports[0]["checks"] if check["name"] == name]
    return found


def test_every_source_of_the_project_is_valid():
    assert load_sources(FOLDER) == SOURCES
    assert {"downtown", "eastside", "midtown", "uptown"} <= {source.name for source in SOURCES}


def test_a_source_maps_columns_that_the_generic_rules_do_not_know(source):
    rows = ["8;2020-02-01;Sehr gut;12;w"]

    assert read(rows, source(), key="other.csv").rejection.startswith("not_reviews")
    result = read(rows, source())

    assert column(result, "rating_raw") == ["8"]
    assert column(result, "review_text") == ["Sehr gut"]
    assert column(result, "total_spent") == [12]
    assert result.reports[0]["source"] == {"file": KEY, "kind": "reviews", "name": "lindenhof"}


def test_a_column_that_the_source_does_not_name_is_kept_in_extra(source):
    result = read(
        ["8;2020-02-01;gut;12;w;5;A"], source(), header="punkte;besuchstag;eindruck;betrag;geschlecht;rating;"
    )

    assert json.loads(column(result, "extra")[0]) == {"rating": "5", "column_7": "A"}
    assert column(result, "rating_raw") == ["8"]


@pytest.mark.parametrize(
    ("pattern", "key", "is_matched"),
    [
        ("lindenhof*.csv", "lindenhof_2024.csv", True),
        ("lindenhof*.csv", "2024/lindenhof.csv", True),
        ("lindenhof/*.csv", "eu/lindenhof/a.csv", True),
        ("lindenhof/*.csv", "lindenhof/2024/a.csv", False),
        ("lindenhof*.csv", "old_lindenhof.csv", False),
        ("*lindenhof*", "Lindenhof.csv", False),
    ],
)
def test_a_key_pattern_is_compared_with_the_end_of_the_key(pattern, key, is_matched, source):
    known = source(match=f'key_pattern = "{pattern}"\n')
    result = read(["4;2020-02-01;gut;12;w"], known, key=key)

    assert (not result.rejection) == is_matched


def test_a_file_has_to_meet_the_key_pattern_and_the_headers(source):
    known = source('headers = ["Punkte", "besuchs tag"]\n')
    rows = ["4;2020-02-01;gut;12;w"]

    assert named(read(rows, known)) == "lindenhof"
    assert read(rows, known, key="other.csv").rejection
    other = "rating;besuchstag;review_text;betrag;geschlecht"
    assert named(read(rows, known, header=other)) == "generic"
    assert check(read(rows, known, header=other), "source_columns_missing")["status"] == "pass"


def test_column_names_are_compared_without_case_spaces_and_punctuation(source):
    result = read(
        ["4;2020-02-01;gut;12;w"], source(), header=" PUNKTE;Besuchs-Tag;eindruck;betrag;Geschlecht "
    )

    assert named(result) == "lindenhof"


def test_F60_a_file_of_two_sources_is_rejected(source):
    second = source(name="second", match='headers = ["punkte"]\n')
    result = read(["4;2020-02-01;gut;12;w"], source(), second)

    assert result.rejection.startswith(
        "ambiguous_source: the file matches the sources `lindenhof` and `second`"
    )
    assert "`key_pattern`" in result.rejection


def test_F61_a_file_that_lacks_columns_of_its_source_is_read_by_the_generic_rules_with_a_warning(source):
    result = read(
        ["4;2020-02-01;gut;12;w"], source(), header="rating;besuchstag;review_text;betrag;geschlecht"
    )

    assert column(result, "rating_1_5") == [4]
    assert result.reports[0]["source"] == {
        "file": KEY,
        "kind": "reviews",
        "name": "generic",
        "not_read_as": "lindenhof",
        "columns_missing": ["punkte", "eindruck"],
    }
    missing = check(result, "source_columns_missing")
    assert (missing["status"], missing["value"]) == ("warn", 2)
    assert result.reports[0]["status"] == "warn"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("day_first", ["2020-02-01", "2020-12-31", None, "2020-03-05", "2020-04-03"]),
        ("month_first", ["2020-01-02", None, "2020-12-31", "2020-03-05", "2020-04-03"]),
    ],
)
def test_R60_a_stated_date_order_is_that_of_every_numeric_date(order, expected, source):
    dates = ["01/02/2020", "31/12/2020", "12/31/2020", "2020-03-05", "3. April 2020"]
    result = read([f"4;{date};gut;12;w" for date in dates], source(f'date_order = "{order}"\n'))

    assert days(result) == expected
    unread = [row for row, date in enumerate(expected) if date is None]
    codes = column(result, "issues")
    assert [row for row, found in enumerate(codes) if "date_unparseable" in found] == unread
    assert result.reports[0]["dates"]["day_first"] == (order == "day_first")


def test_R60_a_stated_scale_is_that_of_every_rating_without_its_own(source):
    ratings = ["4", "3", "11", "4/5", "0"]
    result = read(
        [f"{rating};2020-02-01;gut {rating};12;m" for rating in ratings], source("rating_scale = 10\n")
    )

    assert column(result, "rating_1_5") == [2, 1.5, None, 4, 1]
    assert column(result, "rating_scale") == [10, 10, 10, 5, 10]
    assert column(result, "issues")[2] == ["rating_out_of_scale"]


def test_a_scale_in_the_columns_name_counts_where_the_source_states_none(source):
    result = read(
        ["4;2020-02-01;gut;12;m"],
        source(columns=COLUMNS.replace("punkte", "rating_out_of_10")),
        header=HEADER.replace("punkte", "rating_out_of_10"),
    )

    assert column(result, "rating_1_5") == [2]


def test_a_stated_date_order_is_reported_though_no_date_shows_it(source):
    result = read(["4;2020-02-01;gut;12;m"], source('date_order = "day_first"\n'))

    assert result.reports[0]["dates"]["day_first"] is True


def test_a_stated_scale_overrules_that_of_the_columns_name(source):
    columns = COLUMNS.replace("punkte", "rating_out_of_10")
    result = read(
        ["80;2020-02-01;gut;12;w"],
        source("rating_scale = 100\n", columns),
        header=HEADER.replace("punkte", "rating_out_of_10"),
    )

    assert column(result, "rating_1_5") == [4]


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (",", [1200, None, 12.5, 1234.5, None, 12, 7.5]),
        (".", [1.2, 12.5, None, None, 1234.5, 12, None]),
    ],
)
def test_R60_a_stated_decimal_mark_is_that_of_every_amount(mark, expected, source):
    amounts = ["1.200", "12.50", "12,50", "1.234,50", "1,234.50", "12 €", "EUR 7,5 pro Kopf"]
    result = read(
        [f"4;2020-02-01;gut {amount};{amount};m" for amount in amounts],
        source(f'decimal_mark = "{mark}"\n'),
    )

    assert column(result, "total_spent") == expected
    codes = column(result, "issues")
    assert [not found for found in codes] == [amount is not None for amount in expected]
    assert {code for found in codes for code in found} == {"total_spent_unparseable"}


def test_null_words_of_a_source_are_null_in_each_column(source):
    known = source('null_words = ["k.A.", "keine Angabe, leider"]\n')
    result = read(["k.A.;2020-02-01;gut;K.a.;k.A.", "4;keine Angabe, LEIDER; k.a. ;12;w"], known)

    assert column(result, "rating_1_5") == [None, 4]
    assert column(result, "review_text") == ["gut", None]
    assert column(result, "total_spent") == [None, 12]
    assert column(result, "review_date")[1] is None
    assert column(result, "gender") == [None, "w"]
    assert column(result, "issues") == [[], ["unmapped_category"]]


def test_rows_with_null_words_for_rating_and_text_are_empty(source):
    result = read(["k.A.;2020-02-01;k.A.;12;w", "4;2020-02-01;gut;12;w"], source('null_words = ["k.A."]\n'))

    assert [row.reason for row in result.rejected] == ["empty_row"]


def test_category_words_of_a_source_are_mapped_beside_the_known_ones(source):
    words = '[categories.gender]\nW = "female"\nd = "non_binary"\n'
    result = read(
        [f"4;2020-02-01;gut {word};12;{word}" for word in ("w", " W", "d", "m", "x")],
        source(columns=COLUMNS + words),
    )

    assert column(result, "gender_norm") == ["female", "female", "non_binary", "male", None]


def test_thresholds_of_a_source_overrule_those_of_the_limits(source):
    limits = "[thresholds]\nmissing_text_share = { warn = 0.0, fail = 0.4 }\n"
    rows = ["4;2020-02-01;;12;m", "4;2020-02-02;gut;12;m"]

    assert check(read(rows, source()), "missing_text_share")["status"] == "pass"
    strict = check(read(rows, source(columns=COLUMNS + limits)), "missing_text_share")

    assert (strict["status"], strict["threshold"]["fail"]) == ("fail", 0.4)


@pytest.mark.parametrize(
    ("settings", "columns", "words"),
    [
        ("colour = 1\n", COLUMNS, ["`colour` is unknown", "date_order", "key_pattern"]),
        ("", '[columns]\nstars = "punkte"\n', ["`columns.stars` is unknown", "review_date"]),
        ("", '[columns]\nlocation = "ort"\n', ["`columns`", "`rating` or `review_text`"]),
        ("", '[columns]\nrating = "a"\nlocation = "a"\n', ["`columns`", "once"]),
        ("", "[columns]\nrating = 5\n", ["`columns.rating` = 5", "a text"]),
        ('date_order = "dmy"\n', COLUMNS, ["`date_order` = 'dmy'", "'day_first', 'month_first'"]),
        ("rating_scale = 6\n", COLUMNS, ["`rating_scale` = 6", "5, 10, 100"]),
        ('decimal_mark = ";"\n', COLUMNS, ["`decimal_mark` = ';'", "'.', ','"]),
        ('null_words = "k.A."\n', COLUMNS, ["`null_words` = 'k.A.'", "a list of texts"]),
        ('null_words = [""]\n', COLUMNS, ["`null_words` = ''", "not empty"]),
        ("headers = []\n", COLUMNS, ["`headers` = []", "a list of texts"]),
        ("", COLUMNS + '[categories.mood]\nx = "good"\n', ["`categories.mood` is unknown", "gender"]),
        ("", COLUMNS + '[categories.gender]\nw = "woman"\n', ["`categories.gender.w`", "'female'"]),
        ("", COLUMNS + '[categories]\ngender = "w"\n', ["`categories.gender`", "a table"]),
        ("", COLUMNS + "[thresholds]\nrow_balance = {warn = 0, fail = 1}\n", ["`thresholds.row_balance`"]),
        ("", COLUMNS + "[thresholds]\nmixed_scale = {warn = 2, fail = 1}\n", ["mixed_scale", "warn <= fail"]),
        ("", COLUMNS + "[thresholds]\nmixed_scale = 0.1\n", ["mixed_scale", "{ warn, fail }"]),
        ("=\n", COLUMNS, ["at line 2"]),
    ],
)
def test_I17_an_invalid_file_is_an_error_that_names_file_key_and_allowed_values(
    settings, columns, words, source
):
    with pytest.raises(InvalidSourceError) as raised:
        source(settings, columns)

    message = str(raised.value)
    assert [word for word in ["source lindenhof.toml: ", *words] if word not in message] == []


def test_a_source_without_a_criterion_or_with_a_reserved_name_is_invalid(source):
    with pytest.raises(InvalidSourceError, match="`key_pattern` and `headers` are missing"):
        source(match="")
    with pytest.raises(InvalidSourceError, match="name is not allowed"):
        source(name="generic")


def test_every_check_but_the_row_balance_can_have_thresholds(source):
    limits = "".join(f"{name} = {{ warn = 0, fail = 1 }}\n" for name in THRESHOLDS if name != "row_balance")

    assert source(columns=f"{COLUMNS}[thresholds]\n{limits}").thresholds.keys() == THRESHOLDS.keys() - {
        "row_balance"
    }
