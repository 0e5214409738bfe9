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

from plankompass.jobs.storage import write_cache

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


class _Notes:
    """What is known of modules from earlier runs, by the file's size, times and inode.

    Reading some two hundred syntax trees costs seconds; a file that was not touched means the same.
    """

    def __init__(self) -> None:
        self.path: Path | None = None
        self.known: dict[str, list] = {}
        self.changed = False

    def open(self, path: Path) -> None:
        """Use notes kept in a file; a broken file counts as empty."""
        self.path, self.changed = path, False
        try:
            self.known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.known = {}

    def save(self) -> None:
        """Keep the notes for the next run."""
        if self.path is not None and self.changed:
            write_cache(self.path, self.known)
            self.changed = False


_notes = _Notes()


def keep_notes(path: Path) -> None:
    """Keep what is learnt of modules in a file, for the next run.

    Args:
        path: The file; it may be removed at any time.
    """
    _notes.open(path)


def save_notes() -> None:
    """Write what was learnt since :func:`keep_notes`."""
    _notes.save()


@cache
def _read(module: str) -> tuple[str, tuple[str, ...]]:
    """Hash of one module's code, and the package modules it imports."""
    file = _module_file(module)
    if file is None:
        raise ValueError(f"{module} is no module of the package")
    stat = file.stat()
    stamp = [str(file), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    known = _notes.known.get(module)
    if not known or known[0] != stamp:
        known = [stamp, *_parse(module, file)]
        _notes.known[module] = known
        _notes.changed = True
    # a name may be a module or something inside one: the files decide, at every run
    inside = sorted(m for m in known[2] if _module_file(m))
    # importing a.b.c runs a/__init__ and a.b/__init__ first
    parents = {
        ".".join(m.split(".")[:depth])
        for m in (*inside, module)
        for depth in range(1, m.count(".") + 1)
    }
    return known[1], tuple(sorted({*inside, *parents} - {module}))


def _parse(module: str, file: Path) -> tuple[str, list[str]]:
    """Hash of one module's code from its syntax tree, and the names it imports from the package."""
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
    names = sorted(m for m in imported if m.split(".")[0] == PACKAGE)
    return _digest(ast.dump(_without_docstrings(tree))), names


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
    _notes.known.clear()
    _read.cache_clear()
    imported_modules.cache_clear()
