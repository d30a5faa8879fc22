"""What the tools say of themselves, written for a small language model that has to choose among many: one line each."""

SEARCH = (
    "Search the documentation of Python itself and of every installed Python package. Use this for any question about"
    " programming in Python: how to do something, which function or class to use, what a function, class, method,"
    " module, exception or language statement does. Ask in plain English and name the module where it is known. Each"
    " result has the name, the signature, the passage of the documentation that answers best, and an address to cite."
)
READ = (
    "Read the whole documentation of one Python module, class, function, method or package by its name, such as"
    " asyncio.gather. Use this when the exact name is known, or after a search, to read more than its passage. Gives"
    " the signature, the full docstring, and for modules and classes a list of what they contain."
)
LIST = (
    "List the installed Python packages whose documentation can be searched, with version and summary. Use this to find"
    " out whether a package is installed, which version it is, or what there is to ask about."
)
