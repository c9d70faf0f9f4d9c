"""The function keeps the index equal to the datasets, on simulated AWS services."""

import json
import re

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tastetrend_embed.manifest import PREFIX
from tastetrend_etl.errors import OutOfTimeError
from tastetrend_etl.pseudonym import PseudonymKey
from tests.unit.conftest import PROCESSED
from tests.unit.embed.reviews import KEY, notification

OTHER = "processed/south/processed_copy.csv.parquet"


def test_each_sentence_of_a_dataset_has_a_vector(deployment):
    deployment.put({}, {"review_id": "r2", "review_text": "Fine!"}, {"review_id": "r3", "review_text": None})

    assert deployment.notify() == []
    assert deployment.sentences() == ["Fine!", "Good soup.", "Slow service."]


def test_equal_sentences_are_embedded_once(deployment):
    deployment.put(*({"review_id": f"r{number}"} for number in range(10)))
    deployment.notify()

    assert sorted(deployment.model.texts) == ["Good soup.", "Slow service."]
    assert len(deployment.vectors()) == 20


def test_a_repeated_message_embeds_nothing_and_writes_nothing(deployment, store):
    deployment.put({})
    deployment.notify()
    deployment.model.texts.clear()
    versions = store.versions()

    assert deployment.notify() == []
    assert deployment.model.texts == []
    assert store.versions() == versions


def test_of_changed_texts_only_the_new_sentences_are_embedded(deployment):
    rows = [{"review_id": f"r{number}", "review_text": f"Text {number}. Same."} for number in range(30)]
    deployment.put(*rows)
    deployment.notify()
    deployment.model.texts.clear()
    deployment.put(
        *({**row, "review_text": f"New {at}. Same."} if at < 10 else row for at, row in enumerate(rows))
    )
    deployment.notify()

    assert sorted(deployment.model.texts) == sorted(f"New {at}." for at in range(10))
    assert len(deployment.vectors()) == 60


def test_changed_ratings_embed_nothing(deployment):
    rows = [{"review_id": f"r{number}", "review_text": f"Text {number}."} for number in range(10)]
    deployment.put(*rows)
    deployment.notify()
    deployment.model.texts.clear()
    deployment.put(*({**row, "rating_1_5": 1.0} for row in rows))
    deployment.notify()

    assert deployment.model.texts == []
    assert {metadata["rating"] for metadata in deployment.vectors().values()} == {1}


@pytest.mark.parametrize("event", ["ObjectRemoved:DeleteMarkerCreated", "LifecycleExpiration:Delete"])
def test_a_removed_dataset_has_no_vectors_and_a_copy_keeps_its_own(event, deployment):
    for key in (KEY, OTHER):
        deployment.put({}, key=key)
        deployment.notify(key)
    assert len(deployment.vectors()) == 4
    deployment.s3.delete_object(Bucket=PROCESSED, Key=KEY)

    assert deployment.notify(KEY, event) == []
    assert len(deployment.vectors()) == 2


def test_a_message_of_a_dataset_that_is_gone_and_was_never_indexed_does_nothing(deployment, store):
    assert deployment.notify(KEY, "ObjectRemoved:Delete") == []
    assert store.keys() == []


@pytest.mark.parametrize(
    "key",
    ["processed/rejected/rejected_a.csv.parquet", "processed/processed_a.json", PREFIX + KEY, "a.parquet"],
)
def test_other_objects_are_ignored(key, deployment, store):
    deployment.put({}, key=key)

    assert deployment.notify(key) == []
    assert store.keys() == [key]


def test_another_bucket_is_ignored(deployment, store):
    deployment.put({})

    assert deployment.send(notification(KEY, bucket="another")) == []
    assert store.keys() == [KEY]


def test_a_dataset_with_other_columns_has_no_vectors(deployment):
    deployment.put({}, schema=pa.schema([("restaurant_name", pa.string())]))

    assert deployment.notify() == []
    assert deployment.vectors() == {}


