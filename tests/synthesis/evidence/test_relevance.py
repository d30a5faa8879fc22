"""Evidence is scored by words, in any script, with the tool's order and repetitions in mind."""

import pytest

from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.synthesis.evidence.relevance import MOST_FRESH, score_evidence
from agentic_search.synthesis.evidence.unspaced_questions import without_question_words
from tests.synthesis.evidence.samples import numbered


def order(query: str, *texts: str) -> list[int]:
    return [passage.evidence.id for passage in score_evidence(query, numbered(*texts)).passages]


def test_the_passage_with_more_of_the_question_comes_first() -> None:
    texts = ("Rivers flow to the sea.", "A volcano erupts.", "The longest river in Africa is the Nile.")

    assert order("Which river is the longest in Africa?", *texts)[0] == 3


def test_words_of_the_title_count() -> None:
    about = Evidence(1, Passage(title="History", text="Somebody mentions nothing at all in this text."), "a")
    titled = Evidence(2, Passage(title="Sorting", text="Somebody mentions nothing at all in this text."), "b")

    assert [one.evidence.id for one in score_evidence("sorting", (about, titled)).passages] == [2, 1]


def test_between_equals_the_tools_own_order_decides() -> None:
    assert order("apples", "apples here and pears", "apples there or plums", "apples everywhere, cherries") == [1, 2, 3]


def test_a_first_hit_without_a_word_of_the_question_stays_behind() -> None:
    scored = score_evidence("apples", numbered("nothing of the kind", "apples"))

    assert [one.evidence.id for one in scored.passages] == [2, 1]
    assert (scored.passages[1].score, scored.passages[1].coverage) == (0, 0)


def test_a_passage_that_repeats_a_better_one_goes_below_what_is_new() -> None:
    said = "Tasks of a group are awaited when the group ends, and errors cancel the others at once."
    texts = (said, said.replace("at once", "soon"), "An event loop runs tasks.")

    assert order("group tasks awaited", *texts) == [1, 3, 2]


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("東京タワーの高さは?", ("大阪城は大阪にあります。", "東京タワーの高さは333メートルです。")),
        ("ما هي عاصمة مصر؟", ("باريس مدينة كبيرة.", "القاهرة هي عاصمة مصر.")),
        ("столица России", ("Париж — город.", "Москва — столица России.")),
        ("กรุงเทพอยู่ที่ไหน", ("ปารีสสวยงาม", "กรุงเทพอยู่ในประเทศไทย")),
    ],
)
def test_questions_in_other_scripts_find_their_passage(query: str, texts: tuple[str, ...]) -> None:
    assert order(query, *texts)[0] == 2


def test_a_question_of_no_weighty_word_leaves_the_tools_order() -> None:
    assert order("What is it?", "one", "two", "three") == [1, 2, 3]


@pytest.mark.parametrize("query", ["", "?!", "the of and", "apples"])
def test_nothing_to_compare_is_no_error(query: str) -> None:
    assert score_evidence(query, ()).passages == ()
    assert len(score_evidence(query, numbered("", "…", "words")).passages) == 3


def test_the_first_hit_of_a_search_in_the_wrong_place_is_worth_little() -> None:
    query = "How do I run several coroutines at once?"
    wrong = [Evidence(1, Passage(title="Settings", text="Say how many searches run at once."), "wrong")]
    right = [
        Evidence(
            2, Passage(title="gather", text="Run several coroutines at the same time, and wait for them."), "right"
        ),
        Evidence(3, Passage(title="run", text="Run one of the coroutines, several times."), "right"),
    ]
    assert [passage.evidence.id for passage in score_evidence(query, [*wrong, *right]).passages][-1] == 1


def test_the_parts_of_a_name_in_camel_case_weigh_as_much_as_the_name() -> None:
    weights = score_evidence("FastAPI stream", numbered("Something else.")).question.weights

    assert weights["fastapi"] == weights["stream"] == weights["fast"] + weights["api"]


def test_what_the_question_names_by_its_whole_title_is_known() -> None:
    def passage(title: str) -> Evidence:
        return Evidence(1, Passage(title=title, url="u", text="It runs pkg.run."), "t1")

    def is_known(query: str, title: str) -> bool:
        return score_evidence(query, [passage(title)]).passages[0].named

    assert is_known("What does pkg.run do?", "pkg.run") and is_known("pkg.run()", "pkg.run")
    assert not is_known("What does pkg.runner do?", "pkg.run")
    assert not is_known("What does pkg.run do?", "other.pkg.run")
    assert not is_known("run it", "run")


@pytest.mark.parametrize("fence", ["json", "YAML", "sh"])
def test_a_question_that_stands_in_an_example_of_data_is_not_what_the_passage_is_about(fence: str) -> None:
    question = "How do I read a CSV file with column names?"
    example = (
        f'Send it so, with a name:\n\n```{fence}\n{{"query": "read a csv file by column name"}}\n```\n\nThen wait.'
    )
    about = "A file that is read keeps the names of its columns."

    assert order(question, example, about) == [2, 1]


