"""Names of fields, and words in status fields, by which a result says something about itself.

All in lower case, with and without underscores.
"""

from collections.abc import Mapping
from typing import Literal

NOTES = {
    *("note", "notes", "message", "msg", "hint", "hints", "warning", "warnings", "info", "reason", "detail", "details"),
    *("suggestion", "suggestions", "tip", "tips", "status_message", "statusmessage", "error_description", "help"),
}
ERRORS = {"error", "errors", "exception", "failure", "error_message", "errormessage", "err"}
COUNTS = {"count", "total", "size", "total_count", "totalcount", "num_results", "number", "hits_count"}
ABOUT = {
    *(
        "query",
        "status",
        "state",
        "success",
        "ok",
        "found",
        "code",
        "error_code",
        "errorcode",
        "status_code",
        "statuscode",
    ),
    *(
        "page",
        "pages",
        "limit",
        "offset",
        "per_page",
        "pagesize",
        "page_size",
        "took",
        "cursor",
        "next_cursor",
        "nextcursor",
    ),
    *("has_more", "hasmore", "language", "lang", "locale", "engine", "provider", "request_id", "requestid", "trace_id"),
    *(
        "elapsed",
        "elapsed_ms",
        "took_ms",
        "duration_ms",
        "api_version",
        "cached",
        "truncated",
        "q",
        "search",
        "keyword",
    ),
    *("partial", "is_partial", "ispartial", "incomplete", "incomplete_results", "provisional", "indexing", "pending"),
    *(
        "loading",
        "complete",
        "is_complete",
        "iscomplete",
        "iserror",
        "is_error",
        "failed",
        "ready",
        "isfinal",
        "is_final",
    ),
}
"""Fields about the answer itself: alone they are not worth citing."""
RESULTS = {
    *("results", "result", "items", "hits", "data", "matches", "records", "rows", "documents", "docs", "entries"),
    *("articles", "stories", "files", "pages", "sources", "packages", "list", "values", "answers", "response"),
    *(
        "output",
        "content",
        "edges",
        "nodes",
        "messages",
        "events",
        "objects",
        "value",
        "posts",
        "repositories",
        "features",
        "products",
    ),
    *("places", "papers", "videos", "books", "jobs", "passages", "snippets", "chunks", "links", "urls", "choices"),
}
PROSE = ("text", "content", "body", "markdown", "answer", "summary")
NAMES = {"title", "name", "path", "uri", "url", "id", "file", "filename", "heading", "headline", "subject", "link"}
UNFINISHED_IF_TRUE = {
    *(
        "partial",
        "is_partial",
        "ispartial",
        "incomplete",
        "incomplete_results",
        "provisional",
        "indexing",
        "pending",
        "loading",
    ),
}
UNFINISHED_IF_FALSE = {"complete", "is_complete", "iscomplete", "ready", "isfinal", "is_final", "indexed"}
STATUS_NAMES = {"status", "state", "code", "status_code", "statuscode", "result_status", "outcome"}
STATUSES: Mapping[str, Literal["nothing", "failure", "unfinished"]] = {
    **dict.fromkeys(
        (
            "noresults",
            "noresult",
            "notfound",
            "empty",
            "none",
            "nomatch",
            "nomatches",
            "nodata",
            "nocontent",
            "404",
            "204",
            "zeroresults",
        ),
        "nothing",
    ),
    **dict.fromkeys(
        (
            "error",
            "failed",
            "failure",
            "fail",
            "denied",
            "unauthorized",
            "forbidden",
            "timeout",
            "unavailable",
            "exception",
            "invalid",
        ),
        "failure",
    ),
    **dict.fromkeys(
        (
            "indexing",
            "pending",
            "partial",
            "inprogress",
            "processing",
            "loading",
            "queued",
            "running",
            "building",
            "warmingup",
            "notready",
            "initializing",
            "syncing",
            "incomplete",
            "notindexed",
            "202",
        ),
        "unfinished",
    ),
}
STATUSES_OF_THINGS = {
    "running",
    "pending",
    "queued",
    "building",
    "syncing",
    "processing",
    "loading",
    "failed",
    "empty",
}
