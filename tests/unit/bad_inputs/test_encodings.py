"""The encoding of a file is detected from its words; what stays uncertain is told."""

import json

import pytest

from tests.unit.bad_inputs.reviews import mark, review, reviews, text_of

# Encoding → the names and texts of three guests.
TEXTS = {
    "cp1250": [
        ("Věra Dvořáková", "Skvělá polévka a příjemná obsluha"),
        ("Jiří", "Čekali jsme hodinu, škoda"),
        ("Žaneta", "Řízek byl výborný"),
    ],
    "iso8859_2": [
        ("Stanisław", "Pyszne pierogi, świeże i gorące"),
        ("Małgorzata", "Obsługa bardzo miła, wrócę tu jeszcze"),
        ("Józef", "Zupa była zimna, niestety źle przyprawiona"),
    ],
    "cp1251": [
        ("Ольга", "Вкусные пельмени, уютный зал"),
        ("Фёдор", "Официант забыл про нас"),
        ("Юлия", "Цены высокие, но вернёмся"),
    ],
    "koi8_r": [
        ("Ольга", "Вкусные пельмени, уютный зал"),
        ("Фёдор", "Официант забыл про нас"),
        ("Юлия", "Цены высокие, но вернёмся"),
    ],
    "cp866": [
        ("Сергей", "Отличное место для ужина"),
        ("Марина", "Суп был холодным"),
        ("Павел", "Очень медленно, но вкусно"),
    ],
    "cp1253": [
        ("Γιώργος", "Εξαιρετική μουσακάς και ευγενικό προσωπικό"),
        ("Ελένη", "Περιμέναμε μία ώρα"),
        ("Νίκος", "Θα ξαναπάμε σίγουρα"),
    ],
    "cp1254": [
        ("Ayşe Yıldız", "Yemekler çok lezzetliydi, teşekkürler"),
        ("Gökhan", "Garson ilgisizdi, bir daha gelmeyeceğim"),
        ("İbrahim", "Fiyatlar biraz yüksek ama değer"),
    ],
    "cp1256": [
        ("محمد", "الطعام لذيذ جدا والخدمة ممتازة"),
        ("فاطمة", "انتظرنا وقتا طويلا"),
        ("أحمد", "المكان نظيف والأسعار معقولة"),
    ],
    "gb18030": [
        ("陈晓", "菜很好吃，环境也不错"),
        ("刘洋", "服务员态度不好，等了一个小时"),
        ("赵敏", "价格有点贵，但是值得"),
    ],
    "big5": [
        ("陳小姐", "餐點非常好吃，下次還會再來"),
        ("林先生", "服務態度不好，等了很久"),
        ("黃太太", "價錢有點高，但是值得"),
    ],
    "shift_jis": [
        ("鈴木", "ラーメンがとても美味しかったです"),
        ("高橋", "店員さんが親切で、また行きたい"),
        ("渡辺", "予約したのに待たされました"),
    ],
    "euc_jp": [
        ("鈴木", "ラーメンがとても美味しかったです"),
        ("高橋", "店員さんが親切で、また行きたい"),
        ("渡辺", "予約したのに待たされました"),
    ],
    "euc_kr": [
        ("김민준", "음식이 정말 맛있고 직원들이 친절해요"),
        ("이서연", "한 시간이나 기다렸습니다"),
        ("박지훈", "가격은 조금 비싸지만 또 가고 싶어요"),
    ],
    "mac_roman": [
        ("Hélène", "Très bon dîner, service agréable"),
        ("Jérôme", "Trop salé, à éviter"),
        ("Zoé", "Le café était froid"),
    ],
}
READ_AS = {"big5": "cp950", "shift_jis": "cp932", "euc_kr": "cp949"}  # supersets

