"""Ids as this package writes them: lower-case letters, digits, ``_``, ``-`` and ``.``.

What other programs call a thing is kept where it can be kept and written anew in
Latin letters where it cannot, so that different names stay different and the same
names always come out the same, whatever the order of the rows.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

READABLE = re.compile(r"[a-z0-9][a-z0-9_.\-]*")
"""What an id looks like."""

_SPELLING = """
аa бb вv гg дd еe зz иi йy кk лl мm нn оo пp рr сs тt уu фf ыy эe іi ўu ґg қq ңn ғg ұu
өo үu һh әa јj љlj њnj ћc ђdj џdz ѓgj ќkj ѕdz ёyo жzh хkh цts чch шsh щshch ъ ь юyu яya
єye їyi
łl đd øo ßss æae œoe þth ðd ıi ŋn ħh əa
αa βb γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs τt υy φf χch ψps ωo ςs
აa ბb გg დd ეe ვv ზz თt იi კk ლl მm ნn ოo პp ჟzh რr სs ტt უu ფp ქk ღgh ყq შsh ჩch ცts
ძdz წts ჭch ხkh ჯj ჰh
"""
_LETTERS = {word[0]: word[1:] for word in _SPELLING.split()}
"""How letters of Cyrillic, Greek and Georgian, and Latin ones without a base, are spelt."""


def plain_id(text: str) -> str:
    """Return a name as an id: Latin letters in lower case, signs and other scripts spelt out.

    Two names may come out alike; `plain_ids` keeps them apart.

    Examples
    --------
    >>> [plain_id(t) for t in ("I-90 / Exit 3", "Łódź", "Щучинск", "-1", "北京")]
    ['i-90-exit-3', 'lodz', 'shchuchinsk', 'minus-1', 'u5317-u4eac']
    """
    name = text.strip()
    if re.fullmatch(r"[+\-\u2212][0-9][0-9.]*", name):
        # Node -1 is another than node 1.
        name = ("plus-" if name[0] == "+" else "minus-") + name[1:]
    written = "".join(_spelt(c) for c in unicodedata.normalize("NFC", name).lower())
    plain = re.sub(r"[^a-z0-9_.\-]+", "-", written)
    return re.sub(r"-{2,}", "-", plain).strip("-_.") or "unnamed"


def _spelt(letter: str) -> str:
    """Return one lower-case letter in Latin letters."""
    if letter.isascii():
        return letter
    if letter in _LETTERS:
        return _LETTERS[letter]
    base = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    if base != letter and base.strip():
        return "".join(_spelt(c) for c in base)
    # A script without a table here is spelt by code points: ugly, but never another's name.
    return f"-u{ord(letter):x}-" if letter.isalnum() else "-"


def plain_ids(names: Iterable[str]) -> dict[str, str]:
    """Return an id for each of several names, every one another.

    A name that is an id already keeps it. The others are taken in the order of their
    letters, so that no order of rows changes what they are called; one that comes out
    like another gets a number.

    Parameters
    ----------
    names
        Names; the same one twice is one name.

    Examples
    --------
    >>> plain_ids(["Łódź", "lodz", "Lodz"])
    {'lodz': 'lodz', 'Lodz': 'lodz-2', 'Łódź': 'lodz-3'}
    """
    wanted = set(names)
    result = {name: name for name in sorted(wanted) if READABLE.fullmatch(name)}
    taken = set(result)
    for name in sorted(wanted - taken):
        first = plain_id(name)
        chosen, number = first, 1
        while chosen in taken:
            number += 1
            chosen = f"{first}-{number}"
        taken.add(chosen)
        result[name] = chosen
    return result
