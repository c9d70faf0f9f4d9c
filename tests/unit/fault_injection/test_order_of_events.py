"""The result is independent of the order, the delay and the number of deliveries of events."""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tastetrend_etl.output_keys import curated_keys, dataset_keys
from tastetrend_etl.s3_download import head_object
from tests.unit.conftest import PROCESSED, s3_record

VERSIONS = 3
NAMES = count()  # one key for each history
KINDS = st.lists(st.sampled_from(["reviews", "restaurant_info"]), min_size=VERSIONS, max_size=VERSIONS)


@st.composite
def histories(draw):
    """Return the uploads in order and their events, each at least once and none before its upload."""
    events = [*range(VERSIONS), *draw(st.lists(st.integers(0, VERSIONS - 1), max_size=3))]
    delivered_after = {
        (version, number): draw(st.integers(version, VERSIONS - 1)) for number, version in enumerate(events)
    }
    shuffled = draw(st.permutations(list(delivered_after)))
    history = []
    for uploaded in range(VERSIONS):
        history.append(("upload", uploaded))
        history += [("event", event[0]) for event in shuffled if delivered_after[event] == uploaded]
    return history


def content(version, kind="reviews"):
    if kind == "restaurant_info":
        return f"restaurant_name,avg_stars,total_reviews\nThe Fork,4.5,{version}\n".encode()
    return f"rating,review_text\n5,version {version}\n".encode() + b"4,more\n" * (version % 2)


def all_keys(key):
    """Return the keys of the dataset and of the curated part of each kind."""
    return [*dataset_keys(key).values(), *curated_keys(key).values()]


@pytest.fixture
def replay(store, handler, context):
    """Return a function that replays a history and checks that each event leaves the newest version."""

    def replay_history(history, kinds, key):
        newest = dataset = part = None
        for action, version in history:
            if action == "upload":
                newest = store.upload(key, content(version, kinds[version]))
                dataset, part = dataset_keys(key)[kinds[version]], curated_keys(key)[kinds[version]]
                continue
            record = s3_record(key, sequencer=f"{version:02X}")
            handler.lambda_handler({"Records": [record]}, context)
            heads = {each: head_object(store.client, PROCESSED, each) for each in all_keys(key)}
            written = {each: head["Metadata"]["source-version-id"] for each, head in heads.items() if head}
            assert written == {dataset: newest, part: newest}

    return replay_history


@settings(max_examples=settings.default.max_examples // 10)  # an event has twelve requests
@given(history=histories(), kinds=KINDS)
def test_E06_after_each_event_the_result_is_of_the_newest_version(history, kinds, replay):
    replay(history, kinds, f"{next(NAMES)}.csv")
