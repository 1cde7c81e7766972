"""Networks in the formats of other programs, and back from GMNS.

A network folder holds more than any of these formats has a word for; what each
of them cannot hold stands in its module and in ``docs/exchange.md``.
"""

from corridors.exchange.formats import FORMATS, export
from corridors.exchange.gmns_in import import_gmns

__all__ = ["FORMATS", "export", "import_gmns"]
