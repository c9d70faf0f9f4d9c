"""Runs another tool on one file, in the environment of `requirements-compared.txt`, and prints what it found.

`python -m benchmarks.compared_tools TOOL JSON`, with the fields of `Job`; prints the findings and the pages.
"""

# ruff: noqa: PLC0415 # each tool is imported only when it runs, so that its time has no other's in it
# mypy: disable-error-code="import-not-found"

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ID, _DATE, _RATING, _TEXT, _SPENT = 0, 2, 3, 4, 7  # indices of columns


@dataclass(frozen=True)
class Job:
    """A file to look at, and what a person must know of it beforehand."""

    path: str
    out: str
    delimiter: str
    columns: list[str]
    rating_scale: int


def read_frame(job: Job) -> tuple[Any, bool]:
    """Return the file as a pandas frame, and whether pandas read it without options."""
    import pandas as pd

    try:
        frame = pd.read_csv(job.path)
    except (pd.errors.ParserError, UnicodeDecodeError):
        return pd.read_csv(job.path, **_reader_options(job)), False
    if len(frame.columns) == len(job.columns):
        return frame, True
    return pd.read_csv(job.path, **_reader_options(job)), False


def _reader_options(job: Job) -> dict[str, Any]:
    return {"sep": job.delimiter, "on_bad_lines": "skip", "encoding_errors": "replace"}


def profile(job: Job) -> tuple[dict[str, Any], list[Path]]:
    """Write the report of ydata-profiling, now called fg-data-profiling, with its defaults."""
    from data_profiling import ProfileReport

    frame, as_it_is = read_frame(job)
    report, page = ProfileReport(frame, progress_bar=False), Path(job.out, "report.html")
    report.to_file(page)
    facts = report.get_description()
    return {
        "read": int(as_it_is),
        "copy": facts.table["n_duplicates"],
        "missing": facts.variables[job.columns[_TEXT]]["n_missing"],
        "mean": facts.variables[job.columns[_RATING]].get("mean"),
    }, [page]


def evidently(job: Job) -> tuple[dict[str, Any], list[Path]]:
    """Write the data summary of Evidently, as its quick start does."""
    from evidently import Dataset, Report
    from evidently.presets import DataSummaryPreset

    frame, as_it_is = read_frame(job)
    run, page = (
        Report([DataSummaryPreset()]).run(Dataset.from_pandas(frame), None),
        Path(job.out, "report.html"),
    )
    run.save_html(str(page))
    values = {metric["metric_name"]: metric["value"] for metric in json.loads(run.json())["metrics"]}
    return {
        "read": int(as_it_is),
        "copy": values.get("DuplicatedRowCount()"),
        "missing": values.get(f"MissingValueCount(column={job.columns[_TEXT]})", {}).get("count"),
        "mean": values.get(f"MeanValue(column={job.columns[_RATING]})"),
    }, [page]


def great_expectations(job: Job) -> tuple[dict[str, Any], list[Path]]:
    """Validate the frame against the expectations below, and write the Data Docs."""
    import great_expectations as gx

    frame, as_it_is = read_frame(job)
    expectations = _expectations(job)
    context = gx.get_context(mode="file", project_root_dir=job.out)
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("reviews")
    batch = asset.add_batch_definition_whole_dataframe("all")
    suite = context.suites.add(gx.ExpectationSuite(name="reviews", expectations=[*expectations.values()]))
    definition = gx.ValidationDefinition(data=batch, suite=suite, name="reviews")
    checkpoint = gx.Checkpoint(
        name="reviews",
        validation_definitions=[context.validation_definitions.add(definition)],
        actions=[gx.checkpoint.UpdateDataDocsAction(name="docs")],
        result_format="COMPLETE",
    )
    run = context.checkpoints.add(checkpoint).run(batch_parameters={"dataframe": frame})
    (validated,) = run.run_results.values()
    # Results come in another order than the expectations.
    results = {result.expectation_config.type: result.result for result in validated.results}
    findings = {name: _count(name, results[each.expectation_type]) for name, each in expectations.items()}
    pages = list(Path(job.out).glob("**/data_docs/local_site/validations/**/*.html"))
    return {**findings, "read": int(as_it_is)}, pages