def test_a_bad_message_fails_alone(deployment):
    deployment.put({})
    deployment.s3.put_object(Bucket=PROCESSED, Key=OTHER, Body=b"no parquet")

    assert deployment.send("{", notification(KEY), notification(OTHER), "{}") == [0, 2, 3]
    assert len(deployment.vectors()) == 2


def test_the_test_event_of_s3_is_accepted(deployment):
    assert deployment.send(json.dumps({"Event": "s3:TestEvent", "Bucket": PROCESSED})) == []


def test_a_sentence_that_the_model_rejects_is_left_out(deployment):
    deployment.model.rejected = {"Good soup."}
    deployment.put({})

    assert deployment.notify() == []
    assert deployment.sentences() == ["Slow service."]


def test_a_masked_name_is_in_the_index_and_no_word_of_the_mask_reaches_the_model(deployment):
    deployment.put({"review_text": "Ada Lovelace liked it. Yours, Ada"})

    assert deployment.notify() == []
    assert deployment.sentences() == ["Yours, [guest]", "[guest] liked it."]
    assert sorted(deployment.model.texts) == ["Yours,", "liked it."]


def test_a_review_of_a_million_characters_is_embedded_whole(deployment):
    text = "soup " * 200_000
    deployment.put({"review_text": text})

    assert deployment.notify() == []
    sentences = deployment.sentences()
    assert len(sentences) == 500
    assert sum(map(len, sentences)) == len(text.strip())
    assert max(map(len, sentences)) <= 2_000


@pytest.mark.parametrize("error", ["ValidationException", "AccessDeniedException", "ThrottlingException"])
def test_a_model_that_cannot_be_used_fails_the_message_until_it_can(error, deployment):
    deployment.model.error, deployment.model.rejected = error, None
    deployment.put({})

    assert deployment.notify() == [0]
    deployment.model.rejected = set()
    assert deployment.notify() == []
    assert len(deployment.vectors()) == 2


def test_a_new_key_of_pseudonyms_changes_the_customers_without_the_model(deployment, monkeypatch):
    deployment.put({})
    deployment.notify()
    before = customers(deployment)
    deployment.model.texts.clear()
    monkeypatch.setattr(deployment.handler, "load_key", lambda _: PseudonymKey(b"a new key", "2"))
    deployment.notify()

    assert deployment.model.texts == []
    assert customers(deployment).isdisjoint(before)


def customers(deployment):
    return {metadata["customer"] for metadata in deployment.vectors().values()}


def test_a_large_dataset_continues_by_a_message_to_the_queue(deployment, monkeypatch):
    monkeypatch.setattr("tastetrend_embed.sync.BATCH", 2)
    deployment.put(*({"review_id": f"r{at}", "review_text": f"Text {at}."} for at in range(10)))
    deployment.handler._check_time = OnlySomeCalls(25)  # noqa: SLF001

    assert deployment.notify() == []
    assert 0 < len(deployment.vectors()) < 10
    (message,) = deployment.queue.receive_messages()
    deployment.handler._check_time = OnlySomeCalls(1_000)  # noqa: SLF001
    assert deployment.send(message.body) == []
    assert len(deployment.vectors()) == 10
    assert len(deployment.model.texts) == 10


class OnlySomeCalls:
    """Lets some requests begin; then the time is over."""

    def __init__(self, calls):
        self.left = calls

    def __call__(self, _context):
        self.left -= 1
        if self.left < 0:
            raise OutOfTimeError("late")


def test_with_too_little_time_the_message_fails(deployment):
    deployment.put({})

    assert deployment.notify(remaining_ms=7_999) == [0]
    assert deployment.model.texts == []


def test_windows_are_read_by_row_groups(deployment, monkeypatch):
    monkeypatch.setattr("tastetrend_embed.chunks.WINDOW_ROWS", 2)
    rows = [{"review_id": f"r{number}", "review_text": f"Text {number}."} for number in range(7)]
    deployment.put(*rows, row_group_size=1)
    deployment.notify()

    assert len(deployment.vectors()) == 7


