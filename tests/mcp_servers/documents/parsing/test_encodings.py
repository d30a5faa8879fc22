"""Text in old encodings, of one line too, is read as what was written, whatever its script."""

import pytest

from agentic_search.mcp_servers.documents.parsing.decoding import decode
from agentic_search.mcp_servers.documents.parsing.document import Unreadable

TEXTS = {
    "gb18030": [
        "北京",
        "红色的灯在厨房里",
        "上海地铁换乘指南及票价说明",
        "价格：十二欧元, lamp",
    ],
    "big5": ["紅色的燈在廚房裡", "請將文件寄給會計部門審核", "颱風警報"],
    "cp932": ["東京", "東京は晴れ。lamp", "赤いランプは台所にあります", "価格：十二ユーロ", "新宿駅西口"],
    "euc_jp": ["東京は晴れ。lamp", "会計部門に書類を送ってください", "地下鉄乗換案内", "コンピュータの電源"],
    "iso2022_jp": ["東京は晴れ。lamp", "カタカナのテスト"],
    "cp949": ["서울", "빨간 램프는 부엌에 있습니다", "회계 부서로 서류를 보내 주세요", "가격: 십이 유로"],
    "iso2022_kr": ["빨간 램프는 부엌에 있습니다"],
    "cp1251": ["Москва", "Красная лампа на кухне", "ВНИМАНИЕ! ВЫСОКОЕ НАПРЯЖЕНИЕ", "Червона лампа на кухні"],
    "koi8_r": ["Москва", "Красная лампа на кухне", "ВНИМАНИЕ! ВЫСОКОЕ НАПРЯЖЕНИЕ", "цена"],
    "koi8_u": ["Надішліть документи до бухгалтерії"],
    "cp866": ["Москва", "Отправьте документы в бухгалтерию"],
    "iso8859_5": ["Красная лампа на кухне", "Новый год"],
    "mac_cyrillic": ["Москва", "Красная лампа на кухне"],
    "cp1253": ["Αθήνα", "Η κόκκινη λάμπα είναι στην κουζίνα", "ΠΡΟΣΟΧΗ ΥΨΗΛΗ ΤΑΣΗ"],
    "cp1255": ["ירושלים", "המנורה האדומה במטבח"],
    "cp1256": ["القاهرة", "المصباح الأحمر في المطبخ"],
    "iso8859_6": ["المصباح الأحمر في المطبخ"],
    "cp874": ["กรุงเทพ", "โคมไฟสีแดงอยู่ในครัว"],
    "cp1252": [
        "Größe",
        "Hôtel",
        "à bientôt",
        "L’été dernier, j’ai mangé",
        "mañana",
        "Åre",
        "5 µm ± 2 °C",
        "§ 5 – „Zitat“",
    ],
    "mac_roman": ["Größe", "Hôtel", "à bientôt", "Die Lampe ist größer", "mañana"],
    "cp850": ["Größe", "Die Lampe ist größer", "à bientôt, garçon"],
    "cp437": ["Déjà vu: garçon, où êtes-vous?"],
    "cp1250": ["Łódź", "Żółta lampa świeci", "Příliš žluťoučký kůň", "árvíztűrő tükörfúrógép"],
    "iso8859_2": ["Żółta lampa świeci", "Červená lampa"],
    "cp852": ["Zażółć gęślą jaźń"],
    "cp1254": ["Işık", "kırmızı lamba yağmur"],
    "cp1257": ["Žalia lempa šviečia ąžuole"],
}
LINES = [(encoding, text) for encoding, texts in TEXTS.items() for text in texts]


@pytest.mark.parametrize(
    ("encoding", "text"), [(encoding, text) for encoding, texts in TEXTS.items() for text in texts]
)
def test_one_line_in_an_old_encoding_is_read_as_it_was_written(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["the red lamp\n", "größer, 12 €\n", "Красная лампа\n", "東京は晴れ。\n"])
def test_unicode_without_a_mark_is_read_and_said_so(encoding: str, text: str) -> None:
    read, note = decode(text.encode(encoding))
    assert read == text
    assert note == f"no mark tells its encoding; read as {encoding[:6].upper()}"


def test_text_of_mixed_encodings_loses_none_of_what_is_utf8() -> None:
    read, note = decode("größer 東京 \n".encode() * 20 + "größer\n".encode("latin-1"))
    assert read.count("größer 東京") == 20
    assert note == "some bytes are no UTF-8"


@pytest.mark.parametrize("data", [b"\0\1\2\3" * 20, b"\x1b$B" + bytes(range(256)), bytes(range(1, 32)) * 9])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="binary"):
        decode(data)
