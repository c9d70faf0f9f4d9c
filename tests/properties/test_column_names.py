"""A column's known names are equivalent."""

from hypothesis import given
from hypothesis import strategies as st

from tastetrend_etl.schema import SCALE_BY_COLUMN, SYNONYMS
from tests.properties.files import HEADER, csv_of
from tests.properties.processing import run
from tests.properties.test_reviews import CLEAN

FIELDS = {"review_id": "source_review_id", "date": "review_date"}
SPELLINGS = [
    str,
    str.upper,
    lambda name: name.replace("_", " ").title(),
    lambda name: name.title().replace("_", ""),
    lambda name: name[0] + name.title().replace("_", "")[1:],
    lambda name: f" {name.replace('_', '-')} (optional)",
]


@st.composite
def headers(draw):
    """Return the header with each known name replaced by another one of its field, in any spelling."""
    names = []
    for name in HEADER[:-1]:
        known = [each for each in SYNONYMS[FIELDS.get(name, name)] if each not in SCALE_BY_COLUMN]
        names.append(draw(st.sampled_from(SPELLINGS))(draw(st.sampled_from(known))))
    return (*names, HEADER[-1])


@given(st.lists(CLEAN, min_size=1, max_size=5, unique_by=lambda row: row["review_text"]), headers())
def test_renaming_columns_to_known_names_changes_only_the_mapping(rows, header):
    cells = [[row[name] for name in HEADER] for row in rows]

    first, renamed = (run(csv_of(cells, header=names).encode()) for names in (HEADER, header))

    assert renamed.table == first.table
    mapping = renamed.reports[0].pop("column_mapping")
    assert list(mapping) == list(first.reports[0].pop("column_mapping"))
    assert sorted(name for names in mapping.values() for name in names) == sorted(header[:-1])
    reports = [[report | {"raw_object": None} for report in each.reports] for each in (first, renamed)]
    assert reports[0] == reports[1]
