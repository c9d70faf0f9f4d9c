"""Events for which the function runs out of disk, time or memory."""

import errno
import os
import random
import resource
import string
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tastetrend_etl.errors import RetryableError
from tastetrend_etl.parse.raw_file import open_raw_file
from tastetrend_etl.temp_workspace import temp_workspace
from tests.unit.conftest import LambdaContext
from tests.unit.fault_injection import faulty_s3 as faults
from tests.unit.fault_injection.child_process import run_in_child_process
from tests.unit.fault_injection.conftest import EVENT


@dataclass
class ExpiringContext(LambdaContext):
    """A context whose remaining time is sufficient for `checks` calls, then 1 s."""

    checks: int = 0

    def get_remaining_time_in_millis(self):
        self.checks -= 1
        return 30_000 if self.checks >= 0 else 1_000


@pytest.mark.parametrize(("max_bytes", "module"), [(100_000, "s3_download.py"), (310_000, "pipeline.py")])
def test_I05_a_full_disk_is_raised_with_its_reason_and_cleaned_up(
    max_bytes, module, store, faulty_s3, handler, context, temporary
):
    letters = random.Random(5)  # noqa: S311 # incompressible text
    words = ("".join(letters.choices(string.ascii_letters, k=1_000)) for _ in range(300))
    store.upload("reviews.csv", b"rating,review_text\n" + b"".join(f"5,{word}\n".encode() for word in words))

    def with_file_size_limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))
        return handler.lambda_handler(EVENT, context)

    error = run_in_child_process(faulty_s3, with_file_size_limit)

    assert isinstance(error, RetryableError)
    assert f"({os.strerror(errno.EFBIG)}) at {module}" in str(error)
    assert store.keys() == []
    assert list(temporary.iterdir()) == []


def test_I05_files_of_a_killed_invocation_are_deleted_and_files_in_use_are_not(scenario, temporary):
    scenario.send_with_fault(len(scenario.call_sites) - 1, faults.kill_before, in_child_process=True)
    (leftover,) = temporary.iterdir()
    assert (leftover / "raw").exists()

    with temp_workspace() as in_use:
        assert not leftover.exists()
        scenario.send()
        assert list(temporary.iterdir()) == [in_use]


@pytest.mark.parametrize("checks", range(3), ids=["at the start", "between batches", "before the commit"])
def test_I06_an_invocation_without_time_stops_before_it_commits(checks, scenario, handler):
    scenario.reset()

    with pytest.raises(RetryableError, match="too little time"):
        handler.lambda_handler(EVENT, ExpiringContext(checks=checks))

    assert scenario.stored() == scenario.before
    scenario.assert_completed_by_the_next_delivery()


@pytest.mark.parametrize("checks", [0, 2, 4], ids=["detection", "end of detection", "copy"])
def test_I06_reading_a_file_in_a_code_page_stops_without_time(checks, tmp_path):
    raw, work, remaining = tmp_path / "raw", tmp_path / "work", iter(range(checks))
    raw.write_bytes(b"rating,text\n" + "4,Köstlich\n".encode("cp1252") * 60_000)  # three parts
    work.mkdir()

    def check_time():
        if next(remaining, None) is None:
            raise RetryableError("too little time")

    with pytest.raises(RetryableError, match="too little time"):
        open_raw_file("a.csv", raw, work, 1 << 20, check_time)

    copied = work / "utf8.txt"
    assert (copied.stat().st_size if copied.exists() else 0) < raw.stat().st_size


def test_I10_running_out_of_memory_while_writing_leaves_the_older_result(scenario, monkeypatch):
    def write_part_and_fail(self, batch):
        self.write_table(pa.Table.from_batches([batch.slice(0, 1)]))
        raise MemoryError

    scenario.reset()
    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_batch", write_part_and_fail)
        with pytest.raises(RetryableError, match="MemoryError at"):
            scenario.send()

    assert scenario.stored() == scenario.before
    scenario.assert_completed_by_the_next_delivery()
