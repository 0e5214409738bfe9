"""Stock of a study's raw files, taken when the workflow is read.

The workflow engine drops a rule silently when its raw file has vanished, and does not see changed
content under an older time stamp. So the stock is taken here: a missing file is an error at once,
and each file's sha256 is a param of the rules that read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from plankompass.jobs.storage import write_cache
from plankompass.study.config_models import StudyConfig
from plankompass.study.hashing import hash_file
from plankompass.study.problems import PlankompassError


def listed_files(config: StudyConfig) -> dict[str, str]:
    """The raw files a configuration names.

    Args:
        config: The study.

    Returns:
        File, relative to the raw folder, to the configuration key that names it.
    """
    files: dict[str, str] = {}
    registers = config.registers.model_dump(exclude_none=True)
    files |= {file: f"registers.{key}" for key, file in registers.items()}
    for source in config.surveys:
        files[source.file] = f"surveys {source.id}"
        if source.codebook:
            files[source.codebook] = f"surveys {source.id}.codebook"
    if config.interviews:
        files |= dict.fromkeys(config.interviews.projects, "interviews.projects")
        for key in ("code_mapping", "consensus", "quotes_cleared"):
            if file := getattr(config.interviews, key):
                files[file] = f"interviews.{key}"
    if config.plans:
        for key in ("documents", "goal_register", "coded_measures"):
            files[getattr(config.plans, key)] = f"plans.{key}"
    return files


def review_forms(config: StudyConfig, raw: Path) -> list[str]:
    """The filled-in review forms of a study.

    Args:
        config: The study.
        raw: Its raw folder.

    Returns:
        Files relative to the raw folder; none without a folder of forms.
    """
    folder = config.plans.review_forms if config.plans else None
    found = (raw / folder).glob("*/*.xlsx") if folder else []
    return sorted(p.relative_to(raw).as_posix() for p in found if not p.name.startswith("~$"))


class Inventory:
    """Hashes of raw files, kept between runs by size, times and inode.

    Args:
        raw: The study's raw folder.
        cache: File where hashes are kept; it may be removed at any time.
    """

    def __init__(self, raw: Path, cache: Path) -> None:
        self._raw = raw
        self._cache = cache
        try:
            self._known = json.loads(cache.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._known = {}
        self._changed = False

    def hashes(self, files: Iterable[str]) -> dict[str, str]:
        """Hash files of the raw folder.

        Args:
            files: Paths relative to the raw folder.

        Returns:
            Path to sha256, sorted by path.

        Raises:
            PlankompassError: Files are missing; all are listed.
        """
        result = {}
        missing = []
        for file in sorted(set(files)):
            path = self._raw / file
            try:
                stat = path.stat()
            except OSError:
                missing.append(f"{self._raw.as_posix()}/{file}: the file does not exist")
                continue
            stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
            key = str(path)
            if self._known.get(key, {}).get("stamp") != stamp:
                self._known[key] = {"stamp": stamp, "sha256": hash_file(path)}
                self._changed = True
            result[file] = self._known[key]["sha256"]
        if missing:
            raise PlankompassError("\n".join(missing))
        return result

    def save(self) -> None:
        """Keep the hashes for the next run."""
        if self._changed:
            write_cache(self._cache, self._known)
