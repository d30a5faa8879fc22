"""What tools say of themselves instead of giving content, as patterns: found nothing, failed, not ready, a heading.

They are matched against one sentence, in lower case, without the words that the call itself put in. A pattern alone
decides nothing: what else the sentence says does (`self_talk`).
"""

import re

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
    r"(?:found|available|returned|matched|matching|located|retrieved|listed|exist|"
    r"to (?:show|display|report|return|list))"
)

NOTHING = _any_of(
    rf"\b(?:no|zero|0) (?:[\w-]+ ){{0,3}}{_THING}(?: (?:was|were|is|are|could|have|has|be|been|that|which)){{0,3}}"
    rf" {_FOUND}\b",
    rf"\b(?:no|zero|0) {_THING}\W*$",
    rf"^\W*(?:sorry\W+)?(?:there (?:is|are|were|was) |got |found |returned |showing )?(?:no|zero|0) {_THING}\b"
    r"(?= *(?:$|[-.!:,;(…–]|for\b|matches\b|match\b|matching\b|with\b|in\b|on\b|from\b|at\b|about\b|containing\b"
    r"|yet\b))",
    rf"^\W*(?:sorry\W+)?(?:there (?:is|are|were|was) )?no (?!evidence|proof|signs?|trace|survivors)[\w-]+(?:"
    rf" [\w-]+){{0,2}} {_FOUND}\b",
    r"\bnothing (?:(?:was|has been|could be|were|is) )?(?:found|matched|matches|returned|available|relevant|to \w+"
    r"|here)\b",
    r"^\W*(?:none|nothing|empty|null|nil|n/?a|undefined|nan|void|\[\]|\{\})(?: found| here)?\W*$",
    r"\b(?:could ?n[o']t|could not|can ?not|can't|did not|didn't|does not|doesn't|do not|don't|unable to|failed to|"
    r"was not able to|wasn't able to) (?:seem to )?(?:find|locate|match|return|retrieve|yield|produce|get)\b",
    r"\bnot (?:be )?(?:found|located)\b",
    r"\b(?:does|did|do)(?: not|n't) exist\b",
    r"\bno such \w+",
    r"\b(?:returned|gave|yielded|produced|got|has|have|had) (?:no|0|zero|an empty) "
    rf"{_THING}\b|\breturned (?:nothing|empty)\b",
    r"^\W*(?:there (?:is|was) )?nothing (?:in|to)\b",
    r"^\W*no (?:[\w-]+ ){1,4}(?:exists?|was found|were found)\b",
    r"^\W*it (?:looks|seems|appears) (?:like|that) there (?:is|are|were) no\b",
    r"\bsin (?:coincidencias|datos)\b",
    r"\b(?:is|are|was|came back|seems) (?:currently |now )?(?:completely )?empty\b",
    r"^\W*(?:the )?(?:result|list|response|answer|output)s?(?: set| list)? (?:is|was) (?:empty|null|none)\b",
    r"\bi (?:do not|don't) (?:know|have)\b",
    r"\bempty (?:result|list|response|set|output|page|answer|folder|directory|file)\b",
    r"\bno longer (?:exists|available)\b",
    # German, Dutch, Scandinavian, Finnish
    r"\bkeine?[nrms]? (?:\w+ ){0,2}(?:ergebnis(?:se|sen)?|treffer|daten|dokumente?|einträge?|dateien|informationen"
    r"|übereinstimmung(?:en)?|artikel|seiten?)\b",
    r"\bkeine?[nrms]? [\w-]+(?: [\w-]+){0,3} (?:gefunden|vorhanden|verfügbar)\b",
    r"\bnichts (?:\w+ )?(?:gefunden|vorhanden)\b|\bnicht (?:gefunden|vorhanden|auffindbar)\b|\bexistiert nicht\b",
    r"\bgeen (?:\w+ )?(?:resultaten|resultaat|treffers|gegevens|documenten)\b|\bniets gevonden\b|\bniet gevonden\b",
    r"\bing(?:a|en|et) (?:\w+ )?(?:resultat(?:er)?|träffar|treff|data|dokument(?:er)?)\b|\bhittades inte\b",
    r"\bikke fundet\b|\bikke funnet\b|\bei (?:tuloksia|löytynyt|löydy)\b",
    # French, Spanish, Italian, Portuguese, Romanian
    r"\baucune?s? (?:\w+ ){0,2}(?:résultats?|données?|documents?|correspondances?|trouvée?s?|éléments?|fichiers?"
    r"|réponses?)\b",
    r"\b(?:rien (?:à|n'a|trouvé|de trouvé|ne correspond)|pas de résultats?|n'a (?:rien )?(?:été )?trouvée?)\b"
    r"|\bintrouvables?\b|\bn'existe pas\b|\bpas (?:été"
    r" )?trouvée?s?\b",
    r"\bno (?:se )?(?:han |ha )?(?:encontr(?:aron|ó|ado)|hay|existe|hubo|encontramos)\b|\bsin resultados\b"
    r"|\bning[uú]n(?:a|os)? (?:resultado|dato|documento|coincidencia)s?\b",
    r"\bnessun[ao]? (?:risultat[oi]|dat[oi]|document[oi]|corrispondenz[ae]|element[oi])\b|\bnon (?:è stat[oa]"
    r" )?trovat[oiae]\b|\bnon esiste\b",
    r"\bnenhuma? (?:resultado|dado|documento|item|registro|correspondência)\b|\bnão (?:foi |foram"
    r" )?(?:encontrad[oa]s?|encontrou|encontramos|existe)\b|\bsem resultados\b",
    r"\bnici ?un rezultat\b|\bnu (?:s-au|am|a fost|au fost) găsit\w*",
    # Slavic, Hungarian, Turkish, Greek
    r"\bbrak (?:wyników|danych|dopasowań|rezultatów)\b|\bnie (?:znaleziono|znaleziony|odnaleziono|istnieje)\b",
    r"\bžádn(?:é|ý) (?:výsledk\w*|záznam\w*|data)\b|\bnenalezen\w*|\bnebyl\w* nalezen\w*|\bneboli nájden\w*",
    r"(?:ничего|нічого) не (?:найдено|знайдено|нашлось)|\bне (?:найден|знайден|удалось найти|вдалося знайти"
    r"|существует)\w*|\b(?:нет|немає) (?:результатов|результатів|данных|даних|совпадений)",
    r"\bnincs (?:találat|eredmény|adat)|\bnem (?:található|találtunk)",
    r"\bbulunamadı|\b(?:sonuç|kayıt|veri) (?:yok|bulunmuyor)|\bδεν (?:βρέθηκ|υπάρχ)\w*|\bκανένα αποτέλεσμα",
    # Scripts of their own
    r"(?:找不到|暂无|暫無|查无|查無)|(?:没有|没|未|未能|無|无|沒有|并无)(?:能)?(?:找到|搜索到|查到|查询到|发现|匹配|符合|相关|相關|任何|結果|结果|内容|內容|数据|資料|记录|紀錄)+"
    r"|(?:不存在|为空|為空)",
    r"見つかりません(?:でした)?|見つからなかった|見つかりませ|該当(?:する|データ)?.{0,6}(?:なし|ありません)|(?:結果|データ|情報)(?:は|が)?(?:ありません|なし|0件)|存在しません",
    r"(?:결과|데이터|자료|일치하는 .{0,6})(?:가|이|은|는)? ?없(?:습니다|음|어요)|"
    r"찾을 수 없(?:습니다|음|어요)|찾지 못했습니다|존재하지 않",
    r"لا (?:توجد|يوجد) (?:أي )?(?:نتائج|بيانات|نتيجة)|لم يتم العثور|غير موجود|نتیجه‌?ای یافت نشد|یافت نشد|(?:לא"
    r" נמצא)\w*|אין תוצאות",
    r"(?:कोई|कोइ) (?:\S+ ){0,2}(?:परिणाम|नतीजा|डेटा)|नहीं मिल\S*|ไม่พบ(?:ผลลัพธ์|ข้อมูล|ผลการค้นหา)?|ไม่มี(?:ผลลัพธ์"
    r"|ข้อมูล)",
    r"\bkhông (?:tìm thấy|có kết quả|tồn tại)|\btidak (?:ditemukan|ada (?:hasil|data))|\btiada (?:hasil|keputusan)",
)

