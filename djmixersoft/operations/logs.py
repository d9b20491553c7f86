"""Logs: one JSON object per line, one file per process, and nothing personal in any of them.

A process writes JSON lines to its standard error; the supervisor keeps them in files that it rotates by size. An
exception is logged by its type and the places it passed, never by its message, because messages of the database carry
values (`Key (email)=(…) already exists`).
"""

import json
import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Any

MAX_BYTES = 2_000_000
KEPT_FILES = 3
HARMLESS = (ImportError, SyntaxError)  # their messages name modules and lines of ours
LINE_LIMIT = 8_000  # characters


def describe(error: BaseException) -> dict[str, object]:
    """Return what may be logged of an exception: its type, its SQLSTATE, and the places it passed."""
    from djmixersoft.operations.refusal import Refusal

    frames = traceback.extract_tb(error.__traceback__)[-12:]
    described: dict[str, object] = {
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "places": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if sqlstate := getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None):
        described["sqlstate"] = sqlstate
    if isinstance(error, (*HARMLESS, Refusal)) or type(error).__name__ == "ImproperlyConfigured":
        described["message"] = str(error)
    return described


class JsonLines(logging.Formatter):
    """Formats a record of the standard library's logging; for use in Django's LOGGING."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; of other libraries' records the place alone, for their texts hold values."""
        ours = record.name.startswith("djmixersoft")
        event = record.getMessage() if ours else f"{record.name} at {record.filename}:{record.lineno}"
        fields: dict[str, object] = {"event": event}
        if status := getattr(record, "status_code", None):
            fields["status"] = status
        if record.exc_info and record.exc_info[1]:
            fields |= describe(record.exc_info[1])
        return line(record.levelname.lower(), **fields)


def line(level: str, **fields: object) -> str:
    """Return one line of a log, without its end."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"at": at, "level": level, **fields}, ensure_ascii=False, default=str)[:LINE_LIMIT]


def configure_structlog() -> None:
    """Make `structlog.get_logger()` write the same lines."""
    import structlog

    def describe_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        error = event.pop("exc_info", None)
        error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
        return {**event, **describe(error)} if isinstance(error, BaseException) else event

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            describe_exception,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def log_uncaught() -> None:
    """Make an exception that ends this process, or one of its threads, a line like any other."""

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        text = line("critical", event="uncaught exception", **describe(error.with_traceback(trace)))
        sys.stderr.write(text + "\n")

    sys.excepthook = uncaught
    threading.excepthook = lambda args: uncaught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)


class LogFile:
    """A log file that keeps its last few millions of bytes."""

    def __init__(self, path: Path) -> None:
        """Open `path` for appending when there is something to write."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, delay=True)
        self._handler.setFormatter(logging.Formatter("%(message)s"))

    def write(self, text: str) -> None:
        """Append one line."""
        self._handler.handle(logging.LogRecord("", logging.INFO, "", 0, text, None, None))

    def close(self) -> None:
        """Close the file."""
        self._handler.close()


def pump(process: Popen[bytes], path: Path, *, trusted: bool = False) -> threading.Thread:
    """Copy the process's standard error to a log file, in a thread that ends with it.

    What isn't JSON is kept only of a `trusted` process (PostgreSQL, whose settings keep values out of its log): of
    others it could be anything.
    """
    log = LogFile(path)

    def copy() -> None:
        if process.stderr is None:
            return
        for raw in process.stderr:
            text = raw.decode("utf-8", errors="replace").rstrip()[:LINE_LIMIT]
            if not text:
                continue
            if text.startswith('{"'):
                log.write(text)
            elif trusted:
                log.write(line("info", event=text))
            else:
                log.write(line("warning", event="a line that is no JSON was left out", characters=len(text)))
        process.stderr.close()
        log.close()

    thread = threading.Thread(target=copy, name=f"log {path.name}", daemon=True)
    thread.start()
    return thread
