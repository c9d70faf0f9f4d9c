"""Over the budget, messages are sent anew and wait; nothing is lost, and nothing is paid for twice."""

import importlib
import json

import pytest
from botocore.exceptions import ClientError

from tastetrend_embed.budget import PREFIX, Budget
from tastetrend_embed.embedding import Embedder
from tests.unit.conftest import PROCESSED, LambdaContext
from tests.unit.embed.reviews import KEY, notification
from tests.unit.serial import SerialExecutor

COUNTER = f"{PREFIX}2026-11-26.json"
SENTENCES = ["Good soup.", "Slow service."]
NEEDED = 39  # at most, for both
USED = 4


def set_limit(deployment, tokens):
    """Deploy the function with another budget."""
    handler = deployment.handler
    handler.BUDGET = Budget(handler.COUNTER, tokens, lambda: "2026-11-26")
    handler.EMBEDDER = Embedder(deployment.model, "a model", SerialExecutor(), handler.BUDGET)


def metrics(text):
    """Return name → sum of the metrics that an invocation has written."""
    values = {}
    for line in text.splitlines():
        if line.startswith('{"_aws"'):
            document = json.loads(line)
            for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                values[metric["Name"]] = values.get(metric["Name"], 0) + sum(document[metric["Name"]])
    return values


@pytest.fixture
def sent(deployment, monkeypatch):
    """Return the requests that the function sends to its queue."""
    requests = []
    sqs = deployment.handler.SQS
    monkeypatch.setattr(sqs, "send_message", lambda **request: requests.append(request))
    return requests


def test_a_message_over_the_budget_is_sent_anew_and_embedded_after_it_was_raised(deployment, sent, capsys):
    deployment.put({})
    set_limit(deployment, NEEDED - 1)

    assert deployment.notify() == []
    (message,) = sent
    assert (message["QueueUrl"], message["DelaySeconds"]) == (deployment.queue.url, 900)
    written = metrics(capsys.readouterr().out)
    assert written["EmbeddingBudgetExceeded"] == 1
    assert "EmbeddingFailures" not in written
    assert (deployment.model.texts, deployment.vectors()) == ([], {})

    assert deployment.send(message["MessageBody"]) == []
    assert sent[1:] == [message]
    capsys.readouterr()

    set_limit(deployment, NEEDED)
    assert deployment.send(message["MessageBody"]) == []
    assert "EmbeddingBudgetExceeded" not in metrics(capsys.readouterr().out)
    assert (deployment.sentences(), len(sent)) == (SENTENCES, 2)


def test_a_message_that_cannot_be_sent_anew_fails_and_stays_in_the_queue(deployment, monkeypatch):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage")

    monkeypatch.setattr(deployment.handler.SQS, "send_message", refuse)
    deployment.put({})
    set_limit(deployment, NEEDED - 1)

    assert deployment.notify() == [0]
    set_limit(deployment, NEEDED)
    assert deployment.notify() == []
    assert deployment.sentences() == SENTENCES


def test_what_fits_is_embedded_and_the_rest_follows_once(deployment, sent, monkeypatch):
    monkeypatch.setattr("tastetrend_embed.sync.BATCH", 2)
    deployment.put(*({"review_id": f"r{at}", "review_text": f"Text {at}."} for at in range(10)))
    set_limit(deployment, 40)  # at most 30 for a batch, of which 4 are used

    assert deployment.notify() == []
    assert len(deployment.vectors()) == 6
    set_limit(deployment, 100)
    assert deployment.send(*(message["MessageBody"] for message in sent)) == []
    assert len(sent) == 1
    assert len(deployment.vectors()) == len(deployment.model.texts) == 10


def requests_of(deployment, call):
    """Return the operations of S3 that a call requests."""
    operations = []
    events = deployment.handler.S3.meta.events
    events.register_first("before-call.s3", lambda model, **_: operations.append(model.name))
    call()
    return operations


def test_further_messages_over_the_budget_read_the_counter_only(deployment):
    deployment.put({})
    set_limit(deployment, NEEDED - 1)
    deployment.notify()
    message = notification(KEY)

    assert requests_of(deployment, lambda: deployment.send(message, message)) == ["GetObject"] * 2


def test_when_the_counter_is_deleted_the_day_begins_again(deployment):
    deployment.put({})
    set_limit(deployment, NEEDED)
    deployment.s3.put_object(Bucket=PROCESSED, Key=COUNTER, Body=b'{"reserved_tokens": 1}')
    deployment.notify()
    assert deployment.vectors() == {}
    deployment.s3.delete_object(Bucket=PROCESSED, Key=COUNTER)

    assert deployment.notify() == []
    assert deployment.sentences() == SENTENCES


def test_the_counter_has_what_was_used_and_a_metric_what_it_cost(deployment, store, capsys):
    deployment.put({})
    set_limit(deployment, 1_000)
    deployment.notify()
    written = metrics(capsys.readouterr().out)

    assert json.loads(store.read(COUNTER))["reserved_tokens"] == written["EmbeddingTokens"] == USED
    assert written["EmbeddingCostUSD"] == pytest.approx(USED / 1_000 * 0.00002)


class Lambda:
    """A client of Lambda that keeps what it was asked for."""

    def __init__(self):
        self.requests = []

    def update_event_source_mapping(self, **request):
        self.requests.append(request)


@pytest.mark.parametrize(
    ("event", "enabled"),
    [({"switch": "on"}, True), ({"source": "aws.cloudwatch", "alarmData": {}}, False), ({}, False)],
)
@pytest.mark.usefixtures("store")
def test_the_schedule_switches_the_source_on_and_an_alarm_switches_it_off(event, enabled, monkeypatch):
    monkeypatch.setenv("SOURCE_ID", "1234")
    switch = importlib.reload(importlib.import_module("embedding_switch"))
    switch.LAMBDA = Lambda()
    switch.lambda_handler(event, LambdaContext())

    assert switch.LAMBDA.requests == [{"UUID": "1234", "Enabled": enabled}]


@pytest.mark.usefixtures("store")
def test_an_alarm_of_another_day_switches_nothing_off(monkeypatch):
    monkeypatch.setenv("SOURCE_ID", "1234")
    switch = importlib.reload(importlib.import_module("embedding_switch"))
    switch.LAMBDA = Lambda()
    switch.lambda_handler(
        {"source": "aws.cloudwatch", "time": "2020-01-31T23:50:00.000+0000"}, LambdaContext()
    )

    assert switch.LAMBDA.requests == []