NOT_FOUND = re.compile(
    r"^\W*(?:sorry\W+)?(?:i |we )?(?:could not|couldn't|can ?not|can't|was unable to|unable to|failed to) (?:find"
    r"|locate)\b"
)
"""A sentence that begins so may name what was not found at any length."""

_DOING = (
    r"(?:search|read|fetch|execut|call|process|runn|get|load|open|connect|pars|access|retriev|query|list|creat|writ|"
    r"perform|mak|invok|convert|download|request|resolv|find|look|match|receiv|communicat|authenticat|initializ|import|"
    r"decod|scrap|crawl|navigat|render|extract|start)(?:t)?ing"
)
_DO = (
    r"(?:search|read|fetch|execute|call|process|run|get|load|open|connect|parse|access|retrieve|query|list|create"
    r"|write|"
    r"perform|make|invoke|convert|download|request|resolve|look|reach|authenticate|initiali[sz]e|import|decode|scrape|"
    r"crawl|navigate|render|extract|start|complete|determine|identify|contact|return|send)"
)
_ERROR_WORD = (
    r"(?:fehler(?:meldung)?|erreur|error|errore|erro|fout|fel|fejl|feil|virhe|błąd|chyba|hiba|eroare|ошибка|помилка"
    r"|hata|"
    r"σφάλμα|错误|錯誤|出错|エラー|오류|에러|خطأ|خطا|שגיאה|त्रुटि|lỗi|kesalahan|ralat|ข้อผิดพลาด)"
)

