"""How a kernel is translated for LLVM: as numba does it, with fewer words.

An entry of an array takes numba some forty instructions, which LLVM takes out again one by one;
here it takes what is left of them in the end. What operators do with numbers is looked up once.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from llvmlite.ir import Constant, IntType
from numba.core import cgutils, errors, ir, types
from numba.core.imputils import impl_ret_borrowed, impl_ret_new_ref
from numba.core.typing.templates import signature
from numba.np.arrayobj import make_array, populate_array

from corridors.flow.kernels.calls import Calls
from corridors.flow.kernels.counting import Counts, counted
from corridors.flow.kernels.inference import EXTREMES, SCALARS, extreme, room

_SIGNATURES: dict[Any, Any] = {}
"""What an operator makes of two numbers, by operator and their types."""


def _indices(index: Any) -> Any:
    """Return the types of an index as one for each axis, None where they are not all integers."""
    several: Any = index if isinstance(index, types.BaseTuple) else (index,)
    found = tuple(several)
    return found if all(isinstance(i, types.Integer) for i in found) else None


class Short(Calls):
    """Translates with fewer words."""

    def init(self) -> None:
        """Make ready; the context is a copy, of this function alone."""
        super().init()
        self.context.nrt = Counts(self.context, self.context.enable_nrt)

    def lower_block(self, block: Any) -> None:
        """Translate a block; where that fails say where."""
        self.pre_block(block)
        for inst in block.body:
            self.loc = inst.loc
            try:
                self.lower_inst(inst)
            except Exception:
                where: Any = self.loc
                with errors.new_error_context(  # type: ignore[attr-defined]
                    'lowering "{inst}" at {loc}',
                    inst=inst,
                    loc=self.loc,
                    errcls_=partial(errors.LoweringError, loc=where),
                ):
                    raise
        self.post_block(block)

    def debug_print(self, msg: str) -> None:
        """Say nothing."""

    def lower_inst(self, inst: Any) -> None:
        """Translate one statement."""
        if isinstance(inst, ir.Assign):
            if self.lower_loop(inst):
                return
            name = inst.target.name
            number = inst.value.index + 1 if isinstance(inst.value, ir.Arg) else None
            self.storevar(self.lower_assign(self.typeof(name), inst), name, number)
            return
        index = None
        if isinstance(inst, ir.SetItem):
            index = inst.index
        elif isinstance(inst, ir.StaticSetItem):
            index = inst.index_var
        if index is None or not (self._set(inst, index) or self._fill(inst)):
            super().lower_inst(inst)

    def lower_expr(self, resty: Any, expr: Any) -> Any:
        """Translate an expression."""
        if expr.op == "getitem":
            found = self._get(resty, expr, expr.index)
        elif expr.op == "static_getitem" and expr.index_var is not None:
            found = self._get(resty, expr, expr.index_var)
        else:
            found = None
        return super().lower_expr(resty, expr) if found is None else found

    def lower_binop(self, resty: Any, expr: Any, op: Any) -> Any:
        """Translate what an operator makes of two numbers."""
        asked = self.fndesc.calltypes[expr]
        if not all(isinstance(t, SCALARS) for t in asked.args) or "pow" in op.__name__:
            return super().lower_binop(resty, expr, op)
        function = self.context.typing_context.resolve_value_type(op)
        known = _SIGNATURES.get((function, asked.args))
        if known is None:
            known = function.get_call_type(self.context.typing_context, asked.args, {})
            _SIGNATURES[function, asked.args] = known
        values = [
            self.context.cast(self.builder, self.loadvar(v.name), self.typeof(v.name), t)
            for v, t in zip((expr.lhs, expr.rhs), asked.args, strict=True)
        ]
        found = self.context.get_function(function, known)(self.builder, values)
        return self.context.cast(self.builder, found, asked.return_type, resty)

    def _lower_call_normal(self, fnty: Any, expr: Any, asked: Any) -> Any:
        """Translate a call."""
        found = self.call_part(fnty, expr, asked)
        if found is not None:
            return found
        if not expr.kws and not expr.vararg and type(fnty) is types.Function:
            name: Any = fnty.typing_key
            if name is bool and asked.args == (types.boolean,):
                return self._cast_var(expr.args[0], types.boolean)
            if extreme(fnty, asked.args) is not None:
                return self._extreme(EXTREMES[name], expr.args, asked)
            if room(fnty, asked.args) is not None:
                return self._room(name is np.zeros, expr.args[0], asked)
        return super()._lower_call_normal(fnty, expr, asked)

    def _extreme(self, wins: Any, given: Any, asked: Any) -> Any:
        """Translate what is the most, or the least, of some numbers; what is no number never is."""
        kind = asked.return_type
        ask = self.context.get_function(wins, signature(types.boolean, kind, kind))
        found, *others = [self._cast_var(each, kind) for each in given]
        for other in others:
            found = self.builder.select(ask(self.builder, (other, found)), other, found)
        return found

    def _room(self, empty: bool, shape: Any, asked: Any) -> Any:
        """Translate what asks for memory, with zeros in it or as it is."""
        builder, context, array = self.builder, self.context, asked.return_type
        several = self._cast_var(shape, asked.args[0])
        sizes = [several]
        if isinstance(asked.args[0], types.UniTuple):
            sizes = cgutils.unpack_tuple(builder, several, asked.args[0].count)
        item = context.get_constant(types.intp, context.get_abi_sizeof(
            context.get_data_type(array.dtype)))  # fmt: skip
        wrong, nitems, strides = cgutils.false_bit, context.get_constant(types.intp, 1), [item]
        for size in sizes:
            below = builder.icmp_signed("<", size, size.type(0))
            nitems, more = self._times(nitems, size)
            wrong = builder.or_(wrong, builder.or_(below, more))
        for size in reversed(sizes[1:]):
            strides.insert(0, builder.mul(strides[0], size))
        room, more = self._times(nitems, item)
        wrong = builder.or_(wrong, more)
        with builder.if_then(wrong, likely=False):
            context.call_conv.return_user_exc(
                builder, ValueError, ("negative dimensions, or too large an array",)
            )
        align = context.get_preferred_array_alignment(array.dtype)
        meminfo = context.nrt.meminfo_alloc_aligned(builder, room, align)
        place = context.nrt.meminfo_data(builder, meminfo)
        if empty:
            cgutils.memset(builder, place, room, 0)
        found = make_array(array)(context, builder)
        place = builder.bitcast(place, context.get_data_type(array.dtype).as_pointer())
        populate_array(found, place, sizes, strides, item, meminfo)
        return impl_ret_new_ref(context, builder, array, found._getvalue())

    def _times(self, one: Any, other: Any) -> Any:
        """Return a product, and whether it is more than a word holds."""
        if isinstance(one, Constant) and one.constant == 1:
            return other, cgutils.false_bit
        both = self.builder.smul_with_overflow(one, other)
        return self.builder.extract_value(both, 0), self.builder.extract_value(both, 1)

    def storevar(self, value: Any, name: str, argidx: Any = None) -> None:
        """Store a value; what was there before needs no care where nothing is counted."""
        kind = self.typeof(name)
        if self._disable_sroa_like_opt or (argidx is None and self._counts(kind)):
            super().storevar(value, name, argidx)
            return
        if name in self._singly_assigned_vars:
            self._blk_local_varmap[name] = value
        else:
            self._alloca_var(name, kind)
            self.builder.store(value, self.getvar(name))

    def alloca_lltype(self, name: str, lltype: Any, datamodel: Any = None) -> Any:  # noqa: ARG002 - the signature of numba
        """Return where a variable is kept; no debugger asks how large it is."""
        return cgutils.alloca_once(self.builder, lltype, name=name, zfill=False)

    def delvar(self, name: str) -> None:
        """Forget a variable, where references to what it holds are counted."""
        if self._counts(self.typeof(name)):
            super().delvar(name)

    def _counts(self, kind: Any) -> bool:
        """Whether references to what is in values of a type are counted here."""
        return bool(self.context.enable_nrt) and counted(self.context, kind)

    def _plain(self, array: Any, indices: Any) -> bool:
        """Whether an entry, or a row, of an array can be reached by a plain sum."""
        return (
            isinstance(array, types.Array)
            and indices is not None
            and array.layout in "CA"
            and array.aligned
            and isinstance(array.dtype, SCALARS)
            and not self.context.enable_boundscheck
        )

    def _get(self, resty: Any, expr: Any, index: Any) -> Any:
        """Translate an entry of an array, or a row of one without gaps; None for anything else."""
        asked = self.fndesc.calltypes[expr]
        if asked is None:
            return None
        array, kind = asked.args
        indices = _indices(kind)
        if not self._plain(array, indices) or self.typeof(expr.value.name) != array:
            return None
        entry = len(indices) == array.ndim
        if not entry and (array.layout != "C" or len(indices) + 1 != array.ndim):
            return None
        value = self.loadvar(expr.value.name)
        place = self._place(array, value, index, kind, indices)
        if not entry:
            found = self._row(array, value, asked.return_type, place)
        else:
            found = self.context.unpack_value(self.builder, array.dtype, place)
        return self.context.cast(self.builder, found, asked.return_type, resty)

    def _set(self, inst: Any, index: Any) -> bool:
        """Translate what puts a number into an array; say whether it is that."""
        asked = self.fndesc.calltypes[inst]
        array, kind, given = asked.args
        indices = _indices(kind)
        if not self._plain(array, indices) or len(indices) != array.ndim:
            return False
        if not isinstance(given, SCALARS) or self.typeof(inst.target.name) != array:
            return False
        number = self.loadvar(inst.value.name)
        number = self.context.cast(self.builder, number, self.typeof(inst.value.name), given)
        number = self.context.cast(self.builder, number, given, array.dtype)
        value = self.loadvar(inst.target.name)
        place = self._place(array, value, index, kind, indices)
        self.context.pack_value(self.builder, array.dtype, number, place)
        return True

    def _fill(self, inst: Any) -> bool:
        """Translate what puts a number into all of an array; say whether it is that."""
        array, _, given = self.fndesc.calltypes[inst].args
        if (
            not isinstance(inst, ir.StaticSetItem)
            or inst.index != slice(None)
            or not self._plain(array, ())
            or array.layout != "C"
            or not isinstance(given, SCALARS)
        ):
            return False
        builder, context = self.builder, self.context
        number = self.loadvar(inst.value.name)
        number = context.cast(builder, number, self.typeof(inst.value.name), given)
        number = context.cast(builder, number, given, array.dtype)
        value = self.loadvar(inst.target.name)
        value = context.cast(builder, value, self.typeof(inst.target.name), array)
        names = context.data_model_manager[array]._fields
        data = builder.extract_value(value, names.index("data"))
        size = builder.extract_value(value, names.index("nitems"))
        with cgutils.for_range(builder, size) as loop:
            place = builder.gep(data, [loop.index])
            context.pack_value(builder, array.dtype, number, place)
        return True

    def _index(self, index: Any, kind: Any) -> Any:
        """Return the value of an index."""
        value = self.loadvar(index.name)
        return self.context.cast(self.builder, value, self.typeof(index.name), kind)

    def _place(self, array: Any, value: Any, index: Any, kind: Any, indices: Any) -> Any:
        """Return where an entry lies; an index below 0 counts from the end."""
        builder, context = self.builder, self.context
        natural = index.name in self._natural
        index = self._index(index, kind)
        names = context.data_model_manager[array]._fields
        data = builder.extract_value(value, names.index("data"))
        total = None
        for d, one in enumerate(indices):
            at = index if isinstance(index.type, IntType) else builder.extract_value(index, d)
            at = context.cast(builder, at, one, types.intp if one.signed else types.uintp)
            if one.signed and not natural and not (isinstance(at, Constant) and at.constant >= 0):
                below = builder.icmp_signed("<", at, at.type(0))
                size = builder.extract_value(value, (names.index("shape"), d))
                at = builder.select(below, builder.add(at, size), at)
            if array.layout == "C":
                for later in range(d + 1, array.ndim):
                    size = builder.extract_value(value, (names.index("shape"), later))
                    at = builder.mul(at, size)
            else:
                stride = builder.extract_value(value, (names.index("strides"), d))
                at = builder.mul(at, stride)
            total = at if total is None else builder.add(total, at)
        if array.layout == "C":
            return builder.gep(data, [total])
        return cgutils.pointer_add(builder, data, total)

    def _row(self, array: Any, value: Any, row: Any, place: Any) -> Any:
        """Return a row as an array of its own."""
        builder, context = self.builder, self.context
        names = context.data_model_manager[array]._fields
        size = builder.extract_value(value, (names.index("shape"), array.ndim - 1))
        stride = builder.extract_value(value, (names.index("strides"), array.ndim - 1))
        found = Constant(context.get_value_type(row), None)
        for name in ("meminfo", "parent", "itemsize"):
            same = builder.extract_value(value, names.index(name))
            found = builder.insert_value(found, same, names.index(name))
        found = builder.insert_value(found, size, names.index("nitems"))
        found = builder.insert_value(found, place, names.index("data"))
        found = builder.insert_value(found, size, (names.index("shape"), 0))
        found = builder.insert_value(found, stride, (names.index("strides"), 0))
        return impl_ret_borrowed(context, builder, row, found)
