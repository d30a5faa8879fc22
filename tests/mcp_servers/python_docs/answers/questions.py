"""Questions, each with the names any of which answers it; a line each, for the standard library of any Python."""

TUNED = """
How do I run several coroutines at once in asyncio and wait for all of them?: asyncio.wait | asyncio.gather
parse a date from an ISO string: datetime.date.fromisoformat | datetime.datetime.fromisoformat
read a csv file with column names: csv | csv.DictReader
temporary directory that deletes itself: tempfile.TemporaryDirectory
measure the execution time of small code snippets: timeit | timeit.Timer | timeit.timeit
how to split a shell command line into words: shlex.split
run an external command and capture its output: subprocess.run | subprocess.getoutput | subprocess.check_output
copy a whole directory tree: shutil.copytree
find files matching a wildcard pattern recursively: glob.glob | pathlib.Path.glob | pathlib.Path.rglob
parse command line arguments: argparse | argparse.ArgumentParser | argparse.ArgumentParser.parse_args
cache the results of a function, least recently used: functools.lru_cache
keep a list sorted while inserting: bisect | bisect.insort | bisect.insort_left | bisect.insort_right
smallest n elements of a sequence: heapq.nsmallest
convert an object to a JSON string: json.dumps
count how often each element occurs: collections.Counter
limit the time an await may take: asyncio.timeout | asyncio.wait_for
run blocking function in a thread from asyncio: asyncio.to_thread
pick a random element from a list: random.choice
generate a secure random token for a URL: secrets.token_urlsafe
compare two sequences and show the differences: difflib | difflib.ndiff | difflib.context_diff
wrap text to a given line width: textwrap.fill | textwrap.wrap | textwrap.TextWrapper
encode bytes as base64: base64.b64encode | base64.standard_b64encode
parse a URL into its components: urllib.parse.urlparse | urllib.parse.urlsplit
make a zip archive of a folder: zipfile.ZipFile | shutil.make_archive
suppress a specified exception: contextlib.suppress
standard deviation of a sample: statistics.stdev
rotate log files when they get too big: logging.handlers.RotatingFileHandler
pretty print a nested data structure: pprint | pprint.pprint | pprint.pformat | pprint.PrettyPrinter
join path components: os.path.join | pathlib.PurePath.joinpath
how does the match statement work: The "match" statement
run functions in a pool of processes: multiprocessing.Pool | multiprocessing.pool.Pool
what does str.partition do: str.partition
mock an object in a unit test: unittest.mock | unittest.mock.Mock | unittest.mock.patch | unittest.mock.MagicMock
stop iteration of dict order remember insertion: collections.OrderedDict
send an email message over SMTP: smtplib | smtplib.SMTP | smtplib.SMTP.sendmail | smtplib.SMTP.send_message
a queue shared between threads: queue | queue.Queue
read a configuration ini file: configparser | configparser.ConfigParser | configparser.RawConfigParser
compute the sha256 digest of a file: hashlib | hashlib.file_digest
create immutable data class with fields: dataclasses.field | typing.NamedTuple | dataclasses.dataclass
"""
# They helped to choose the factors of the ranking.

UNSEEN = """
wait for the first of several futures to finish: asyncio.wait | asyncio.as_completed | concurrent.futures.wait
protect an awaitable from being cancelled: asyncio.shield
start a child process asynchronously and read its output: asyncio.subprocess | asyncio.create_subprocess_exec
add days to a date: datetime.date | datetime.datetime | datetime.timedelta
format a date as text: datetime.date.strftime | datetime.time.strftime | datetime.datetime.strftime
write a dictionary to a CSV file: csv | csv.DictWriter
read lines from several files given on the command line: fileinput | fileinput.input | fileinput.FileInput
delete a directory and everything in it: shutil.rmtree
find the path of an executable on PATH: shutil.which
free disk space: shutil.disk_usage
unpack a tar archive: tarfile | tarfile.open | shutil.unpack_archive | tarfile.TarFile.extract
escape special characters in HTML: html.escape
percent-encode a query string: urllib.parse.quote | urllib.parse.urlencode | urllib.parse.quote_plus
start a simple HTTP server: http.server | socketserver | http.server.HTTPServer | http.server.ThreadingHTTPServer
median of numbers: statistics.median
shuffle a list in place: random.shuffle
make a decorator keep the name of the wrapped function: functools.wraps | functools.update_wrapper
partially apply a function's arguments: functools.partial | functools.partialmethod
close something automatically at the end of a with block: contextlib.closing | contextlib.aclosing
redirect what is printed to a file: contextlib.redirect_stdout
convert a dataclass to a dictionary: dataclasses.asdict
an enumeration with integer values: enum.IntEnum
parse an IP network address: ipaddress | ipaddress.ip_address | ipaddress.ip_network | ipaddress.IPv4Network
topological sort of a graph: graphlib | graphlib.TopologicalSorter
parse TOML: tomllib | tomllib.load | tomllib.loads
unified diff of two lists of lines: difflib.unified_diff
run a function after some seconds in another thread: threading.Timer
print a stack trace of an exception: traceback | traceback.print_tb | traceback.print_exc
remove common leading whitespace from text: textwrap.dedent
merge several sorted inputs: heapq.merge
get the source code of a function: inspect.getsource | inspect.getsourcelines
exact decimal arithmetic rounding: decimal | decimal.Context | decimal.Decimal | decimal.Decimal.quantize
read a password without echoing it: getpass.getpass
walk a directory tree: os.walk | os.fwalk
create a directory and its parents: os.makedirs | pathlib.Path.mkdir
guess the MIME type of a file name: mimetypes | mimetypes.guess_type | mimetypes.MimeTypes.guess_type
how does try except finally work: "else" clause | "except" clause | "finally" clause | The "try" statement
what is a context manager: contextlib | The "with" statement | typing.ContextManager | contextlib.contextmanager
remove a prefix from a string: str.removeprefix
open a web page in the browser: webbrowser | webbrowser.open
"""
# They were written afterwards.


def table(lines: str) -> list[tuple[str, set[str]]]:
    """Question and names."""
    rows = (line.split(": ", 1) for line in lines.strip().splitlines())
    return [(question, set(names.split(" | "))) for question, names in rows]
