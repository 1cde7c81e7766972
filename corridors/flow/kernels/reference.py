"""Named tuples of arrays, which kernels hand on by where they lie.

By itself numba takes such a tuple apart for every call, seven words for each array in it, and puts
it together again behind the call: hundreds of words that LLVM has to follow. What is handed on
here is one address, and an array is read where it is named. The tuple cannot change meanwhile, so
that LLVM may read it once.
"""

from __future__ import annotations

from typing import Any, TypeVar

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel.models import PrimitiveModel
from numba.core.datamodel.registry import register_default
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.pythonapi import NativeValue, unbox
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.core.typing.typeof import typeof_impl

T = TypeVar("T")


class ByReference(types.Type):
    """The type of a named tuple that is handed on by where it lies."""

    def __init__(self, fields: Any) -> None:
        self.tuple = fields
        super().__init__(f"ByReference({fields})")

    @property
    def key(self) -> Any:
        """What makes it the same type as another."""
        return self.tuple

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its members."""
        found: tuple[str, ...] = self.tuple.instance_class._fields
        return found


def by_reference(cls: type[T]) -> type[T]:
    """Let kernels hand on a named tuple by where it lies."""

    def typeof(value: Any, context: Any) -> Any:
        found = [typeof_impl(member, context) for member in value]
        return None if None in found else ByReference(types.NamedTuple(found, cls))

    typeof_impl.register(cls, typeof)
    return cls


@register_default(ByReference)
class _Address(PrimitiveModel):
    """An address, for LLVM."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, dmm[fe_type.tuple].get_value_type().as_pointer())


@infer_getattr
class _Members(AttributeTemplate):
    """The types of its members."""

    key = ByReference

    def generic_resolve(self, typ: Any, attr: str) -> Any:  # type: ignore[override]
        """Return the type of one; None where there is none of that name."""
        return typ.tuple[typ.names.index(attr)] if attr in typ.names else None


@lower_getattr_generic(ByReference)
def _member(context: Any, builder: Any, typ: Any, value: Any, attr: str) -> Any:
    """Read a member."""
    number = typ.names.index(attr)
    kind = typ.tuple[number]
    still = builder.module.add_metadata([])

    def read(*at: int) -> Any:
        found = builder.load(cgutils.gep_inbounds(builder, value, 0, number, *at))
        found.set_metadata("invariant.load", still)
        return found

    found = _array(context, builder, kind, read) if isinstance(kind, types.Array) else read()
    return impl_ret_borrowed(context, builder, kind, found)


def _array(context: Any, builder: Any, kind: Any, read: Any) -> Any:
    """Read an array word by word, but for what its type says, and who owns it where none counts."""
    model = context.data_model_manager[kind]
    found = ir.Constant(model.get_value_type(), None)
    size = None
    if isinstance(kind.dtype, types.Integer | types.Float):
        bits: Any = kind.dtype
        size = context.get_constant(types.intp, bits.bitwidth // 8)
    for at, name in enumerate(model._fields):
        if name in {"meminfo", "parent"} and not context.enable_nrt:
            continue
        if name == "itemsize" and size is not None:
            found = builder.insert_value(found, size, at)
        elif name in {"shape", "strides"}:
            for axis in range(kind.ndim):
                known = name == "strides" and kind.layout == "C" and axis == kind.ndim - 1
                word = size if known and size is not None else read(at, axis)
                found = builder.insert_value(found, word, (at, axis))
        else:
            found = builder.insert_value(found, read(at), at)
    return found


@unbox(ByReference)
def _unbox(typ: Any, obj: Any, c: Any) -> Any:
    """Put a tuple of Python where a kernel finds it until it is done."""
    native = c.unbox(typ.tuple, obj)

    def cleanup() -> None:
        if native.cleanup is not None:
            native.cleanup()
        # The type of an address counts nothing, so that numba does not do it.
        if c.context.enable_nrt:
            c.context.nrt.decref(c.builder, typ.tuple, native.value)

    place = settled(c.builder, cgutils.alloca_once_value(c.builder, native.value))
    return NativeValue(place, is_error=native.is_error, cleanup=cleanup)


def settled(builder: Any, place: Any) -> Any:
    """Return where something was just put, which is read behind that and never changes."""
    kind = ir.FunctionType(place.type, [place.type])
    return builder.asm(kind, "", "=r,0,~{memory}", [place], side_effect=True)
