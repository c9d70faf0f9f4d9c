"""Personal data is only in the data outputs, never in logs, metrics, reports, metadata or responses."""

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
SECRET_PATTERN = re.compile(r"Quillfeather|Zedekiah|zq\.private|7700.?900123|4111.?1111", re.IGNORECASE)
EVERYWHERE = " ".join(SECRETS)
# Without the location, whose values are part of the bias report.
CELLS = tuple(name for name in HEADER if name != "location")
MORE = ("total_spent", "tip_amount", "party_size", "age_range", "gender", "ethnicity", "mood")


def with_secret_in_each_column(secret):
    """Return a file with the secret in another cell of each row, and good rows."""
    rows = [review(number, **{name: secret}) for number, name in enumerate((*CELLS, *MORE), 1)]
    return file_of([*rows, *reviews(40)], header=(*HEADER, *MORE))


FILES = {
    **{f"cells with {secret}": with_secret_in_each_column(secret) for secret in SECRETS},
    "duplicates": file_of([review(1, customer_name=EVERYWHERE, review_text=EVERYWHERE)] * 3),
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
def observe(monkeypatch, capsys, store, handler, context):
    """Return a function that processes a file and returns all output except its data."""
    log = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", log)

    def process(body):
        store.upload("reviews.csv", body)
        try:
            response = json.dumps(handler.lambda_handler({"Records": [s3_record("reviews.csv")]}, context))
        except RetryableError as error:
            response = f"{error!r} {error.__cause__!r} {error.__context__!r}"
        keys = store.keys()
        reports = [store.read(key).decode() for key in keys if key.endswith(".json")]
        heads = [store.client.head_object(Bucket=PROCESSED, Key=key)["Metadata"] for key in keys]
        return "\n".join([response, log.getvalue(), capsys.readouterr().out, *reports, str(heads), *keys])

    return process


@pytest.mark.parametrize("file", FILES)
def test_R18_no_log_metric_report_or_response_contains_a_cell(file, observe):
    observed = observe(FILES[file])

    assert "Files" in observed  # the metrics: the output is really captured
    assert '"level":"INFO"' in observed
    assert SECRET_PATTERN.findall(observed) == []


def test_R18_an_unexpected_error_is_reported_without_its_message(observe, monkeypatch):
    def fail(*_, **__):
        raise ValueError(f"cannot convert {EVERYWHERE}")

    monkeypatch.setattr(ingest, "process", fail)

    observed = observe(FILES["duplicates"])

    assert "ValueError" in observed
    assert SECRET_PATTERN.findall(observed) == []


def test_R18_the_dataset_keeps_the_raw_values(send):
    delivery = send(file_of([review(1, review_text=EVERYWHERE, customer_name=SECRETS[0])]))

    assert delivery.column("review_text") == [EVERYWHERE]
    assert delivery.column("customer_name") == [SECRETS[0]]
