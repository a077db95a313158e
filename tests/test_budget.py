"""The code's budget of lines: what ruff does not count.

A place may pass a limit with a remark that says why, on its first line: `# long: because …`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 400
FUNCTION_LINES = 50
REMARK = "# long: "
FILES = sorted(
    path
    for folder in ("ingenium_credentials", "settings", "scripts", "benchmarks", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def lines_of(function: Function) -> int:
    """Lines from the first to the last, the docstring left out."""
    first, last = function.body[0], function.end_lineno or function.lineno
    documented = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return last - function.lineno + 1 - docstring


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_within_the_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()

    long = [
        f"{function.name}: {lines_of(function)} lines"
        for function in functions(ast.parse(text))
        if lines_of(function) > FUNCTION_LINES and REMARK not in lines[function.lineno - 1]
    ]

    assert not long
    assert len(lines) <= FILE_LINES or REMARK in lines[0]
