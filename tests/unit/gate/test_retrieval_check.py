"""A version whose sentences are found worse than those of its baseline is not promoted."""

import importlib
import json
from dataclasses import replace

import numpy as np
import pytest
from botocore.exceptions import ClientError

from tastetrend_gate.models import RetrievalCheck, RetrievalFigures
from tastetrend_gate.retrieval import load_golden_set, measure
from tastetrend_gate.retrieval_check import MIN_RECALL, collect_retrieval_reasons
from tastetrend_gate.retrieval_metrics import ANSWERS
from tests.unit.conftest import ARTIFACTS
from tests.unit.gate import gate_versions

MODEL = "a model"
FIGURES = RetrievalFigures("1.1.a model", "golden", "inputs", 300, 22, 0.8, 0.7)


class Oracle:
    """A model to which a text is the sum of the golden sentences in it, and a question that of its answers.

    Attributes:
        requests: the number of texts.
        error: raised instead of an answer.
    """

    def __init__(self):
        golden = load_golden_set(MODEL)
        self._places = {sentence: place for place, sentence in enumerate(golden.sentences)}
        self._answers = {
            question: [sentence for sentence, grade in grades.items() if grade == ANSWERS]
            for question, grades in golden.questions.items()
        }
        self.requests, self.error = 0, None

    def embed(self, texts):
        self.requests += len(texts)
        if self.error:
            raise self.error
        return {text: self._numbers(text) for text in texts}

    def _numbers(self, text):
        numbers = np.full(len(self._places), 1e-6)
        contained = [sentence for sentence in self._places if sentence in text]
        known = self._answers.get(text) or ([text] if text in self._places else contained)
        numbers[[self._places[sentence] for sentence in known]] = 1
        return (numbers / np.linalg.norm(numbers)).tolist()


@pytest.fixture
def model():
    return Oracle()


@pytest.fixture
def gate(handler, monkeypatch, model):
    """Return a function that checks a version by a gate without golden files."""
    for name, value in {"ETL_FUNCTION": "etl", "ETL_VERSION": "7", "EMBEDDING_MODEL": MODEL}.items():
        monkeypatch.setenv(name, value)
    module = importlib.reload(importlib.import_module("quality_gate"))
    monkeypatch.setattr(module, "EMBEDDER", model)
    monkeypatch.setattr("tastetrend_gate.verdict.golden_files", list)
    unchanged = dict.fromkeys(("5", "7", "8"), gate_versions.unchanged)
    monkeypatch.setattr(module, "LAMBDA", gate_versions.Versions(handler, unchanged))

    def check(version="7", baseline=None, *, deployed_with="7"):
        monkeypatch.setattr(module, "SETTINGS", replace(module.SETTINGS, etl_version=deployed_with))
        event = {"version": version, "baseline": baseline}
        return module.lambda_handler(event, gate_versions.LambdaContext(remaining_ms=600_000))

    return check


@pytest.fixture
def recorded(store):
    """Return a function that returns what is recorded of a version."""

    def read(version):
        key = f"releases/{version}/retrieval.json"
        return json.load(store.client.get_object(Bucket=ARTIFACTS, Key=key)["Body"])

    return read


def test_the_figures_are_recorded_and_shown(gate, recorded, store):
    response = gate()

    figures = response["retrieval"]["figures"]
    page = store.client.get_object(Bucket=ARTIFACTS, Key=response["page_key"])["Body"].read().decode()
    verdict = json.load(store.client.get_object(Bucket=ARTIFACTS, Key=response["verdict_key"])["Body"])
    assert (response["status"], response["not_compared"]) == ("pass", [])
    assert (figures["recall"], figures["recipe"]) == (1.0, "1.2.a model")
    assert figures == recorded("7") == verdict["retrieval"]["figures"]
    assert '<th scope="row">recall@6</th><td class="number">1.000</td>' in page


def test_equal_sentences_are_not_embedded_again(gate, model, recorded):
    gate()
    requests = model.requests
    response = gate("8", "7", deployed_with="8")

    assert model.requests == requests > 200
    assert response["retrieval"]["figures"] == response["retrieval"]["baseline"] == recorded("8")


