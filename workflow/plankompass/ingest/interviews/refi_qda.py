"""REFI-QDA projects (.qdpx, .qde) and codebooks (.qdc): the files; what is in them is ``refi_document``."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from plankompass.ingest.interviews.model import ProjectRefusedError, QdaProject
from plankompass.ingest.interviews.refi_document import ProjectReader
from plankompass.ingest.interviews.text import decode_text
from plankompass.ingest.safe_archive import SafeArchive
from plankompass.ingest.safe_xml import local_name, parse_xml


def _archive_name(target: str) -> str | None:
    """A source's path within the archive; None for one that lies outside.

    Programs disagree about the folder (``sources``, ``Sources``, none), so that a file is looked for
    by its own name too; nothing outside the archive is ever opened.
    """
    if target.startswith("absolute:"):
        return None
    name = target.removeprefix("internal:").removeprefix("relative:").replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if ".." in parts or not parts else "/".join(parts)


def _project_member(archive: SafeArchive, name: str) -> str:
    candidates = [
        n
        for n in archive.names
        if n.casefold().endswith(".qde")
        # what a Mac adds to an archive
        and not n.startswith("__MACOSX/")
        and not n.rpartition("/")[2].startswith("._")
    ]
    top = [n for n in candidates if n.casefold() == "project.qde"] or candidates
    if len(top) != 1:
        found = "no project file (project.qde)" if not top else "several project files (.qde)"
        raise ProjectRefusedError(
            f"{name}: the archive holds {found}; export a REFI-QDA project (.qdpx) again"
        )
    return top[0]


def _checked_root(content: bytes, name: str, allowed: tuple[str, ...]) -> etree._Element:
    root = parse_xml(content, name=name)
    if local_name(root) not in allowed:
        raise ProjectRefusedError(
            f"{name}: the document is no REFI-QDA {' or '.join(a.lower() for a in allowed)}; "
            "export a REFI-QDA project (.qdpx) again"
        )
    return root


def read_qdpx(path: Path, *, max_members: int, max_bytes: int) -> QdaProject:
    """Read a REFI-QDA project archive.

    Args:
        path: The .qdpx file.
        max_members: Most members the archive may list.
        max_bytes: Most bytes it may unpack to.

    Returns:
        The project. Texts that are not in the archive stay missing; nothing outside it is opened.

    Raises:
        ProjectRefusedError: The archive holds no project document, or several.
        ArchiveRefusedError: The archive is broken or outside the limits.
        XmlRefusedError: The project document is broken or declares entities.
    """
    with SafeArchive(path, max_members=max_members, max_bytes=max_bytes) as archive:
        member = _project_member(archive, path.name)
        folder = member.rpartition("/")[0]
        root = _checked_root(archive.read(member), path.name, ("Project",))

        def text_of(target: str) -> str | None:
            name = _archive_name(target)
            if name is None:
                return None
            prefix = f"{folder}/" if folder else ""
            names = dict.fromkeys((name, unquote(name), name.rpartition("/")[2]))
            for candidate in (f"{prefix}{where}{n}" for n in names for where in ("sources/", "")):
                if (found := archive.find(candidate)) is not None:
                    return decode_text(archive.read(found))
            return None

        return ProjectReader(root, "qdpx", text_of).read()


def read_qde(path: Path) -> QdaProject:
    """Read a REFI-QDA project document that stands alone; only inline texts can be there.

    Args:
        path: The .qde file.

    Returns:
        The project.

    Raises:
        XmlRefusedError: The document is broken or declares entities.
        ProjectRefusedError: It is no REFI-QDA project.
    """
    root = _checked_root(path.read_bytes(), path.name, ("Project",))
    return ProjectReader(root, "qde", lambda _: None).read()


def read_qdc(path: Path) -> QdaProject:
    """Read a REFI-QDA codebook.

    Args:
        path: The .qdc file.

    Returns:
        A project with codes only.

    Raises:
        XmlRefusedError: The document is broken or declares entities.
        ProjectRefusedError: It is no REFI-QDA codebook.
    """
    root = _checked_root(path.read_bytes(), path.name, ("CodeBook", "Project"))
    return ProjectReader(root, "qdc", lambda _: None).read()
