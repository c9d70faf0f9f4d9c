"""The result is independent of the order, the delay and the number of deliveries of events."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.conftest import s3_record

VERSIONS = 3
NAMES = count()  # one key for each history


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


def content(version):
    return f"rating,review_text\n5,version {version}\n".encode() + b"4,more\n" * (version % 2)


@pytest.fixture
def replay(store, handler, context):
    """Return a function that replays a history and checks that each event leaves the newest version."""

    def replay_history(history, key):
        newest = None
        for action, version in history:
            if action == "upload":
                newest = store.upload(key, content(version))
                continue
            record = s3_record(key, sequencer=f"{version:02X}")
            handler.lambda_handler({"Records": [record]}, context)
            assert store.metadata(f"processed/processed_{key}.parquet")["source-version-id"] == newest

    return replay_history


@given(history=histories())
def test_E06_after_each_event_the_result_is_of_the_newest_version(history, replay):
    replay(history, f"{next(NAMES)}.csv")
