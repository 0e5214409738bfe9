"""Small things that every reader of interview projects needs: GUIDs and texts as programs write them."""

from __future__ import annotations


class Keys:
    """Identities of elements by GUID, whatever its letters' case, braces or form.

    Programs write a GUID in capitals in one place and small letters in another, or no GUID at all.
    """

    def __init__(self) -> None:
        self._exact: set[str] = set()
        self._folded: dict[str, str] = {}

    def add(self, guid: str) -> str:
        """Take in a defined element's GUID; returns its key."""
        self._exact.add(guid)
        self._folded.setdefault(folded_guid(guid), guid)
        return guid

    def find(self, guid: str) -> str | None:
        """The key a reference means; None when nothing of that GUID is defined."""
        return guid if guid in self._exact else self._folded.get(folded_guid(guid))


def folded_guid(guid: str) -> str:
    """A GUID for comparing: small letters, no braces."""
    return guid.strip().strip("{}").casefold()


def decode_text(content: bytes) -> str:
    """A source's plain text as stored: by its byte order mark, else UTF-8 or UTF-16, else Windows-1252.

    Args:
        content: The file's bytes.

    Returns:
        The text without byte order mark; line ends as they are.
    """
    for mark, encoding in (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if encoding := _sixteen_bits(content[:4096]):
        return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _sixteen_bits(head: bytes) -> str:
    """UTF-16 without a mark, by its zero bytes: no text has them otherwise."""
    if len(head) < 4 or not head.count(0):
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 5:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"
