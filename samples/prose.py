"""Composes a review whose words agree with its rating."""

import itertools
import math
import random
import re

from samples.sentences import BY_MOOD
from samples.vocabulary import SLOTS, STUMBLING_STONES

LONGEST = 4552
MEDIAN, SPREAD = 436, 0.776  # of a log-normal: its mean is then 589
_GOOD_FROM, _POOR_UP_TO = 3.75, 2.25
_STUMBLES, _PARAGRAPHS = 0.15, 0.12
_SLOT = re.compile(r"{(\w+)}")


def mood_of(rating: float) -> str:
    """The word for a rating on the scale of five."""
    if rating >= _GOOD_FROM:
        return "good"
    return "poor" if rating <= _POOR_UP_TO else "fair"


def _filled(template: str) -> tuple[str, ...]:
    slots = _SLOT.findall(template)
    choices = itertools.product(*(SLOTS[slot] for slot in slots))
    return tuple(template.format(**dict(zip(slots, words, strict=True))) for words in choices)


_SENTENCES = {mood: [_filled(template) for template in templates] for mood, templates in BY_MOOD.items()}
# Steps through all templates of a mood before any comes again.
_STRIDES = {
    mood: [step for step in range(1, len(templates)) if math.gcd(step, len(templates)) == 1]
    for mood, templates in BY_MOOD.items()
}


def review(rng: random.Random, rating: float, ending: str, *, longest: bool = False) -> str:
    """A review that ends with `ending`, its length drawn from the measured distribution."""
    wanted = LONGEST if longest else min(rng.lognormvariate(0, SPREAD) * MEDIAN, LONGEST)
    sentences = _sentences(rng, mood_of(rating), int(wanted) - len(ending), overshoot=longest)
    text = _joined(rng, sentences)
    room = LONGEST - len(ending) - 1
    if len(text) > room:
        text = text[: room - 1].rstrip().ljust(room - 1, ".") + "…"
    return f"{text} {ending}"


def _sentences(rng: random.Random, mood: str, length: int, *, overshoot: bool) -> list[str]:
    templates = _SENTENCES[mood]
    place, stride = rng.randrange(len(templates)), rng.choice(_STRIDES[mood])
    chosen: list[str] = []
    have = 0
    while have <= length:
        fillings = templates[place % len(templates)]
        sentence = fillings[int(rng.random() * len(fillings))]
        if chosen and not overshoot and have + len(sentence) / 2 > length:
            break
        chosen.append(sentence)
        have += len(sentence) + 1
        place += stride
    return chosen


def _joined(rng: random.Random, sentences: list[str]) -> str:
    if rng.random() < _STUMBLES:
        sentences.insert(rng.randrange(len(sentences) + 1), rng.choice(STUMBLING_STONES))
    if len(sentences) == 1 or rng.random() >= _PARAGRAPHS:
        return " ".join(sentences)
    middle = len(sentences) // 2
    return " ".join(sentences[:middle]) + rng.choice(("\n", "\n\n")) + " ".join(sentences[middle:])
