"""Command line of the factory: ``python -m tests.study_factory --out DIR``, from the checkout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "workflow"))


def main() -> None:
    """Make one study as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m tests.study_factory", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="raw folder to write")
    parser.add_argument("--municipalities", type=int, default=12, help="1 to 357")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--study", default="eksempel", help="the study's id")
    parser.add_argument(
        "--truth", type=Path, help="folder of the planted truth; default: beside --out"
    )
    parser.add_argument("--config", type=Path, help="also write the study's configuration here")
    parser.add_argument(
        "--raw-name", help="how the configuration names the raw folder; default: --out"
    )
    parser.add_argument(
        "--real-codes", action="store_true", help="codes and names of the national register"
    )
    parser.add_argument("--no-faults", action="store_true", help="plant no faults")
    parser.add_argument("--no-documents", action="store_true", help="leave the plan documents out")
    parser.add_argument(
        "--resident-sample", type=int, default=250, help="answers in each municipality and wave"
    )
    parser.add_argument(
        "--every-format", action="store_true",
        help="plan documents of a big study are PDF and DOCX too, not mostly Markdown (slow)",
    )  # fmt: skip
    parser.add_argument(
        "--real-lengths", action="store_true",
        help="plan documents as long as real ones (slow)",
    )  # fmt: skip
    parser.add_argument("--no-manifest", action="store_true", help="leave manifest.yaml out")
    arguments = parser.parse_args()

    from tests.study_factory.factory import make_study

    made = make_study(
        arguments.out,
        municipalities=arguments.municipalities,
        seed=arguments.seed,
        study=arguments.study,
        real_codes=arguments.real_codes,
        faults=not arguments.no_faults,
        documents=not arguments.no_documents,
        manifest=not arguments.no_manifest,
        raw_name=arguments.raw_name,
        resident_sample=arguments.resident_sample,
        every_format=arguments.every_format,
        real_lengths=arguments.real_lengths,
    )
    truth = arguments.truth or arguments.out.with_name(arguments.out.name + ".truth")
    made.truth.save(truth)
    if arguments.config:
        arguments.config.write_text(made.config, encoding="utf-8", newline="\n")
    print(f"{arguments.out}: {len(made.design.municipalities)} municipalities; truth in {truth}")


if __name__ == "__main__":
    main()
