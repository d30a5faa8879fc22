"""Takes the words that only ask out of questions in scripts without spaces between words, Korean among them.

Elsewhere they are stop words. Here texts are compared by pairs of characters, and `在哪里` gives pairs as rare as any
that say what is asked for.
"""

import re

from agentic_search.text.sentences import UNSPACED

_CHINESE = (
    r"请问|請問|告诉我|告訴我|我想知道|是不是|有没有|有沒有|能不能|可不可以|在什么地方|在什麼地方|什么地方|什麼地方|位于哪里|位於哪裡|在?哪[里裡儿兒]"
    r"|[在是]?哪[个個些家年天位座种種国國]?|(?:是|在|有|用|叫)?(?:什么|什麼|甚麼)(?:时候|時候|样|樣)?|(?:为|為)(?:什么|什麼|何)|怎么(?:样|办)?|怎麼(?:樣|辦)?"
    r"|怎样|怎樣|如何|是?[谁誰]|(?:是|有)?(?:多少|多久|多[大长長高远遠])|(?:是|有)?几[个個天年次点點]|是否|[吗嗎呢吧啊的了]|是(?=$|[?？])"
)
_JAPANESE = (
    r"(?:について)?教えて(?:ください)?|(?:は|に|が|を|で|の)?(?:どこ|いつ|だれ|誰|なぜ|どうして|どうやって|どのように|どの|どれ|いくら|いくつ|何)"
    r"(?:に|で(?!す)|が|を|の|から|まで)?|(?:に)?(?:あり|でき|し|い)?ますか|でしょうか|(?:なの|の)?ですか|とは|(?<=[\u3400-\u9fff])[はがをにで](?=[\u3400-\u9fff]|$)"
)
_KOREAN = (
    r"어디(?:에서|에|인가요|입니까)?|무엇(?:입니까|인가요|을|이)?|언제(?:입니까|인가요)?|누구(?:입니까|인가요|의)?|왜|어떻게|얼마(?:나|입니까|인가요)?"
    r"|있(?:습니까|나요|어요)|입니까|인가요|하나요|합니까|됩니까|되나요"
)
_THAI = r"ที่ไหน|ที่ใด|อะไร|เมื่อไหร่|เมื่อไร|เมื่อใด|ทำไม|อย่างไร|ยังไง|ใคร|เท่าไหร่|เท่าไร|กี่|ไหน|ไหม|หรือไม่|คือ|อยู่|ครับ|ค่ะ|คะ"
_ASKS = re.compile("|".join((_CHINESE, _JAPANESE, _KOREAN, _THAI)))
_UNSPACED_TEXT = re.compile(UNSPACED)


def without_question_words(query: str) -> str:
    """The question with a blank for each of them; as it is where nothing else is in it."""
    if query.isascii() or not _UNSPACED_TEXT.search(query):
        return query
    kept = _ASKS.sub(" ", query)
    return kept if any(map(str.isalnum, kept)) else query