def test_words_in_an_example_of_code_do_not_cover_a_question() -> None:
    scored = score_evidence("capital of France", numbered('Ask:\n\n    >>> ask("What is the capital of France?")'))

    assert scored.passages[0].coverage == 0 and scored.passages[0].score > 0


def test_a_name_in_quotation_marks_is_named() -> None:
    (item,) = numbered("No module of this kind.")
    titled = Evidence(1, item.passage.model_copy(update={"title": "yaml"}), "t1")

    def is_known(query: str) -> bool:
        return score_evidence(query, [titled]).passages[0].named

    assert is_known("ModuleNotFoundError: No module named 'yaml'") and is_known('what is "yaml"?')
    assert not is_known("what is yaml?") and not is_known("it's yaml, isn't it") and not is_known("'yaml.load'")


def test_the_words_of_the_place_that_was_searched_are_in_all_that_it_gave() -> None:
    apart = [Evidence(n, Passage(title="", text=text), f"t{n}") for n, text in enumerate(("Open files.",) * 2, 1)]
    there = [apart[0], Evidence(2, apart[1].passage, "t2", "Python documentation")]

    assert [one.evidence.id for one in score_evidence("open files in Python", apart).passages] == [1, 2]
    scored = score_evidence("open files in Python", there).passages
    assert [one.evidence.id for one in scored] == [2, 1] and scored[0].coverage == 1.0


def test_the_order_of_records_with_fields_counts_more_than_that_of_bare_texts() -> None:
    texts = ("Of red lamps.", "Red lamps: all red lamps, and lamps that are red.")
    bare = [Evidence(n, Passage(title="", text=text), "t1") for n, text in enumerate(texts, 1)]
    records = [Evidence(each.id, each.passage.model_copy(update={"facts": (("kind", "x"),)}), "t1") for each in bare]

    def distance(evidence: list[Evidence]) -> float:
        scores = {one.evidence.id: one.score for one in score_evidence("red lamps", evidence).passages}
        return scores[1] - scores[2]

    assert distance(records) > distance(bare)


def test_of_thousands_of_passages_none_is_dropped_and_what_says_most_is_among_the_first() -> None:
    texts = [f"Post {n} stands at quay {n * 7}, which ship {n * 3} has left. The harbour." for n in range(3_000)]
    texts[2_345] = "The lamp of the harbour is red."

    passages = score_evidence("lamp of the harbour", numbered(*texts)).passages

    assert sorted(passage.evidence.id for passage in passages) == [*range(1, 3_001)]
    assert 2_346 in [passage.evidence.id for passage in passages[:3]]


@pytest.mark.parametrize(("different", "goes_down"), [(MOST_FRESH - 1, True), (MOST_FRESH, False)])
def test_only_what_comes_after_the_hundred_best_that_differ_may_repeat_one(different: int, goes_down: bool) -> None:
    texts = [f"Harbour one{n} two{n} three{n} four{n} five{n} six{n}." for n in range(different)]

    passages = score_evidence("harbour", numbered(*texts, texts[0])).passages

    last, before = passages[-1], passages[-2]
    assert last.evidence.id == different + 1
    assert (last.score < before.score / 2) is goes_down


def test_of_a_thousand_passages_alike_only_the_best_keeps_its_score() -> None:
    texts = [f"Number {n}: the lamp of the harbour is red, green, yellow, blue and white." for n in range(1_000)]

    first, *others = score_evidence("harbour lamp", numbered(*texts)).passages

    assert all(each.score < first.score / 2 for each in others)


@pytest.mark.parametrize(("query", "first"), [("wait for several jobs", 2), ("wait for all of them, the jobs", 2)])
def test_where_several_are_meant_what_is_about_a_single_one_stays_behind(query: str, first: int) -> None:
    texts = ("Wait for the single job to end; wait, wait for jobs.", "Wait for jobs of a group to end.")
    assert order(query, *texts)[0] == first
    assert order("wait for jobs", *texts)[0] == 1


@pytest.mark.parametrize(
    ("query", "content"),
    [
        ("公司总部在哪里？", "公司总部"),
        ("保修期是多久", "保修期"),
        ("如何重置密码", "重置密码"),
        ("本社はどこにありますか", "本社"),
        ("สำนักงานใหญ่อยู่ที่ไหน", "สำนักงานใหญ่"),
        ("본사 어디에 있습니까", "본사"),
        ("什么", "什么"),
        ("What is it?", "What is it?"),
    ],
)
def test_words_that_only_ask_are_no_content_in_scripts_without_spaces(query: str, content: str) -> None:
    assert without_question_words(query).strip(" ？") == content.strip(" ？")