FAILURE = _any_of(
    r"^\W*(?:(?:an?|the|internal|unexpected|fatal|unknown|api|http|server|network|tool|mcp|request|runtime|system|sql|"
    r"database|validation|syntax|timeout|connection) )*(?:error|err|failure|exception|fatal)\b(?:"
    r"(?: \(?-?\d+\)?| \(\w+\)))?\s*[:：]",
    r"^\W*(?:an? |the )?(?:[\w-]+ ){0,3}(?:error|exception|problem) (?:has |have )?(?:been )?(?:occurred|happened|was"
    r" encountered)",
    r"^\W*(?:an? )?(?:error|exception|problem|failure) (?:while|when|during|in|from) ",
    rf"^\W*error {_DOING}\b",
    r"^\W*(?:sorry\W+)?an? (?:[\w-]+ ){0,3}(?:error|exception|problem) (?:has )?occurred\b",
    r"^\W*(?:the )?[\w-]+ (?:returned|reported|raised|threw) an? (?:[\w-]+ )?(?:error|exception)\b",
    r"^\W*access .{0,40}\b(?:is|was) denied\b|^\W*(?:the )?database is locked\b",
    r"\bein fehler aufgetreten\b|\bune erreur (?:est survenue|s'est produite)\b|\bha (?:producido|ocurrido) un error\b|"
    r"\bsi è verificato un errore\b|\bocorreu um erro\b|\bпроизошла ошибка\b|\bсталася помилка\b",
    r"^\W*(?:something went wrong|oops|whoops)\b",
    r"^\W*(?:the )?(?:[\w-]+ ){0,2}(?:request|call|search|query|operation|tool|command|connection|fetch|lookup"
    r"|execution|"
    r"download|login|upload|api)(?: to \S+)? (?:has |was )?(?:failed|timed out|refused|denied|rejected|aborted"
    r"|cancelled|reset)\b",
    rf"^\W*(?:i |we |it )?(?:was |were )?(?:failed|unable|not able) to {_DO}\b",
    rf"^\W*(?:i |we )?(?:could not|couldn't|can ?not|can't) {_DO}\b",
    r"^\W*(?:uncaught )?[\w.]*[a-z](?:error|exception|fault|timeout)(?: \[\w+\])?: ",
    r"^\W*e(?:noent|acces|conn[a-z]+|perm|timedout|exist|isdir|notdir|addr[a-z]+|pipe|host[a-z]+|notfound|mfile"
    r"|inval)\b",
    r"^\W*traceback \(most recent call last\)",
    r"^\W*(?:http )?(?:(?:error|status|status code|code)[ :]+)?[45]\d\d(?: (?:error|not found|forbidden"
    r"|unauthori[sz]ed|bad request|gone|(?:internal )?server error|"
    r"too many requests|bad gateway|service unavailable|gateway time-?out|method not allowed|conflict|payment"
    r" required))?\W*(?:$|[:.\-–] )",
    r"^\W*(?:access|permission|authentication|authorization|login)(?: is| was| has)?(?: been)? (?:denied|failed"
    r"|required|expired)\b(?! is| was| are|,)",
    r"^\W*(?:(?:401|403|404|429|500|502|503|504) )?(?:unauthori[sz]ed|forbidden|bad request|not authenticated|"
    r"not authori[sz]ed|not logged in|service (?:is )?(?:temporarily )?unavailable|bad gateway|gateway time-?out"
    r"|internal server error|too many requests|"
    r"request time-?out|time-?out(?!\W*\d)|timed out|connection (?:was )?(?:refused|reset|closed|aborted|timed out"
    r"|error"
    r"|failed)|"
    r"network (?:error|unreachable)|rate limit(?:ed)?|(?:rate|usage|request) limit (?:was |has been )?(?:exceeded"
    r"|reached)|"
    r"(?:you have |your )?(?:monthly |daily )?quota|not implemented|not supported)\b",
    r"^\W*(?:invalid|missing|bad|malformed|unsupported|unknown|unrecognized|incorrect|expired|no)(?: or (?:missing"
    r"|expired|invalid))? (?:the )?(?:required )?"
    r"(?:api[ _-]?key|token|credentials?|argument|input|request|query|parameter|url|uri|path|json|syntax|command|tool|"
    r"option|field|environment variable|authentication|authorization|date|format|identifier|id|session)s?\b",
    r"^\W*(?:not configured|is not configured|requires an? (?:api[ _-]?key|account|subscription))\b",
    r"^\W*(?:this |the )?(?:tool|server|feature|service|api|backend|integration|database)(?: \S+)? (?:is|was|has)"
    r" (?:currently |temporarily |been )?"
    r"(?:not (?:configured|available|enabled|connected|running|reachable)|unavailable|disabled|down|offline|not been"
    r" configured)\b",
    rf"^\W*(?:\w+ )?{_ERROR_WORD}[a-z]*(?: (?:beim?|bei der|in|im|lors (?:de|du)|al|en|de|durante|nel(?:la)?|ao|na|no"
    rf"|bij|vid|ved|podczas|při|при|під час) [^:]{{0,60}})?\s*[:：،]",
    r"^\W*(?:fehler (?:beim?|bei|in)|erreur lors|error al|errore (?:durante|nel)|erro (?:ao|na|no)|fout bij|fel vid"
    r"|fejl ved|feil ved|błąd podczas|chyba při|ошибка при|помилка при)\b",
    r"(?:发生|發生|出现|出現)(?:了)?(?:错误|錯誤)|"
    r"(?:请求|請求|搜索|搜尋|查询|查詢|连接|連線|加载|读取|调用)(?:失败|失敗|超时|逾時|出错)|"
    r"エラーが発生|失敗しました|오류가 발생"
    r"|실패했습니다|حدث خطأ|אירעה שגיאה",
    r"^\W*(?:請|请)(?:先)?(?:设置|設定|配置|提供|登录|登入|输入)|"
    r"(?:apiキー|api キー).{0,12}(?:設定|必要|無効)|api ?키.{0,12}(?:설정|필요|없)",
    r"^\W*(?:bitte (?:\S+ ){0,6}(?:setzen|angeben|konfigurieren|eintragen|hinterlegen|anmelden)|veuillez"
    r" (?:configurer|définir|fournir|indiquer|vous connecter|renseigner)|"
    r"por favor,? (?:configure|establezca|proporcione|defina|indique|inicie)|si prega di|imposta(?:re)? la"
    r"|пожалуйста,? (?:укажите|задайте|настройте|войдите))\b",
    r"\b(?:kein(?:en)? api-?(?:schlüssel|key)|api-?schlüssel fehlt|clé (?:d')?api (?:manquante|requise|invalide|non)"
    r"|(?:falta la )?clave (?:de )?api (?:no|falta|inválida|requerida)|chiave api (?:mancante|non))\b",
    r"^\W*(?:impossible de|konnte(?:n)? (?:\S+ ){0,8}nicht|no se pudo|impossibile|não foi possível|kan (?:\S+"
    r" ){0,4}niet|nie można|nelze|не удалось|не вдалося|zugriff verweigert|accès refusé|acceso denegado|accesso"
    r" negato|доступ запрещ[её]н)\b",
)

