"""Hypothesis strategies for files of any bytes, of damaged rows and of clean rows."""

import csv
import io

from hypothesis import strategies as st

HEADER = (
    "review_id",
    "customer_name",
    "date",
    "rating",
    "review_text",
    "location",
    "restaurant_name",
    "mood",
)
_FRAGMENTS = [
    b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b'"', b'""', b'\\"', b"'", b" ", b"\0", b"\x1a",
    b"\x85", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3", b"\xc3\xa9", b"\xe9", b"\xed\xa0\xbd",
    b"\xf0\x9f\x98\x80",
    b"5", b"4/5", b"50", b"-1", b"1e400", b"nan", b"2020-02-31", b"31/12/2019", b"1577836799", b"0001-01-01",
    b"$1,234.50", b"(12)", b"M", b"18-25", b"Total", b"good", b"N/A", b"review_text", b"rating", b"_dup",
    b"{", b"}", b"[", b"]", b":", b'{"rating":4}', b'"review_text":"x"', b"null", b"\\ud83d", b"<",
    b"#", b"sep=;",
]  # fmt: skip
_STARTS = [
    b"", b"rating,review_text\n", b"review_id;date;rating;review_text\r\n", b'"rating"|"comments"\n',
    b"id\tname\trating\ttext\tgender\ttotal_spent\ttip\tparty_size\n", b'[{"rating":4},', b'{"rating":4}\n',
    b"restaurant_name,address,avg_stars,total_reviews\n", b"\xef\xbb\xbfrating,rating,,mood\n",
    b"\xff\xfer\0",
]  # fmt: skip


def any_bytes() -> st.SearchStrategy[bytes]:
    """Return files from pure noise to almost valid ones."""
    body = st.lists(st.sampled_from(_FRAGMENTS) | st.binary(max_size=6), max_size=50).map(b"".join)
    return st.tuples(st.sampled_from(_STARTS), body).map(b"".join)


def damage() -> st.SearchStrategy[bytes]:
    """Return bytes to insert anywhere except within a mark; none of them makes a row part of the preamble."""
    return st.sampled_from([fragment for fragment in _FRAGMENTS if fragment not in {b"#", b"sep=;"}])


def cells() -> st.SearchStrategy[str]:
    """Return cells of any text that UTF-8 can encode."""
    edge_cases = st.sampled_from(
        ["", " ", "N/A", "nan", "-", '"', '""', "a\nb", "a\r\nb", "\r", "x_dup", "4/5", "7", "1e5"]
    )
    return edge_cases | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
    )


def clean_words(max_size: int = 12) -> st.SearchStrategy[str]:
    """Return cells that no rule changes, with a letter and longer than a flag such as `y`."""
    letters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
    nulls = {"", "na", "n/a", "null", "none", "nan", "-", "--", "#n/a", r"\n", "(null)", "<na>"}
    words = st.text(letters, min_size=1, max_size=max_size).map(lambda text: " ".join(text.split()))
    flags = {"yes", "no", "true", "false"}
    return words.filter(
        lambda text: text.lower() not in nulls | flags and len(text) > 1 and any(map(str.isalpha, text))
    )


def csv_of(rows, *, header=HEADER, delimiter=",", end="\r\n") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerows([header, *rows])
    return out.getvalue()
