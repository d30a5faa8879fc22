"""A service whose model's tokeniser is dear in the language of the sources: it learns, and keeps room for the reply."""

from pathlib import Path

from tests.models.asking import sent_text
from tests.models.samples import prompt
from tests.support.ollama_double import Model, OllamaDouble, Say
from tests.support.service import running_service, stdio_entry

NUM_CTX = 4_096
REPLY = NUM_CTX // 3


def dear(text: str) -> int:
    """Half a token a Latin character, two for any other."""
    return sum(1 if character.isascii() else 4 for character in text) // 2


async def test_of_searches_with_russian_sources_only_the_first_may_be_refused(tmp_path: Path) -> None:
    model = Model("qwen3:8b", tokenizer=dear, script=lambda _: [Say("В гавани [1].")])
    async with OllamaDouble([model]) as ollama:
        settings = {"NUM_CTX": str(NUM_CTX)}
        service = running_service(tmp_path, servers={"slow": stdio_entry()}, ollama=ollama.url, settings=settings)
        async with service as running:
            await running.ready_servers("slow")
            for number in range(6):
                texts = (prompt("Russian", 100 * number + seed)[1] for seed in range(4))
                plan = {"tasks": [{"tool": "slow.echo", "arguments": {"text": text * 9}} for text in texts]}
                run = await running.ask("Что стоит в гавани?", plan=plan)
                assert run["status"] == "completed" and run["answer"] == "В гавани [1]."
    first, *others = ollama.chats
    assert first.outcome == "refused"
    assert len(others) == 6 and {chat.outcome for chat in others} == {"answered"}
    sizes = [model.tokens(sent_text(chat.body)) for chat in others]
    assert all(0.55 * (NUM_CTX - REPLY) < size <= NUM_CTX - REPLY for size in sizes), sizes
