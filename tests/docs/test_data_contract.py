"""The data contract's tables are those that the code goes by."""

import re
from pathlib import Path

from tastetrend_etl import schema
from tastetrend_etl.validate import report
from tastetrend_etl.validate.checks import THRESHOLDS

CONTRACT = (Path(__file__).parents[2] / "docs" / "data-contract.md").read_text(encoding="utf-8")


def table(header):
    """Return the cells of the table with this header, row by row."""
    lines = iter(CONTRACT.splitlines())
    next(line for line in lines if line == header)
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def codes(cell):
    return re.findall(r"`([^`]+)`", cell)


def test_the_known_names_are_the_synonyms():
    told = {codes(field)[0]: tuple(codes(names)) for field, names in table("| field | known names |")}

    assert told == schema.SYNONYMS


def test_the_columns_and_types_are_those_of_the_dataset():
    told = [(codes(name)[0], kind) for name, kind, _ in table("| column | type | rule |")]

    assert told == [(field.name, str(field.type)) for field in schema.REVIEWS]


def test_the_thresholds_are_those_that_files_are_judged_by():
    told = {
        codes(name)[0]: (float(warn), float(fail)) for name, warn, fail in table("| check | warn | fail |")
    }

    assert told == {name: (limit.warn, limit.fail) for name, limit in THRESHOLDS.items()}


def test_the_categories_are_those_of_the_maps():
    rules = {codes(name)[0]: rule for name, _, rule in table("| column | type | rule |")}
    for column, known in [
        ("age_group", schema.AGE_GROUPS),
        ("gender_norm", schema.GENDERS),
        ("ethnicity_norm", schema.ETHNICITIES),
    ]:
        assert rules[column].split(", ") == list(dict.fromkeys(known.values()))


def test_the_null_words_are_those_of_the_table():
    sentence = re.search(r"counted in the report\. (.*?)\s+are null in any case", CONTRACT, re.DOTALL)

    assert tuple(word.replace("''", "") for word in codes(sentence[1])) == schema.NULL_VALUES


def test_the_limits_of_the_bias_report_are_those_of_the_code():
    assert f"a group below {report.SMALL_GROUP_SHARE * 100:g} %" in CONTRACT
    assert f"a gap above {report.RATING_GAP:g}" in CONTRACT
    assert f"more than\n{report.MISSING_GROUP_SHARE * 100:g} % missing" in CONTRACT
