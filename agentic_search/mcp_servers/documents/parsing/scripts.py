"""Scripts other than Latin, the old encodings of each, and how much a decoded text looks like a language written in it.

A text that is decoded by the encoding of another script becomes letters too, but not those that a language uses most.
"""

from dataclasses import dataclass

CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґўјљњћђџѓќѕ"
GREEK = "αοιετσνηυρπκμλςάέήίόύώθδγβφχψζξωϊϋΐΰ"
HEBREW = "יוהלאתרבשמנעםכדחקפטסגזצןךףץ"
ARABIC = "اليمنوتربةعدهسفكقحأجشصىخإطذضغثئزءظآؤپچژگ،؛؟ًٌٍَُِّْ"
THAI = "านรกเงม่ยลวดทอสต้ัีปบคหิแขจพชใไโธณ็ึืูุะผซำถๆฟ์ฉศษญภฐฎฏฒฆฬฮ"
KANA = "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7))))
KANJI = (
    "日一人年大本中出会国東京時行見月分後前生社者上下子今気何手自方間長入作天晴公園値段地名都市区駅線車電話新宿西口南北案内換乗鉄部"
    "門書類送説明読源格台所赤青白黒店料理品金円議室学校予定変更週曜火水木土"
)
HANZI = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日今公园很气散步回饭吃京北好文字测试"
    "市上海安全部门文件明书价格电话信息产品服务系统管理技术工作问题社会政府企业经济发展研究活动教育学校医院资料使用方法红色灯厨房"
    "二三四五六七八九十百千万元月星期早晚东西南北省县区路号楼中华人民共和国历史银行汽车火车飞机票务换乘指南说明请送交给审核会计"
    "臺灣北市縣區路號樓電話資訊產品服務系統管理技術問題社會經濟發展研究活動教育學校醫院使用紅色燈廚房捷運轉乘颱風警報歐價寄給審核計"
    "這個們來為國說時會對於過發後裡種經麼學現當沒動還進樣開從實氣園飯測試"
)
HANGUL = (
    "이다는을가의에고하지기도로사한어자리나시대그아수은서를있것들정습니해일으보제만과인라부게원오마상장동구여전주스요"
)
CJK_MARKS = "、。，．・：；？！「」『』（）【】《》〈〉“”‘’…—ー　々"
"""Marks of all three, and the sign that repeats a character."""

FREQUENT, HELD, RARE, WRONG = 1.0, 0.5, 0.3, -1.0
"""What a character is worth: much used, of the script, perhaps of the script, of none that is written with it."""

CAPITAL = 0.97
"""The share of its small letter's worth that a capital has."""

UNUSUAL = 0.03
"""What an encoding that few used must be better by."""

MARKS = "«»„“”‘’–—…№°§©®€\xa0"


@dataclass(frozen=True, slots=True)
class Script:
    """One encoding of one script."""

    encoding: str
    frequent: frozenset[str]
    held: frozenset[str]
    others: tuple[int, int] = (0, 0)
    """First and last of further characters of the script, for one that has no alphabet."""
    other_worth: float = RARE
    penalty: float = 0.0

    @property
    def is_alphabet(self) -> bool:
        """Its letters never stand in a word with those of ASCII."""
        return not self.others[1]

    def worth(self, text: str) -> float:
        """The mean of the characters above ASCII."""
        beside = zip(f" {text}", text, f"{text[1:]} ", strict=False)
        weights = [self._weight(*each) for each in beside if not each[1].isascii()]
        return sum(weights) / max(len(weights), 1) - self.penalty

    def _weight(self, before: str, character: str, after: str) -> float:
        if self.is_alphabet and (is_odd_case(before, character) or any(map(_is_latin, (before, after)))):
            return WRONG
        small = character.lower()
        share = 1.0 if small == character else CAPITAL
        if small in self.frequent:
            return FREQUENT * share
        if small in self.held:
            return HELD * share
        if self.others[0] <= ord(character) <= self.others[1]:
            return self.other_worth
        return RARE if character in MARKS else WRONG


def is_odd_case(before: str, character: str) -> bool:
    """A large letter behind a small one, as the letters of another encoding often are."""
    return before.islower() and character.isupper()


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _alphabet(letters: str, usual: str, unusual: str = "") -> tuple[Script, ...]:
    """The first fifteen letters are the frequent ones."""
    frequent, held = frozenset(letters[:15]), frozenset(letters[15:])
    encodings = [(encoding, 0.0) for encoding in usual.split()] + [(encoding, UNUSUAL) for encoding in unusual.split()]
    return tuple(Script(encoding, frequent, held, penalty=penalty) for encoding, penalty in encodings)


HANZI_CODES = (0x4E00, 0x9FFF)
HANGUL_CODES = (0xAC00, 0xD7A3)

SHARING = (
    Script("cp932", frozenset(KANA + KANJI), frozenset(CJK_MARKS), HANZI_CODES),
    Script("gb18030", frozenset(HANZI), frozenset(CJK_MARKS), HANZI_CODES),
    Script("big5", frozenset(HANZI), frozenset(CJK_MARKS), HANZI_CODES),
)
"""The second byte of a character may be one of ASCII's."""

SCRIPTS = (
    *_alphabet(CYRILLIC, "cp1251 koi8_u cp866", "iso8859_5 mac_cyrillic"),
    *_alphabet(GREEK, "cp1253"),
    *_alphabet(HEBREW, "cp1255"),
    *_alphabet(ARABIC, "cp1256", "iso8859_6"),
    *_alphabet(THAI, "cp874"),
    *SHARING,
    Script("euc_jp", frozenset(KANA + KANJI), frozenset(CJK_MARKS), HANZI_CODES),
    Script("cp949", frozenset(HANGUL), frozenset(CJK_MARKS), HANGUL_CODES, HELD),
)
"""Of equals the first wins."""