WESTERN = [
    ["Très bonne soirée, merci à l’équipe", "Le pâté était délicieux", "Ça coûte 30 € – trop cher"],
    ["Köstliche Klöße und süße Soße", "Müde Bedienung", "Für 12 € sehr günstig"],
    ["¡Qué rico! El niño comió muchísimo", "Atención pésima", "Volveré mañana"],
    ["A comida não é boa", "Ótimo café da manhã", "Atenção às porções"],
    ["Il caffè è buono", "Così così", "Più caro di lunedì"],
    ["Bøffen var mør", "Dårlig betjening på søndag", "Æblekagen er god"],
    ["Köttbullarna är underbara", "För långsam service", "Åh så gott"],
    ["Hyvää ruokaa", "Pöytä oli likainen", "Söimme äänettä"],
    ["Maturinn var góður", "Þjónustan var slæm", "Ég kem aftur í kvöld"],
    ["De crème brûlée was één groot feest", "Geïnteresseerde ober", "Patiënten koks"],
    ["TRÈS BON ACCUEIL", "À ÉVITER ABSOLUMENT", "DÉÇU PAR LE PÂTÉ"],
    ["SCHÖNE GRÜSSE", "KÄSE ÜBERBACKEN", "NIE WIEDER, LEIDER ÖDE"],
    ["ATENCIÓN PÉSIMA", "EL NIÑO COMIÓ MÁS", "VOLVERÉ MAÑANA"],
    ["It’s “great” – really…", "Don’t miss the jalapeño burger", "£5 for a café au lait, 20° outside"],
]


def in_rows(pairs, count):
    """Return as many reviews, with a mark each, their names and texts in turn."""
    turns = [pairs[number % len(pairs)] for number in range(count)]
    return [
        review(number, customer_name=name, review_text=f"{text} {mark(number)}")
        for number, (name, text) in enumerate(turns, 1)
    ]


def assert_cells_are_those_of(rows, delivery):
    for name in ("customer_name", "review_text"):
        assert delivery.column(name) == [row[name] for row in rows]


@pytest.mark.parametrize("count", [3, 500])
@pytest.mark.parametrize("encoding", TEXTS)
def test_F40_a_code_page_is_told_by_its_words(encoding, count, send):
    rows = in_rows(TEXTS[encoding], count)

    delivery = send(text_of(rows).encode(encoding))

    assert delivery.report["encoding"] == READ_AS.get(encoding, encoding)
    assert delivery.report["issues"] == {}
    assert_cells_are_those_of(rows, delivery)


@pytest.mark.parametrize("delimiter", ["|", "\t", ";"])
@pytest.mark.parametrize("encoding", ["gb18030", "big5", "shift_jis"])
def test_F40_the_second_byte_of_a_character_is_no_delimiter(encoding, delimiter, send):
    words = {
        "gb18030": "很好吃的東西不錯",
        "big5": "功能很好吃的許蓋",
        "shift_jis": "とても美味しいソーポ表能",
    }[encoding]
    rows = in_rows([("王", words + "\\" if encoding == "gb18030" else words)], 40)

    delivery = send(text_of(rows, delimiter=delimiter).encode(encoding))

    assert delivery.report["delimiter"] == delimiter
    assert_cells_are_those_of(rows, delivery)


@pytest.mark.parametrize("encoding", ["gb18030", "shift_jis", "euc_kr", "cp1251"])
@pytest.mark.parametrize("shift", [0, 1])
def test_F40_a_character_may_lie_across_two_chunks(encoding, shift, send):
    name, text = TEXTS[encoding][0]
    rows = in_rows([(name, "x" * shift + text * 150)], 1_000)

    delivery = send(text_of(rows).encode(encoding))

    assert delivery.report["issues"] == {}
    assert_cells_are_those_of(rows, delivery)


@pytest.mark.parametrize("texts", WESTERN, ids=lambda texts: texts[0].split()[0])
@pytest.mark.parametrize("count", [3, 500])
def test_F41_western_texts_stay_cp1252(texts, count, send):
    rows = in_rows([(f"Guest {number}", text) for number, text in enumerate(texts)], count)

    delivery = send(text_of(rows).encode("cp1252"))

    assert delivery.report["encoding"] == "cp1252"
    assert delivery.report["issues"] == {}
    assert_cells_are_those_of(rows, delivery)


