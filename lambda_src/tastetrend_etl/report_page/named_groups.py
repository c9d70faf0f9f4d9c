"""Chooses the groups and spellings that a page names: a rare value of a free text may be a person's name."""

from collections.abc import Mapping
from typing import Any

from tastetrend_etl.report_page.figures import MAX_ROWS, plural

Groups = Mapping[str, Mapping[str, Any]]  # name → group of the bias report
_OF_CATEGORIES = {"gender_norm", "age_group", "ethnicity_norm"}  # whose groups are those of the schema
_FEWEST_ROWS = 5  # of a named group, if it can have any name


def named_groups(column: str, groups: Groups) -> Groups:
    """Return the groups of a column of the bias report that the page names."""
    if column in _OF_CATEGORIES:
        return groups
    return {name: group for name, group in groups.items() if group["count"] >= _FEWEST_ROWS}


def not_named(title: str, number: int) -> str:
    """Return the sentence on groups that the page does not name; `title` is what each group shares."""
    each, verb = (" each", "are") if number > 1 else ("", "is")
    few = f"{plural(number, title)} of fewer than {plural(_FEWEST_ROWS, 'row')}{each}"
    return f"{few} {verb} not named, as a name may be a person's."


def interval_of(group: Mapping[str, Any]) -> list[float] | None:
    """Return the 95 % interval of a group's mean rating; None if the report has none."""
    bounds: list[float] | None = group.get("mean_rating_ci95")
    return bounds


def same_letters(name: str, spellings: list[str]) -> list[str]:
    """Return the first spellings that differ from a name in signs and case only, not in an address."""
    letters = _letters(name)
    return [spelling for spelling in spellings[:MAX_ROWS] if _letters(spelling) == letters]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
