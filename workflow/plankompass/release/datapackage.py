"""The published tables as CSV with a Frictionless data package that says what each column means.

Descriptor: Frictionless Data, Data Package v1 and Table Schema v1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.contract_model import Column, Contract
from plankompass.table_contracts import CONTRACTS, publishable_contract
from plankompass.tables import read_table

TABLES = "tables"
LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
_TYPES = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "flag": "boolean",
    "day": "date",
}


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.type],
        "description": column.description,
    }
    limits: dict[str, Any] = {}
    # an empty cell reads as missing, so text that may be empty is not required
    if not column.nullable and column.type != "text":
        limits["required"] = True
    values = [v for v in column.values if v]
    if values:
        limits["enum"] = values
    for name in ("minimum", "maximum"):
        if (value := getattr(column, name)) is not None:
            limits[name] = value
    if column.type == "flag":
        field |= {"trueValues": ["True"], "falseValues": ["False"]}
    return field | ({"constraints": limits} if limits else {})


def _csv(frame: pd.DataFrame, contract: Contract) -> bytes:
    out = frame.copy()
    for column in contract.columns:
        if column.type == "day":
            out[column.name] = out[column.name].dt.strftime("%Y-%m-%d")
    return out.to_csv(index=False, lineterminator="\n").encode()


def write_tables(
    publishable: Path, folder: Path, config: Mapping[str, Any], *, version: str
) -> dict[str, Any]:
    """Write the published tables as CSV and describe them.

    Args:
        publishable: Folder of the published tables.
        folder: Folder of the package; the tables go into ``tables/``.
        config: The merged configuration as plain values.
        version: Version of the program.

    Returns:
        The descriptor, to be written as ``datapackage.json``.

    Raises:
        ContractError: A table does not keep its contract.
    """
    resources = []
    (folder / TABLES).mkdir(parents=True, exist_ok=True)
    for path in sorted(publishable.glob("*.parquet")):
        contract = CONTRACTS[publishable_contract(path.stem)]
        content = _csv(read_table(contract.name, path), contract)
        target = f"{TABLES}/{path.stem}.csv"
        (folder / target).write_bytes(content)
        resources.append(
            {
                "name": path.stem,
                "path": target,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "title": f"One row: {contract.grain}",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": {
                    "fields": [_field(column) for column in contract.columns],
                    "missingValues": [""],
                },
            }
        )
    example = " (eksempeldata)" if config["example"] else ""
    return {
        "profile": "tabular-data-package",
        "name": f"plankompass-{config['study']}".replace("_", "-"),
        "title": (config["title"].get("en") or config["title"]["nb"]) + example,
        "version": version,
        "created": f"{config['report']['dated']}T00:00:00Z",
        "licenses": [LICENCE],
        "contributors": [{"title": config["report"]["publisher"], "role": "publisher"}],
        "resources": resources,
    }
