"""Logs hold no value that somebody typed."""

import json
import logging

import pytest

from djmixersoft.operations.logs import JsonLines, describe
from djmixersoft.operations.refusal import Refusal

SECRET = "eve@example.org"


def test_an_exception_is_described_without_its_message() -> None:
    with pytest.raises(ValueError, match=SECRET) as raised:
        int(SECRET)
    described = json.dumps(describe(raised.value))
    assert SECRET not in described
    assert "builtins.ValueError" in described
    assert "test_logs.py" in described


def test_a_refusal_of_ours_keeps_its_sentence() -> None:
    assert describe(Refusal("The disk is full."))["message"] == "The disk is full."


def test_other_libraries_texts_are_left_out() -> None:
    for message, arguments in (("%s", (SECRET,)), (SECRET, ())):
        record = logging.LogRecord("django.request", logging.ERROR, "log.py", 1, message, arguments, None)
        line = JsonLines().format(record)
        assert SECRET not in line
        assert json.loads(line)["event"] == "django.request at log.py:1"
