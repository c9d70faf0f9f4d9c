"""Compares the quality of a version's retrieval with the recorded one of its baseline."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from tastetrend_etl.limits import Status, Threshold
from tastetrend_gate.models import Reason, RetrievalCheck, RetrievalFigures
from tastetrend_gate.replay import ReplayContext
from tastetrend_gate.retrieval import GOLDEN, load_golden_set, measure
from tastetrend_gate.retrieval_metrics import K

MIN_RECALL = 0.38
"""One and a half times what a search by words finds, which is 0.25."""
MAX_LOSS = Threshold(warn=0, fail=0.05)
"""Of recall, against the baseline; 0.05 are seven of 132 answers."""

_OFF: Final = "retrieval is off"
_ROUNDING = 1e-9
_NAME = f"recall@{K}"


def check_retrieval(version: str, baseline: str | None, context: ReplayContext) -> RetrievalCheck:
    """Return the figures of a version; they are measured only if equal inputs were not measured before.

    Only the version that was deployed with this gate can be measured, since the gate has its code.
    """
    if not context.settings.embedding_model:
        return RetrievalCheck(not_compared=_OFF)
    before = _load(baseline, context) if baseline else None
    figures = recorded = _load(version, context)
    if version == context.settings.etl_version:
        try:
            figures = _measure_unless_known([recorded, before], context)
        except (BotoCoreError, ClientError) as error:
            return RetrievalCheck(baseline=before, error=_describe(error))
        if figures != recorded:
            _save(version, figures, context)
    return RetrievalCheck(figures, before, _why_not_compared(version, baseline, figures, before))


def collect_retrieval_reasons(check: RetrievalCheck) -> Iterator[Reason]:
    """Yield a reason for each figure beyond its limit."""
    if check.error:
        yield Reason("fail", GOLDEN.name, "model", check.error)
    if not check.figures:
        return
    value = check.figures.recall
    if value < MIN_RECALL:
        yield Reason("fail", GOLDEN.name, _NAME, f"{value:.3f}, must be at least {MIN_RECALL:.3f}")
    if check.baseline and not check.not_compared:
        yield from _compare(value, check.baseline.recall)


def _compare(value: float, before: float) -> Iterator[Reason]:
    loss = before - value - _ROUNDING
    if loss > MAX_LOSS.warn:
        severity: Status = "fail" if loss > MAX_LOSS.fail else "warn"
        yield Reason(severity, GOLDEN.name, _NAME, f"{value:.3f}, was {before:.3f}")


def _measure_unless_known(
    recorded: Sequence[RetrievalFigures | None], context: ReplayContext
) -> RetrievalFigures:
    golden = load_golden_set(context.settings.embedding_model)
    for figures in recorded:
        if figures and figures.inputs == golden.inputs:
            return replace(figures, recipe=golden.recipe)
    return measure(golden, context.embed, context.check_time)


def _why_not_compared(
    version: str, baseline: str | None, figures: RetrievalFigures | None, before: RetrievalFigures | None
) -> str:
    if not figures:
        return f"retrieval: version {version} was not deployed with this gate and was never measured"
    if baseline and not before:
        return f"retrieval: version {baseline} was never measured"
    if before and before.golden != figures.golden:
        return f"retrieval: version {baseline} was measured with other golden reviews"
    return ""


def _describe(error: BotoCoreError | ClientError) -> str:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    return f"it cannot be used ({code}); enable it in the account and the region, or try again later"


def _key(version: str) -> str:
    return f"releases/{version}/retrieval.json"


def _load(version: str, context: ReplayContext) -> RetrievalFigures | None:
    try:
        stored = context.s3.get_object(Bucket=context.settings.artifacts_bucket, Key=_key(version))
    except context.s3.exceptions.NoSuchKey:
        return None
    return RetrievalFigures(**json.loads(stored["Body"].read()))


def _save(version: str, figures: RetrievalFigures, context: ReplayContext) -> None:
    context.s3.put_object(
        Bucket=context.settings.artifacts_bucket,
        Key=_key(version),
        Body=json.dumps(asdict(figures), indent=2).encode(),
        ContentType="application/json",
    )