def _count(name: str, result: dict[str, Any]) -> int | None:
    """Return the number of unexpected rows; of copies without the row that they copy, which it also lists."""
    if name != "copy":
        return result.get("unexpected_count")
    rows = [json.dumps(row, default=str) for row in result["unexpected_list"]]
    return len(rows) - len(set(rows))


def _expectations(job: Job) -> dict[str, Any]:
    """Return what somebody who knows the columns would write first, by the fault that it is about."""
    import great_expectations.expectations as gxe

    column = job.columns.__getitem__
    return {
        "shared_id": gxe.ExpectColumnValuesToBeUnique(column=column(_ID)),
        "copy": gxe.ExpectCompoundColumnsToBeUnique(column_list=job.columns),
        "missing": gxe.ExpectColumnValuesToNotBeNull(column=column(_TEXT)),
        "rating": gxe.ExpectColumnValuesToBeBetween(
            column=column(_RATING), min_value=1, max_value=job.rating_scale
        ),
        "date": gxe.ExpectColumnValuesToBeDateutilParseable(column=column(_DATE)),
        "spent": gxe.ExpectColumnValuesToNotMatchRegex(column=column(_SPENT), regex=r"^\s*-\s*\d"),
    }


def frictionless(job: Job) -> tuple[dict[str, Any], list[Path]]:
    """Validate the file with the inferred schema, and the check for duplicate rows."""
    from frictionless import Checklist, Resource, checks

    # The format of a file that ends with .txt must be named.
    path = Path(job.path)
    named = {} if path.suffix == ".csv" else {"format": "csv"}
    resource = Resource(path=path.name, basepath=str(path.parent), **named)
    report = resource.validate(Checklist(checks=[checks.duplicate_row()]))
    page = Path(job.out, "report.json")
    report.to_json(str(page))
    errors = [error.to_dict() for task in report.tasks for error in task.errors]
    blank = [error["rowNumber"] for error in errors if error["type"] == "blank-row"]

    def rows(kind: str) -> list[int]:
        # Row 1 is the header, and blank lines count. Each blank line but the first is called a duplicate.
        numbers = {error["rowNumber"] for error in errors if error["type"] == kind} - set(blank)
        return sorted(number - 1 - sum(line < number for line in blank) for number in numbers)

    return {
        "read": int(not named and len(resource.schema.fields) == len(job.columns)),
        "ragged": rows("extra-cell") + rows("missing-cell"),
        "copy": rows("duplicate-row"),
    }, [page]


def dlt(job: Job) -> tuple[dict[str, Any], list[Path]]:
    """Load the file into DuckDB, by the reader of dlt's file system source."""
    import dlt as library
    from dlt.pipeline.exceptions import PipelineStepFailed
    from dlt.sources.filesystem import filesystem, read_csv

    def load(options: dict[str, Any]) -> None:
        files = filesystem(bucket_url=Path(job.path).parent.as_uri(), file_glob=Path(job.path).name)
        destination = library.destinations.duckdb(str(Path(job.out, "reviews.duckdb")))
        pipeline = library.pipeline(
            "reviews", destination=destination, pipelines_dir=job.out, dataset_name="raw"
        )
        pipeline.run((files | read_csv(**options)).with_name("reviews"))

    try:
        load({})
    except PipelineStepFailed:
        load(_reader_options(job))
        return {"read": 0}, []
    return {"read": 1}, []


TOOLS: dict[str, Callable[[Job], tuple[dict[str, Any], list[Path]]]] = {
    "ydata-profiling": profile,
    "Evidently": evidently,
    "Great Expectations": great_expectations,
    "frictionless": frictionless,
    "dlt": dlt,
}


def main() -> None:
    """Run the tool that the arguments name."""
    findings, pages = TOOLS[sys.argv[1]](Job(**json.loads(sys.argv[2])))
    print(json.dumps({"findings": findings, "pages": [str(page) for page in pages]}, default=float))  # noqa: T201 # read by the parent process


if __name__ == "__main__":
    main()
