"""The table of questions in many languages, asked of the real documents server."""

from benchmarks.quality.languages import TARGET, ask_all, read_table


async def test_nine_in_ten_questions_find_their_document_among_the_first_three() -> None:
    table = read_table()
    asked = [each for questions in table.by_name().values() for each in questions]
    answered = await ask_all(table, asked)
    missed = [each.asked.question for each in answered if not each.among_three]
    assert len({each.right[:2] for each in asked}) >= 10
    assert len(missed) <= (1 - TARGET) * len(asked), missed


def test_questions_and_documents_belong_together() -> None:
    table = read_table()
    for asked in (each for questions in table.by_name().values() for each in questions):
        assert asked.right in table.documents
        assert asked.question not in table.documents[asked.right]
