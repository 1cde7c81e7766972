"""What counts references to arrays: told where the count is, it takes nothing else apart."""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.core.runtime.context import NRTContext

_KNOWN: dict[Any, bool] = {}
"""Whether references to values of a type are counted, by type."""


def counted(context: Any, kind: Any) -> bool:
    """Whether references to what is in values of a type are counted."""
    found = _KNOWN.get(kind)
    if found is None:
        found = _KNOWN[kind] = context.data_model_manager[kind].contains_nrt_meminfo()
    return found


class Counts(NRTContext):
    """Counts references. By itself numba reads each word of an array for it."""

    def get_meminfos(self, builder: Any, ty: Any, val: Any) -> Any:
        """Return what is counted in a value, with its type."""
        if isinstance(ty, types.Array):
            place = self._context.data_model_manager[ty].get_field_position("meminfo")
            return [(ty, builder.extract_value(val, place))]
        return super().get_meminfos(builder, ty, val) if counted(self._context, ty) else []
