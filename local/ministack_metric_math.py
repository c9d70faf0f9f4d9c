"""Evaluates CloudWatch's metric math, which the emulator does not know, for one point in time."""

import ast
import operator
import re
from collections.abc import Callable, Mapping

Value = float | None
"""A metric's value in a period; None where it has no data."""

_LOGIC = re.compile(r"\b(AND|OR)\b|&&|\|\|")
_PYTHON = {"AND": "and", "OR": "or", "&&": "and", "||": "or"}
_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """Return an expression's value; None where it needs a metric that has no data, or divides by 0.

    Raises:
        ValueError: it uses more than numbers, metrics, arithmetic, comparisons, AND, OR, FILL and IF.
    """
    translated = _LOGIC.sub(lambda word: _PYTHON[word[0]], expression)
    try:
        return _value_of(ast.parse(translated.strip(), mode="eval").body, values)
    except SyntaxError as error:
        raise _unknown(expression) from error


def _value_of(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _apply(ast.Sub, 0.0, _value_of(operand, values))
        case (
            ast.BinOp(left=left, op=symbol, right=right)
            | ast.Compare(left=left, ops=[symbol], comparators=[right])
        ):
            return _apply(type(symbol), _value_of(left, values), _value_of(right, values))
        case ast.BoolOp(op=symbol, values=operands):
            return _combine(symbol, [_value_of(each, values) for each in operands])
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [_value_of(each, values) for each in arguments])
    raise _unknown(ast.unparse(node))


def _apply(symbol: type[ast.AST], left: Value, right: Value) -> Value:
    if symbol not in _OPERATORS:
        raise _unknown(symbol.__name__)
    if left is None or right is None or (symbol is ast.Div and not right):
        return None
    return float(_OPERATORS[symbol](left, right))


def _combine(symbol: ast.boolop, operands: list[Value]) -> Value:
    if None in operands:
        return None
    return float(all(operands) if isinstance(symbol, ast.And) else any(operands))


def _call(name: str, arguments: list[Value]) -> Value:
    match name, arguments:
        case "FILL", [value, default]:
            return default if value is None else value
        case "IF", [condition, then, otherwise]:
            return None if condition is None else then if condition else otherwise
    raise _unknown(f"{name} with {len(arguments)} arguments")


def _unknown(part: str) -> ValueError:
    return ValueError(f"the emulator does not evaluate {part!r} in metric math; add it to {__name__}")
