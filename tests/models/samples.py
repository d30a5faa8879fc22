"""Texts in five languages, and prompts made of them as searches send them: English rules, then sources."""

import random

_ENGLISH = """The old harbour has been rebuilt twice since the great flood. Its northern quay, once the home \
of forty fishing boats, now serves a ferry that leaves every two hours. Most visitors come for the lighthouse, \
which still works. In winter the wind is so strong that the ferry stays where it is, and the island can only be \
reached by air. Prices are low between October and March; a room with a view of the sea costs about as much as \
a good dinner. A museum beside the church shows how the harbour was dug by hand, and what the workers ate while \
they did it."""
_GERMAN = """Der alte Hafen wurde seit der großen Flut zweimal neu gebaut. Am nördlichen Kai, früher die \
Heimat von vierzig Fischerbooten, legt heute alle zwei Stunden eine Fähre ab. Die meisten Besucher kommen wegen \
des Leuchtturms, der noch immer in Betrieb ist. Im Winter weht der Wind so stark, dass die Fähre liegen bleibt \
und man die Insel nur über die Luft erreicht. Zwischen Oktober und März sind die Preise niedrig; ein Zimmer mit \
Blick auf das Meer kostet etwa so viel wie ein gutes Abendessen. Das Museum neben der Kirche zeigt, wie der \
Hafen mit bloßen Händen ausgehoben wurde."""
_RUSSIAN = """Старую гавань дважды перестраивали после большого наводнения. У северного причала, где раньше \
стояли сорок рыбацких лодок, теперь каждые два часа отходит паром. Большинство гостей приезжают ради маяка, \
который работает до сих пор. Зимой ветер такой сильный, что паром остаётся на месте, и на остров можно попасть \
только по воздуху. С октября по март цены низкие: комната с видом на море стоит примерно столько же, сколько \
хороший ужин. Музей рядом с церковью показывает, как гавань копали вручную и чем кормили рабочих."""
_CHINESE = """大洪水之后，这座老港口重建过两次。北边的码头从前停着四十条渔船，现在每两个小时有一班渡轮。大多数\
游客是为了那座仍在使用的灯塔而来。冬天风很大，渡轮只好停航，去岛上只能坐飞机。十月到三月之间价格便宜，一间看得见\
海的房间大约和一顿好晚饭一样贵。教堂旁边的博物馆介绍了人们怎样用双手挖出这个港口，还有当时工人吃些什么。"""
_CODE = '''class Harbour:
    """Where ferries come in."""

    def __init__(self, name: str, berths: int = 4) -> None:
        self.name = name
        self._free = list(range(berths))
        self._waiting: dict[str, float] = {}

    def arrive(self, ferry: str, *, at: float) -> int | None:
        if not self._free:
            self._waiting[ferry] = at
            return None
        berth = self._free.pop(0)
        print(f"{ferry!r} is at berth {berth} of {self.name} ({at:.2f})")
        return berth

    def leave(self, berth: int) -> None:
        self._free.append(berth)
        if self._waiting and len(self._free) > 1:
            first = min(self._waiting, key=self._waiting.__getitem__)
            self.arrive(first, at=self._waiting.pop(first) + 0.25)
'''

TEXTS = {"English": _ENGLISH, "German": _GERMAN, "Russian": _RUSSIAN, "Chinese": _CHINESE, "code": _CODE}
"""One text of each kind; that of code is Python."""


def prompt(language: str, seed: int) -> tuple[str, str]:
    """The rules, and one to five sources in the language, each a different choice of its sentences."""
    chance = random.Random(f"{language} {seed}")
    parts = _parts(language)
    sources = (chance.choices(parts, k=chance.randint(3, 12)) for _ in range(chance.randint(1, 5)))
    return _ENGLISH, "\n\n".join(f'<source id="{id_}">\n{"".join(text)}\n</source>' for id_, text in enumerate(sources))


def _parts(language: str) -> list[str]:
    text = TEXTS[language]
    end = {"Chinese": "。", "code": "\n\n"}.get(language, ". ")
    return [f"{part}{end}" for part in text.split(end) if part]


PROMPTS = [prompt(language, seed) for language in TEXTS for seed in range(3)]
