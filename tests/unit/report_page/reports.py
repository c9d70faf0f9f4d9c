"""Draws reports of any content: as the pipeline builds them, with any names, words, counts and figures."""

from hypothesis import strategies as st

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onfocus='alert(1)",
    "&lt;b&gt;</title></style><!--",
    "javascript:alert(1)",
    "`<b>`",
    "\ud800\x00\u202e",
)
texts = st.one_of(st.sampled_from(MARKUP), st.text(max_size=30), st.text("\"<>&'", max_size=2_000))
counts = st.integers(0, 10**12)
shares = st.floats(0, 1)
status = st.one_of(st.sampled_from(["pass", "warn", "fail"]), texts)
maybe_rating = st.none() | st.floats(1, 5)


def mappings(keys, values, most=25):
    return st.dictionaries(keys, values, max_size=most)


def counted(**more):
    return st.fixed_dictionaries(
        {"count": counts, "of": counts, "meaning": texts, "examples": st.lists(counts, max_size=5)} | more
    )


thresholds = st.fixed_dictionaries({"warn": shares, "fail": shares})
checks = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["rejected_share", "row_balance", "mixed_scale", "source_columns_missing"])
        | texts,
        "status": status,
        "value": st.floats(-1, 2_000),
        "threshold": thresholds,
        "meaning": texts,
    }
).flatmap(
    lambda check: st.sampled_from(
        [check | {"count": 3, "of": 7}, check | {"count": 0, "of": 0}, check | {"count": None, "of": None}]
    )
)
rows = st.fixed_dictionaries(dict.fromkeys(("read", "written", "rejected", "duplicate"), counts))
origin = {
    "raw_object": st.fixed_dictionaries(
        {
            "bucket": texts,
            "key": texts,
            "version_id": texts,
            "etag": texts,
            "size": counts,
            "last_modified": texts,
        }
    ),
    "function_version": texts,
    "contract_version": st.integers(1, 9),
}
rating = st.fixed_dictionaries(
    {
        "scale": st.integers(0, 100),
        "scales_used": mappings(texts, counts),
        "distribution": mappings(texts, counts),
    },
    optional={
        "delivered": mappings(st.sampled_from(["5", "10", "100"]) | texts, mappings(texts, counts)),
        "mean": maybe_rating,
        "scales": st.lists(st.integers(0, 100), max_size=5),
    },
)
months = st.builds("{:04}-{:02}".format, st.integers(0, 9999), st.integers(0, 13))
dates = st.fixed_dictionaries(
    {
        "day_first": st.none() | st.booleans(),
        "ambiguous": counts,
        "evidence": st.fixed_dictionaries({"day_first": counts, "month_first": counts}),
    },
    optional={"by_month": mappings(months | texts, counts, 400)},
)
hints = st.lists(st.fixed_dictionaries({"column": texts, "field": texts, "message": texts}), max_size=20)
source = st.fixed_dictionaries(
    {"file": texts, "kind": st.sampled_from(["reviews", "restaurant_info"]) | texts, "name": texts},
    optional={"not_read_as": texts, "columns_missing": st.lists(texts, max_size=400)},
)
validations = st.fixed_dictionaries(
    {"status": status, "source": source, **origin, "rows": rows, "missing_share_of": counts},
    optional={
        "encoding": texts,
        "encoding_evidence": st.none()
        | st.fixed_dictionaries(
            {"utf8_rows": counts, "other_rows": counts}, optional={"scores": st.just({})}
        ),
        "compressed": st.booleans(),
        "nul_bytes_removed": counts,
        "format": st.sampled_from(["delimited", "json"]),
        "delimiter": st.none() | texts,
        "column_mapping": mappings(texts, st.lists(texts, max_size=400)),
        "columns_in_extra": st.lists(texts, max_size=400),
        "column_hints": hints,
        "missing": mappings(texts, counts, 400),
        "issues": mappings(texts, counted(columns=mappings(texts, counts))),
        "unmapped_words": mappings(texts, mappings(texts, counts)),
        "unmapped_withheld": mappings(texts, st.fixed_dictionaries({"words": counts, "rows": counts})),
        "rejections": mappings(texts, counted()),
        "duplicates": counted(),
        "rating": rating,
        "dates": dates,
        "checks": st.lists(checks, max_size=40),
        "outputs": mappings(st.sampled_from(["dataset", "rejected", "bias"]), st.none() | texts),
    },
)
groups = st.fixed_dictionaries(
    {
        "count": counts,
        "share": shares,
        "rated": counts,
        "mean_rating": maybe_rating,
        "rating_gap": st.none() | st.floats(-4, 4),
        "breaks": st.lists(st.sampled_from(["small_group_share", "rating_gap"]), unique=True),
    },
    optional={"mean_rating_ci95": st.none() | st.lists(st.floats(-3, 9), min_size=2, max_size=2).map(sorted)},
)
group_columns = st.fixed_dictionaries(
    {
        "missing_share": shares,
        "missing": counts,
        "missing_share_of": counts,
        "groups": mappings(texts, groups, 30),
        "breaks": mappings(texts | st.just("*"), st.just([])),
    },
    optional={"spellings": mappings(texts, st.lists(texts, max_size=20))},
)
biases = st.fixed_dictionaries(
    {
        **origin,
        "rated_rows": counts,
        "mean_rating": maybe_rating,
        "thresholds": st.fixed_dictionaries(
            dict.fromkeys(("small_group_share", "rating_gap", "missing_share"), shares)
        ),
        "columns": mappings(texts, group_columns, 4),
    }
)
errors = st.fixed_dictionaries(
    {
        "status": status,
        "reason": texts,
        "message": texts,
        "source": st.fixed_dictionaries({"file": texts}),
        **origin,
    }
)


