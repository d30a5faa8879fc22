"""Names of fields, and words in status fields, by which a result says something about itself.

All in lower case; `has_more` also stands for `hasmore`.
"""

from collections.abc import Mapping
from typing import Literal


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split()) | frozenset(words.replace("_", "").split())


NOTES = _names(
    "note notes message msg hint hints warning warnings info reason detail details suggestion suggestions tip tips"
    " status_message error_description help"
)
ERRORS = _names("error errors exception failure error_message err")
COUNTS = _names("count total size total_count num_results number hits_count")
UNFINISHED_IF_TRUE = _names("partial is_partial incomplete incomplete_results provisional indexing pending loading")
UNFINISHED_IF_FALSE = _names("complete is_complete ready is_final indexed")
ABOUT = (
    UNFINISHED_IF_TRUE
    | (UNFINISHED_IF_FALSE - {"indexed"})
    | _names(
        "query q search keyword status state success ok found code error_code status_code is_error failed page pages"
        " limit offset per_page page_size cursor next_cursor has_more language lang locale engine provider request_id"
        " trace_id took took_ms elapsed elapsed_ms duration_ms api_version cached truncated searched"
    )
)
"""Fields about the answer itself: alone they are not worth citing."""
RESULTS = _names(
    "results result items hits data matches records rows documents docs entries articles stories files pages sources"
    " packages list values answers response output content edges nodes messages events objects value posts"
    " repositories features products places papers videos books jobs passages snippets chunks links urls choices"
)
MISSING = _names(
    "missing not_indexed unindexed not_ready not_searched unsearched unavailable skipped excluded omitted ignored"
)
"""Beside an empty list of results: what was not searched, which is no result."""
PROSE = _names("text content body markdown answer summary")
NAMES = _names("title name path uri url id file filename heading headline subject link")
STATUS_NAMES = _names("status state code status_code result_status outcome")
STATUSES: Mapping[str, Literal["nothing", "failure", "unfinished"]] = {
    **dict.fromkeys(
        _names("noresults noresult notfound empty none nomatch nomatches nodata nocontent 404 204 zeroresults"),
        "nothing",
    ),
    **dict.fromkeys(
        _names("error failed failure fail denied unauthorized forbidden timeout unavailable exception invalid"),
        "failure",
    ),
    **dict.fromkeys(
        _names(
            "indexing pending partial inprogress processing loading queued running building warmingup notready"
            " initializing syncing incomplete notindexed 202"
        ),
        "unfinished",
    ),
}
STATUSES_OF_THINGS = _names("running pending queued building syncing processing loading failed empty")
