"""What a cold start imports; in processes of their own, since this one has imported everything."""

import os
import subprocess
import sys
from pathlib import Path

LAMBDA_SRC = Path(__file__).parents[2] / "lambda_src"
SAMPLE = Path(__file__).parents[2] / "samples" / "tastetrend_uptown_reviews.csv"
STACK_SETS = {"RAW_BUCKET": "raw", "PROCESSED_BUCKET": "processed", "ARTIFACTS_BUCKET": "artifacts"}
A_FILE_IS_PROCESSED = f"""
import sys, tempfile
from datetime import datetime, UTC
from pathlib import Path
import api_handler
from tastetrend_etl.pipeline import process
from tastetrend_etl.records import SourceObject

sample = Path({str(SAMPLE)!r})
source = SourceObject("raw", sample.name, "1", "1", sample.stat().st_size, datetime.now(UTC))
with tempfile.TemporaryDirectory() as work:
    print(process(source, sample, Path(work), version="1", limit=1 << 30).balance.written > 500)
"""


def _printed(program: str) -> list[str]:
    environment = {**os.environ, **STACK_SETS, "AWS_DEFAULT_REGION": "eu-west-1"}
    return subprocess.run(  # noqa: S603 # a program of this test
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        cwd=LAMBDA_SRC,
        env=environment,
    ).stdout.split()


def test_a_file_is_processed_without_importing_pandas() -> None:
    assert _printed(A_FILE_IS_PROCESSED + "print('pandas' in sys.modules)") == ["True", "False"]


def test_who_needs_a_data_frame_after_all_still_gets_one() -> None:
    program = """
import api_handler, pyarrow
print(len(pyarrow.table({"a": [1, 2]}).to_pandas()))
"""
    assert _printed(program) == ["2"]