def largest_reports(text, number=1_000):
    """Return reports with so many of everything, in which each name is a text."""
    names = [f"{text}{i}" for i in range(number)]
    big = 10**12
    row_count = {"count": big, "of": 2 * big, "meaning": text, "examples": [big] * 5}
    threshold = {"warn": 0.1, "fail": 0.2}
    check = {"name": text, "status": "fail", "value": 0.3, "threshold": threshold, "meaning": text}
    group = {
        "count": big,
        "share": 0.001,
        "rated": big,
        "mean_rating": 2.0,
        "rating_gap": -1.0,
        "mean_rating_ci95": [1.5, 2.5],
        "breaks": ["small_group_share", "rating_gap"],
    }
    column = {
        "missing_share": 0.5,
        "missing": big,
        "missing_share_of": 2 * big,
        "groups": dict.fromkeys(names, group),
        "breaks": {"*": ["missing_share"]},
        "spellings": dict.fromkeys(names, names),
    }
    origin_of_both = {
        "raw_object": dict.fromkeys(("bucket", "key", "version_id", "etag", "last_modified"), text),
        "function_version": text,
        "contract_version": 2,
    }
    validation = {
        "status": "fail",
        "source": {"file": text, "kind": text, "not_read_as": text, "columns_missing": names},
        **origin_of_both,
        "encoding": text,
        "delimiter": text,
        "column_mapping": dict.fromkeys(names, names),
        "columns_in_extra": names,
        "column_hints": [{"column": text, "field": text, "message": text}] * number,
        "rows": {"read": 4 * big, "written": big, "rejected": big, "duplicate": 2 * big},
        "missing": dict.fromkeys(names, big) | dict.fromkeys([f"all {name}" for name in names], 2 * big),
        "missing_share_of": 2 * big,
        "issues": dict.fromkeys(names, row_count | {"columns": dict.fromkeys(names, big)}),
        "unmapped_words": dict.fromkeys(names, dict.fromkeys(names, big)),
        "unmapped_withheld": {name: {"words": big, "rows": big} for name in names},
        "rejections": dict.fromkeys(names, row_count),
        "duplicates": row_count,
        "rating": {
            "scale": text,
            "scales": list(range(number)),
            "scales_used": dict.fromkeys(names, big),
            "distribution": dict.fromkeys(names, big),
            "delivered": dict.fromkeys(names, dict.fromkeys(names, big)),
        },
        "dates": {
            "day_first": True,
            "by_month": {f"{year}-{month:02}": big for year in range(1000, 3000) for month in range(1, 13)},
        },
        "checks": [check] * number,
        "outputs": dict.fromkeys(("dataset", "rejected", "bias"), text),
    }
    limits = {"small_group_share": 0.05, "rating_gap": 0.5, "missing_share": 0.3}
    bias = origin_of_both | {
        "rated_rows": big,
        "mean_rating": 3.0,
        "thresholds": limits,
        "columns": dict.fromkeys(names, column),
    }
    return validation, bias
