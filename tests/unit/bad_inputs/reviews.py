"""Builders of review files in which every row has a unique mark."""

import csv
import io
import re

HEADER = ("review_id", "customer_name", "date", "rating", "review_text", "location", "restaurant_name")
MARK = re.compile(r"MK\d{5}")


def mark(number):
    return f"MK{number:05d}"


def review(number, **cells):
    return {
        "review_id": str(number),
        "customer_name": f"Guest {number}",
        "date": f"2020-03-{number % 28 + 1:02d}",
        "rating": str(number % 5 + 1),
        "review_text": f"Good food, {mark(number)}.",
        "location": "Downtown",
        "restaurant_name": "TasteTrend",
    } | cells


def reviews(count, **cells):
    return [review(number, **cells) for number in range(1, count + 1)]


def line(cells, delimiter=",", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=quoting).writerow(cells)
    return out.getvalue()


def text_of(rows, *, delimiter=",", header=HEADER, quoting=csv.QUOTE_MINIMAL):
    records = [header, *([row.get(name, "") for name in header] for row in rows)]
    return "".join(line(record, delimiter, quoting) for record in records)


def file_of(rows, **how):
    return text_of(rows, **how).encode()
