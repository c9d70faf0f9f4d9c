"""Writes a proposed source as a TOML file."""

import json
from collections.abc import Mapping

from ops.file_profile import Profile


def source_text(profile: Profile) -> str:
    """Return the content of the TOML file; comments name what is left to decide."""
    source = profile.source
    settings = {
        "key_pattern": source.key_pattern,
        "headers": list(source.headers),
        "date_order": source.date_order,
        "rating_scale": source.rating_scale,
        "decimal_mark": source.decimal_mark,
        "null_words": list(source.null_words),
    }
    lines = ["# Proposed by tastetrend onboard; docs/onboarding.md describes the keys."]
    lines += _table({key: value for key, value in settings.items() if value})
    lines += ["", "[columns]", *_table(source.columns)]
    lines += [f"# {field} may be {' or '.join(raws)}" for field, raws in profile.undecided.items()]
    for field, words in source.categories.items():
        lines += ["", f"[categories.{field}]", *_table({json.dumps(word): words[word] for word in words})]
    for field, counts in profile.unmapped.items():
        listed = ", ".join(f"{json.dumps(word)} ({rows} rows)" for word, rows in counts.items())
        lines += [f"# {field}, in no category: {listed}"]
    return "\n".join(lines) + "\n"


def _table(settings: Mapping[str, object]) -> list[str]:
    # A JSON string, number or list is one of TOML, too.
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
