"""What becomes of an event when the function runs out of disk, of time or of memory."""

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
from tastetrend_etl.temp_workspace import temp_workspace
from tests.unit.conftest import LambdaContext
from tests.unit.fault_injection import faulty_s3 as faults
from tests.unit.fault_injection.child_process import run_elsewhere
from tests.unit.fault_injection.conftest import EVENT


@dataclass
class RunningOut(LambdaContext):
    """Has time left for so many looks at the clock."""

    looks: int = 0

    def get_remaining_time_in_millis(self):
        self.looks -= 1
        return 30_000 if self.looks >= 0 else 1_000


@pytest.mark.parametrize(("room", "place"), [(100_000, "extract.py"), (310_000, "pipeline.py")])
def test_I05_a_full_disk_is_raised_with_that_reason_and_left_empty(
    room, place, store, standin, handler, context, temporary
):
    letters = random.Random(5)  # noqa: S311 # any text that no codec shrinks
    words = ("".join(letters.choices(string.ascii_letters, k=1_000)) for _ in range(300))
    store.upload("reviews.csv", b"rating,review_text\n" + b"".join(f"5,{word}\n".encode() for word in words))

    def in_little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        return handler.lambda_handler(EVENT, context)

    error = run_elsewhere(standin, in_little_room)

    assert isinstance(error, RetryableError)
    assert f"({os.strerror(errno.EFBIG)}) at {place}" in str(error)
    assert store.keys() == []
    assert list(temporary.iterdir()) == []


def test_I05_what_a_killed_invocation_left_is_cleared_and_what_a_live_one_uses_is_not(scene, temporary):
    scene.struck(len(scene.sites) - 1, faults.death_before, elsewhere=True)
    (left,) = temporary.iterdir()
    assert (left / "raw").exists()

    with temp_workspace() as in_use:
        assert not left.exists()
        scene.send()
        assert list(temporary.iterdir()) == [in_use]


@pytest.mark.parametrize("looks", range(3), ids=["at the start", "between batches", "before the commit"])
def test_I06_an_invocation_without_time_stops_before_it_commits(looks, scene, handler):
    scene.reset()

    with pytest.raises(RetryableError, match="too little time"):
        handler.lambda_handler(EVENT, RunningOut(looks=looks))

    assert scene.stored() == scene.before
    scene.assert_completed_by_the_next_delivery()


def test_I10_running_out_of_memory_while_writing_leaves_what_stood(scene, monkeypatch):
    def half_written(self, batch):
        self.write_table(pa.Table.from_batches([batch.slice(0, 1)]))
        raise MemoryError

    scene.reset()
    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_batch", half_written)
        with pytest.raises(RetryableError, match="MemoryError at"):
            scene.send()

    assert scene.stored() == scene.before
    scene.assert_completed_by_the_next_delivery()