SETUP = _any_of(
    r"\b(?:api[ _-]?key|access[ _]token|token|credentials?|environment variable|[a-z][a-z0-9]*_[a-z0-9_]+)(?: \S+)? "
    r"(?:(?:is|are|was|were|has|have|been) )*(?:missing|required|not (?:set|configured|provided|found|valid|defined)"
    r"|invalid|expired|unset|needed|empty)\b",
    r"^\W*(?:to use this tool,? )?please (?:first )?(?:(?:log|sign) ?in|authenticate|upgrade)\b",
    r"^\W*(?:to use this tool,? )?please (?:first )?(?:set|provide|configure|add|supply|specify|export|enter|install"
    r"|enable|"
    r"register|connect)\b(?=.{0,60}(?:\bkeys?\b|_key|token|credential|variable|config|password|account|url\b|server"
    r"|api|extension|subscription))",
    r"^\W*you (?:must|need to|have to|are not|aren't|don't have|do not have) (?:\w+ )?(?:set|provide|configure|log"
    r" ?in|sign ?in|"
    r"authenticated?|authori[sz]ed?|allowed|permitted|logged in|permission|access|install|connect)\b",
)
"""Failures that ask for something to be set up: with little else beside them."""

UNFINISHED = _any_of(
    r"\b(?:still|currently|now|being) (?:being )?(?:index|build|load|process|download|initializ|warm|synchroni|sync"
    r"|import|crawl|generat|comput|prepar|collect|start|fetch)(?:t)?(?:ing|ed|zing|sing)\b",
    r"\b(?:is|are) (?:still |currently )?being (?:indexed|built|loaded|processed|prepared|generated|crawled|imported"
    r"|synchroni[sz]ed)\b",
    r"\bnot (?:yet |been |fully |completely |finished )*(?:indexed|ready|loaded|processed|built|finished|complete"
    r"|completed|initiali[sz]ed|synchroni[sz]ed|available yet|indexing)\b(?: yet)?",
    r"\b(?:not|n't) (?:been |be |finished |fully )*(?:indexed|indexing|built|loaded|processed|initiali[sz]ed"
    r"|available|read) (?:yet|so far)\b",
    r"\b(?:index(?:ing)?|re-?index(?:ing)?|build|import|crawl|sync|download|processing|loading)\b.{0,30}\b(?:in"
    r" progress|under ?way|incomplete|not complete|pending|running)\b",
    r"^\W*(?:indexing|re-?indexing|processing|loading|building(?: the)? index|initializing|warming up|syncing|pending"
    r"|queued|in progress|working on it|please wait)\b",
    r"\b(?:try|ask|check|come|call) (?:\w+ )?(?:again|back)\b.{0,10}(?:\b(?:later|in|soon|when|once|shortly|after"
    r"|tomorrow)\b|\W*$)",
    r"\bretry (?:later|in|after|soon)\b",
    r"\bwarming up\b|\bnot (?:yet )?ready\b",
    r"\b(?:results?|answers?|lists?|data|figures?|counts?|output) (?:is|are|may be|might be|could be) (?:still"
    r" )?(?:incomplete|partial|provisional|preliminary|not final|not yet complete)\b",
    r"^\W*(?:these are )?(?:partial|preliminary|provisional|incomplete|interim) (?:results?|answer|data|list)\b",
    r"\bnoch nicht (?:indiziert|indexiert|bereit|verfügbar|fertig|vollständig|geladen)|wird (?:noch |gerade"
    r" )?(?:indiziert|indexiert|geladen|aufgebaut)|später (?:erneut|noch (?:ein)?mal|wieder)|versuchen sie es",
    r"\bpas encore (?:index|prêt|disponible|charg)\w*|réessayez|en cours d'indexation|indexation en cours",
    r"\b(?:todavía|aún) no (?:est|se|ha)\w*|inténtelo|intente de nuevo|vuelva a intentar|indexando|non ancora|riprova"
    r"|in corso di indicizzazione",
    r"\bainda não\b|tente novamente|nog niet|probeer (?:het )?(?:later|opnieuw)|ännu inte|försök igen|prøv igjen|prøv"
    r" igen|jeszcze nie|spróbuj ponownie",
    r"ещ[её] не|индексируется|повторите|попробуйте (?:позже|ещё|еще|снова)|ще не|спробуйте|henüz|tekrar deneyin",
    r"尚未|还未|還未|正在(?:建立|进行)?(?:索引|加载|載入|处理|處理|构建)|稍后|稍後|(?:まだ|未だ).{0,16}(?:いません|ません|ない)|作成中|処理中|読み込み中|後で(?:もう一度|再度)"
    r"|しばらく|아직|색인 (?:중|작업)|나중에 다시|잠시 후|لم .{0,12}بعد|حاول مرة أخرى|עדיין|נסה שוב",
)