@pytest.mark.parametrize(
    "names",
    [["José"], ["Zoë", "François"], ["Müller"], ["Núñez", "Søren", "Åsa", "João"], ["RENÉE", "JÜRGEN"]],
)
def test_F41_a_few_western_names_stay_cp1252(names, send):
    rows = reviews(300)
    for place, name in enumerate(names):
        rows[100 + place] |= {"customer_name": name}

    delivery = send(text_of(rows).encode("cp1252"))

    assert delivery.report["encoding"] == "cp1252"
    assert delivery.report["issues"] == {}
    assert delivery.column("customer_name") == [row["customer_name"] for row in rows]


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("iso8859_5", ["Вкусные пельмени", "Очень долго ждали", "Больше не придём"]),
        ("cp874", ["อาหารอร่อยมาก", "บริการดี", "ราคาแพง"]),
    ],
)
def test_F42_an_uncertain_encoding_is_an_issue_of_the_rows_that_it_concerns(encoding, texts, send):
    rows = [*reviews(2), *(review(3 + place, review_text=text) for place, text in enumerate(texts))]

    delivery = send(text_of(rows).encode(encoding))

    issues = [row["issues"] for row in delivery.rows]
    assert issues[:2] == [[], []]
    assert all("encoding_uncertain" in each for each in issues[2:])
    assert delivery.report["status"] != "pass"
    assert delivery.report["issues"]["encoding_uncertain"]["count"] == 3
    assert len(delivery.report["encoding_evidence"]["scores"]) == 3


@pytest.mark.parametrize("encoding", ["mac_roman", "cp437"])
@pytest.mark.parametrize(
    "texts", [["déjà vu", "très salé"], ["Größe für", "schöne Käse"], ["mañana también", "está"]]
)
def test_F42_mac_and_dos_texts_are_never_read_wrongly_in_silence(encoding, texts, send):
    rows = in_rows([("Al", text) for text in texts], 4)

    delivery = send(text_of(rows).encode(encoding))

    right = delivery.column("review_text") == [row["review_text"] for row in rows]
    assert right or delivery.report["issues"]["encoding_uncertain"]["count"] == 4


def test_F42_uncertain_restaurant_facts_are_marked(send):
    body = "restaurant_name,address,avg_stars,total_reviews\nอาหารอร่อยมาก,ราคาแพง,4,9\nBo,Main St,3,7\n"

    delivery = send(body.encode("cp874"))

    assert ["encoding_uncertain" in row["issues"] for row in delivery.rows] == [True, False]
    assert delivery.report["status"] == "warn"


def test_F43_utf8_with_some_rows_in_a_code_page_stays_utf8(send):
    rows = in_rows([("Zoë", "Très bon"), ("Łukasz", "Świetne"), ("Jürgen", "Süß")], 30)
    lines = text_of(rows).encode().splitlines(keepends=True)
    for place in (5, 12):
        lines[place] = lines[place].decode().encode("cp1252", "replace")

    delivery = send(b"".join(lines))

    assert delivery.report["encoding"] == "utf-8"
    assert [row["source_row"] for row in delivery.rows if row["issues"]] == [12]
    assert delivery.report["encoding_evidence"]["other_rows"] == 1
    assert delivery.holds_each_mark_once(30)


def test_F43_truncated_utf8_characters_do_not_make_it_a_code_page(send):
    rows = in_rows(TEXTS["gb18030"], 9)
    lines = [
        line[:-1].replace(b"Downtown", "市".encode()[:2]) for line in text_of(rows).encode().splitlines(True)
    ]

    delivery = send(b"\n".join(lines))

    assert delivery.report["encoding"] == "utf-8"
    assert_cells_are_those_of(rows, delivery)
    assert delivery.report["issues"]["undecodable_text"]["count"] == 9


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "gb18030"])
def test_F43_utf8_rows_within_another_encoding_are_read_as_utf8(encoding, send):
    pairs = TEXTS.get(encoding, [("Renée", "Très salé"), ("Jérôme", "Déçu"), ("Zoë", "Le café était froid")])
    rows = in_rows(pairs, 30)
    lines = text_of(rows).encode(encoding).splitlines(keepends=True)
    for place in (7, 20):
        lines[place] = lines[place].decode(encoding).encode()

    delivery = send(b"".join(lines))

    assert delivery.report["encoding"] == encoding
    assert_cells_are_those_of(rows, delivery)


