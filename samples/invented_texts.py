"""Short invented reviews, in languages that the encoding of a file has letters for."""

from collections.abc import Mapping

_ENGLISH = ("The soup was hot, and the waiter was friendly.", "We waited for an hour, and it was worth it.")
_WESTERN = (
    "Das Essen war sehr gut, und die Bedienung war überaus freundlich.",
    "Für den Preis hätten wir größere Portionen erwartet.",
    "Leider mussten wir über eine Stunde auf das Hauptgericht warten.",
    "Schöner Garten, gute Küche, wir kommen gerne wieder.",
)
_POLISH = (
    "Jedzenie było bardzo dobre, a obsługa była bardzo miła i pomocna.",
    "Czekaliśmy ponad godzinę, ale było warto, wszystko było świeże.",
)
_RUSSIAN = (
    "Еда была очень вкусной, и обслуживание было хорошим.",
    "Мы ждали больше часа, но всё было очень хорошо.",
)
_GREEK = ("Το φαγητό ήταν πολύ καλό και η εξυπηρέτηση ήταν άψογη.",)
_ANY = (
    *_WESTERN,
    *_POLISH,
    *_RUSSIAN,
    *_GREEK,
    "菜很好吃，服务也很好。",
    "料理はとても美味しかったです。",
    *_ENGLISH,
)

_BY_ENCODING: Mapping[str, tuple[str, ...]] = {
    "cp1252": _WESTERN,
    **dict.fromkeys(("cp1250", "iso8859_2"), _POLISH),
    **dict.fromkeys(("cp1251", "koi8_r", "cp866", "mac_cyrillic"), _RUSSIAN),
    **dict.fromkeys(("cp1253", "iso8859_7"), _GREEK),
}


def texts_for(encoding: str) -> tuple[str, ...]:
    """Return texts that are certain to be read in an encoding: English ones if no other language is known."""
    if encoding.startswith("utf"):
        return _ANY
    return _BY_ENCODING.get(encoding.replace("-", "_"), _ENGLISH)
