"""A raw file that was rewritten is read as when it was uploaded first."""

from datetime import UTC, datetime

import pytest

from tastetrend_etl.models import ColumnMapping, FormatEvidence
from tastetrend_etl.s3_download import source_of
from tastetrend_etl.transform.infer_format import infer_format

UPLOADED = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("metadata", "latest"),
    [
        ({"first-uploaded": "2024-01-01T00:00:00+00:00"}, datetime(2024, 1, 2, tzinfo=UTC)),
        ({"first-uploaded": "2024-01-01"}, datetime(2026, 5, 2, tzinfo=UTC)),
        ({"first-uploaded": "soon"}, datetime(2026, 5, 2, tzinfo=UTC)),
        ({}, datetime(2026, 5, 2, tzinfo=UTC)),
    ],
)
def test_dates_are_possible_up_to_the_day_after_the_first_upload(metadata, latest):
    head = {"ETag": "e", "ContentLength": 1, "LastModified": UPLOADED, "Metadata": metadata}
    columns = ColumnMapping("reviews", ("date",), {"review_date": (0,)}, {})

    inferred = infer_format(FormatEvidence(), columns, source_of("raw", "r.csv", head))

    assert inferred.max_review_date.replace(tzinfo=UTC) == latest
