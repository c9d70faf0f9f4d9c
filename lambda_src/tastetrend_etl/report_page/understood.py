"""Shows how a file was read, and what was not understood with what its sender can do."""

from collections.abc import Collection, Iterator
from typing import Any

from tastetrend_etl.report_page.checks import Report
from tastetrend_etl.report_page.figures import (
    MAX_ROWS,
    clip,
    code,
    count,
    in_words,
    more,
    names,
    plural,
    prose,
)
from tastetrend_etl.report_page.labels import DELIMITERS, FIELDS, RESTAURANT_FIELDS, REVIEW_FIELDS
from tastetrend_etl.report_page.parts import Html, join, section, table, tag

_KINDS = {"reviews": "Reviews", "restaurant_info": "Facts on restaurants"}
_MAX_HINTS, _MAX_COLUMNS_A_FIELD = 10, 6
_MAX_FIELDS = 30


def understood(validation: Report) -> Html:
    """Return the section on format, columns, scale and dates."""
    mapping = validation.get("column_mapping", {})
    rows = [_mapped(field, mapping[field]) for field, _ in zip(mapping, range(_MAX_FIELDS), strict=False)]
    columns = [("Holds", ""), ("In the dataset", ""), ("From the file's column", "")]
    return section(
        "understood",
        "What was understood",
        table("How the file was read", (), [fact for fact in _facts(validation) if fact[1]]),
        tag("h3", "Columns"),
        table("Which column each field is taken from", columns, rows) if rows else "",
        *_other_columns(validation),
    )


def _facts(validation: Report) -> list[tuple[str, object]]:
    kind = _source(validation).get("kind", "")
    return [
        ("Content", clip(_KINDS.get(kind, kind))),
        ("Read as", _read_as(validation)),
        ("Format", join(_format(validation), "; ")),
        ("Ratings", _scale(validation)),
        ("Dates", _dates(validation)),
    ]


def _source(validation: Report) -> Report:
    source: Report = validation.get("source", {})
    return source


def _read_as(validation: Report) -> Html:
    source = _source(validation)
    name = source.get("name", "generic")
    if name != "generic":
        return join(["the source ", code(name)])
    if "not_read_as" in source:
        return join(["by the generic rules: it lacks columns of the source ", code(source["not_read_as"])])
    return join(["by the generic rules: no known source matches it"])


def _format(validation: Report) -> Iterator[object]:
    delimiter = validation.get("delimiter")
    if validation.get("format") == "json":
        yield "JSON"
    elif delimiter:
        yield join(["delimited text, fields separated by ", DELIMITERS.get(delimiter) or code(delimiter)])
    if validation.get("encoding"):
        yield join(["encoding ", code(validation["encoding"])])
    if evidence := validation.get("encoding_evidence"):
        utf8, others = evidence.get("utf8_rows", 0), evidence.get("other_rows", 0)
        yield f"of the rows beyond ASCII, {count(utf8)} are valid UTF-8, {count(others)} are not"
    if evidence and "scores" in evidence:
        yield "the encoding is that in which their words are the likeliest"
    if validation.get("compressed"):
        yield "compressed by gzip"
    if validation.get("nul_bytes_removed"):
        yield f"{plural(validation['nul_bytes_removed'], 'NUL byte')} removed"


def _scale(validation: Report) -> Html | None:
    rating = validation.get("rating", {})
    used = rating.get("scales_used", {})
    if not used:
        return None
    scales = [
        f"{plural(rows, 'row')} out of {clip(scale)}"
        for (scale, rows), _ in zip(used.items(), range(MAX_ROWS), strict=False)
    ]
    return join(["a number alone counts ", in_words(_bare_scales(validation)), "; read: ", in_words(scales)])


def _bare_scales(validation: Report) -> list[Html]:
    """Return the scale of bare numbers; of several columns with different ones, that of each."""
    rating, columns = validation["rating"], validation.get("column_mapping", {}).get("rating", [])
    scales = rating.get("scales", [])
    if len(set(scales)) <= 1 or not columns:
        return [join([f"out of {clip(rating.get('scale', '?'))}"])]
    pairs = list(zip(columns, scales, strict=False))[:_MAX_COLUMNS_A_FIELD]
    return [join([f"out of {clip(scale)} in ", code(column)]) for column, scale in pairs]


