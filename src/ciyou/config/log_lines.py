"""Lines of the log that hold no personal data: where something broke and what kind of error it was, never what it said.

A database's own words for a refused row quote the row ("Failing row contains …"), and a library's quote the value that it could not
read. So of an error nothing but its type and its places in the code is written; of our own errors their codes as well.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from types import TracebackType

from ciyou.core.errors import CiyouError

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_ANSWER = re.compile(r"/((?:school-)?answer)/[^/\s]+")


class LogLine(logging.Formatter):
    """`time level logger message`, and below it where an error came from."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # logging's own name
        """The line; of a one-time link's address the token is left out, for it opens what was sent about a child."""
        return _ANSWER.sub(r"/\1/…", super().formatMessage(record))

    def formatException(self, ei: _ExcInfo) -> str:  # logging's own name
        """The chain of an error, the first cause first: places and types."""
        error = ei[1]
        return "" if error is None else "\n".join(_told(error))


def _told(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before)
    for frame in traceback.extract_tb(error.__traceback__, limit=-30):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
    kind = type(error)
    codes = " ".join(problem.code for problem in error.problems) if isinstance(error, CiyouError) else ""
    yield f"{kind.__module__}.{kind.__qualname__} {codes}".rstrip()
