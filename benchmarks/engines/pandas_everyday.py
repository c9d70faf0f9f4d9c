"""pandas as people write it: `read_csv`, a function applied to each cell, `drop_duplicates`."""

import hashlib
import math

import pandas as pd

from benchmarks.engines import cell_rules
from benchmarks.task import (
    COLUMNS,
    EARLIEST,
    FIELDS,
    GROUPS,
    LATEST,
    OUTPUT,
    TEXTS,
    Balance,
    Task,
)

_AMOUNTS = ("total_spent", "tip_amount", "tip_percentage", "party_size")


def run(task: Task) -> Balance:
    """Process the file in one frame."""
    raw = pd.read_csv(
        task.path,
        sep=task.delimiter,
        encoding=task.encoding,
        names=COLUMNS,
        skiprows=1,
        engine="python",  # the only one that distinguishes missing fields from empty ones
        keep_default_na=False,
        dtype=object,
    )
    raw["source_row"] = range(1, len(raw) + 1)
    complete = raw[raw["ethnicity"].notna() & raw["surplus_1"].isna()]
    reviews = complete[complete.apply(lambda row: _is_review(row["rating"], row["review_text"]), axis=1)]
    written = _without_duplicates(reviews.copy())
    _write(written, task)
    return Balance(len(raw), len(written), len(raw) - len(reviews), len(reviews) - len(written))


def _is_review(rating: str, text: str) -> bool:
    return cell_rules.cleaned(rating) is not None or cell_rules.cleaned(text) is not None


def _without_duplicates(frame: pd.DataFrame) -> pd.DataFrame:
    bare = frame[list(FIELDS)].map(str.strip)
    bare["source_review_id"] = bare["source_review_id"].str.removesuffix("_dup")
    for name in ("review_text", "customer_name", "review_date", "restaurant_name"):
        frame[f"bare_{name}"] = frame[name].apply(cell_rules.cleaned)
    complete = frame[["bare_review_text", "bare_customer_name", "bare_review_date"]].notna().all(axis=1)
    bare.loc[complete, "source_review_id"] = ""
    frame["compared"] = bare.apply(tuple, axis=1)
    frame = frame.drop_duplicates("compared").copy()
    same = ["bare_review_text", "bare_customer_name", "bare_review_date", "bare_restaurant_name"]
    frame["possible_duplicate"] = frame["bare_review_text"].notna() & frame.duplicated(same)
    return frame


def _write(frame: pd.DataFrame, task: Task) -> None:
    out = pd.DataFrame(index=frame.index)
    out["review_id"] = frame["compared"].apply(_fingerprint)
    out["source_review_id"] = frame["source_review_id"].apply(lambda text: text or None)
    out["source_file"], out["source_row"] = task.path.name, frame["source_row"]
    for name in TEXTS:
        out[name] = frame[name].apply(cell_rules.cleaned)
    ratings = frame["rating"].apply(cell_rules.rating)
    out["rating_raw"] = frame["rating"].apply(lambda text: text or None)
    out["rating_1_5"] = ratings.str[0].astype(float)
    out["rating_scale"] = ratings.str[1].astype("Int16")
    out["review_text"] = frame["bare_review_text"]
    out["review_text_trunc"] = out["review_text"].map(lambda text: text[:2000], na_action="ignore")
    out["review_length"] = out["review_text"].map(len, na_action="ignore").astype("Int32")
    dates = frame["bare_review_date"].map(lambda text: cell_rules.date(text, task), na_action="ignore")
    out["review_date"] = dates.where(dates.between(pd.Timestamp(EARLIEST), pd.Timestamp(LATEST)))
    amounts = (
        frame[list(_AMOUNTS)].map(cell_rules.cleaned).map(cell_rules.amount, na_action="ignore").astype(float)
    )
    _add_amounts(out, amounts)
    for name, (group, words) in GROUPS.items():
        out[name] = frame[name].apply(cell_rules.cleaned).str.lower()
        out[group] = out[name].map(words.get, na_action="ignore")
    out["issues"] = _issues(out, amounts, dates, ratings.str[2], frame)
    out["extra"] = None
    out[list(OUTPUT)].to_parquet(task.out, compression="snappy", index=False)


def _fingerprint(compared: tuple[str, ...]) -> str:
    return hashlib.md5(repr(compared).encode(), usedforsecurity=False).hexdigest()


def _add_amounts(out: pd.DataFrame, amounts: pd.DataFrame) -> None:
    spent, tip, percentage = (amounts[name].where(amounts[name] >= 0) for name in _AMOUNTS[:3])
    computed = (percentage.isna() | (percentage == 0)) & spent.notna() & tip.notna() & (spent > 0)
    percentage = percentage.where(~computed, tip / spent * 100)
    out["total_spent"], out["tip_amount"], out["tip_percentage"] = spent, tip, percentage.clip(upper=30)
    out["log_total_spent"] = spent.apply(math.log1p)
    amounts["percentage_used"] = percentage
    fits = amounts["party_size"].between(1, 100) & (amounts["party_size"] % 1 == 0)
    out["party_size"] = amounts["party_size"].where(fits).astype("Int32")


def _issues(
    out: pd.DataFrame, amounts: pd.DataFrame, dates: pd.Series, ratings: pd.Series, frame: pd.DataFrame
) -> list[list[str]]:
    party = amounts["party_size"]
    issues = {
        "date_unparseable": frame["bare_review_date"].notna() & dates.isna(),
        "date_out_of_range": dates.notna() & out["review_date"].isna(),
        "rating_unparseable": ratings == "rating_unparseable",
        "rating_out_of_scale": ratings == "rating_out_of_scale",
        "total_spent_negative": amounts["total_spent"] < 0,
        "tip_percentage_capped": amounts["percentage_used"] > 30,  # noqa: PLR2004 # the contract's cap
        "party_size_unparseable": party.notna() & (party % 1 != 0),
        "party_size_out_of_range": party.notna() & (party % 1 == 0) & out["party_size"].isna(),
        "possible_duplicate": frame["possible_duplicate"],
        "unmapped_category": pd.concat(
            [out[name].notna() & out[group].isna() for name, (group, _) in GROUPS.items()], axis=1
        ).any(axis=1),
    }
    table = pd.DataFrame(issues)
    return table.apply(lambda row: [code for code, present in row.items() if present], axis=1)
