"""Whatever happens to a file, nothing but its outputs for data tells who wrote a review, or what."""

import gzip
import io
import json
import re

import pytest

from tastetrend_etl import ingest
from tastetrend_etl.errors import RetryableError
from tastetrend_etl.observability import logger
from tests.unit.bad_inputs.reviews import HEADER, file_of, line, review, reviews
from tests.unit.conftest import PROCESSED, s3_record

SECRETS = ("Zedekiah Quillfeather", "zq.private@example.org", "+44 7700 900123", "4111 1111 1111 1111")
TOLD = re.compile(r"Quillfeather|Zedekiah|zq\.private|7700.?900123|4111.?1111", re.IGNORECASE)
EVERYWHERE = " ".join(SECRETS)
# A place is named in the bias report, which is what that report is for.
CELLS = tuple(name for name in HEADER if name != "location")
MORE = ("total_spent", "tip_amount", "party_size", "age_range", "gender", "ethnicity", "mood")


def told_in(secret):
    """Good rows, each with the secret in another cell, where it is no review's business."""
    rows = [review(number, **{name: secret}) for number, name in enumerate((*CELLS, *MORE), 1)]
    return file_of([*rows, *reviews(40)], header=(*HEADER, *MORE))


FILES = {
    **{f"cells told {secret}": told_in(secret) for secret in SECRETS},
    "repeats": file_of([review(1, customer_name=EVERYWHERE, review_text=EVERYWHERE)] * 3),
    "empty rows": file_of([*reviews(3), review(4, customer_name=EVERYWHERE, rating="", review_text="")]),
    "ragged rows": file_of(reviews(3)) + f"{EVERYWHERE},{EVERYWHERE}\n".encode(),
    "a ragged file": file_of([]) + f"{EVERYWHERE},{EVERYWHERE}\n".encode() * 3,
    "an unclosed quote": file_of(reviews(3)) + f'4,"{EVERYWHERE}\n'.encode(),
    "no header": line(review(1, customer_name=EVERYWHERE).values()).encode(),
    "no reviews": b"colour,shape\n" + f"{EVERYWHERE},\n".encode(),
    "broken bytes": file_of([review(1, review_text=f"Zoë {EVERYWHERE} ~")]).replace(b"~", b"\xc3"),
    "cut off gzip": gzip.compress(file_of([review(1, review_text=EVERYWHERE * 99)]))[:-20],
    "cut off json": json.dumps([review(1), review(2, review_text=EVERYWHERE)])[:-60].encode(),
    "nested json": json.dumps([review(1, rating={EVERYWHERE: [EVERYWHERE]})]).encode(),
    "a page": f"<html><body>{EVERYWHERE}</body></html>".encode(),
}


@pytest.fixture
def said(monkeypatch, capsys, store, handler, context):
    """Return a function that has a file processed and returns all that is said about it."""
    log = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", log)

    def process(body):
        store.upload("reviews.csv", body)
        try:
            answer = json.dumps(handler.lambda_handler({"Records": [s3_record("reviews.csv")]}, context))
        except RetryableError as error:
            answer = f"{error!r} {error.__cause__!r} {error.__context__!r}"
        keys = store.keys()
        reports = [store.read(key).decode() for key in keys if key.endswith(".json")]
        heads = [store.client.head_object(Bucket=PROCESSED, Key=key)["Metadata"] for key in keys]
        return "\n".join([answer, log.getvalue(), capsys.readouterr().out, *reports, str(heads), *keys])

    return process


@pytest.mark.parametrize("what", FILES)
def test_R18_no_log_metric_report_or_answer_quotes_a_cell(what, said):
    told = said(FILES[what])

    assert "Files" in told  # the metrics, so that this looks where something is said at all
    assert '"level":"INFO"' in told
    assert TOLD.findall(told) == []


def test_R18_an_unforeseen_error_is_told_without_its_message(said, monkeypatch):
    def fail(*_, **__):
        raise ValueError(f"cannot convert {EVERYWHERE}")

    monkeypatch.setattr(ingest, "process", fail)

    told = said(FILES["repeats"])

    assert "ValueError" in told
    assert TOLD.findall(told) == []


def test_R18_the_dataset_keeps_what_was_delivered(send):
    delivery = send(file_of([review(1, review_text=EVERYWHERE, customer_name=SECRETS[0])]))

    assert delivery.column("review_text") == [EVERYWHERE]
    assert delivery.column("customer_name") == [SECRETS[0]]
