"""What a tool says of its own search is told apart from content, in several languages, in both directions."""

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.tools.results.self_talk import CallWords, self_talk, without_lead_in

GIVEN = CallWords.of({"query": "Who wrote Dune"})
NONE_GIVEN = CallWords.of({})


@pytest.mark.parametrize(
    "text",
    [
        "No results",
        "No results found.",
        'No results found for "Who wrote Dune".',
        'No matches found for "Who wrote Dune".',
        "**No results found**",
        "❌ No documents matched your query.",
        "0 results",
        "Found 0 results for Who wrote Dune.",
        "Nothing found.",
        "Nothing matched your search.",
        "Your search did not match any documents. Try different keywords.",
        "Sorry, I couldn't find anything about Who wrote Dune.",
        "We could not find any articles for your query. Did you mean: Who wrote June?",
        "The search returned no results.",
        "No stories found for the given keyword",
        "No restaurants found in this area",
        "Page not found",
        "The requested resource could not be found on this server.",
        "No such file or directory",
        "The archive is empty. Fill it with the import command.",
        "Who wrote Dune does not exist.",
        "# Search results for Who wrote Dune\n\nNo results found.",
        "Query: Who wrote Dune\nResults: 0 results",
        "None",
        "[]",
        "n/a",
        "I don't know.",
        "There are no matching records in the database.",
        "Keine Ergebnisse gefunden.",
        "Keine Treffer für „Who wrote Dune“.",
        "Es wurde nichts gefunden.",
        "Aucun résultat trouvé pour votre recherche.",
        "No se encontraron resultados para su búsqueda.",
        "Nessun risultato trovato.",
        "Nenhum resultado encontrado.",
        "Geen resultaten gevonden.",
        "Inga resultat hittades.",
        "Brak wyników wyszukiwania.",
        "По вашему запросу ничего не найдено.",
        "Sonuç bulunamadı.",
        "没有找到相关结果。",
        "未找到结果",
        "找不到符合條件的資料。",
        "該当する結果はありません。",
        "結果が見つかりませんでした。",
        "검색 결과가 없습니다.",
        "لم يتم العثور على نتائج",
        "Không tìm thấy kết quả.",
        "Tidak ditemukan.",
    ],
)
def test_nothing_found_is_told_from_content(text: str) -> None:
    assert self_talk(text, GIVEN) == "nothing"


@pytest.mark.parametrize(
    "text",
    [
        "Error searching libraries: TypeError: fetch failed",
        "Error: ENOENT: no such file or directory, open '/data/notes.md'",
        "ENOENT: no such file or directory, open '/data/notes.md'",
        "Error: Request failed with status code 401",
        "An error occurred while searching: timeout of 10000ms exceeded",
        "An unexpected error has occurred.",
        "Something went wrong. Please try again.",
        "Failed to fetch https://lamps.example: 403 Forbidden",
        "Failed to search: connection refused",
        "Could not connect to the database at localhost:5432.",
        "Unable to retrieve search results at this time.",
        "TypeError: Cannot read properties of undefined (reading 'map')",
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nKeyError: 'x'",
        "Request timed out after 30 seconds",
        "404 Not Found",
        "HTTP 500: Internal Server Error",
        "403 Forbidden",
        "Unauthorized",
        "Rate limit exceeded. Please wait 60 seconds.",
        "Please set API key",
        "Please set the TAVILY_API_KEY environment variable to use this tool.",
        "API key is missing",
        "NOTES_API_KEY environment variable is not set.",
        "Invalid API key provided.",
        "You are not authenticated. Please log in first.",
        "Access denied",
        "Permission denied: /etc/shadow",
        "MCP error -32603: fetch failed",
        "❌ Error: no such table: lamps",
        "Service unavailable",
        "Connection refused",
        "Fehler beim Lesen der Datei: Zugriff verweigert",
        "Fehler: Zeitüberschreitung",
        "Erreur : délai d'attente dépassé",
        "Error al buscar: tiempo de espera agotado",
        "Errore durante la ricerca: connessione rifiutata",
        "Ошибка: превышено время ожидания",
        "错误：连接超时",
        "エラー: 接続できません",
        "오류: 연결할 수 없습니다",
        "Bitte setzen Sie den API-Schlüssel.",
        "请先设置 API key",
    ],
)
def test_a_failure_told_as_success_is_told_from_content(text: str) -> None:
    assert self_talk(text, GIVEN) == "failure"


