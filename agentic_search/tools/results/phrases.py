"""What tools say of themselves instead of giving content, as patterns: found nothing, failed, not ready, a heading.

They are matched against one sentence, in lower case, without the words that the call itself put in. A pattern alone
decides nothing: what else the sentence says does (`self_talk`). English is known in its many forms, of other languages
only the few words that every such sentence has.
"""

import re
from functools import cache

from agentic_search.text.lexicon import terms


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_THING = (
    r"(?:(?:search |query |exact |matching |relevant |such |more |further |direct |new |open |public |usable )*"
    r"(?:results?|match(?:es)?|hits?|items?|records?|documents?|docs|entr(?:y|ies)|rows?|data|files?|articles?|pages?|"
    r"stor(?:y|ies)|content|answers?|information|info|sources?|packages?|librar(?:y|ies)|repositor(?:y|ies)|issues?|"
    r"messages?|events?|tools?|text|passages?|links?|images?|posts?|users?|notes?|tasks?|products?|papers?|tables?|"
    r"commits?|emails?|contacts?|resources?|output|response|objects?|nodes?|entities|snippets?|references?))"
)
_FOUND = (
    r"(?:found|available|returned|matched|matching|located|retrieved|listed|exists?|"
    r"to (?:show|display|report|return|list))"
)
_THERE_IS = r"(?:sorry\W+)?(?:there (?:is|are|were|was) |got |found |returned |showing )?"

NOTHING = _any_of(
    rf"\b(?:no|zero|0) (?:[\w-]+ ){{0,3}}{_THING}(?: (?:was|were|is|are|could|have|has|be|been|that|which)){{0,3}}"
    rf" {_FOUND}\b",
    rf"\b(?:no|zero|0) {_THING}\W*$",
    rf"^\W*{_THERE_IS}(?:no|zero|0) {_THING}\b(?= *(?:$|[-.!:,;(…–]|"
    r"(?:for|match|matches|matching|with|in|on|from|at|about|containing|yet)\b))",
    rf"^\W*{_THERE_IS}no (?!evidence|proof|signs?|trace|survivors)[\w-]+(?: [\w-]+){{0,3}}(?: (?:was|were))?"
    rf" {_FOUND}\b",
    r"\bnothing (?:(?:was|has been|could be|were|is) )?(?:found|match\w*|returned|available|relevant|to \w+|here)\b",
    r"^\W*(?:there (?:is|was) )?nothing (?:in|to)\b",
    r"^\W*(?:none|nothing|empty|null|nil|n/?a|undefined|nan|void)(?: found| here)?\W*$",
    r"\b(?:can|could|do|does|did|was)(?: ?not|n?'t)(?: able to)? (?:seem to )?"
    r"(?:find|locate|match|return|retrieve|yield|produce|get)\b",
    r"\b(?:unable|failed) to (?:find|locate|match|return|retrieve|yield|produce|get)\b",
    r"\bnot (?:be )?(?:found|located)\b|\b(?:does|did|do)(?: not|n't) exist\b|\bno such \w+"
    r"|\bno longer (?:exists|available)\b",
    rf"\b(?:returned|gave|yielded|produced|got|has|have|had) (?:no|0|zero|an empty) {_THING}\b"
    r"|\breturned (?:nothing|empty)\b",
    r"^\W*it (?:looks|seems|appears) (?:like|that) there (?:is|are|were) no\b",
    r"\b(?:is|are|was|came back|seems) (?:currently |now )?(?:completely )?empty\b",
    r"\bempty (?:result|list|response|set|output|page|answer|folder|directory|file)\b",
    r"\bi (?:do not|don't) (?:know|have)\b",
    # German, Dutch, Scandinavian
    r"\bkeine?[nrms]? (?:[\w-]+ ){0,4}(?:ergebnis(?:se|sen)?|treffer|daten|dokumente?|einträge?|dateien"
    r"|informationen|gefunden|vorhanden|verfügbar)\b|\bnichts? (?:\w+ )?(?:gefunden|vorhanden)\b",
    r"\bgeen (?:\w+ )?(?:resultaten|treffers|gegevens)\b|\bnie?ts? gevonden\b",
    r"\bing(?:a|en|et) (?:\w+ )?(?:resultat(?:er)?|träff(?:ar)?|treff|data)\b|\bikke fun(?:d|n)et\b",
    # French, Spanish, Italian, Portuguese
    r"\baucune?s? (?:\w+ ){0,2}(?:résultats?|données?|documents?|trouvée?s?|éléments?)\b"
    r"|\brien (?:à|trouvé|de trouvé)\b"
    r"|\bpas de résultats?\b|\bintrouvables?\b",
    r"\bno se (?:han |ha )?encontr\w+|\bsin (?:resultados|coincidencias|datos)\b|\bning[uú]n (?:resultado|dato)s?\b",
    r"\bnessun[ao]? (?:risultat[oi]|dat[oi]|document[oi]|element[oi])\b|\bnenhuma? (?:resultado|dado|documento)\b"
    r"|\bnão (?:foi |foram )?encontrad[oa]s?\b|\bsem resultados\b",
    # Slavic, Hungarian, Turkish, Greek
    r"\bbrak (?:wyników|danych)\b|\bnie znaleziono\b|\bnenalezen\w*",
    r"\b(?:ничего|нічого)? ?не (?:найден|знайден|нашлось)\w*|\b(?:нет|немає) (?:результат|дан[нх])\w*",
    r"\bnincs (?:találat|eredmény|adat)|\bbulunamadı|\b(?:sonuç|kayıt|veri) yok|\bδεν βρέθηκ\w*",
    # Scripts without spaces, Arabic, Hindi, Vietnamese, Indonesian
    r"(?:找不到|暂无|暫無|查无|查無)|(?:没有|未能?|無|无|沒有)(?:找到|查到|匹配|符合|相关|相關|任何|結果|结果|内容|內容|数据|資料)+|不存在",
    r"見つかりませ|見つからなかった|該当.{0,8}(?:なし|ありません)|(?:結果|データ|情報)[はが]?(?:ありません|なし|0件)",
    r"(?:결과|데이터|자료)[가이은는]? ?없(?:습니다|음|어요)|찾을 수 없|찾지 못했습니다",
    r"لا (?:توجد|يوجد) نتائج|لم يتم العثور|(?:कोई (?:\S+ )?परिणाम )?नहीं मिल\S*|ไม่พบ(?:ข้อมูล)?",
    r"\bkhông (?:tìm thấy|có kết quả)|\btidak (?:ditemukan|ada hasil)",
)

