"""The replication crate: what may leave, with the program that made it, as a Workflow Run RO-Crate.

Profiles: RO-Crate 1.1, Workflow RO-Crate 1.0, Process Run Crate 0.5 and Workflow Run Crate 0.5. The
raw files are not in it; each stands as a value: its name and its sha256.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from plankompass.release.manifest import PUBLISHABLE, REPORTS, Manifest

METADATA = "ro-crate-metadata.json"
WORKFLOW = "Snakefile"
_PROFILES = (
    "https://w3id.org/ro/wfrun/process/0.5",
    "https://w3id.org/ro/wfrun/workflow/0.5",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
)
_BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
_LICENCES = {
    "MIT": ("https://spdx.org/licenses/MIT", "MIT License"),
    "CC-BY-4.0": (
        "https://creativecommons.org/licenses/by/4.0/",
        "Creative Commons Attribution 4.0",
    ),
    "OFL-1.1": ("https://spdx.org/licenses/OFL-1.1", "SIL Open Font License 1.1"),
}
_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".yaml": "application/yaml",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".lock": "text/plain",
    ".xz": "application/x-xz",
}


def licence_of(path: str) -> str:
    """Which licence a part of the crate has.

    Args:
        path: File in the crate.

    Returns:
        SPDX id: fonts have their own, results are CC BY, the program is MIT.
    """
    if "/fonts/" in path and path.endswith((".ttf", ".woff", "OFL.txt")):
        return "OFL-1.1"
    results = (PUBLISHABLE, REPORTS, "tables")
    if path.split("/")[0] in results or path in ("datapackage.json", "ddi-codebook.xml"):
        return "CC-BY-4.0"
    return "MIT"


def _encoding(path: str) -> str:
    suffix = Path(path).suffix
    return _TYPES.get(suffix) or mimetypes.types_map.get(suffix) or "text/plain"


def _context(crate: ROCrate, entity: str, **properties: Any) -> ContextEntity:
    plain = {key.rstrip("_"): value for key, value in properties.items()}
    plain["@type"] = plain.pop("type")
    return crate.add(ContextEntity(crate, entity, properties=plain))


def write_crate(folder: Path, manifest: Manifest, config: Mapping[str, Any], environment: Mapping[str, Any]) -> None:  # fmt: skip
    """Describe a folder as a replication crate.

    Args:
        folder: The crate's folder, with every file in its place.
        manifest: The release's manifest.
        config: The merged configuration as plain values.
        environment: What the release was made with.
    """
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(_TERMS)
    names = {key: _context(crate, url, type="CreativeWork", name=name, identifier=url)
             for key, (url, name) in _LICENCES.items()}  # fmt: skip
    publisher = _context(
        crate, "#publisher", type="Organization", name=config["report"]["publisher"],
        url="https://www.ks.no/" if not config["example"] else "https://example.org/",
    )  # fmt: skip
    title = config["title"].get("en") or config["title"]["nb"]
    mark = " (eksempeldata)" if config["example"] else ""
    root = crate.root_dataset
    root["name"] = f"{title}{mark}, release {manifest.release}"
    root["description"] = (
        f"Published tables and reports of the study {manifest.study}{mark}, with the program that made "
        "them. Raw files hold personal data and are named by their hashes alone. Licences: program and "
        "codebook MIT, tables and reports CC BY 4.0, fonts OFL 1.1."
    )
    root["datePublished"] = manifest.dated
    root["license"] = names["CC-BY-4.0"]
    root["publisher"] = publisher
    root["author"] = publisher
    root["keywords"] = "samfunnsplanlegging, politisk lederskap, kommuneplan"
    root["conformsTo"] = [
        _context(crate, url, type="CreativeWork", name=url.split("/ro/")[-1].split("hub/")[-1],
                 version=url.rsplit("/", 1)[1])
        for url in _PROFILES
    ]  # fmt: skip
    workflow = crate.add_workflow(
        folder / WORKFLOW, WORKFLOW, main=True, lang="snakemake", lang_version=environment["libraries"].get("snakemake"),
        properties={
            "name": "Plankompass", "version": manifest.version, "license": {"@id": names["MIT"].id},
            "description": "From a study's raw files to comparison reports for each municipality.",
            "encodingFormat": "text/plain",
        },
    )  # fmt: skip
    workflow["creator"] = publisher
    workflow["conformsTo"] = _context(
        crate,
        _BIOSCHEMAS,
        type="CreativeWork",
        name="ComputationalWorkflow profile",
        version="1.0-RELEASE",
    )
    results = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name in (METADATA, WORKFLOW):
            continue
        about = {
            "name": name,
            "encodingFormat": _encoding(name),
            "contentSize": str(path.stat().st_size),
        }
        entity = crate.add_file(path, name, properties=about)
        entity["license"] = names[licence_of(name)]
        if name == "README.md":
            entity["about"] = root
        if name in manifest.files:
            entity["sha256"] = manifest.files[name].sha256
            results.append(entity)
    raw = [
        _context(crate, f"#raw/{name}", type="PropertyValue", name=name, propertyID="sha256",
                 value=entry.sha256, description="A raw file that is not in the crate")
        for name, entry in manifest.inputs.items()
    ]  # fmt: skip
    settings = crate.dereference("config.yaml")
    action = _context(
        crate, "#run", type="CreateAction",
        name=f"Run of the whole workflow, release {manifest.release}",
        description=f"./plankompass build {manifest.study}",
        actionStatus="http://schema.org/CompletedActionStatus",
    )  # fmt: skip
    action["instrument"] = workflow
    action["agent"] = publisher
    action["object"] = [settings, *raw] if settings else raw
    action["result"] = results
    root["mentions"] = action
    text = json.dumps(crate.metadata.generate(), ensure_ascii=False, indent=1)
    (folder / METADATA).write_text(text + "\n", encoding="utf-8", newline="\n")
