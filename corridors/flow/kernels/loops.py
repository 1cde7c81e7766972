"""Loops over ranges, as one number that goes up or down until it is there.

By itself numba counts how often a loop goes round before it begins, by a division with its cases,
and carries an iterator and pairs of what comes and whether it comes: a fifth of all its words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple

from llvmlite.ir import Constant
from numba.core import cgutils, ir, types
from numba.core.lowering import Lower


class Range(NamedTuple):
    """Numbers from one up or down to another, which is none of them."""

    start: Any
    stop: Any
    step: int


class Loop(NamedTuple):
    """A loop that is under way."""

    at: Any
    """Where the next number is kept."""
    stop: Any
    step: int
    natural: bool
    """Whether no number of it is below 0."""


class Loops(Lower):
    """Translates loops over ranges."""

    def init(self) -> None:
        """Find the loops over ranges whose step is known."""
        super().init()
        self._ranges: dict[str, Range] = {}
        self._loops: dict[str, Loop] = {}
        self._came: dict[str, tuple[Any, Any, bool]] = {}
        self._natural: set[str] = set()
        self._group: dict[str, str] = {}
        self._assigned: Counter[str] = Counter()
        self._find_loops()

    def _find_loops(self) -> None:
        """Group the names of each iterator; leave out those that are anything else besides."""
        made: dict[str, list[Any]] = defaultdict(list)
        used: dict[str, list[Any]] = defaultdict(list)
        for block in self.blocks.values():
            for inst in block.body:
                if isinstance(inst, ir.Assign):
                    made[inst.target.name].append(inst.value)
                    uses = [inst.value] if isinstance(inst.value, ir.Var) else ()
                    uses = inst.value.list_vars() if isinstance(inst.value, ir.Expr) else uses
                elif isinstance(inst, ir.Del):
                    continue
                else:
                    uses = inst.list_vars()
                for var in uses:
                    used[var.name].append(inst)
        self._assigned.update({name: len(values) for name, values in made.items()})
        for name, values in made.items():
            if _is(values[0], "getiter") and len(values) == 1:
                names = self._names_of(name, made, used)
                if names and self._is_simple(values[0].value.name, made, used):
                    self._group.update(dict.fromkeys(names, name))
                    self._ranges[values[0].value.name] = Range(None, None, 0)

    def _names_of(self, name: str, made: Any, used: Any) -> set[str]:
        """Return all names of an iterator; none where one is used for anything but a loop."""
        names, waiting = {name}, [name]
        while waiting:
            for inst in used[waiting.pop()]:
                if not isinstance(inst, ir.Assign):
                    return set()
                target = inst.target.name
                if isinstance(inst.value, ir.Var):
                    if target not in names:
                        names.add(target)
                        waiting.append(target)
                elif not self._is_asked(inst, target, made, used):
                    return set()
        for each in names - {name}:
            if any(not isinstance(v, ir.Var) or v.name not in names for v in made[each]):
                return set()
        return names

    def _is_asked(self, inst: Any, target: str, made: Any, used: Any) -> bool:
        """Whether the iterator is asked for its next number, and nothing else is done with it."""
        return (
            _is(inst.value, "iternext")
            and len(made[target]) == 1
            and all(
                isinstance(use, ir.Assign)
                and (_is(use.value, "pair_first") or _is(use.value, "pair_second"))
                for use in used[target]
            )
        )

    def _is_simple(self, name: str, made: Any, used: Any) -> bool:
        """Whether it is a range of whole numbers that one loop alone goes through."""
        (call, *others) = made[name]
        if others or len(used[name]) > 1 or not _is(call, "call") or call.kws or call.vararg:
            return False
        function, asked = self.typeof(call.func.name), self.fndesc.calltypes[call]
        if getattr(function, "typing_key", None) is not range or asked is None:
            return False
        if any(types.unliteral(kind) != types.int64 for kind in asked.args):
            return False
        return len(asked.args) < 3 or self._step(call) in {1, -1}

    def _step(self, call: Any) -> int:
        """Return the step of a range, 0 where it is not known."""
        if len(call.args) < 3:
            return 1
        return int(getattr(self.typeof(call.args[2].name), "literal_value", 0))

    def lower_loop(self, inst: Any) -> bool:
        """Translate a statement of a loop over a range; say whether it is one."""
        name, value = inst.target.name, inst.value
        if name in self._ranges:
            given = [self._whole(arg) for arg in value.args[:2]]
            start = given[0] if len(given) > 1 else Constant(given[0].type, 0)
            self._ranges[name] = Range(start, given[-1], self._step(value))
        elif name in self._group:
            if _is(value, "getiter"):
                self._begin(name, self._ranges[value.value.name])
        elif _is(value, "iternext") and value.value.name in self._group:
            self._came[name] = self._next(self._loops[self._group[value.value.name]])
        elif _is(value, "pair_first") or _is(value, "pair_second"):
            return self._take(name, value)
        elif isinstance(value, ir.Var):
            if value.name in self._natural and self._assigned[name] == 1:
                self._natural.add(name)
            return False
        else:
            return False
        return True

    def _whole(self, var: Any) -> Any:
        """Return the value of an end of a range."""
        kind = self.typeof(var.name)
        return self.context.cast(self.builder, self.loadvar(var.name), kind, types.int64)

    def _begin(self, name: str, numbers: Range) -> None:
        """Put the first number where it is found."""
        at = cgutils.alloca_once(self.builder, numbers.start.type)
        self.builder.store(numbers.start, at)
        start = numbers.start
        natural = numbers.step > 0 and isinstance(start, Constant) and start.constant >= 0
        self._loops[name] = Loop(at, numbers.stop, numbers.step, natural)

    def _next(self, loop: Loop) -> tuple[Any, Any, bool]:
        """Return a number, and whether there is still one; count on."""
        builder = self.builder
        number = builder.load(loop.at)
        comes = builder.icmp_signed("<" if loop.step > 0 else ">", number, loop.stop)
        builder.store(builder.add(number, number.type(loop.step)), loop.at)
        return number, comes, loop.natural

    def _take(self, name: str, value: Any) -> bool:
        """Name the number that came, or whether one did."""
        came = self._came.get(value.value.name)
        if came is None:
            return False
        number, comes, natural = came
        kind = self.typeof(name)
        if value.op == "pair_first":
            if natural and self._assigned[name] == 1:
                self._natural.add(name)
            self.storevar(self.context.cast(self.builder, number, types.int64, kind), name)
        else:
            self.storevar(comes, name)
        return True


def _is(value: Any, op: str) -> bool:
    """Whether it is an expression of this kind."""
    return isinstance(value, ir.Expr) and value.op == op
