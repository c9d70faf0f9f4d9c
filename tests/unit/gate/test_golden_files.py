"""The golden files are their generator's output, and cover what a version can get wrong."""

import json

import pytest

from samples import golden, vocabulary
from tastetrend_etl import schema
from tastetrend_gate.golden_files import golden_files
from tastetrend_gate.models import INDEX

FOLDER = golden.GOLDEN
KEPT = {"schema.json", ".gitattributes", "retrieval.json"}
GENERATED = [path.name for path in FOLDER.iterdir() if path.is_file() and path.name not in KEPT]
ONBOARDED = {
    str(path.relative_to(folder))
    for folder in FOLDER.iterdir()
    for path in folder.rglob("*")
    if path.is_file() and path.name != "expectations.json"
}
MESSY = [golden_file for golden_file in golden_files() if "_messy" in golden_file.name]


@pytest.fixture(scope="module")
def generated_again(tmp_path_factory):
    out = tmp_path_factory.mktemp("golden")
    golden.generate(out)
    return out


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_generation_is_deterministic(name, generated_again):
    assert (generated_again / name).read_bytes() == (FOLDER / name).read_bytes()


def test_every_golden_file_has_an_expectation_and_every_expectation_a_file():
    names = [file.name for file in golden_files()]

    assert {*names} == {*GENERATED, *ONBOARDED} - {"expectations.json"}
    assert len({*names}) == len(names)


def test_the_golden_schema_is_that_of_the_contract():
    expected = [(name, kind.replace("element", "item")) for name, kind in schema_of_golden_files()]

    assert expected == [(field.name, str(field.type)) for field in schema.REVIEWS]


def schema_of_golden_files():
    return json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", MESSY, ids=lambda file: file.name)
@pytest.mark.parametrize("words", ["AGE_RANGES", "GENDERS", "ETHNICITIES"])
def test_every_word_for_a_group_of_people_is_in_each_messy_file(words, file):
    text = file.body.decode("utf-8-sig")

    assert [word for word in getattr(vocabulary, words) if word not in text] == []


@pytest.mark.parametrize("file", MESSY, ids=lambda file: file.name)
def test_each_messy_file_has_every_outcome_and_unknown_values(file):
    expected = file.expected

    assert expected.rows["duplicate"] > 0
    assert set(expected.rejected.values()) == {"empty_row", "ragged"}
    assert {"unmapped_category", "tip_percentage_capped"} < expected.issues.keys()
    assert any(code.startswith("date_") for code in expected.issues)


@pytest.mark.parametrize("file", list(golden_files()), ids=lambda file: file.name)
def test_the_expected_row_counts_are_balanced(file):
    rows = file.expected.rows or dict.fromkeys(("read", "written", "rejected", "duplicate"), 0)

    assert rows["read"] == rows["written"] + rows["rejected"] + rows["duplicate"]
    assert rows["written"] == len(file.expected.table)
    assert rows["rejected"] == len(file.expected.rejected)
    assert not {*file.expected.rejected} & {*file.expected.table.index}


def test_the_clean_file_has_no_issue_rejection_or_null():
    (clean,) = [file for file in golden_files() if file.name == "clean.csv"]

    assert not clean.expected.issues
    assert not clean.expected.rejected
    assert not clean.expected.table.isna().any().any()
    assert clean.expected.table.index.name == INDEX
