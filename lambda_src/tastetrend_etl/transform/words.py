"""The words that people write in dates, ratings and ages, as tables; to know one more is to add it here.

All are in lower case and without accents, as `plain_text` returns them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_MIN_LETTERS_OF_A_MONTH, _MIN_LETTERS_OF_A_WEEKDAY = 3, 2

# English, German, French, Spanish, Italian, Portuguese, Dutch; the names of one month on each line.
_MONTH_NAMES = (
    "january januar janvier enero gennaio janeiro januari jan",
    "february februar fevrier febrero febbraio fevereiro februari feb",
    "march marz maerz mars marzo marco maart mrz mrt",
    "april avril abril aprile",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august aout agosto augustus",
    "september septembre septiembre settembre setembro setiembre sept",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro",
)
_WEEKDAY_NAMES = (
    "monday tuesday wednesday thursday friday saturday sunday "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunes martes miercoles jueves viernes sabado domingo "
    "lunedi martedi mercoledi giovedi venerdi domenica "
    "segunda terca quarta quinta sexta feira "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
)
# What may stand beside a date and says nothing about which day it is.
DATE_FILLERS = frozenset({
    "reviewed", "review", "rated", "dined", "visited", "visit", "stayed", "posted", "published", "written",
    "updated", "submitted", "received", "created", "date", "time", "bewertet", "besucht", "avis", "publie",
    "visite", "opinion", "publicado", "visitado", "recensito", "on", "of", "the", "at", "de", "del", "da",
    "le", "el", "il", "la", "las", "den", "der", "am", "um", "uhr", "vom", "a", "as", "alle", "om", "op",
    "en",
})  # fmt: skip

# Hours from UTC: the zones of RFC 5322, and those of central and western Europe.
ZONES: Mapping[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2,
}  # fmt: skip

# `4 stars`, `4 Sterne`, `5 étoiles`, `3 estrellas`, `3 estrelas`, `4 stelle`, `4 sterren`, `3 bintang`.
STARS = (
    "stars", "star", "bubbles", "bubble", "sternen", "sterne", "stern", "etoiles", "etoile", "estrellas",
    "estrella", "estrelas", "estrela", "stelle", "stella", "sterren", "ster", "bintang",
    "星", "★", "⭐", r"\*",
)  # fmt: skip
OUT_OF = ("/", "out of", "of", "von", "sur", "de", "di", "su", "van", "sobre")  # `4 out of 5`, `4 von 5`
BEFORE_A_RATING = ("rated", "rating", "score", "bewertung", "note", "nota", "voto")
BEHIND_A_RATING = ("rating",)

AGE_UNITS = ("years", "year", "yrs", "yr", "y/o", "yo", "jahre", "ans", "anos", "anni", "jaar")

# What stands in the place of a customer's name and identifies nobody; these words keep their accents.
ANONYMOUS_NAMES = (
    "anonymous", "anonymous user", "anonymous guest", "anonymous customer", "anon", "unknown", "unknown user",
    "guest", "guest user", "user", "customer", "visitor", "deleted user", "[deleted]", "no name",
    "a google user", "google user", "amazon customer", "a tripadvisor member", "opentable diner",
    "verified diner", "verified customer",
    "anonym", "gast", "kunde", "nutzer", "besucher", "unbekannt", "unbekannter nutzer",
    "anonyme", "client", "invité", "utilisateur", "visiteur", "inconnu",
    "anónimo", "anonimo", "anónima", "anónimo/a", "invitado", "cliente", "usuario", "desconocido",
    "ospite", "utente", "sconosciuto", "anônimo", "convidado", "usuário", "desconhecido",
    "anoniem", "klant", "gebruiker", "bezoeker", "onbekend", "anonim", "gość", "misafir", "gäst",
    "аноним", "гость", "匿名", "匿名用户", "匿名用戶", "游客", "ゲスト", "익명",
)  # fmt: skip


def prefixes(names: Iterable[str], shortest: int) -> set[str]:
    """Return every beginning of the names that has at least so many letters."""
    return {name[:length] for name in names for length in range(shortest, len(name) + 1)}


def _months() -> dict[str, int]:
    """Return word → month, for the words with which the names of a single month begin."""
    known: dict[str, set[int]] = {}
    for number, names in enumerate(_MONTH_NAMES, 1):
        for word in prefixes(names.split(), _MIN_LETTERS_OF_A_MONTH):
            known.setdefault(word, set()).add(number)
    return {word: min(numbers) for word, numbers in known.items() if len(numbers) == 1}


MONTHS: Mapping[str, int] = _months()
WEEKDAYS = frozenset(prefixes(_WEEKDAY_NAMES.split(), _MIN_LETTERS_OF_A_WEEKDAY))

_YEAR_MONTH_DAY = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?\s*")
_DROPPED = {"Mn": "", "Cf": ""}  # accents; marks of the direction of writing


@lru_cache(maxsize=1 << 14)
def plain_text(text: str) -> str:
    """Return a text in lower case, without accents, with ASCII digits and single spaces."""
    if not text.isascii():
        text = unicodedata.normalize(
            "NFKD", _YEAR_MONTH_DAY.sub(r"\1-\2-\3 ", text).replace(" ½", "½").replace("½", ".5")
        )
        text = "".join(map(_plain_character, text))
    return " ".join(text.lower().split())


def _plain_character(character: str) -> str:
    if character.isdecimal():
        return str(int(character))
    if character == "\N{ARABIC DECIMAL SEPARATOR}":
        return "."
    return _DROPPED.get(unicodedata.category(character), character)
