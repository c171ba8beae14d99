"""What may stand in a log: no names of own data, which are the only keys to them (see `core.data.own`)."""

from __future__ import annotations

import logging
from typing import Any

from core.data import own

_plain = logging.Formatter()


def keep_secrets() -> None:
    """Hide names of own data in all records of this process from now on, tracebacks included, whoever writes them."""
    made = logging.getLogRecordFactory()
    if getattr(made, "keeps_secrets", False):
        return

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = made(*args, **kwargs)
        try:
            said = record.getMessage()
        except Exception:  # a call with wrong arguments: logging says so where the record is written
            said = ""
        if own.hidden(said) != said:
            record.msg, record.args = own.hidden(said), ()
        if record.exc_info:  # formatters take this text, where there is one, instead of making their own
            record.exc_text = own.hidden(_plain.formatException(record.exc_info))
        return record

    make.keeps_secrets = True
    logging.setLogRecordFactory(make)