NOT_FOUND = re.compile(
    r"^\W*(?:sorry\W+)?(?:i |we )?(?:could not|couldn't|can ?not|can't|was unable to|unable to|failed to) (?:find"
    r"|locate)\b"
)
"""A sentence that begins so may name what was not found at any length."""

_ACTION = (
    r"(?:search|read|fetch|execut|call|process|run|get|load|open|connect|pars|access|retriev|quer|list|creat|writ|"
    r"perform|mak|invok|convert|download|request|resolv|look|reach|authenticat|initiali[sz]|import|decod|scrap|crawl|"
    r"navigat|render|extract|start|complet|determin|identif|contact|send)"
)
_ERROR = (
    r"(?:error|err|fehler(?:meldung)?|erreur|errore|erro|fout|fel|fejl|feil|virhe|błąd|chyba|hiba|eroare|ошибка|помилка"
    r"|hata|σφάλμα|错误|錯誤|出错|エラー|오류|에러|خطأ|שגיאה|lỗi|kesalahan)"
)

FAILURE = _any_of(
    r"^\W*(?:(?:an?|the|internal|unexpected|fatal|unknown|api|http|server|network|tool|mcp|request|runtime|system|sql|"
    r"database|validation|syntax|timeout|connection) )*(?:error|err|failure|exception"
    r"|fatal)\b(?: \(?-?\d+\)?| \(\w+\))?"
    r"\s*[:：]",
    r"^\W*(?:sorry\W+)?(?:an? |the )?(?:[\w-]+ ){0,3}(?:error|exception|problem) (?:has |have )?(?:been )?"
    r"(?:occurred|happened|was encountered)",
    r"^\W*(?:an? )?(?:error|exception|problem|failure) (?:while|when|during|in|from) ",
    rf"^\W*error (?:{_ACTION}|find|match|receiv)\w?ing\b",
    r"^\W*(?:the )?[\w-]+ (?:returned|reported|raised|threw) an? (?:[\w-]+ )?(?:error|exception)\b",
    r"^\W*access .{0,40}\b(?:is|was) denied\b|^\W*(?:the )?database is locked\b",
    r"^\W*(?:something went wrong|oops|whoops)\b",
    r"^\W*(?:the )?(?:[\w-]+ ){0,2}(?:request|call|search|query|operation|tool|command|connection|fetch|lookup"
    r"|execution|download|login|upload|api)(?: to \S+)? (?:has |was )?"
    r"(?:failed|timed out|refused|denied|rejected|aborted|cancelled|reset)\b",
    r"^\W*(?:i |we |it )?(?:(?:was |were )?(?:failed|unable|not able) to|could not|couldn't|can ?not"
    rf"|can't) {_ACTION}[ey]?\b",
    r"^\W*(?:uncaught )?[\w.]*[a-z](?:error|exception|fault|timeout)(?: \[\w+\])?: ",
    r"^\W*e(?:noent|acces|conn[a-z]+|perm|timedout|exist|isdir|notdir|addr[a-z]+|pipe|host[a-z]+|notfound|mfile"
    r"|inval)\b",
    r"^\W*(?:http )?(?:(?:error|status|status code|code)[ :]+)?[45]\d\d(?: (?:error|not found|forbidden"
    r"|unauthori[sz]ed|bad request|gone|(?:internal )?server error|too many requests|bad gateway|service unavailable"
    r"|gateway time-?out|method not allowed|conflict|payment required))?\W*(?:$|[:.\-–] )",
    r"^\W*(?:access|permission|authentication|authorization|login)(?: is| was| has)?(?: been)?"
    r" (?:denied|failed|required|expired)\b(?! is| was| are|,)",
    r"^\W*(?:[45]\d\d )?(?:unauthori[sz]ed|forbidden|bad request|not (?:authenticated|authori[sz]ed|logged in)|"
    r"service (?:is )?(?:temporarily )?unavailable|bad gateway|gateway time-?out|internal server error|"
    r"too many requests|request time-?out|time-?out(?!\W*\d)|timed out|"
    r"connection (?:was )?(?:refused|reset|closed|aborted|timed out|error|failed)|network (?:error|unreachable)|"
    r"rate limit(?:ed)?|(?:rate|usage|request) limit (?:was |has been )?(?:exceeded|reached)|"
    r"(?:you have |your )?(?:monthly |daily )?quota|not implemented|not supported)\b",
    r"^\W*(?:invalid|missing|bad|malformed|unsupported|unknown|unrecognized|incorrect|expired|no)(?: or (?:missing"
    r"|expired|invalid))? (?:the )?(?:required )?"
    r"(?:api[ _-]?key|token|credentials?|argument|input|request|query|parameter|url|uri|path|json|syntax|command|tool|"
    r"option|field|environment variable|authentication|authorization|date|format|identifier|id|session)s?\b",
    r"^\W*(?:(?:is )?not configured|requires an? (?:api[ _-]?key|account|subscription))\b",
    r"^\W*(?:this |the )?(?:tool|server|feature|service|api|backend|integration|database)(?: \S+)? (?:is|was|has)"
    r" (?:currently |temporarily |been )?"
    r"(?:not (?:been )?(?:configured|available|enabled|connected|running|reachable)|unavailable|disabled"
    r"|down|offline)\b",
    # Other languages
    rf"^\W*(?:\w+ )?{_ERROR}[a-z]*(?: (?:beim?|bei|in|im|lors|al|en|de|durante|nel(?:la)?|ao|na|no|bij|vid|ved|podczas"
    r"|při|при) [^:]{0,60})?\s*[:：،]",
    r"\bein fehler aufgetreten\b|\bune erreur (?:est survenue|s'est produite)\b|\bha (?:producido|ocurrido) un error\b"
    r"|\bsi è verificato un errore\b|\bocorreu um erro\b|\bпроизошла ошибка\b",
    r"(?:发生|發生|出现|出現)了?(?:错误|錯誤)|(?:请求|請求|搜索|查询|查詢|连接|連線)(?:失败|失敗|超时|逾時|出错)|エラーが発生"
    r"|失敗しました|오류가 발생",
    r"^\W*(?:請|请)先?(?:设置|設定|配置|提供|登录|登入)",
    r"^\W*(?:bitte (?:\S+ ){0,6}(?:setzen|angeben|konfigurieren|anmelden)"
    r"|veuillez (?:configurer|définir|fournir|vous connecter)|por favor,? (?:configure|proporcione|inicie))\b",
    r"^\W*(?:impossible de|no se pudo|não foi possível|nie można|не удалось)\b"
    r"|^\W*(?:zugriff verweigert|accès refusé|acceso denegado|accesso negato|доступ запрещ[её]н)\b",
)