HEADING = _any_of(
    r"^\W*(?:here (?:are|is)|these are|below (?:are|is)|i found|we found|found|showing|displaying|returned|listing"
    r"|returning|got)\b(?!.{0,30}\b(?:that|which|because)\b)",
    r"^\W*(?:top |first |all )?(?:\d+ |the )?(?:search |query |web |matching |relevant )?(?:results?|matches|hits"
    r"|answers?)\b(?: \d+)?(?: (?:for|of|from|found|in|about|matching|returned|to|on)\b|\W*$)",
    r"^\W*(?:search(?:ing|ed)?|query|queried|question|keywords?|term|looking up|looking for|request|input|topic|you"
    r" asked|your (?:query|question|search|request))\b(?: (?:term|text|query|results?|for|of|was|is))*\W*$",
    r"^\W*(?:ergebnisse|suchergebnisse|treffer|résultats|resultados|risultati|resultaten|resultat|wyniki"
    r"|результаты(?: поиска)?|результати|sonuçlar|搜索结果|查询结果|検索結果|검색 결과|نتائج البحث)\b",
)

ADVICE = _any_of(
    r"^\W*(?:please )?(?:try|check|use|refine|broaden|narrow|adjust|change|consider|make sure|ensure|verify|remove"
    r"|rephrase|see|run|call|"
    r"contact|report|visit|specify|provide|set|add|retry|wait|ask|start|configure|fill)\b",
    r"^\W*(?:did you mean|perhaps|maybe|you (?:can|may|might|could|should)|suggestions?|hints?|tips?|note|for help"
    r"|for more)\b",
    r"^\W*(?:versuchen|prüfen|bitte|essayez|vérifiez|veuillez|intente|pruebe|verifique|compruebe|prova|controlla"
    r"|tente|verifique|probeer|spróbuj|попробуйте|проверьте|проверить|请|請|尝试|尝試|别の|他の|다른|다시|deneyin|lütfen)",
    r"(?:お試しください|してください|해 ?주세요|하세요)\W*$",
    r"^\W*(?:sorry|unfortunately|apologies|entschuldigung|leider|désolé|lo siento|申し訳|抱歉|对不起)\W*$",
)

