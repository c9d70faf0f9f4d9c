"""Patches the emulator's Athena, which runs SQL with DuckDB: views, and where results are saved."""
# ruff: noqa: SLF001 # as in ministack_patches

import base64
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.services import athena, glue  # type: ignore[import-untyped]

_VIEW = re.compile(r"/\* Presto View: (\S+) \*/")

_rewrite_query: Callable[[str, str, str | None], Awaitable[object]] = athena._rewrite_data_paths
_save_results: Callable[[str], Awaitable[None]] = athena._save_query_results


def register() -> None:
    """Replace the functions of the emulator's Athena."""
    athena._rewrite_data_paths = _rewrite_query_with_views
    athena._save_query_results = _save_results_at_reported_key


async def _rewrite_query_with_views(query: str, database: str, catalog: str | None = None) -> object:
    """Replace each view in a query, and each in its definition, by the definition."""
    while views := [
        (reference, sql)
        for reference in athena._table_references(query)
        if (sql := _find_view(reference, database))
    ]:
        for reference, sql in reversed(views):
            alias = "" if reference.aliased else f' AS "{reference.table}"'
            query = f"{query[: reference.start]}({sql}){alias}{query[reference.end :]}"
    return await _rewrite_query(query, database, catalog)


def _find_view(reference: Any, database: str) -> str | None:  # noqa: ANN401 # the emulator has no types
    """Return the SQL of a view in one line, so that errors name the query's own; None if it is no view."""
    table = glue._tables.get(f"{reference.database or database}/{reference.table}") or {}
    view = _VIEW.fullmatch(table.get("ViewOriginalText") or "")
    return str(json.loads(base64.b64decode(view[1]))["originalSql"]).replace("\n", " ") if view else None


async def _save_results_at_reported_key(query_id: str) -> None:
    """Save a result under the key that the emulator reports, not under another one below that key."""
    configuration = athena._executions[query_id]["ResultConfiguration"]
    reported = configuration["OutputLocation"]
    configuration["OutputLocation"] = reported.rpartition("/")[0]
    try:
        await _save_results(query_id)
    finally:
        configuration["OutputLocation"] = reported