@pytest.mark.parametrize(
    "text",
    [
        "The index is not ready yet.",
        "Not indexed yet.",
        "This repository is not indexed yet. Run index_repository first.",
        "Still indexing, try again in a few minutes.",
        "Indexing in progress (34%).",
        "75 packages are not indexed yet.",
        "The search index is being built. Please try again later.",
        "Index is still loading",
        "Warming up, please wait.",
        "Results may be incomplete.",
        "Der Index ist noch nicht bereit.",
        "Pas encore indexé, réessayez plus tard.",
        "Ещё не проиндексировано, попробуйте позже.",
        "索引尚未建立，请稍后再试。",
        "まだインデックスされていません。",
    ],
)
def test_what_is_not_ready_says_so(text: str) -> None:
    assert self_talk(text, GIVEN) == "unfinished"


@pytest.mark.parametrize("text", ["Who wrote Dune", '"who wrote dune?"', "  WHO WROTE DUNE\n"])
def test_an_echo_of_the_arguments_is_no_content(text: str) -> None:
    assert self_talk(text, GIVEN) == "echo"


@pytest.mark.parametrize(
    "text",
    [
        "The lamp costs four euros.",
        "Frank Herbert wrote Dune.",
        "Frank Herbert",
        "13",
        "3.14.1",
        "yes",
        "No.",
        "false",
        "Berlin",
        "The sum of 2 and 3 is 5.",
        "Error handling in Python uses try and except.",
        "Errors should never pass silently.",
        "TypeError: raised when an operation is applied to an object of inappropriate type.",
        "Error 404 means that the page was not found on the server.",
        "404 means that the server has no such page, while 410 says that it is gone for good.",
        "ENOENT is the code of a missing file or folder on Unix systems, and errno.ENOENT its number 2.",
        "Failed states are countries whose governments cannot provide security.",
        "Failed to win a seat in 2019, she returned to the law.",
        "The expedition of 1923 found no results that supported the theory of continental drift.",
        "No evidence was found that vaccines cause autism, says a review of 1.2 million children.",
        "Nothing was found in the tomb but a broken jar and two rings of gold.",
        "Element 118 was not found in nature: it was first made in 2002 at Dubna.",
        "The lost city was never found, and no such place exists on any map of the time.",
        "An API key is required for more than 100 requests a day; without one the service is slower.",
        "To use the API, set the API key in the Authorization header. Each request counts against the rate limit.",
        "Rate limits protect servers: a client that exceeds them is answered with status 429.",
        "The tunnel is still being built and will not be ready for trains before 2031.",
        "The book is not yet available in German, Polish or Czech bookshops.",
        "Retry later is what the header Retry-After tells clients; its value is in seconds.",
        "If the search returns no results, the function gives an empty list.",
        "Empty lists are false in Python.",
        "Empty nesters often move to smaller houses.",
        "No data is stored on our servers; everything stays on your device.",
        "No documents are needed to enter Iceland from Norway.",
        "No file may be larger than 10 MB.",
        "Please set the table before the guests arrive.",
        "Found in 1938 off South Africa, the coelacanth had been thought extinct.",
        "Results of the 2020 election: Biden 306, Trump 232.",
        "Search engines rank pages by their links.",
        "Access denied is a novel by Donna Andrews about a missing computer scientist.",
        "Traceback objects hold the stack at the point where an exception was raised.",
        "Fehler sind menschlich, sagt ein Sprichwort.",
        "Keine Datei darf größer als zehn Megabyte sein, sonst lehnt der Server sie ab.",
        "Aucun homme n'est une île, écrivait John Donne.",
        "Ошибка выжившего — это систематическое искажение отбора.",
        "在1969年之前人类没有找到登上月球的办法，直到阿波罗十一号。",
        "エラー処理には try 文を使い、例外の種類ごとに書き分けます。",
        "No exact match. The closest: the red lamp costs four euros and hangs in the kitchen.",
        "2026-11-28T13:28:07+01:00",
        "main.py\nreadme.md",
        "On branch main\nnothing to commit, working tree clean",
        "x" * 2_000,
    ],
)
def test_content_with_such_words_stays_content(text: str) -> None:
    assert self_talk(text, NONE_GIVEN) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Found 2 results for Who wrote Dune:\n\nFrank Herbert did.", "Frank Herbert did."),
        ('Search results for "Who wrote Dune"\nFrank Herbert did.', "Frank Herbert did."),
        ("Query: Who wrote Dune\nResults:\nFrank Herbert did.", "Frank Herbert did."),
        ("Frank Herbert did.\nIn 1965.", "Frank Herbert did.\nIn 1965."),
        ("Results of the vote: 306 to 232.\nMore.", "Results of the vote: 306 to 232.\nMore."),
    ],
)
def test_what_only_announces_results_is_left_out(text: str, rest: str) -> None:
    assert without_lead_in(text, GIVEN).strip() == rest


def test_arguments_of_any_shape_give_their_words() -> None:
    arguments: JsonObject = {"a": ["Red Lamp", {"b": "blue"}], "n": 3, "empty": ""}
    assert CallWords.of(arguments).strings == ("Red Lamp", "blue")