@pytest.fixture
def stalled_writes(deployment, monkeypatch):
    """Let so many writes of vectors time out; return a list, from which each removes one."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    left = []

    def stall(**_):
        if left:
            left.pop()
            raise ReadTimeoutError(endpoint_url="https://example.org")

    events = deployment.handler.INDEX._client.meta.events  # noqa: SLF001
    events.register_first("before-send.s3vectors.PutVectors", stall)
    return left


def test_after_a_time_out_of_a_write_the_lease_is_kept(deployment, stalled_writes):
    deployment.put({})
    stalled_writes.extend(range(4))

    assert deployment.notify() == [0]
    assert lease_end(deployment) > 0
    assert deployment.notify() == [0]
    assert deployment.vectors() == {}


def test_the_lease_is_also_kept_when_the_sdk_sent_the_write_again(deployment, stalled_writes):
    deployment.put({})
    stalled_writes.append(1)

    assert deployment.notify() == []
    assert deployment.notify() == []
    assert lease_end(deployment) > 0
    deployment.put({"review_text": "New."})
    assert deployment.notify() == [0]


def lease_end(deployment):
    head = deployment.s3.head_object(Bucket=PROCESSED, Key=PREFIX + KEY)
    return int(head["Metadata"]["lease-end"])


def test_after_an_answered_error_the_lease_is_released(deployment):
    deployment.put({})
    events = deployment.handler.INDEX._client.meta.events  # noqa: SLF001
    events.register_first("before-call.s3vectors.PutVectors", deny)

    assert deployment.notify() == [0]
    assert lease_end(deployment) == 0
    events.unregister("before-call.s3vectors.PutVectors", deny)
    assert deployment.notify() == []


def deny(**_):
    raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutVectors")


NAMES = [("Ada Lovelace", "ada.l@example.org"), ("Grace Hopper", "+1 555 0100 222")]


def test_no_name_reaches_the_model_the_index_the_logs_or_the_metrics(deployment, caplog, capsys):
    caplog.set_level("DEBUG")
    rows = [
        {
            "review_id": f"r{at}",
            "customer_name": name,
            "age_range": "26-35",
            "gender": "marked-gender",
            "ethnicity": "marked-ethnicity",
            "review_text": f"I am {name.upper()}, {name}. Write to {contact}. Yours, {name.split()[0]}",
        }
        for at, (name, contact) in enumerate(NAMES)
    ]
    deployment.put(*rows)
    deployment.notify()
    deployment.model.rejected = None
    deployment.put(*rows, {"review_id": "r9", "review_text": "It was me, Ada"})
    assert deployment.notify() == [0]

    listed = deployment.vectors_client.list_vectors(
        vectorBucketName="tastetrend-local-vectors-1", indexName="reviews-titan-v2-1024", returnMetadata=True
    )
    manifest = deployment.s3.get_object(Bucket=PROCESSED, Key=PREFIX + KEY)
    logs = [str(vars(record)) for record in caplog.records if not record.name.startswith(("boto", "urllib3"))]
    seen = " ".join(
        [
            *deployment.model.texts,
            json.dumps(listed["vectors"]),
            capsys.readouterr().out,
            *logs,
            str(manifest["Body"].read()),
        ]
    ).casefold()

    assert "[guest]" in seen
    assert "embedding" in seen
    secrets = ["lovelace", "hopper", "ada", "grace", "example.org", "0100", "marked", "26-35"]
    assert [secret for secret in secrets if re.search(rf"\b{secret}\b", seen)] == []


def test_a_dataset_that_is_written_again_with_the_same_content_is_not_read(deployment, store):
    """Its ETag differs where KMS encrypts the bucket; the other ETag here is that of another content."""
    deployment.put({}, sha256="a hash")
    deployment.notify()
    deployment.model.texts.clear()
    versions = store.versions()
    deployment.put({"review_text": "Not read."}, sha256="a hash")

    assert deployment.notify() == []
    assert deployment.model.texts == []
    assert [key for key in store.versions() if key.startswith(PREFIX)] == [
        key for key in versions if key.startswith(PREFIX)
    ]


def test_another_content_is_read(deployment):
    deployment.put({}, sha256="a hash")
    deployment.notify()
    deployment.put({"review_text": "Another."}, sha256="another hash")
    deployment.notify()

    assert deployment.sentences() == ["Another."]
