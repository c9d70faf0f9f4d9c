"""The benchmarks compare equal work, and detect outputs that differ."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.data import SOURCES_USED, review_file
from benchmarks.engines import ours
from benchmarks.equality import OutputDifferenceError, check_equal
from benchmarks.large_file import LargeRun, large_runs, large_table
from benchmarks.latency import warm_milliseconds
from benchmarks.measure import measure_all
from benchmarks.task import Task

ROWS = 2_000


@pytest.mark.parametrize("source", SOURCES_USED)
def test_each_engine_does_the_complete_work_in_its_own_process(source, tmp_path):
    file = review_file(tmp_path, source, ROWS)
    engines = ["ours", "pandas_careful", "baseline", "baseline_plus_hashes"]

    runs = list(measure_all(engines, [file], tmp_path, rounds=1))

    assert [run.engine for run in runs] == engines
    assert all(run.output_mb > 0 for run in runs)


def test_an_invocation_waits_for_at_least_four_calls_to_s3(tmp_path):
    file = review_file(tmp_path, "uptown", 10).path

    assert warm_milliseconds(Path(__file__).parents[2], file) > 4 * 20


@pytest.mark.usefixtures("socket_enabled")
def test_the_large_function_downloads_processes_and_uploads_a_file_in_its_own_process(tmp_path):
    (run,) = large_runs(tmp_path, tmp_path, [ROWS])

    assert run.rows == ROWS
    assert run.disk_mb > run.file_mb  # beside the raw file at least a dataset, when it was looked at
    assert run.peak_mb > 50


def test_the_growth_of_memory_is_in_bytes_a_row_and_compared_with_the_goal():
    small, large = (
        LargeRun(rows, rows / 2_000, peak, rows / 1_000, rows / 1e5)
        for rows, peak in [(1_000_000, 200), (2_000_000, 320)]
    )

    assert "1.60 times" in large_table([small, large])
    assert "not met" in large_table([small, large])
    assert "120 bytes a row" in large_table([small, large])


@pytest.fixture
def written(tmp_path):
    file = review_file(tmp_path, "downtown", ROWS)
    ours.run(Task(file.source, file.path, tmp_path / "ours.parquet"))
    return tmp_path / "ours.parquet"


@pytest.mark.parametrize(
    ("column", "value"),
    [("rating_1_5", 2.25), ("review_date", None), ("location", "Elsewhere"), ("issues", ["odd"])],
)
def test_an_output_that_differs_in_one_value_is_an_error(column, value, written):
    table = pq.read_table(written)
    cells = table[column].to_pylist()
    cells[500] = value
    other = written.with_name("other.parquet")
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, pa.array(cells, table[column].type)), other)

    with pytest.raises(OutputDifferenceError, match=column):
        check_equal("other", other, written)


def test_an_output_without_one_row_is_an_error(written):
    other = written.with_name("other.parquet")
    pq.write_table(pq.read_table(written).slice(1), other)

    with pytest.raises(OutputDifferenceError, match="rows"):
        check_equal("other", other, written)
