"""The words by which a follow-up question is known, in English, German, French and Spanish."""

import re

import regex

from agentic_search.text.lexicon import terms

CONNECTIVE = re.compile(
    r"^(?:(?:and|but|so|or|also|then|ok(?:ay)?|und|aber|oder|dann|et|mais|ou|alors|y|pero|entonces)\b[\s,]*)+",
    re.IGNORECASE,
)
"""What joins a question to the one before."""

WHAT_ABOUT = re.compile(
    r"^(?:(?:what|how)\s(?:about|of)|was\sist\smit|wie\s(?:ist|sieht|steht)\ses\s(?:mit|bei)|wie\swäre\ses\smit"
    r"|qu['’]en\sest[-\s]il\s(?:de\s|du\s|des\s|d['’])|et\spour|qué\s(?:hay|pasa|tal)\s(?:de|con))\s*\b",
    re.IGNORECASE,
)
"""What puts something new in the place of what was asked about."""

ADDING = re.compile(
    r"^(?:in|on|for|with|without|at|since|before|after|by|from|under|during|about|of|für|mit|ohne|seit|vor|nach|bei|im"
    r"|am|auf|über|von|dans|en|pour|avec|sans|depuis|avant|après|chez|sur|de|para|con|sin|desde|antes|después|sobre)\b",
    re.IGNORECASE,
)
"""What begins a part of a question, not a question."""

PRONOUN = re.compile(
    r"""\b(?:
      (?P<plain>
        (?P<kept>its|their|his|her|ihre?|leurs?|ses|there)
        |it|they|them|he|she|him|es|sie|er|ihn|ihm|davon|dafür|damit|dazu|darüber|ils?|elles?|lui|ça|cela|él|ellas?|ellos|eso)
      |(?P<pointing>this|that|these|those|dies(?:er|es|e)?|cette|ce|ces|est[ae]|es[ae])
        (?:\s(?P<kind>company|function|class|module|method|package|library|story|article|person|author|team|city|country
          |product|server|setting|option|tool|law|act|project|thing|firma|funktion|klasse|stadt|methode|entreprise
          |fonction|classe|ville|empresa|función|clase|ciudad))?
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
POINTED_AT = re.compile(
    r"\s*(?:$|[?.!,;]|(?:is|was|were|are|does|did|do|has|had|can|will|would|so|too)\b)", re.IGNORECASE
)
"""What follows where `this` stands for something and does not name it."""

FRAMES = (
    "is it possible", "is it ok", "would it be", "is it true", "it is possible", "is it safe to", "is it better to",
    "what time is it", "is it raining", "it take to", "it takes to", "it cost to", "is there", "are there", "was there",
    "were there", "there is", "there are", "there was", "there were", "there has", "there have", "gibt es",
    "ist es möglich", "wie geht es", "geht es", "dauert es", "est-ce", "qu'est-ce", "y a-t-il", "il y a", "il faut",
    "est-il possible", "fait-il",
)  # fmt: skip
SPANISH = re.compile(r"[¿¡ñ]|\b(?:qué|cuál|cuáles|cómo|quién|quiénes|dónde|cuándo|por|los|las|el)\b", re.IGNORECASE)

NAME = regex.compile(
    r"`([^`]{1,80})`|\"([^\"]{1,80})\"|\b([A-Za-z_]\w*(?:\.\w+)+(?:\(\))?|\w*[a-z0-9]_\w+|[a-z]+[A-Z]\w*"
    r"|[A-ZÄÖÜÉ][\w+#]*(?:[ -][A-ZÄÖÜÉ]\w*)*)"
)
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
NUMBER = re.compile(r"\b\d+(?:[.,]\d+)*\b")
_ARTICLE = r"(?:the|an?|my|une?|les?|la|der|die|das|den|dem|eine?[nmr]?|el|los|las|mis?)"
PHRASE_AT_END = regex.compile(rf"\b{_ARTICLE}\s\w+(?:\s\w+){{0,2}}$", regex.IGNORECASE)
"""An article, and what it belongs to."""
OBJECT = re.compile(
    r"\b(?:of|about|on|for|mentions?|named|called|über|von|für|de|sur|pour|sobre|para)\s+(\S+)", re.IGNORECASE
)

INTERROGATIVES = frozenset(
    """
    what what's who whom whose which when where why how is are was were do does did can could should would will
    has have had i tell show give find list me us many much wer wen wem wessen welche welcher welches was wann wo
    warum wie ist sind war waren hat haben kann können wird viele ich quel quelle quels quelles qui que quoi quand
    où pourquoi comment est sont était combien cuál cuáles quién qué cuándo dónde cómo cuánto cuántos cuántas es
    son fue era hay and but or und oder aber et mais ou y pero
    """.split()  # noqa: SIM905 - a list of a hundred words is no easier to read
)
BARE = frozenset(
    terms(
        "more else other others another again example examples detail details reason reasons source many much long "
        "often old far big large newest latest oldest first last mention exactly mehr noch andere beispiel beispiele "
        "grund gründe viele lange oft plus autre autres exemple exemples combien longtemps más otro otros "
        "ejemplo ejemplos cuánto cuántos wann wird wurde wurden hat"
    )
)
"""Words that say what is wanted of a subject, and are none."""
