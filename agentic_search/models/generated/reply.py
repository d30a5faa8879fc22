"""Turns what a model server streams into a reply: what is meant for readers, stopped where no more will come of it.

Every ChatModel wraps its server's stream in `as_reply`.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from agentic_search.domain.run import Usage
from agentic_search.models.budget import TokenEstimate
from agentic_search.models.chat import Finish, ModelOutput
from agentic_search.models.generated.reader import ReplyReader
from agentic_search.models.generated.repetition import RepetitionDetector


async def as_reply(
    stream: AsyncGenerator[ModelOutput, None], tokens: TokenEstimate, *, prompt_tokens: int, json: bool
) -> AsyncGenerator[ModelOutput, None]:
    """The stream without thoughts and control tokens; whatever is no text is passed on.

    It is closed, so that the model stops, when its text repeats itself (the Finish says `loop`) and when the model goes
    on past the end of its turn. Then the server counts nothing: the Finish has `prompt_tokens` and an estimate.
    `json`: the reply is to be JSON.
    """
    reader, repetition = ReplyReader(json=json), RepetitionDetector(counting=not json)
    read: list[str] = []
    async with aclosing(stream) as items:
        async for item in items:
            if not isinstance(item, str):
                for rest in reader.finish() if isinstance(item, Finish) else ():
                    yield rest
                yield item
                continue
            noticed = repetition.feed(item)
            read.append(item if noticed is None else item[:noticed])
            for given in reader.feed(read[-1]):
                yield given
            if noticed is None and not reader.past_its_turn:
                continue
            for rest in reader.finish():
                yield rest
            written = tokens.count("".join(read))
            usage = Usage(model_calls=1, prompt_tokens=prompt_tokens, completion_tokens=written)
            yield Finish("stop" if noticed is None else "loop", usage)
            return
