"""Arrow cannot transform string views; when a test fails, decisions 0033 and 0035 deserve another look."""

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

TEXTS = pa.array(["short", "longer than the twelve bytes of a view", None], pa.string_view())


def test_string_views_are_written_to_parquet():
    file = io.BytesIO()

    pq.write_table(pa.table({"text": TEXTS}), file)

    assert pq.read_table(file)["text"].to_pylist() == TEXTS.to_pylist()


@pytest.mark.parametrize(
    "transform",
    [
        lambda: TEXTS.filter(pa.array([True, False, True])),
        lambda: TEXTS.take(pa.array([0])),
        lambda: pc.utf8_trim_whitespace(TEXTS),
        lambda: pc.utf8_slice_codeunits(TEXTS, 0, 2_000),
    ],
    ids=["filter", "take", "trim", "slice"],
)
def test_string_views_cannot_be(transform):
    with pytest.raises(pa.ArrowNotImplementedError, match="no kernel matching input types"):
        transform()
