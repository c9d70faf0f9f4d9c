"""A source that nothing knows gets to prod without a line of Python, on an emulator of its own."""

import io
import os
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from local.deploy import deploy
from local.emulator import PROJECT
from tests.e2e.checkout import first_release
from tests.e2e.conftest import FailureQueue, Store
from tests.json_output import check_output

EXAMPLE = (PROJECT / "docs" / "examples" / "lindenhof_2025.csv").read_bytes()
KEY = "lindenhof_2025.csv"
OUTCOME = "outcome: processed, was "
OPTIONS = (
    *("--name", "lindenhof", "--key-pattern", "lindenhof_*.csv", "--column", "rating=punkte"),
    *("--category", "gender:w=female", "--category", "gender:d=non_binary"),
)


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Yield a checkout without the source, whose first version is promoted to staging and prod."""
    with first_release(tmp_path_factory.mktemp("checkout")) as released:
        yield released


@pytest.fixture(scope="module")
def store(releases):
    stack = releases.client("cloudformation").describe_stacks(StackName="tastetrend-local")["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    failures = FailureQueue(releases.client("sqs"), outputs["FailureQueueUrl"])
    return Store(releases.client("s3"), outputs["RawBucketName"], outputs["ProcessedBucketName"], failures)


def onboard(checkout, file):
    """Run the command on the checkout's own code."""
    path = os.pathsep.join([str(checkout / "lambda_src"), str(checkout)])
    command = [sys.executable, "-m", "ops", "onboard", str(file), *OPTIONS, "--json"]
    result = subprocess.run(  # noqa: S603 # our own interpreter
        command,
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    check_output(["onboard", "--json"], result.stdout)
    return result


def test_a_fifth_source_is_released_without_a_line_of_python(releases, store, tmp_path):
    store.upload(KEY, EXAMPLE)
    store.await_outcome(KEY)
    assert b"not_reviews" in store.read(store.keys_for(KEY).error)

    file = tmp_path / KEY
    file.write_bytes(EXAMPLE)
    result = onboard(releases.folder, file)

    assert result.returncode == 0, result.stdout + result.stderr
    deploy(releases.emulator, releases.folder)
    number = releases.aliases()["dev"]
    gate = releases.json("promote", "staging")["gate"]
    assert gate["status"] == "warn"  # prod's version cannot read the golden file of the new source
    assert [reason for reason in gate["reasons"] if f"lindenhof_golden.csv: {OUTCOME}" not in reason] == []
    releases.ops("promote", "prod")
    assert releases.aliases() == {"dev": number, "staging": number, "prod": number}

    releases.process("prod", KEY)
    report = store.report(KEY)
    assert report["source"]["name"] == "lindenhof"
    assert report["rows"] == {"read": 60, "written": 60, "rejected": 0, "duplicate": 0}
    rows = pq.read_table(io.BytesIO(store.read(store.keys_for(KEY).dataset))).to_pylist()
    assert_right_cells(rows)


def assert_right_cells(rows):
    """Compare the cells with those of the file, whose format is known."""
    lines = [line.split(";") for line in EXAMPLE.decode().splitlines()[1:]]
    for row, (place, guest, day, points, amount, gender, *_) in zip(rows, lines, strict=True):
        assert (row["location"], row["customer_name"]) == (place, guest)
        assert (row["review_date"] and row["review_date"].strftime("%d.%m.%Y")) == known(day)
        assert row["rating_1_5"] == (known(points) and max(1.0, int(points) / 2))
        assert row["total_spent"] == (known(amount) and float(amount.removesuffix(" €").replace(",", ".")))
        assert row["gender_norm"] == {"w": "female", "m": "male", "d": "non_binary"}[gender]
        assert row["issues"] == []


def known(cell):
    return None if cell == "k.A." else cell