def _dates(validation: Report) -> Html | None:
    dates = validation.get("dates", {})
    if dates.get("day_first") is None:
        return None
    evidence = dates.get("evidence", {})
    day, month = evidence.get("day_first", 0), evidence.get("month_first", 0)
    order, proofs, against = ("day", day, month) if dates["day_first"] else ("month", month, day)
    ambiguous = dates.get("ambiguous", 0)
    return join(
        [
            f"{order} first: {plural(proofs, 'date')} can only be read so, {count(against)} only otherwise",
            f"; {plural(ambiguous, 'date')} such as 01/02/2020 could be either" if ambiguous else "",
        ]
    )


def _mapped(field: str, columns: list[str]) -> tuple[object, ...]:
    best, others = columns[:1], columns[1:]
    gaps = join([", its gaps from ", names(others, _MAX_COLUMNS_A_FIELD)]) if others else ""
    return clip(FIELDS.get(field, field)), code(field), join([names(best), gaps])


def _other_columns(validation: Report) -> Iterator[Html]:
    """Yield which other columns are kept in `extra`, and which fields the file has no column for."""
    yield _extra(validation.get("columns_in_extra", ()), is_json=validation.get("format") == "json")
    wanted = RESTAURANT_FIELDS if _source(validation).get("kind") == "restaurant_info" else REVIEW_FIELDS
    absent = [name for field, name in wanted.items() if field not in validation.get("column_mapping", {})]
    if absent:
        yield tag("p", "The file has no column for ", in_words(absent), ".")


def _extra(columns: Collection[str], *, is_json: bool) -> Html:
    """Return which columns of no field are kept; keys of JSON may be people's names."""
    if not columns:
        return tag("p", "The file has no other columns.")
    kept = [f"{plural(len(columns), 'more column')} kept in ", code("extra")]
    if is_json:
        return tag("p", *kept, "; not named, as a key of an object may be a person's name.")
    return tag("p", *kept, ", as in the file: ", names(columns), ".")


def not_understood(validation: Report) -> Html | None:
    """Return the section on columns and words that have no meaning here; None if all have one."""
    items = [*_hints(validation), *_missing_columns(validation), *_words(validation)]
    if not items:
        return None
    return section(
        "not-understood", "What was not understood", tag("ul", *(tag("li", item) for item in items))
    )


def _hints(validation: Report) -> Iterator[Html]:
    hints = validation.get("column_hints", ())
    for hint in hints[:_MAX_HINTS]:
        yield join([prose(hint["message"]), "."])
    if hidden := more(len(hints) - _MAX_HINTS):
        yield join([f"{hidden.strip()} columns."])


def _missing_columns(validation: Report) -> Iterator[Html]:
    source = _source(validation)
    if missing := source.get("columns_missing"):
        yield join(
            [
                "The source ",
                code(source.get("not_read_as", "")),
                " should also have ",
                names(missing),
                "; send these columns under these names, or ask the operators to change the source.",
            ]
        )


def _words(validation: Report) -> Iterator[Html]:
    """Yield the words in no category of each column; those that may be personal are counted only."""
    withheld = validation.get("unmapped_withheld", {})
    for column, words in _first(validation.get("unmapped_words", {})):
        parts = [join([code(word), f" in {plural(rows, 'row')}"]) for word, rows in _first(words)]
        parts += _withheld(withheld.get(column, {}))
        if parts:
            field = clip(FIELDS.get(column, column))
            advice = "; send a known category, or ask the operators to add the word."
            yield join([f"In no category of {field}: ", in_words(parts), advice])


def _withheld(hidden: Report) -> list[Html]:
    if not hidden.get("words"):
        return []
    return [join([f"{plural(hidden['words'], 'word')} in {plural(hidden['rows'], 'row')}, not shown here"])]


def _first(mapping: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(mapping.items())[:_MAX_HINTS]
