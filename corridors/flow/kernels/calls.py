"""Calls of parts, and the call that Python makes, with fewer words.

By itself numba tells five kinds of ends of every call apart and keeps room for what went wrong.
A part of ours ends well, or has put what went wrong where its caller's caller looks for it.
"""

from __future__ import annotations

from typing import Any

from llvmlite.ir import Constant, Function
from numba.core import cgutils, types
from numba.core.callwrapper import PyCallWrapper
from numba.core.runtime.nrtdynmod import incref_decref_ty

from corridors.flow.kernels.inference import SCALARS
from corridors.flow.kernels.loops import Loops
from corridors.flow.kernels.reference import ByReference, settled


class Calls(Loops):
    """Translates calls."""

    def call_part(self, function: Any, expr: Any, asked: Any) -> Any:
        """Translate the call of a part; None where it is anything else."""
        if not isinstance(function, types.Dispatcher) or asked.recvr:
            return None
        part = function.dispatcher.overloads.get(tuple(asked.args))
        if part is None or isinstance(asked.return_type, types.Optional):
            return None
        told: Any = part.fndesc
        if told.restype != asked.return_type or hasattr(self.builder, "_in_try_block"):
            return None
        builder, context = self.builder, self.context
        values = self.fold_call_args(function, asked, expr.args, expr.vararg, expr.kws)
        context.add_linking_libs([part.library])
        callee: Any = context.declare_function(builder.module, told)
        found = cgutils.alloca_once(builder, callee.args[0].type.pointee)
        wrong = self.call_conv._get_excinfo_argument(builder.function)
        given = self.call_conv._get_arg_packer(told.argtypes).as_arguments(builder, values)
        code = builder.call(callee, [found, wrong, *given])
        with cgutils.if_unlikely(builder, builder.icmp_unsigned("!=", code, code.type(0))):
            builder.ret(code)
        return context.get_returned_value(builder, told.restype, builder.load(found))

    def create_cpython_wrapper(self, release_gil: bool = False) -> None:
        """Translate the call that Python makes."""
        told = self.fndesc
        if release_gil or any(isinstance(kind, types.Omitted) for kind in told.argtypes):
            super().create_cpython_wrapper(release_gil)
            return
        module = self.context.create_module("wrapper")
        kind = self.call_conv.get_function_type(told.restype, told.argtypes)
        callee = Function(module, kind, told.llvm_func_name)
        door = _Door(self.context, module, callee, told, self.env, self.call_helper, release_gil)
        door.build()
        self.library.add_ir_module(module)


class _Door(PyCallWrapper):
    """Takes what Python gives, calls a kernel and hands its answer back."""

    def build_wrapper(self, api: Any, builder: Any, closure: Any, args: Any, kws: Any) -> None:
        """Translate it; in numba's own way where more is given than arrays and numbers."""
        told = self.fndesc
        if not all(map(_known, told.argtypes)):
            super().build_wrapper(api, builder, closure, args, kws)
            return
        objects = [api.alloca_obj() for _ in told.argtypes]
        size = len(objects)
        whole = api.unpack_tuple(args, told.qualname, size, size, *objects)
        with cgutils.if_unlikely(builder, cgutils.is_null(builder, whole)):
            builder.ret(api.get_null_object())
        manager = self.get_env(api, builder)
        failed = builder.append_basic_block("failed")
        held: list[Any] = []
        values = [
            self._taken(api, builder.load(place), kind, failed, held)
            for place, kind in zip(objects, told.argtypes, strict=True)
        ]
        status, found = self.context.call_conv.call_function(
            builder, self.func, told.restype, told.argtypes, values, attrs=("noinline",),
        )  # fmt: skip
        self._give_back(builder, held)
        with builder.if_then(status.is_ok, likely=True):
            with builder.if_then(status.is_none):
                api.return_none()
            answer = api.from_native_return(self._simplified_return_type(), found, manager)
            builder.ret(answer)
        self.context.call_conv.raise_error(builder, api, status)
        builder.ret(api.get_null_object())
        builder.position_at_end(failed)
        self._give_back(builder, held)
        with cgutils.if_unlikely(builder, cgutils.is_null(builder, api.err_occurred())):
            api.err_set_string("PyExc_TypeError", "this is not what the kernel was compiled for")
        builder.ret(api.get_null_object())

    def _taken(self, api: Any, given: Any, kind: Any, failed: Any, held: list[Any]) -> Any:
        """Return the value of an argument."""
        builder = api.builder
        if not isinstance(kind, types.Array | ByReference):
            native = api.to_native_value(kind, given)
            self._leave(builder, native.is_error, failed)
            return native.value
        shape = kind.tuple if isinstance(kind, ByReference) else kind
        # Filled with nothing first, so that nothing is given back that was never taken.
        nothing = bool(self.context.enable_nrt)
        place = cgutils.alloca_once(builder, self.context.get_value_type(shape), zfill=nothing)
        if isinstance(kind, types.Array):
            self._take_array(api, given, place, failed)
            held.append((kind, place, ()))
            return builder.load(place)
        for number, member in enumerate(kind.tuple):
            one = api.tuple_getitem(given, number)
            there = cgutils.gep_inbounds(builder, place, 0, number)
            if isinstance(member, types.Array):
                self._take_array(api, one, there, failed)
                held.append((member, place, (number,)))
            else:
                builder.store(self._taken(api, one, member, failed, held), there)
        return settled(builder, place)

    def _take_array(self, api: Any, given: Any, place: Any, failed: Any) -> None:
        """Put what is said of an array where it is read."""
        there = api.builder.bitcast(place, api.voidptr)
        counts = self.context.enable_nrt
        take = api.nrt_adapt_ndarray_from_python if counts else api.numba_array_adaptor
        code = take(given, there)
        self._leave(api.builder, cgutils.is_not_null(api.builder, code), failed)

    def _leave(self, builder: Any, wrong: Any, failed: Any) -> None:
        """Go no further where something is wrong."""
        if isinstance(wrong, Constant) and not wrong.constant:
            return
        further = builder.append_basic_block("further")
        builder.cbranch(wrong, failed, further)
        builder.position_at_end(further)

    def _give_back(self, builder: Any, held: list[Any]) -> None:
        """Give arrays back that were held meanwhile."""
        if not self.context.enable_nrt:
            return
        give = cgutils.get_or_insert_function(builder.module, incref_decref_ty, "NRT_decref")
        for kind, place, at in held:
            model = self.context.data_model_manager[kind]
            count = cgutils.gep_inbounds(
                builder, place, 0, *at, model.get_field_position("meminfo")
            )
            builder.call(give, [builder.load(count)])


def _known(kind: Any) -> bool:
    """Whether it is the type of an array, of a number or of a named tuple of these."""
    if isinstance(kind, ByReference):
        return all(isinstance(member, (*SCALARS, types.Array)) for member in kind.tuple)
    return isinstance(kind, (*SCALARS, types.Array))
