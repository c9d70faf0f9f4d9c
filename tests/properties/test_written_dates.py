"""Properties of dates in the forms that programs and people write."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.files import csv_of
from tests.properties.processing import run

FORMS = (
    "%Y-%m-%d  %H:%M:%S", "%Y-%m-%d %H:%M:%S UTC", "%Y/%m/%d %H:%M:%S +0000", "%Y-%m-%d-%H.%M.%S",
    "%Y%m%d%H%M%S", "%a, %d %b %Y %H:%M:%S GMT", "%a %b %d %H:%M:%S UTC %Y", "%A, %B %d, %Y %I:%M:%S %p",
    "%d/%b/%Y %H:%M:%S", "Reviewed on %d %B %Y at %H:%M:%S", "%B. %d, %Y, %I:%M:%S %p",
    "%Y年%m月%d日 %H:%M:%S",
)  # fmt: skip
MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2025, 12, 31))  # noqa: DTZ001 # naive UTC


@given(MOMENTS)
def test_every_form_of_a_date_is_the_same_moment(moment):
    moment = moment.replace(microsecond=0)
    rows = [(moment.strftime(form), "4", f"text {number}") for number, form in enumerate(FORMS)]

    result = run(csv_of(rows, header=("date", "rating", "review_text")).encode())

    assert result.table["review_date"].to_pylist() == [moment] * len(FORMS)
