"""`tastetrend process` runs the pipeline on local files without AWS."""

import csv
import io
import json
from itertools import takewhile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

SAMPLES = Path(__file__).parents[3] / "samples"
DOWNTOWN, INFO = "tastetrend_downtown_reviews.csv", "tastetrend_restaurant_info.csv"


@pytest.fixture
def run(tastetrend, tmp_path):
    """Return a function that processes files into `tmp_path/out` and returns status and output."""

    def invoke(*files):
        result = tastetrend("process", *files, "--out", tmp_path / "out")
        return result.status, result.stdout + result.stderr

    return invoke


def written(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_output_folder_has_the_objects_of_the_processed_bucket(run, tmp_path):
    status, output = run(SAMPLES / DOWNTOWN, SAMPLES / INFO)

    assert status == 0
    assert "588" in output
    names = [name.split("/")[-1].split("_20")[0].split(".20")[0] for name in written(tmp_path / "out")]
    assert names == [
        "index.html",
        "bias",
        "report",
        "validation",
        "report",
        "validation",
        f"processed_{DOWNTOWN}.parquet",
        f"restaurants_{INFO}.parquet",
        f"rejected_{DOWNTOWN}",
    ]


def test_the_dataset_equals_the_one_of_the_function(run, tmp_path, deliver, store):
    run(SAMPLES / DOWNTOWN)
    deliver((SAMPLES / DOWNTOWN).read_bytes(), DOWNTOWN)

    key = f"processed/processed_{DOWNTOWN}.parquet"
    assert pq.read_table(tmp_path / "out" / key).equals(pq.read_table(io.BytesIO(store.read(key))))


def test_processing_again_changes_nothing(run, tmp_path):
    run(SAMPLES / DOWNTOWN)
    before = {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path / "out")}
    run(SAMPLES / DOWNTOWN)

    assert {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path / "out")} == before


def test_a_rejected_file_is_explained_and_is_bad_data(run, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()

    status, output = run(empty)

    assert status == 1
    assert "was rejected (empty_file)" in output
    assert "the file holds no text" in output


def test_a_file_that_fails_a_check_is_written_and_is_bad_data(run, tmp_path):
    unrated = tmp_path / "unrated.csv"
    unrated.write_text("rating,review_text\n" + "?,good soup\n" * 30)

    status, output = run(unrated)

    assert status == 1
    assert "fail" in output
    assert (tmp_path / "out/processed/processed_unrated.csv.parquet").exists()


def test_json_names_each_file_with_its_rows_and_outputs(tastetrend, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()

    result = tastetrend("process", SAMPLES / INFO, empty, "--out", tmp_path / "out", "--json")

    good, bad = json.loads(result.stdout)["files"]
    assert (good["key"], good["status"], good["rows"]["written"]) == (INFO, "pass", 12)
    assert (tmp_path / "out" / good["outputs"]["dataset"]).exists()
    assert (bad["key"], bad["status"], bad["reason"]) == ("empty.csv", "rejected", "empty_file")


def test_only_the_files_of_this_run_are_shown(run, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()
    run(empty)

    status, output = run(SAMPLES / INFO)

    assert status == 0
    assert "empty.csv" not in output


def test_a_folder_stands_for_its_files(run, tmp_path):
    folder = tmp_path / "my reviews"
    folder.mkdir()
    for name in (INFO, DOWNTOWN):
        (folder / name).write_bytes((SAMPLES / name).read_bytes())

    status, output = run(folder)

    assert status == 0
    assert f"2 files in {folder} end with" in output
    assert output.index(DOWNTOWN) < output.index(INFO)


def test_a_missing_file_is_wrong_usage(run, tmp_path):
    status, output = run(tmp_path / "nowhere.csv")

    assert status == 2
    assert "does not exist" in output


def test_two_files_of_one_name_are_wrong_usage(run, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / DOWNTOWN).write_bytes((SAMPLES / DOWNTOWN).read_bytes())

    status, output = run(SAMPLES / DOWNTOWN, tmp_path / "a" / DOWNTOWN)

    assert status == 2
    assert "overwrite each other" in output


def test_only_the_newest_version_of_a_file_is_shown(tmp_path, run):
    file = tmp_path / "r.csv"
    file.write_text("nothing\n")
    run(file)
    file.write_text("rating,review_text\n5,good\n")

    _, output = run(file)

    assert "was rejected" not in output
    assert "pass" in output


def test_no_name_of_a_customer_is_shown(run):
    _, output = run(SAMPLES / DOWNTOWN)

    names = customers(SAMPLES / DOWNTOWN)
    assert len(names) > 100
    assert [name for name in names if name in output] == []


def customers(path):
    with path.open(encoding="utf-8", newline="") as file:
        names = {row["customer_name"].strip() for row in csv.DictReader(file)}
    return {name for name in names if " " in name}


def test_cells_that_look_like_markup_are_shown_unchanged(tmp_path, run):
    file = tmp_path / "[bold]r:+1:.csv"
    file.write_text("rating,review_text\n5,[red]x[/] :+1:\n")

    _, output = run(file)

    assert "[red]x[/] :+1:" in output
    assert "First rows of processed/processed_[bold]r:+1:.csv.parquet" in output


def lines_of(output, key):
    """Return the lines on a file: the one that begins with its key, and the indented ones below."""
    lines = iter(output.splitlines())
    first = next(line for line in lines if line.startswith(f"{key}: "))
    return [first, *takewhile(lambda line: line.startswith("  "), lines)]


def test_at_most_three_lines_tell_how_each_file_was_read(tmp_path, run):
    tidy, odd = tmp_path / "tidy.csv", tmp_path / "odd.csv"
    tidy.write_text("date,stars,comment\n2020-02-03,5,good\n2020-02-04,4,fine\n")
    odd.write_text("date;stars;comment\n03/13/2020;5;good\n03/04/2020;9;fine\nsoon;;dull\n")

    _, output = run(tidy, odd)

    columns = "review_date = date, rating = stars, review_text = comment"
    assert lines_of(output, "tidy.csv") == [
        f"tidy.csv: by the generic rules, utf-8, delimiter ',', ratings out of 5; {columns}"
    ]
    first, issues, findings = lines_of(output, "odd.csv")
    assert first.startswith("odd.csv: by the generic rules, utf-8, delimiter ';', ratings out of ")
    assert "dates with the month first; review_date = date" in first
    assert "date_unparseable (1 of 3)" in issues
    assert "date_unparseable_share (1 of 3)" in findings


def test_the_source_that_a_file_was_read_as_is_told(run):
    _, output = run(SAMPLES / DOWNTOWN)

    assert lines_of(output, DOWNTOWN)[0].startswith(f"{DOWNTOWN}: source downtown, utf-8")


def test_json_tells_how_each_file_was_read(tastetrend, tmp_path):
    result = tastetrend("process", SAMPLES / INFO, "--out", tmp_path / "out", "--json")

    (file,) = json.loads(result.stdout)["files"]
    assert file["summary"][0].startswith(f"{INFO}: by the generic rules, utf-8")
