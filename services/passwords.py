"""Which passwords will do (ASVS 5.0, 6.2): twelve characters or more, and hard to guess for who knows whose it is."""

from __future__ import annotations

from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 1024
_STRONG = 4
"""zxcvbn's score from 0 to 4; the last says more than 10^10 guesses. It knows the common passwords, names and words,
dates, rows of keys, and repetitions of them."""
_LOOKED_AT = 100
_OURS = ("hongxiu", "nancheng", "hongxiujiang", "heze", "mudan", "红绣匠", "南城", "菏泽", "牡丹")


def is_easy(password: str, *about: str) -> bool:
    """Whether it would be guessed easily; ``about`` are words that belong to its owner, such as the account's name."""
    parts = [part for word in about for part in word.split("-")]
    told = zxcvbn(password[:_LOOKED_AT], user_inputs=[*about, *parts, *_OURS])
    return int(told["score"]) < _STRONG
