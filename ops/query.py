"""Queries the curated reviews through Athena."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import awswrangler as wr
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ops.errors import AwsError, CommandError, UsageError
from ops.output_file import check_output_path, written_whole
from ops.result import Result
from ops.stack_outputs import CommandContext

_SHOWN_ROWS, _SHOWN_RECORDS, _SHOWN_CHARACTERS = 50, 3, 60
_COLUMN_CHARACTERS = 12  # for which a column needs space
# Comments and brackets may come first.
_READING = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(select|with|values)\b", re.IGNORECASE | re.DOTALL)
_SDK_PREFIX = re.compile(r".*calling the \w+ operation: ", re.DOTALL)
# Athena: `line 2:8: Column …`. DuckDB, on the emulator: a paragraph `LINE 2: SELECT …`.
_LINE = re.compile(r"\bline (\d+):", re.IGNORECASE)
_DUCKDB_EXCERPT = re.compile(r"\s*\bLINE \d+:.*", re.DOTALL)
_DENIED = re.compile(r"access denied|accessdenied|permission_denied|not authorized", re.IGNORECASE)


def run_query(context: CommandContext, sql: str, out: Path | None) -> Result:
    """Run a query; show its first rows, or write all of them to a parquet file.

    Raises:
        UsageError: the SQL is no query or Athena does not accept it, or the file's folder does not exist.
        CommandError: the stack or the emulator cannot run queries, or the query read too much.
        AwsError: AWS denies access to the tables or the results.
    """
    _check(context, sql, out)
    rows = pa.Table.from_pandas(_read(context, sql), preserve_index=False)
    data = {"environment": context.env, "columns": rows.column_names, "row_count": rows.num_rows}
    if out:
        with written_whole(out) as unfinished:
            pq.write_table(rows, unfinished)
        context.console.print(f"Rows of {context.env}: {rows.num_rows:,}, written to {out}.")
        return Result(data | {"file": str(out)})
    _show(context, rows)
    return Result(data | {"rows": [_to_json(row) for row in rows.to_pylist()]})


def _check(context: CommandContext, sql: str, out: Path | None) -> None:
    """Check what can be checked without Athena."""
    if not _READING.match(sql):
        raise UsageError("a query begins with SELECT, WITH or VALUES; this command changes nothing")
    if out:
        check_output_path(out)
    if not context.workgroup:
        raise CommandError(
            f"the stack of {context.env} was deployed before queries were possible; deploy it again with "
            f"`make deploy ENV={context.env}`"
        )


def _read(context: CommandContext, sql: str) -> pd.DataFrame:
    try:
        return wr.athena.read_sql_query(
            sql, database=context.database, workgroup=context.workgroup, ctas_approach=False
        )
    except wr.exceptions.QueryCancelled as error:
        raise CommandError(f"Athena stopped the query: {_one_line(error)}; {_READ_LESS}") from error
    except (wr.exceptions.QueryFailed, wr.exceptions.InvalidArgumentValue) as error:
        raise _explain(_SDK_PREFIX.sub("", str(error)), sql) from error


_READ_LESS = (
    "the workgroup limits how many bytes a query may read: name the columns instead of *, or filter by a "
    "column with few values"
)
_NO_ENGINE = (
    "the emulator has no SQL engine (No module named 'duckdb'); install it with `make install`, then start "
    "the emulator again"
)


def _explain(reason: str, sql: str) -> CommandError:
    """Return Athena's reason in one line, with the line of the SQL that it names."""
    if "No module named 'duckdb'" in reason:
        return CommandError(_NO_ENGINE)
    message = _one_line(_DUCKDB_EXCERPT.sub("", reason))
    if _DENIED.search(message):
        return AwsError(f"AWS denies the query: {message}; docs/curated.md lists the permissions")
    number, lines = _LINE.search(reason), sql.splitlines()
    if not number or int(number[1]) > len(lines):
        return UsageError(f"Athena does not accept the query: {message}")
    line = " ".join(lines[int(number[1]) - 1].split())
    return UsageError(f"Athena does not accept the query: {message}; line {number[1]}: {line}")


def _one_line(text: object) -> str:
    return " ".join(str(text).split()).rstrip(".")


def _show(context: CommandContext, rows: pa.Table) -> None:
    """Print the first rows: below each other, or as records if the columns do not fit beside each other."""
    wide = rows.num_columns * _COLUMN_CHARACTERS > context.console.width
    limit = _SHOWN_RECORDS if wide else _SHOWN_ROWS
    shown = [[_shorten(value) for value in row.values()] for row in rows.slice(0, limit).to_pylist()]
    if wide:
        for number, cells in enumerate(shown, start=1):
            context.console.print(_record_table(f"row {number}", rows.column_names, cells))
    else:
        context.console.print(_rows_table(rows.schema, shown))
    rest = f"; the first {limit} are shown, --out or --json gives all" if rows.num_rows > limit else ""
    context.console.print(f"Rows of {context.env}: {rows.num_rows:,}{rest}.")


def _rows_table(schema: pa.Schema, rows: list[list[Text]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for field in schema:
        numeric = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        table.add_column(Text(field.name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _record_table(title: str, names: list[str], cells: list[Text]) -> Table:
    table = Table("column", "value", title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name, cell in zip(names, cells, strict=True):
        table.add_row(Text(name), cell)
    return table


def _shorten(value: object) -> Text:
    text = "" if value is None else " ".join(str(value).split())
    return Text(text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…")


def _to_json(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
