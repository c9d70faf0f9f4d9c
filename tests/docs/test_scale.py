"""The pages on scale and cost show what the models say, and the simulation agrees with closed formulas."""

import pytest

from benchmarks import cost, queueing
from benchmarks.queueing import Load, simulate
from tastetrend_etl.limits import TIERS
from tests.docs.pages import PROJECT


def page(name):
    return (PROJECT / "docs" / name).read_text(encoding="utf-8")


def test_the_tables_of_the_page_are_those_of_the_simulation():
    shown = page("scale.md")

    assert [table for table in queueing.tables() if table not in shown] == []


def test_the_table_of_the_costs_is_that_of_the_model():
    assert cost.table() in page("cost.md")


def test_a_batch_has_as_many_files_at_work_as_the_page_on_batches_says():
    assert f"{queueing.AT_ONCE} at a time" in page("batch.md")


def test_the_largest_file_of_the_functions_is_that_of_their_limits():
    assert f"above {TIERS['large'].max_bytes >> 20:,} MiB is too large for the functions" in page("scale.md")


@pytest.mark.parametrize(("at_once", "slower"), [(50, "number at once"), (900, "starts")])
def test_many_files_take_the_time_of_the_closed_formula(at_once, slower):
    files, seconds, per_second = 20_000, 1.0, 200
    expected = {"number at once": files * seconds / at_once, "starts": files / per_second}

    run = simulate(Load(files, seconds, at_once, per_second, in_store=0, cold_seconds=0.0))

    assert max(expected, key=expected.__getitem__) == slower
    assert run.seconds == pytest.approx(expected[slower], rel=0.02)


def test_by_littles_law_rate_times_seconds_are_at_work():
    run = simulate(Load(20_000, 2.0, at_once=900, per_second=100, in_store=0, cold_seconds=0.0))

    assert run.busy_seconds / run.seconds == pytest.approx(100 * 2.0, rel=0.02)


def test_only_the_first_file_of_each_environment_takes_longer():
    warm, cold = (simulate(Load(2_000, 1.0, at_once=10, cold_seconds=more)) for more in (0.0, 5.0))

    assert cold.busy_seconds - warm.busy_seconds == pytest.approx(10 * 5.0)
    assert cold.most_at_once == 10


def test_files_in_store_start_at_once():
    run = simulate(Load(100, 1.0, at_once=1_000, per_second=1, in_store=100, cold_seconds=0.0))

    assert run.seconds < 1.5
    assert run.most_at_once == 100
