"""Maps the raw columns to the fields of the contract by their names, then by their content."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import ColumnHint, ColumnMapping
from tastetrend_etl.parse.column_hints import hints_for, rejection_hint
from tastetrend_etl.parse.column_names import (
    KnownName,
    fact_name,
    find_columns,
    known_name,
    named_scales,
    unique_keys,
)
from tastetrend_etl.parse.column_sample import (
    Cells,
    are_equal,
    exclude_each_other,
    is_above_values,
    is_fraction,
    known_values,
    numbers_of,
    why_not,
)
from tastetrend_etl.schema import RESTAURANT_INFO_COLUMNS
from tastetrend_etl.sources.config import SOURCES, Source

_REVIEW = frozenset({"rating", "review_text"})  # the fields of which a file of reviews has one
_REPORTED = frozenset({"rating", "review_text", "review_date", "customer_name"})

Claims = dict[str, tuple[int, ...]]  # field → positions of its raw columns, the best name first


def map_file(
    key: str, header: tuple[str, ...], sample: tuple[Cells, ...], sources: Sequence[Source] = SOURCES
) -> ColumnMapping:
    """Map the raw columns as the source states that the file is of; if of none, by the generic rules.

    Raises:
        RejectedFileError: `ambiguous_source`; `not_reviews`, as `map_columns`.
    """
    matching = [source for source in sources if _is_of(source, key, header)]
    if not matching:
        return map_columns(header, sample)
    if len(matching) > 1:
        raise RejectedFileError("ambiguous_source", _ambiguity(source.name for source in matching))
    mapping = map_by_source(header, matching[0])
    return replace(map_columns(header, sample), missing=mapping.missing) if mapping.missing else mapping


def map_by_source(header: tuple[str, ...], source: Source) -> ColumnMapping:
    """Map the raw columns that a source names; its `missing` has the source and the names that are absent."""
    places = find_columns(header, source.columns.values())
    fields = {field: (places[raw],) for field, raw in source.columns.items() if raw in places}
    others = {place: raw for place, raw in enumerate(header) if place not in places.values()}
    missing = [raw for raw in source.columns.values() if raw not in places]
    return ColumnMapping(
        kind="reviews",
        header=header,
        fields=fields,
        extra=unique_keys(others),
        rating_scales=named_scales(header),
        source=source,
        missing=(source.name, *missing) if missing else (),
    )


def _is_of(source: Source, key: str, header: tuple[str, ...]) -> bool:
    """Return whether a file meets every criterion of a source."""
    is_key = not source.key_pattern or PurePosixPath(key).match(source.key_pattern)
    return is_key and len(find_columns(header, source.headers)) == len(source.headers)


def _ambiguity(names: Iterable[str]) -> str:
    return (
        f"the file matches the sources {' and '.join(f'`{name}`' for name in names)}; upload it under a key "
        "of one of them, or narrow the `key_pattern` or the `headers` in their TOML files"
    )


def map_columns(header: tuple[str, ...], sample: tuple[Cells, ...]) -> ColumnMapping:
    """Map the raw columns to fields.

    Args:
        header: the raw column names.
        sample: the first cells of each column, to choose between columns and to reject those whose content
            contradicts their name.

    Raises:
        RejectedFileError: `not_reviews`, with what the columns look like.
    """
    names = {position: known for position, raw in enumerate(header) if (known := known_name(raw))}
    claims = _claims(names)
    reasons = _contradictions(claims, names, sample)
    fields = _without(claims, reasons)
    if not _REVIEW & fields.keys() and (facts := _restaurant_facts(header)):
        return ColumnMapping("restaurant_info", header, facts, {})
    if not any(known_values(sample[place]) for field in _REVIEW for place in fields.get(field, ())):
        # No row is rejected for the content of the only columns that make it a review.
        reasons = {place: reason for place, reason in reasons.items() if names[place].field not in _REVIEW}
        fields = _without(claims, reasons)
    winners = {positions[0] for positions in fields.values()}
    others = {position: raw for position, raw in enumerate(header) if position not in winners}
    unmapped = {place: raw for place, raw in others.items() if place not in names}
    wanted = set(_REPORTED - fields.keys())
    is_header = bool(_REVIEW & fields.keys()) or len(names) > 1 or any(map(is_above_values, header, sample))
    hints = hints_for(unmapped, sample, wanted, is_header=is_header) if wanted else []
    if not _REVIEW & fields.keys():
        raise RejectedFileError("not_reviews", _advice(hints))
    used = {field: header[places[0]] for field, places in fields.items()}
    rejections = [
        rejection_hint(header[place], field, reason, used.get(field))
        for place, reason in reasons.items()
        for field in [names[place].field]
    ]
    return ColumnMapping(
        kind="reviews",
        header=header,
        fields={field: _alternatives(places, names, sample) for field, places in fields.items()},
        extra=unique_keys(others),
        rating_scales=named_scales(header),
        hints=(*rejections, *hints),
    )


def _claims(names: Mapping[int, KnownName]) -> Claims:
    claims: dict[str, list[int]] = {}
    for position, known in names.items():
        claims.setdefault(known.field, []).append(position)
    return {
        field: tuple(sorted(places, key=lambda place: names[place].rank)) for field, places in claims.items()
    }


def _without(claims: Claims, reasons: Mapping[int, str]) -> Claims:
    kept = {
        field: tuple(place for place in places if place not in reasons) for field, places in claims.items()
    }
    return {field: places for field, places in kept.items() if places}


def _contradictions(
    claims: Claims, names: Mapping[int, KnownName], sample: tuple[Cells, ...]
) -> dict[int, str]:
    """Return position → what the column holds instead of the field that its name tells."""
    reasons = {
        place: reason
        for field, places in claims.items()
        for place in places
        if (reason := why_not(field, sample[place], is_doubtful=names[place].is_vague or len(places) > 1))
    }
    venues = [*claims.get("restaurant_name", ()), *claims.get("location", ())]
    for place in claims.get("customer_name", ()):
        if any(are_equal(sample[place], sample[venue]) for venue in venues):
            reasons.setdefault(place, "the names of the restaurant")
    ratings = claims.get("rating", ())
    if any(max(numbers_of(sample[place]), default=0) > 1 for place in ratings):
        for place in ratings:
            if is_fraction(sample[place]):
                reasons.setdefault(place, "only numbers from -1 to 1 beside another rating")
    return reasons


def _alternatives(
    places: tuple[int, ...], names: Mapping[int, KnownName], sample: tuple[Cells, ...]
) -> tuple[int, ...]:
    """Return the best column and those that may fill its gaps.

    A column with a vague name does so only if it has no other value beside one of the best column.
    """
    best = places[0]
    others = (
        place
        for place in places[1:]
        if not names[place].is_vague
        or names[place].rank == names[best].rank
        or exclude_each_other(sample[best], sample[place])
    )
    return (best, *others)


def _restaurant_facts(header: tuple[str, ...]) -> Claims:
    """Return the columns of a file of restaurant facts; none if it is none."""
    facts = [fact_name(raw) for raw in header]
    if "restaurant_name" not in facts or not set(RESTAURANT_INFO_COLUMNS[2:]) & set(facts):
        return {}
    return {name: (facts.index(name),) for name in RESTAURANT_INFO_COLUMNS if name in facts}


def _advice(hints: list[ColumnHint]) -> str:
    near = [f"`{hint.column}` → `{hint.field}`?" for hint in hints]
    return (
        "no column is known as a rating or a review text; rename the columns, or add the file's source with "
        f"`tastetrend onboard`{'; the nearest known names: ' + ', '.join(near) if near else ''}"
    )