SETUP = _any_of(
    r"\b(?:api[ _-]?key|access[ _]token|token|credentials?|environment variable|[a-z][a-z0-9]*_[a-z0-9_]+)(?: \S+)? "
    r"(?:(?:is|are|was|were|has|have|been) )*(?:missing|required|not (?:set|configured|provided|found|valid|defined)"
    r"|invalid|expired|unset|needed|empty)\b",
    r"^\W*(?:to use this tool,? )?please (?:first )?(?:(?:log|sign) ?in|authenticate|upgrade)\b",
    r"^\W*(?:to use this tool,? )?please (?:first )?(?:set|provide|configure|add|supply|specify|export|enter|install"
    r"|enable|register|connect)\b(?=.{0,60}(?:\bkeys?\b|_key|token|credential|variable|config|password|account|url\b"
    r"|server|api|extension|subscription))",
    r"^\W*you (?:must|need to|have to|are not|aren't|don't have|do not have) (?:\w+ )?(?:set|provide|configure|log"
    r" ?in|sign ?in|authenticated?|authori[sz]ed?|allowed|permitted|logged in|permission|access|install|connect)\b",
)
"""Failures that ask for something to be set up: with little else beside them."""

_PREPARED = (
    r"(?:indexed|ready|loaded|read|processed|built|finished|completed?|initiali[sz]ed|synchroni[sz]ed|available)"
)

