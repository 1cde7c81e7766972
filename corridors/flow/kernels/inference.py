"""What types the variables of a kernel have: as numba finds it, but each thing looked up once.

numba asks dozens of templates, with error messages, for what each ``+`` in a kernel makes of two
numbers, and compiles a function for each `max`, `np.empty` and `np.zeros`, again for the types of
each kernel. What these give is known here.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numba.core import types
from numba.core.typed_passes import NopythonTypeInference
from numba.core.typing.templates import signature

SCALARS = types.Integer, types.Float, types.Boolean
"""Types of numbers, truth among them."""

EXTREMES: dict[Any, Any] = {max: operator.gt, min: operator.lt}
"""When one number takes the place of another in what is the most, or the least."""

ROOMS: tuple[Any, ...] = np.empty, np.zeros
"""What asks for memory."""

_SURE = {getattr(operator, name) for name in operator.__all__} | {len, abs, range, bool}
"""Functions whose type depends on nothing but the types of what they are given."""


def _simple(kind: Any) -> bool:
    """Whether it is the type of a number, of an array or of some of these."""
    if isinstance(kind, types.UniTuple):
        return isinstance(kind.dtype, SCALARS)
    return isinstance(kind, (*SCALARS, types.Array))


def extreme(function: Any, args: Any) -> Any:
    """Return the signature of `max` or `min` of numbers of one type; None for anything else."""
    if getattr(function, "typing_key", None) not in EXTREMES or len(args) < 2:
        return None
    kinds = {types.unliteral(kind) for kind in args}
    if len(kinds) > 1 or not kinds <= {types.int64, types.float64}:
        return None
    (kind,) = kinds
    return signature(kind, *[kind] * len(args))


def room(function: Any, args: Any) -> Any:
    """Return the signature of what asks for memory by numbers; None for anything else."""
    if getattr(function, "typing_key", None) not in ROOMS or len(args) not in (1, 2):
        return None
    shape = types.unliteral(args[0])
    ndim = 1
    if isinstance(shape, types.UniTuple):
        ndim = shape.count
    dtype = types.float64
    if len(args) > 1:
        if not isinstance(args[1], types.NumberClass | types.DType):
            return None
        dtype = args[1].dtype
    if shape not in (types.int64, types.UniTuple(types.int64, ndim)):
        return None
    return signature(types.Array(dtype, ndim, "C"), shape, *args[1:])


class _Remembering:
    """Asks numba once for each thing."""

    _known: dict[Any, Any] = {}  # noqa: RUF012 - of all kernels

    def __init__(self, context: Any) -> None:
        self._context = context
        for name in ("can_convert", "unify_pairs", "unify_types", "resolve_value_type"):
            setattr(self, name, getattr(context, name))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def _remember(self, key: Any, ask: Any, *args: Any) -> Any:
        """Return what was found before, else ask."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = ask(*args)
        return found

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        """Return the signature of a call."""
        ask = self._context.resolve_function_type
        if kws:
            return ask(func, args, kws)
        name: Any = func
        if type(func) is types.Function:
            name = func.typing_key
            given = extreme(func, args) or room(func, args)
            if given is not None:
                return given
        if isinstance(name, types.Type) or name not in _SURE or not all(map(_simple, args)):
            return ask(func, args, kws)
        return self._remember((func, tuple(args)), ask, func, args, kws)

    def resolve_setitem(self, target: Any, index: Any, value: Any) -> Any:
        """Return the signature of what puts something into an array."""
        ask = self._context.resolve_setitem
        if not all(map(_simple, (target, index, value))):
            return ask(target, index, value)
        return self._remember(("set", target, index, value), ask, target, index, value)


class Inference(NopythonTypeInference):
    """Finds the types of a kernel."""

    _name = "kernel_type_inference"

    def run_pass(self, state: Any) -> bool:
        """Find them."""
        context = state.typingctx
        state.typingctx = _Remembering(context)
        try:
            return super().run_pass(state)
        finally:
            state.typingctx = context
