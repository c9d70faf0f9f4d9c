"""How people and programs write dates, ratings and amounts; each form with the value that it has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "hu": "január február március április május június július augusztus szeptember október november december",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου "
    "Νοεμβρίου Δεκεμβρίου",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
GERMAN_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def month(date: datetime, language: str) -> str:
    return MONTHS[language].split()[date.month - 1]


def utc(date: datetime) -> datetime:
    return date.replace(tzinfo=UTC)


@dataclass(frozen=True)
class DateForm:
    """How a date is written, and what of it: `day`, `minute` or `second`."""

    write: Callable[[datetime], str]
    unit: str = "day"

    def value(self, date: datetime) -> datetime:
        """Return what is left of a moment that is written in this form."""
        if self.unit == "day":
            return date.replace(hour=0, minute=0, second=0)
        return date.replace(second=0) if self.unit == "minute" else date


def _of(pattern: str, unit: str = "day") -> DateForm:
    return DateForm(lambda date: date.strftime(pattern), unit)


def _named(template: str, language: str) -> DateForm:
    return DateForm(
        lambda date: template.format(
            d=date.day, m=month(date, language), y=date.year, abbreviated=month(date, language)[:3]
        )
    )


DATES: Mapping[str, DateForm] = {
    "iso": _of("%Y-%m-%d"),
    "iso second": _of("%Y-%m-%d %H:%M:%S", "second"),
    "iso z": _of("%Y-%m-%dT%H:%M:%SZ", "second"),
    "iso utc": _of("%Y-%m-%d %H:%M:%S UTC", "second"),
    "iso offset": DateForm(
        lambda date: (date + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00"), "second"
    ),
    "iso short": DateForm(lambda date: f"{date.year}-{date.month}-{date.day}"),
    "iso minute": _of("%Y-%m-%d %H:%M", "minute"),
    "compact": _of("%Y%m%d"),
    "us": DateForm(lambda date: f"{date.month}/{date.day}/{date.year}"),
    "us half day": _of("%m/%d/%Y %I:%M %p", "minute"),
    "us short year": _of("%m/%d/%y"),
    "form": DateForm(lambda date: f"{date.month}/{date.day}/{date.year} {date:%H:%M:%S}", "second"),
    "day first": _of("%d/%m/%Y"),
    "day first minute": _of("%d/%m/%Y %H:%M", "minute"),
    "day first dash": _of("%d-%m-%Y"),
    "dots": _of("%d.%m.%Y"),
    "dots minute": _of("%d.%m.%Y %H:%M", "minute"),
    "dots short": DateForm(lambda date: f"{date.day}.{date.month}.{date:%y}"),
    "dots spaced": DateForm(lambda date: f"{date.day}. {date.month}. {date.year}"),
    "year dots": _of("%Y.%m.%d"),
    "year dots spaced": DateForm(lambda date: f"{date.year}. {date.month}. {date.day}."),
    "year dots end": _of("%Y.%m.%d."),
    "year slashes": DateForm(lambda date: f"{date.year}/{date.month}/{date.day}"),
    "han": DateForm(lambda date: f"{date.year}年{date.month}月{date.day}日"),
    "hangul": DateForm(lambda date: f"{date.year}년 {date.month}월 {date.day}일"),
    "epoch": DateForm(lambda date: str(int(utc(date).timestamp())), "second"),
    "epoch ms": DateForm(lambda date: str(int(utc(date).timestamp()) * 1000), "second"),
    "excel": DateForm(lambda date: str((date - datetime(1899, 12, 30)).days)),  # noqa: DTZ001
    "rfc 2822": DateForm(lambda date: format_datetime(utc(date)), "second"),
    "en": _named("{m} {d}, {y}", "en"),
    "en short": _named("{d} {abbreviated} {y}", "en"),
    "en reviewed": _named("Reviewed {m} {d}, {y}", "en"),
    "en country": _named("Reviewed in the United States on {m} {d}, {y}", "en"),
    "en weekday": DateForm(lambda date: date.strftime("%A, %B %d, %Y")),
    "en dashes": DateForm(lambda date: date.strftime("%d-%b-%y")),
    "de": _named("{d}. {m} {y}", "de"),
    "de weekday": DateForm(
        lambda date: f"{GERMAN_DAYS[date.weekday()]}, {date.day}. {month(date, 'de')} {date.year}"
    ),
    "de reviewed": _named("Bewertet am {d}. {m} {y}", "de"),
    "fr": DateForm(
        lambda date: f"{'1er' if date.day == 1 else date.day} {month(date, 'fr')} {date.year}"
    ),
    "fr hour": DateForm(lambda date: f"{date:%d/%m/%Y} à {date:%Hh%M}", "minute"),
    "es": _named("{d} de {m} de {y}", "es"),
    "it": _named("{d} {m} {y}", "it"),
    "pt": _named("{d} de {m} de {y}", "pt"),
    "nl": _named("{d} {m} {y}", "nl"),
    "sv": _named("den {d} {m} {y}", "sv"),
    "pl": _named("{d} {m} {y} r.", "pl"),
    "cs": _named("{d}. {m} {y}", "cs"),
    "hu": _named("{y}. {m} {d}.", "hu"),
    "ru": _named("{d} {m} {y} г.", "ru"),
    "uk": _named("{d} {m} {y}", "uk"),
    "el": _named("{d} {m} {y}", "el"),
    "tr": _named("{d} {m} {y}", "tr"),
    "ar": _named("{d} {m} {y}", "ar"),
    "zh clock": DateForm(
        lambda date: f"{date.year}/{date.month}/{date.day} "
        f"{'上午' if date.hour < 12 else '下午'} {(date.hour - 1) % 12 + 1}:{date:%M:%S}",
        "second",
    ),
    "ko clock": DateForm(
        lambda date: f"{date.year}. {date.month}. {date.day} "
        f"{'오전' if date.hour < 12 else '오후'} {(date.hour - 1) % 12 + 1}:{date:%M:%S}",
        "second",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class RatingForm:
    """How one to five stars are written, in halves if `step` is 0.5, and on which scale."""

    write: Callable[[float], str]
    scale: int = 5
    step: float = 1.0


def _stars(word: str, one: str) -> Callable[[float], str]:
    return lambda stars: f"{stars:.0f} {one if stars == 1 else word}"


_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
_LABELS = {1: "Terrible", 2: "Poor", 3: "Average", 4: "Very good", 5: "Excellent"}

RATINGS: Mapping[str, RatingForm] = {
    "digit": RatingForm(lambda stars: f"{stars:.0f}"),
    "float": RatingForm(lambda stars: f"{stars:.1f}", step=0.5),
    "comma": RatingForm(lambda stars: f"{stars:.1f}".replace(".", ","), step=0.5),
    "of five": RatingForm(lambda stars: f"{stars:.0f}/5"),
    "of five halves": RatingForm(lambda stars: f"{stars:.1f}/5.0", step=0.5),
    "of ten": RatingForm(lambda stars: f"{2 * stars:.0f}/10", 10, 0.5),
    "ten": RatingForm(lambda stars: f"{2 * stars:.0f}", 10, 0.5),
    "hundred": RatingForm(lambda stars: f"{20 * stars:.0f}", 100, 0.5),
    "percent": RatingForm(lambda stars: f"{20 * stars:.0f}%", 100, 0.5),
    "percent spaced": RatingForm(lambda stars: f"{20 * stars:.0f} %", 100, 0.5),
    "symbols": RatingForm(lambda stars: "★" * int(stars) + "☆" * (5 - int(stars))),
    "emoji": RatingForm(lambda stars: "⭐" * int(stars)),
    "halves": RatingForm(lambda stars: f"{int(stars)}{'½' if stars % 1 else ''}", step=0.5),
    "en stars": RatingForm(_stars("stars", "star")),
    "en star rating": RatingForm(lambda stars: f"{stars:.1f} star rating", step=0.5),
    "en rated": RatingForm(lambda stars: f"Rated {stars:.1f} out of 5", step=0.5),
    "en out of stars": RatingForm(lambda stars: f"{stars:.1f} out of 5 stars", step=0.5),
    "en word": RatingForm(lambda stars: _WORDS[int(stars)]),
    "en label": RatingForm(lambda stars: f"{stars:.0f} - {_LABELS[int(stars)]}"),
    "de": RatingForm(_stars("Sterne", "Stern")),
    "de of": RatingForm(lambda stars: f"{stars:.0f} von 5 Sternen"),
    "fr": RatingForm(_stars("étoiles", "étoile")),
    "fr of": RatingForm(lambda stars: f"{stars:.1f} sur 5".replace(".", ","), step=0.5),
    "es": RatingForm(_stars("estrellas", "estrella")),
    "es of": RatingForm(lambda stars: f"{2 * stars:.0f} sobre 10", 10, 0.5),
    "it": RatingForm(_stars("stelle", "stella")),
    "pt": RatingForm(_stars("estrelas", "estrela")),
    "nl": RatingForm(_stars("sterren", "ster")),
    "nl of": RatingForm(lambda stars: f"{2 * stars:.0f} van 10", 10, 0.5),
    "sv": RatingForm(_stars("stjärnor", "stjärna")),
    "pl": RatingForm(lambda stars: f"{stars:.0f} gwiazd{('ka', 'ki', 'ki', 'ki', 'ek')[int(stars) - 1]}"),
    "ru": RatingForm(lambda stars: f"{stars:.0f} звёзд{('а', 'ы', 'ы', 'ы', '')[int(stars) - 1]}"),
    "ru of": RatingForm(lambda stars: f"{stars:.0f} из 5"),
    "el": RatingForm(_stars("αστέρια", "αστέρι")),
    "tr": RatingForm(_stars("yıldız", "yıldız")),
    "arabic digits": RatingForm(lambda stars: chr(0x0660 + int(stars))),
    "wide digits": RatingForm(lambda stars: chr(0xFF10 + int(stars))),
    "ja": RatingForm(lambda stars: f"{stars:.0f}つ星"),
    "zh": RatingForm(lambda stars: f"{stars:.0f}星"),
    "zh of": RatingForm(lambda stars: f"{stars:.0f}/5星"),
}  # fmt: skip


def _grouped(amount: float, mark: str, thousands: str) -> str:
    return f"{amount:,.2f}".translate(str.maketrans({",": thousands, ".": mark}))


# Form → how an amount with two decimals is written; `whole` ones get none.
AMOUNTS: Mapping[str, Callable[[float], str]] = {
    "point": lambda amount: f"{amount:.2f}",
    "dollar": lambda amount: f"${_grouped(amount, '.', ',')}",
    "pound": lambda amount: f"£{_grouped(amount, '.', ',')}",
    "usd": lambda amount: f"USD {_grouped(amount, '.', ',')}",
    "comma": lambda amount: f"{amount:.2f}".replace(".", ","),
    "euro": lambda amount: f"{_grouped(amount, ',', '.')} €",
    "eur": lambda amount: f"{_grouped(amount, ',', '.')} EUR",
    "euro before": lambda amount: f"€ {_grouped(amount, ',', '.')}",
    "spaces": lambda amount: f"{_grouped(amount, ',', ' ')} €",
    "zloty": lambda amount: f"{_grouped(amount, ',', chr(0xA0))} zł",
    "koruna": lambda amount: f"{_grouped(amount, ',', ' ')} Kč",
    "krona": lambda amount: f"{_grouped(amount, ',', ' ')} kr",
    "rouble": lambda amount: f"{_grouped(amount, ',', ' ')} руб.",
    "lira": lambda amount: f"{_grouped(amount, ',', '.')} TL",
    "real": lambda amount: f"R$ {_grouped(amount, ',', '.')}",
    "franc": lambda amount: f"CHF {_grouped(amount, '.', chr(39))}",
    "forint": lambda amount: f"{round(amount) * 100:,} Ft".replace(",", " "),
    "yuan": lambda amount: f"{amount:.2f}元",
    "yen": lambda amount: f"{round(amount) * 100:,}円",
    "won": lambda amount: f"{round(amount) * 1000:,}원",
}
AMOUNT_VALUES: Mapping[str, Callable[[float], float]] = {
    "forint": lambda amount: round(amount) * 100.0,
    "yen": lambda amount: round(amount) * 100.0,
    "won": lambda amount: round(amount) * 1000.0,
}
