"""The words that people write in dates, ratings and ages, as tables; to know one more is to add it here.

All are in lower case and without accents, as `plain_text` returns them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_MIN_LETTERS_OF_A_MONTH, _MIN_LETTERS_OF_A_WEEKDAY = 3, 2

# A language, or other spellings of one, on each line: English, German, French, Spanish, Italian, Portuguese,
# Dutch, Swedish, Polish, Czech, Hungarian, Turkish, Russian, Ukrainian, Greek, Arabic.
_MONTH_NAMES = (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "jan feb maerz apr mai jun jul aug sept okt nov dez",
    "jan feb mrz apr mai jun jul aug sept okt nov dez",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan feb mrt apr mei jun jul aug sept okt nov dec",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia",
    "ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince",
    "januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december",
    "ocak subat mart nisan mayıs haziran temmuz agustos eylul ekim kasım aralık",
    "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    (
        "ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου "
        "νοεμβριου δεκεμβριου"
    ),
    "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
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
    "en", "r", "roku", "г", "года", "р", "року",
})  # fmt: skip

# Hours from UTC: the zones of RFC 5322, and those of central and western Europe.
ZONES: Mapping[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2,
}  # fmt: skip

# `4 stars`, also in German, French, Spanish, Portuguese, Italian, Dutch, Swedish, Polish, Czech, Hungarian,
# Turkish, Indonesian, Russian, Ukrainian, Greek, Arabic, Chinese and Japanese.
STARS = (
    "stars", "star", "bubbles", "bubble", "sternen", "sterne", "stern", "etoiles", "etoile", "estrellas",
    "estrella", "estrelas", "estrela", "stelle", "stella", "sterren", "ster", "stjarnor", "stjarna",
    "gwiazdki", "gwiazdka", "gwiazdek", "hvezdicky", "hvezdicka", "hvezdicek", "hvezdy", "hvezda", "hvezd",
    "csillag", "yıldız", "bintang", "звезды", "звезда", "звезд", "зірки", "зірка", "зірок",
    "αστερια", "αστερι", "نجوم", "نجمة", "颗星", "顆星", "つ星", "星", "★", "⭐", r"\*",
)  # fmt: skip
# `5 points`: a number on the scale of its column.
POINTS = (
    "points", "point", "pts", "punkte", "punkt", "puntos", "punto", "pontos", "punti", "punten", "分",
    unicodedata.normalize("NFKD", "점"),  # as `plain_text` returns it
)  # fmt: skip
# `4 out of 5`, also in German, French, Spanish, Italian, Dutch, Swedish, Polish, Russian, Greek, Arabic.
OUT_OF = (
    "/", "out of", "of", "von", "sur", "de", "di", "su", "van", "sobre", "av", "z", "из", "з", "απο", "من",
)  # fmt: skip
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
    for names in _MONTH_NAMES:
        for number, name in enumerate(names.split(), 1):
            for word in prefixes([name], _MIN_LETTERS_OF_A_MONTH):
                known.setdefault(word, set()).add(number)
    return {word: min(numbers) for word, numbers in known.items() if len(numbers) == 1}


MONTHS: Mapping[str, int] = _months()
WEEKDAYS = frozenset(prefixes(_WEEKDAY_NAMES.split(), _MIN_LETTERS_OF_A_WEEKDAY))

_YEAR_MONTH_DAY = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?\s*")
# `下午 2:30` is 2:30 PM in Chinese, Japanese and Korean.
_HALF_OF_DAY = re.compile(r"(?:(上午|午前|오전)|(?:下午|午後|오후))\s*(\d[\d:]*)")
_DROPPED = {"Mn": "", "Cf": ""}  # accents; marks of the direction of writing


@lru_cache(maxsize=1 << 14)
def plain_text(text: str) -> str:
    """Return a text in lower case, without accents, with ASCII digits and single spaces."""
    if not text.isascii():
        text = _HALF_OF_DAY.sub(lambda match: f"{match[2]} {'am' if match[1] else 'pm'}", text)
        text = _YEAR_MONTH_DAY.sub(r"\1-\2-\3 ", text).replace(" ½", "½").replace("½", ".5")
        text = unicodedata.normalize("NFKD", text)
        text = "".join(map(_plain_character, text))
    return " ".join(text.lower().split())


def _plain_character(character: str) -> str:
    if character.isdecimal():
        return str(int(character))
    if character == "\N{ARABIC DECIMAL SEPARATOR}":
        return "."
    return _DROPPED.get(unicodedata.category(character), character)