UNFINISHED = _any_of(
    r"\b(?:still|currently|now|being) (?:being )?(?:index|build|load|process|download|initializ|warm|synchroni|sync"
    r"|import|crawl|generat|comput|prepar|collect|start|fetch)t?(?:ing|ed|zing|sing)\b",
    rf"\b(?:is|are) (?:still |currently )?being {_PREPARED}\b",
    r"\bnot (?:yet |been |fully |completely |finished )*"
    r"(?:indexed|indexing|ready|loaded|processed|built|finished|completed?|initiali[sz]ed|synchroni[sz]ed)\b(?: yet)?",
    rf"(?:\bnot|n't) (?:been |be |finished |fully )*{_PREPARED} (?:yet|so far)\b",
    r"\b(?:(?:re-?)?index(?:ing)?|build|import|crawl|sync|download|processing|loading)\b.{0,30}\b(?:in progress"
    r"|under ?way|incomplete|not complete|pending|running)\b",
    r"^\W*(?:(?:re-?)?indexing|processing|loading|building(?: the)? index|initializing|warming up|syncing|pending"
    r"|queued|in progress|working on it|please wait)\b",
    r"\b(?:try|ask|check|come|call) (?:\w+ )?(?:again|back)\b.{0,10}(?:\b(?:later|in|soon|when|once|shortly|after"
    r"|tomorrow)\b|\W*$)|\bretry (?:later|in|after|soon)\b|\bwarming up\b",
    r"\b(?:results?|answers?|lists?|data|figures?|counts?|output) (?:is|are|may be|might be|could be) (?:still"
    r" )?(?:incomplete|partial|provisional|preliminary|not final|not yet complete)\b",
    r"^\W*(?:these are )?(?:partial|preliminary|provisional|incomplete|interim) (?:results?|answer|data|list)\b",
    # Other languages: not yet, and try again
    r"\bnoch nicht \w+|\bwird (?:noch |gerade )?(?:indiziert|indexiert|geladen|aufgebaut)|\bspäter (?:erneut|noch)"
    r"|\bpas encore \w+|\bréessayez\b|\b(?:todavía|aún) no \w+|\bintente de nuevo\b|\bnon ancora \w+|\bainda não \w+"
    r"|\btente novamente\b|\bnog niet\b|\bjeszcze nie\b|ещ[её] не|попробуйте (?:позже|снова)|\bhenüz\b",
    r"尚未|[还還]未|正在(?:建立|进行)?(?:索引|加载|載入|处理|處理|构建)|稍[后後]|まだ.{0,16}(?:ません|ない)|作成中|処理中|読み込み中"
    r"|아직|나중에 다시|잠시 후",
)

