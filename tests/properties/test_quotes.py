"""A broken quote costs at most its own row."""

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.processing import run

HEADERS = [
    ("review_id", "date", "rating", "review_text"),
    ("review_text", "rating", "review_id"),
    ("rating", "review_text"),
]
BROKEN = [
    '"open {}',
    '{} close"',
    '"{}" part',
    'a {} "b" c"',
    '12" {}',
    '"12" {}',
    '"{}""',
    '""{}',
    '"{}" x "',
    '"',
]


@given(
    st.sampled_from(HEADERS),
    st.sampled_from([",", ";", "\t", "|"]),
    st.booleans(),
    st.dictionaries(st.integers(1, 20), st.sampled_from(BROKEN), max_size=6),
)
def test_every_other_row_is_written_unchanged(header, delimiter, quoted, broken):
    texts = {number: f"Good food {number:02d}." for number in range(1, 21)}
    cells = {number: f'"{text}"' if quoted else text for number, text in texts.items()}
    cells |= {number: shape.replace("{}", texts[number]) for number, shape in broken.items()}
    lines = [
        delimiter.join(row_of(number, cells[number])[name] for name in header) for number in range(1, 21)
    ]

    result = run("\n".join([delimiter.join(header), *lines]).encode())

    assert result.counts["read"] == 20
    written = result.table["review_text"].to_pylist()
    assert [texts[number] for number in texts if number not in broken and texts[number] not in written] == []


def row_of(number, text):
    date = f"2020-01-{number:02d}"
    return {"review_id": str(number), "date": date, "rating": str(number % 5 + 1), "review_text": text}
