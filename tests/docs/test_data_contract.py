"""The data contract's tables are those that the code goes by."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tastetrend_etl import limits, schema
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import MAX_RAW_KEY_BYTES, output_keys
from tests.contract_1 import former_output_keys

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


def test_the_limits_of_the_tiers_are_those_of_the_code():
    for name, *values in table("| limit of `TIERS` | small | large | task |"):
        told = [int(value.replace(",", "")) for value in values]

        assert told == [getattr(tier, codes(name)[0]) for tier in limits.TIERS.values()]


def test_the_thresholds_are_those_that_files_are_judged_by():
    told = {
        codes(name)[0]: (float(warn), float(fail)) for name, warn, fail in table("| check | warn | fail |")
    }

    assert told == {name: (each.warn, each.fail) for name, each in limits.THRESHOLDS.items()}


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


def test_the_reserved_prefixes_and_the_longest_raw_key_are_those_of_the_code():
    sentence = re.search(r"Raw keys that begin with (.*?) are\s+rejected", CONTRACT, re.DOTALL)

    assert tuple(codes(sentence[1])) == limits.RESERVED_PREFIXES
    assert f"A raw key may have {MAX_RAW_KEY_BYTES} bytes" in CONTRACT


def test_the_keys_are_those_of_the_code():
    source = SourceObject("raw", "in/r.csv", "version", "etag", 1, datetime(2026, 11, 23, tzinfo=UTC))
    former, reviews, facts = (
        vars(keys)
        for keys in (former_output_keys(source), output_keys(source), output_keys(source, "restaurant_info"))
    )
    stamp = reviews["bias"].removesuffix(".json").rpartition("_")[2]
    told = [
        codes(
            key.replace("<prefix>", "in")
            .replace("<file>", "r.csv")
            .replace("<stamp>", stamp)
            .replace("<yyyy-mm>", "2026-11")
            .replace("<hash>", hashlib.sha256(b"in/r.csv").hexdigest()[:32])
        )[0]
        for _, key, _ in table("| object in the processed bucket | key | key in version 1 |")
    ]

    assert {*told} == {*reviews.values(), facts["dataset"], facts["curated"]}
    assert {f"processed/{reviews[name]}" for name in ("rejected", "error")} == {
        former["rejected"],
        former["error"],
    }


def test_the_limits_of_files_and_records_are_those_of_the_code():
    told = {
        codes(name)[0]: float(value.replace(",", "")) for name, value, _ in table("| limit | value | code |")
    }

    assert told == {name: getattr(limits, name) for name in told}
    assert {name for name in vars(limits) if name.startswith("MAX_RE")} - {"MAX_REVIEWS"} <= told.keys()


@pytest.mark.parametrize(
    "sentence",
    [
        f"before {limits.EARLIEST_YEAR} or more than",
        f"more than {'one' if limits.MAX_DAYS_AFTER_UPLOAD == 1 else limits.MAX_DAYS_AFTER_UPLOAD} day",
        f"that covers {limits.SCALE_SHARE:.0%} of them",
        f"a range of at most {limits.MAX_AGE_SPAN} years",
        f"first {limits.TRUNCATED_CHARACTERS:,} characters",
        f"file's first {limits.SAMPLED_ROWS} rows",
        f"have more than {limits.MAX_PARSED_LENGTH} characters",
        f"capped at {limits.MAX_TIP_PERCENTAGE:g}",
        f"| {limits.MIN_PARTY} to {limits.MAX_PARTY}; otherwise null",
        f"the first {limits.MAX_KEPT_CHARACTERS:,} are kept",
        f"a group below {limits.SMALL_GROUP_SHARE:.0%}",
        f"a gap above {limits.RATING_GAP:g}",
        f"more than {limits.MISSING_GROUP_SHARE:.0%} missing",
    ],
)
def test_the_limits_that_sentences_quote_are_those_of_the_code(sentence):
    assert sentence in CONTRACT.replace("\n", " ").replace(" %", "%")


def test_the_vague_names_are_those_of_the_table():
    sentence = re.search(r"Vague names\s+\((.*?)\)\s+fill", CONTRACT, re.DOTALL)

    assert set(codes(sentence[1])) == schema.VAGUE_NAMES
    assert schema.VAGUE_NAMES.issubset(name for names in schema.SYNONYMS.values() for name in names)