def test_F44_a_byte_order_mark_before_another_encoding_is_removed(send):
    rows = in_rows([("Renée", "Très salé"), ("Jérôme", "Déçu")], 3)

    delivery = send(b"\xef\xbb\xbf" + text_of(rows).encode("cp1252"))

    assert delivery.report["encoding"] == "cp1252"
    assert delivery.column("source_review_id") == ["1", "2", "3"]
    assert_cells_are_those_of(rows, delivery)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_F44_utf16_without_a_mark_is_told_by_its_header(encoding, send):
    rows = in_rows([(name, text * 9) for name, text in TEXTS["gb18030"]], 90)

    delivery = send(text_of(rows).encode(encoding))

    assert delivery.report["encoding"] == encoding
    assert_cells_are_those_of(rows, delivery)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_F44_utf16_json_without_a_mark_is_told_by_its_first_name(encoding, send):
    reviews_in_greek = [{"a": name, "review_text": text} for name, text in TEXTS["cp1253"]]
    body = json.dumps(reviews_in_greek, ensure_ascii=False)

    delivery = send(body.encode(encoding))

    assert delivery.report["encoding"] == encoding
    assert delivery.column("review_text") == [text for _, text in TEXTS["cp1253"]]


def test_F40_stars_do_not_make_a_chinese_file_uncertain(send):
    rows = in_rows(TEXTS["gb18030"], 30)
    rows = [
        row | {"rating": "★" * (1 + number % 5) + "☆" * (4 - number % 5)} for number, row in enumerate(rows)
    ]

    delivery = send(text_of(rows).encode("gb18030"))

    assert delivery.report["issues"] == {}
    assert delivery.column("rating_1_5") == [1.0 + number % 5 for number in range(30)]


@pytest.mark.parametrize("encoding", ["mac_roman", "cp1251"])
def test_F40_rows_may_end_in_a_carriage_return_alone(encoding, send):
    rows = in_rows(TEXTS[encoding], 60)

    delivery = send(text_of(rows).replace("\n", "\r").encode(encoding))

    assert delivery.report["encoding"] == encoding
    assert_cells_are_those_of(rows, delivery)


FEW_WORDS = [
    ("cp1254", ["Ağaoğlu", "Uğur", "Şule", "İsmail", "Aydın", "Karadağ"]),
    ("cp1250", ["Győri", "Kučera", "Ondřej", "Zielińska", "Đorđević"]),
    ("cp1253", ["Γιώργος", "Θανάσης", "Νίκος"]),
    ("cp1257", ["Kęstutis", "Mažeika", "Dalė"]),
    ("iso8859_15", ["cœur", "12 €"]),
]


@pytest.mark.parametrize(
    ("encoding", "name"), [(encoding, name) for encoding, names in FEW_WORDS for name in names]
)
def test_F90_a_single_odd_name_is_never_read_wrongly_in_silence(encoding, name, send):
    rows = reviews(30)
    rows[10] |= {"customer_name": name}

    delivery = send(text_of(rows).encode(encoding))

    right = delivery.column("customer_name") == [row["customer_name"] for row in rows]
    assert right or [row["source_row"] for row in delivery.rows if row["issues"]] == [11]


def test_F91_latin_9_is_told_by_its_own_letters(send):
    texts = ["Un bœuf très tendre", "De tout cœur", "Ma sœur a aimé", "Des œufs brûlés", "Menu à 12 €"]
    rows = in_rows([("Zoë", text) for text in texts], 30)

    delivery = send(text_of(rows).encode("iso8859_15"))

    assert delivery.report["encoding"] == "iso8859_15"
    assert_cells_are_those_of(rows, delivery)