def test_a_mask_that_destroys_sentences_fails(gate, monkeypatch, recorded):
    gate()
    monkeypatch.setattr("tastetrend_embed.chunks.mask", lambda text, _: text.replace("the", "[guest]"))
    response = gate("8", "7", deployed_with="8")

    figures = recorded("8")
    assert response["status"] == "fail"
    assert f"fail: retrieval.json: recall@6: {figures['recall']:.3f}, was 1.000" in response["reasons"]


def test_a_chunk_of_several_sentences_counts_as_its_best_one(model, monkeypatch):
    monkeypatch.setattr("tastetrend_embed.chunks.split_sentences", lambda text: [text])

    golden = load_golden_set(MODEL)

    assert len(golden.sentences) < 150
    assert measure(golden, model.embed, lambda: None).recall > MIN_RECALL


def test_a_text_that_the_model_rejects_is_not_found(model):
    golden = load_golden_set(MODEL)
    question, grades = next(iter(golden.questions.items()))
    rejected = {question, *grades}

    def embed(texts):
        return {text: None if text in rejected else numbers for text, numbers in model.embed(texts).items()}

    assert measure(golden, embed, lambda: None).recall < 1


def test_only_the_version_that_the_gate_was_deployed_with_is_measured(gate, model):
    response = gate("5", "7", deployed_with="8")

    assert (model.requests, response["status"]) == (0, "pass")
    assert response["not_compared"] == [
        "retrieval: version 5 was not deployed with this gate and was never measured"
    ]


def test_what_is_recorded_of_an_earlier_version_counts(gate, model):
    gate("7")
    requests = model.requests
    response = gate("7", deployed_with="8")

    assert model.requests == requests
    assert response["retrieval"]["figures"]["recall"] == 1.0


def test_a_baseline_without_figures_is_named(gate):
    response = gate("7", "5")

    assert response["status"] == "pass"
    assert response["not_compared"] == ["retrieval: version 5 was never measured"]


def test_figures_of_other_golden_reviews_are_not_compared(gate, store, recorded):
    gate()
    body = json.dumps(recorded("7") | {"golden": "another", "inputs": "others", "recall": 2.0}).encode()
    store.client.put_object(Bucket=ARTIFACTS, Key="releases/5/retrieval.json", Body=body)
    response = gate("7", "5")

    assert response["status"] == "pass"
    assert response["not_compared"] == ["retrieval: version 5 was measured with other golden reviews"]


def test_a_model_that_cannot_be_used_fails_with_the_reason_and_records_nothing(gate, model, store):
    model.error = ClientError({"Error": {"Code": "AccessDeniedException"}}, "InvokeModel")
    response = gate()

    (only,) = response["reasons"]
    assert only.startswith(
        "fail: retrieval.json: model: it cannot be used (AccessDeniedException); enable it"
    )
    with pytest.raises(store.client.exceptions.NoSuchKey):
        store.client.get_object(Bucket=ARTIFACTS, Key="releases/7/retrieval.json")


@pytest.mark.parametrize(
    ("recall", "before", "reasons"),
    [
        (0.80, 0.80, []),
        (0.81, 0.80, []),
        (0.76, 0.80, ["warn: retrieval.json: recall@6: 0.760, was 0.800"]),
        (0.75, 0.80, ["warn: retrieval.json: recall@6: 0.750, was 0.800"]),
        (0.74, 0.80, ["fail: retrieval.json: recall@6: 0.740, was 0.800"]),
        (0.10, None, [f"fail: retrieval.json: recall@6: 0.100, must be at least {MIN_RECALL:.3f}"]),
    ],
)
def test_recall_has_a_floor_and_may_fall_a_little(recall, before, reasons):
    baseline = replace(FIGURES, recall=before) if before else None
    check = RetrievalCheck(replace(FIGURES, recall=recall), baseline)

    assert [str(reason) for reason in collect_retrieval_reasons(check)] == reasons
