"""The benchmarks compare equal work, and notice when it is not."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.contenders import ours
from benchmarks.data import SOURCES_USED, review_file
from benchmarks.equality import DifferenceError, check_equal
from benchmarks.latency import warm_milliseconds
from benchmarks.measure import measure_all
from benchmarks.task import Task

ROWS = 2_000


@pytest.mark.parametrize("source", SOURCES_USED)
def test_each_contender_does_the_whole_work_in_a_process_of_its_own(source, tmp_path):
    file = review_file(tmp_path, source, ROWS)

    runs = list(measure_all(("ours", "pandas_careful", "floor"), [file], tmp_path, rounds=1))

    assert [run.contender for run in runs] == ["ours", "pandas_careful", "floor"]
    assert all(run.output_mb > 0 for run in runs)


def test_an_invocation_waits_for_four_calls_to_s3_at_least(tmp_path):
    """The handler really runs, and the calls really take their time."""
    file = review_file(tmp_path, "uptown", 10).path

    assert warm_milliseconds(Path(__file__).parents[2], file) > 4 * 20


@pytest.fixture
def written(tmp_path):
    file = review_file(tmp_path, "downtown", ROWS)
    ours.run(Task(file.source, file.path, tmp_path / "ours.parquet"))
    return tmp_path / "ours.parquet"


@pytest.mark.parametrize(
    ("column", "value"),
    [("rating_1_5", 2.25), ("review_date", None), ("location", "Elsewhere"), ("issues", ["odd"])],
)
def test_no_time_is_told_of_an_output_that_differs_in_one_value(column, value, written):
    table = pq.read_table(written)
    cells = table[column].to_pylist()
    cells[500] = value
    other = written.with_name("other.parquet")
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, pa.array(cells, table[column].type)), other)

    with pytest.raises(DifferenceError, match=column):
        check_equal("other", other, written)


def test_no_time_is_told_of_an_output_that_lacks_a_row(written):
    other = written.with_name("other.parquet")
    pq.write_table(pq.read_table(written).slice(1), other)

    with pytest.raises(DifferenceError, match="rows"):
        check_equal("other", other, written)
