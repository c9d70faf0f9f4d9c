"""Composes a review text whose sentiment matches its rating."""

import itertools
import math
import random
import re

from samples.sentences import BY_SENTIMENT
from samples.vocabulary import SLOTS, TEXT_EDGE_CASES

LONGEST = 4552
MEDIAN, SPREAD = 436, 0.776  # of a log-normal: its mean is then 589
_GOOD_FROM, _POOR_UP_TO = 3.75, 2.25
_EDGE_CASE_SHARE, _PARAGRAPH_SHARE = 0.15, 0.12
_SLOT = re.compile(r"{(\w+)}")


def sentiment_of(rating: float) -> str:
    """Return the sentiment of a rating from one to five."""
    if rating >= _GOOD_FROM:
        return "good"
    return "poor" if rating <= _POOR_UP_TO else "fair"


def _filled(template: str) -> tuple[str, ...]:
    slots = _SLOT.findall(template)
    choices = itertools.product(*(SLOTS[slot] for slot in slots))
    return tuple(template.format(**dict(zip(slots, words, strict=True))) for words in choices)


_SENTENCES = {
    sentiment: [_filled(template) for template in templates] for sentiment, templates in BY_SENTIMENT.items()
}
# Step sizes that visit all templates of a sentiment before one repeats.
_STRIDES = {
    sentiment: [step for step in range(1, len(templates)) if math.gcd(step, len(templates)) == 1]
    for sentiment, templates in BY_SENTIMENT.items()
}


def review(rng: random.Random, rating: float, ending: str, *, longest: bool = False) -> str:
    """Return a text that ends with `ending`; its length is drawn from the measured distribution."""
    wanted = LONGEST if longest else min(rng.lognormvariate(0, SPREAD) * MEDIAN, LONGEST)
    sentences = _sentences(rng, sentiment_of(rating), int(wanted) - len(ending), overshoot=longest)
    text = _joined(rng, sentences)
    room = LONGEST - len(ending) - 1
    if len(text) > room:
        text = text[: room - 1].rstrip().ljust(room - 1, ".") + "…"
    return f"{text} {ending}"


def _sentences(rng: random.Random, sentiment: str, length: int, *, overshoot: bool) -> list[str]:
    templates = _SENTENCES[sentiment]
    index, stride = rng.randrange(len(templates)), rng.choice(_STRIDES[sentiment])
    chosen: list[str] = []
    written = 0
    while written <= length:
        fillings = templates[index % len(templates)]
        sentence = fillings[int(rng.random() * len(fillings))]
        if chosen and not overshoot and written + len(sentence) / 2 > length:
            break
        chosen.append(sentence)
        written += len(sentence) + 1
        index += stride
    return chosen


def _joined(rng: random.Random, sentences: list[str]) -> str:
    if rng.random() < _EDGE_CASE_SHARE:
        sentences.insert(rng.randrange(len(sentences) + 1), rng.choice(TEXT_EDGE_CASES))
    if len(sentences) == 1 or rng.random() >= _PARAGRAPH_SHARE:
        return " ".join(sentences)
    middle = len(sentences) // 2
    return " ".join(sentences[:middle]) + rng.choice(("\n", "\n\n")) + " ".join(sentences[middle:])