DONE = re.compile(r"^\W*(?:ok(?:ay)?|done|success|successful(?:ly)?|completed|finished|acknowledged|received)\W*$")
"""What a tool says of an action, and of no content."""

EXPLAINS = _any_of(
    r"\b(?:means|is raised|are raised|raised (?:when|if)|occurs? (?:when|if)|happens (?:when|if)|indicates?|is thrown"
    r"|thrown (?:when|if)|signals|refers to|"
    r"stands for|is returned|returned (?:when|if)|is caused by|are caused by|solution|workaround|fixed (?:by|in)|to"
    r" fix|solved|the fix|is the|are the|base class)\b",
    r"\b(?:if|when|whenever) (?:no|nothing)\b",
    r"\bis an? (?:song|film|novel|book|album|movie|play|poem|term|word|game|band|outcome|valid)\b",
    r"^\W*(?:if|when|whenever|where|how|what|why|which|who|wenn|falls|sobald|si|lorsque|cuando|quando|если|когда)\b",
    r"\b(?:bedeutet|signifie|significa|wird ausgelöst|означает)\b|意味|表示|意思是|という",
)
"""Who explains an error message reports none."""

FILLER: frozenset[str] = frozenset(
    terms(
        "search searched searching result results query queries question find found match matched matching matches"
        " data available"
        " return returned please try again later record records document documents entry entries item items file"
        " files page pages"
        " error failed request requested resource server database archive index indexed indexing list empty sorry"
        " unfortunately given"
        " specified provided criteria term terms keyword keywords filter filters current currently yet anything"
        " something any none zero"
        " exist exists exact relevant related similar here there show display link links within contain containing"
        " information"
        " content answer"
        " input text name path url id user key your library collection knowledge base table site web tool service"
        " system store folder"
        " directory repository project package packages source sources hit hits total number time moment ready"
        " shortly soon minute"
        " minutes second seconds second done complete completed still being progress background first wait url"
        " already following"
        " suche anfrage ihre gesuchte leider angegebene recherche requête votre demande pour búsqueda consulta su la"
        " ricerca pesquisa"
        " zoekopdracht по вашему запросу запрос поиска arama için aramanızla aramanız eşleşen trouvé encontrado"
        " encontraron trovato"
        " gefunden wurden wurde were was have has been api apis environment variable variables token tokens"
        " credentials config configuration set use using before after not no sua na no foi foram resultados résultat"
        " résultats correspond correspondant"
    )
)
"""Terms that say nothing beside such a phrase."""
