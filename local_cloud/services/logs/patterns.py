"""Filter patterns of words for CloudWatch Logs (CloudWatch Logs User Guide, "Filter patterns").

`ERROR timeout` requires both words, `"not found"` the phrase, and `?ERROR ?timeout` one of the words. `-DEBUG`
excludes the word.
"""

from __future__ import annotations

import re

_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))')


def is_about_words(pattern: str) -> bool:
    """Whether a pattern consists of words. Others match JSON, columns or regular expressions."""
    return not pattern.strip().startswith(("{", "[", "%"))


def matches_pattern(pattern: str, message: str) -> bool:
    """Whether a message matches a pattern. An empty pattern matches all messages. Case matters."""
    terms = [(sign, phrase or word) for sign, phrase, word in _TERM.findall(pattern)]
    required = [text for sign, text in terms if not sign]
    optional = [text for sign, text in terms if sign == "?"]
    excluded = [text for sign, text in terms if sign == "-"]
    return (
        all(text in message for text in required)
        and (not optional or bool(required) or any(text in message for text in optional))
        and not any(text in message for text in excluded)
    )
