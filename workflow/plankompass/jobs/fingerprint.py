"""Fingerprints of code and codebook, so that a change reruns what depends on it and nothing more.

The workflow engine does not see imported modules. Each rule therefore carries, as a param, a hash
of the package modules its entry function really imports, read from their syntax trees: comments,
docstrings and layout do not count.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = "plankompass"
_ROOT = Path(__file__).resolve().parents[2]
_LENGTH = 16


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _module_file(module: str) -> Path | None:
    base = _ROOT.joinpath(*module.split("."))
    for candidate in (base / "__init__.py", base.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:] or [ast.Pass()]
    return tree


@cache
def _read(module: str) -> tuple[str, tuple[str, ...]]:
    """Hash of one module's code, and the package modules it imports."""
    file = _module_file(module)
    if file is None:
        raise ValueError(f"{module} is no module of the package")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported: set[str] = set()
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                parts = parts[: len(parts) - node.level + 1]
                base = ".".join([*parts, base] if base else parts)
            imported.add(base)
            imported |= {f"{base}.{alias.name}" for alias in node.names}
    inside = sorted(m for m in imported if m.split(".")[0] == PACKAGE and _module_file(m))
    # Importing a.b.c runs a/__init__ and a.b/__init__ first.
    parents = {
        ".".join(m.split(".")[:depth])
        for m in (*inside, module)
        for depth in range(1, m.count(".") + 1)
    }
    return _digest(ast.dump(_without_docstrings(tree))), tuple(
        sorted({*inside, *parents} - {module})
    )


@cache
def imported_modules(module: str) -> tuple[str, ...]:
    """All package modules that importing a module brings in, itself included.

    Args:
        module: Dotted name inside the package.

    Returns:
        Dotted names, sorted. Imports inside functions count.
    """
    seen: set[str] = set()
    todo = [module]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo.extend(_read(current)[1])
    return tuple(sorted(seen))


def code_fingerprint(*entries: str) -> str:
    """Hash of the code behind entry functions.

    Args:
        *entries: ``package.module:function`` or dotted module names.

    Returns:
        A short hexadecimal hash that changes when any module they import changes its meaning.
    """
    modules = {m for entry in entries for m in imported_modules(entry.split(":")[0])}
    return _digest("\n".join(f"{m} {_read(m)[0]}" for m in sorted(modules)))


def files_fingerprint(files: Iterable[Path]) -> str:
    """Hash of the contents of files such as templates, fonts and message catalogues.

    Args:
        files: Files or folders; folders are walked.

    Returns:
        A short hexadecimal hash of names and contents.
    """
    lines = []
    for top in sorted(files):
        members = sorted(p for p in top.rglob("*") if p.is_file()) if top.is_dir() else [top]
        for path in members:
            if "__pycache__" in path.parts or path.suffix == ".pyc":
                continue
            name = path.relative_to(top.parent).as_posix()
            lines.append(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return _digest("\n".join(lines))


def value_fingerprint(value: Any) -> str:
    """Hash of a plain value (mappings, lists, text, numbers).

    Args:
        value: The value; the order of mapping keys does not count.

    Returns:
        A short hexadecimal hash.
    """
    return _digest(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))


def forget() -> None:
    """Read the code anew at the next call; for tests and long-lived processes."""
    _read.cache_clear()
    imported_modules.cache_clear()
