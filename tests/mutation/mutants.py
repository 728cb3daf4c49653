"""The mutants of a file: each is the file with one small change that should make a test fail.

The arguments of a ``raise``, docstrings, type annotations, decorators and texts are not changed.
Texts have tests of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import TypeVar

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
# To negate one of these is the same change as above.
OPPOSITES = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
FUNCTION_PAIRS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "first": "last",
    "last": "first",
}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

_Tree = TypeVar("_Tree", bound=ast.AST)


@dataclass(frozen=True)
class Mutant:
    """One file with one change.

    Attributes:
        path: the file.
        line: the line of the change.
        inside: the classes and functions around it, joined by dots.
        runs_on_import: whether it runs when the module is imported.
        before, after: the first line of its statement, unchanged and changed.
        tree, node, replacement: the unchanged file, the node to change, and the new node.
    """

    path: Path
    line: int
    inside: str
    runs_on_import: bool
    before: str
    after: str
    tree: ast.Module
    node: ast.AST
    replacement: ast.AST

    def code(self) -> CodeType:
        """Return the changed file, compiled."""
        changed = _replaced(self.tree, self.node, self.replacement)
        return compile(changed, str(self.path), "exec", dont_inherit=True)


def mutants_of(path: Path) -> list[Mutant]:
    """Return every mutant of a file, in the order of its lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    mutants = []
    for node, statement, inside, on_import in _places(tree, None, "", on_import=True):
        for after in _changes(node):
            changed = _replaced(statement, node, after)
            before, now = (ast.unparse(version).splitlines()[0] for version in (statement, changed))
            # A comprehension has no line, but its target has one.
            line = getattr(node, "target", node).lineno
            place = (path, line, inside, on_import)
            mutants.append(Mutant(*place, before, now, tree, node, after))
    return sorted(mutants, key=lambda mutant: mutant.line)


def _places(
    parent: ast.AST, statement: ast.stmt | None, inside: str, *, on_import: bool
) -> Iterator[tuple[ast.AST, ast.AST, str, bool]]:
    """Yield each node that can be changed, its statement, and the names around it."""
    for name, child in _children(parent):
        if _is_excluded(parent, name, child):
            continue
        where, when = inside, on_import
        if isinstance(parent, (*FUNCTION, ast.ClassDef)) and name == "body":
            where = f"{inside}.{parent.name}".strip(".")
            when = on_import and isinstance(parent, ast.ClassDef)
        nearest = child if isinstance(child, ast.stmt) else statement
        if isinstance(child, ast.expr | ast.stmt | ast.comprehension):
            yield child, nearest or child, where, when
        if not isinstance(child, ast.Raise):
            yield from _places(child, nearest, where, on_import=when)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child


def _is_excluded(parent: ast.AST, name: str, child: ast.AST) -> bool:
    return (
        name in ("annotation", "returns", "format_spec", "bases", "decorator_list")
        or isinstance(child, ast.Import | ast.ImportFrom)
        # Both sides of a strict zip have one length, or an error is raised already.
        or (isinstance(child, ast.keyword) and child.arg == "strict")
        or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))
        or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
        or (isinstance(parent, ast.Call) and "isinstance" in ast.unparse(parent.func))
        or (isinstance(child, ast.Call) and ast.unparse(child.func) in ("TypeVar", "cast"))
        or (isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__")
    )


def _replaced(whole: _Tree, old: ast.AST, new: ast.AST) -> _Tree:
    """Return a copy in which one node is replaced by another."""
    # deepcopy takes the copy of a node from its memo, if it is there.
    return ast.fix_missing_locations(deepcopy(whole, {id(old): ast.copy_location(new, old)}))


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    yield from _changed_expression(node)
    yield from _changed_statement(node)
    for name in ("test", "ifs"):
        for condition in [getattr(node, name, None)] if name == "test" else getattr(node, name, []):
            if condition is not None and not _is_simply_negated(condition):
                yield _edited(node, condition, ast.UnaryOp(ast.Not(), condition))


def _changed_expression(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for at, operator in enumerate(node.ops):
                if type(operator) in COMPARISONS:
                    ops = [*node.ops[:at], COMPARISONS[type(operator)](), *node.ops[at + 1 :]]
                    yield ast.Compare(node.left, ops, node.comparators)
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.BoolOp():
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield ast.BoolOp(other(), node.values)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()) if node.value + 1 != node.value:
            yield ast.Constant(node.value + 1)
            yield ast.Constant(node.value - 1)
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTION_PAIRS:
            yield ast.Call(ast.Name(FUNCTION_PAIRS[name], ast.Load()), node.args, node.keywords)
        case ast.Call(func=ast.Attribute(attr=name)) if name in FUNCTION_PAIRS:
            other = ast.Attribute(node.func.value, FUNCTION_PAIRS[name], ast.Load())
            yield ast.Call(other, node.args, node.keywords)


def _changed_statement(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Return(value=ast.expr() as value) if not _is_plain(value):
            yield ast.Return(ast.Constant(None))
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.AugAssign() if type(node.op) in ARITHMETIC:
            yield ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)


def _is_plain(value: ast.expr) -> bool:
    """Return whether it is None, True or False: these have a change of their own."""
    return isinstance(value, ast.Constant) and value.value in (None, True, False)


def _is_simply_negated(condition: ast.expr) -> bool:
    match condition:
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare(ops=[operator]):
            return isinstance(operator, OPPOSITES)
    return False


def _edited(node: ast.AST, old: ast.AST, new: ast.expr) -> ast.AST:
    """Return a copy of a node in which one child is replaced."""

    def swapped(value: object) -> object:
        if isinstance(value, list):
            return [swapped(item) for item in value]
        return new if value is old else value

    return type(node)(**{name: swapped(value) for name, value in ast.iter_fields(node)})