HEADING = _any_of(
    r"^\W*(?:here (?:are|is)|these are|below (?:are|is)|i found|we found|found|showing|displaying|returned|listing"
    r"|returning|got)\b(?!.{0,30}\b(?:that|which|because)\b)",
    r"^\W*(?:top |first |all )?(?:\d+ |the )?(?:search |query |web |matching |relevant )?(?:results?|matches|hits"
    r"|answers?)\b(?: \d+)?(?: (?:for|of|from|found|in|about|matching|returned|to|on)\b|\W*$)",
    r"^\W*(?:search(?:ing|ed)?|query|queried|question|keywords?|term|looking up|looking for|request|input|topic|you"
    r" asked|your (?:query|question|search|request))\b(?: (?:term|text|query|results?|for|of|was|is))*\W*$",
    r"^\W*(?:(?:such)?ergebnisse|treffer|résultats|resultados|risultati|результаты|搜索结果|検索結果|검색 결과)\b",
)

ADVICE = _any_of(
    r"^\W*(?:please )?(?:try|check|use|refine|broaden|narrow|adjust|change|consider|make sure|ensure|verify|remove"
    r"|rephrase|see|run|call|contact|report|visit|specify|provide|set|add|retry|wait|ask|start|configure|fill)\b",
    r"^\W*(?:did you mean|perhaps|maybe|you (?:can|may|might|could|should)|suggestions?|hints?|tips?|note|for help"
    r"|for more)\b",
    r"^\W*(?:versuchen|prüfen|bitte|essayez|vérifiez|veuillez|intente|pruebe|verifique|prova|controlla|tente"
    r"|попробуйте|проверьте|請|请)|(?:お試しください|してください|하세요)\W*$",
    r"^\W*(?:sorry|unfortunately|leider|désolé|lo siento|申し訳|抱歉|对不起)\W*$",
)

DONE = re.compile(r"^\W*(?:ok(?:ay)?|done|success|successful(?:ly)?|completed|finished|acknowledged|received)\W*$")
"""What a tool says of an action, and of no content."""

EXPLAINS = _any_of(
    r"\b(?:means|(?:is|are) (?:raised|thrown|returned|caused by)|(?:raised|thrown|returned|occurs?|happens)"
    r" (?:when|if)|indicates?|signals|refers to|stands for|solution|workaround|fixed (?:by|in)|to fix|solved|the fix"
    r"|is the|are the|base class)\b",
    r"\b(?:if|when|whenever) (?:no|nothing)\b",
    r"\bis an? (?:song|film|novel|book|album|movie|play|poem|term|word|game|band|outcome|valid)\b",
    r"^\W*(?:if|when|whenever|where|how|what|why|which|who|wenn|falls|sobald|si|lorsque|cuando|quando|если|когда)\b",
    r"\b(?:bedeutet|signifie|significa|означает)\b|意味|表示|意思是",
)
"""Who explains an error message reports none."""

_FILLER = """
search searched searching result results query queries question find found match matched matching matches data available
return returned please try again later record records document documents entry entries item items file files page pages
error failed request requested resource server database archive index indexed indexing list empty sorry unfortunately
given specified provided criteria term terms keyword keywords filter filters current currently yet anything something
any none zero exist exists exact relevant related similar here there show display link links within contain containing
information content answer input text name path url id user key your library collection knowledge base table site web
tool service system store folder directory repository project package packages source sources hit hits total number
time moment ready shortly soon minute minutes second seconds done complete completed still being progress background
first wait already following api apis environment variable variables token tokens credentials config configuration set
use using before after not no was were have has been so
suche anfrage ihre gesuchte leider angegebene gefunden wurden wurde recherche requête votre demande pour trouvé
résultat résultats correspond correspondant búsqueda consulta su la sua encontrado encontraron resultados ricerca
trovato pesquisa na foi foram zoekopdracht по вашему запросу запрос поиска arama için
"""


@cache
def filler() -> frozenset[str]:
    """Terms that say nothing beside such a phrase."""
    return frozenset(terms(_FILLER))
