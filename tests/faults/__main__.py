"""``python -m tests.faults --moments 25``: hurt a build at random moments, each time let it finish, compare bytes."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.moments import KINDS, Moment, draw_moments
from tests.faults.processes import Build, FaultError, build, stamps, wait_for_nobody
from tests.faults.strike import (
    STRIKES,
    TooLateError,
    earlier_untouched,
    finish,
    mount,
    no_half_file,
    unmount,
)
from tests.workflow.checkout import copy_checkout, make_small_study, results

#: These need a mount, which a process of its own name space may make.
MOUNTING = ("disk", "read-only")
_INSIDE = "PLANKOMPASS_FAULTS_INSIDE"
_MUNICIPALITIES = 3
_DISK = "300m"
_TITLE = "\ntitle:\n  nb: "


def enter_namespace() -> bool:
    """Run on in a mount name space of our own, so that no mount outlives this process.

    Returns:
        Whether mounts can be made; False where the system forbids it.
    """
    if os.environ.get(_INSIDE):
        return True
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    wrapper = ["unshare", *rights, "--mount", "--propagation", "private"]
    probe = [*wrapper, "mount", "-t", "tmpfs", "none", tempfile.gettempdir()]
    if (
        not shutil.which("unshare")
        or subprocess.run(probe, capture_output=True, check=False).returncode
    ):
        return False
    os.environ[_INSIDE] = "1"
    command = [*wrapper, sys.executable, "-m", "tests.faults", *sys.argv[1:]]
    return bool(os.execvp("unshare", command))  # never returns: this process runs on as the other


class Bench:
    """The studies that moments are tried on, each built once without any fault.

    Args:
        folder: A folder for them.
        built: A checkout that is built already, to be copied; a small study is made when left out.
    """

    def __init__(self, folder: Path, built: Path | None) -> None:
        self.folder = folder
        self.before = folder / "before"
        self.earlier = folder / "earlier"
        if built is None:
            copy_checkout(self.before)
            make_small_study(self.before, _MUNICIPALITIES)
            shutil.copytree(self.before, self.earlier, symlinks=True)
            self._build(self.earlier)
        else:
            shutil.copytree(built, self.earlier, symlinks=True)
            skip = shutil.ignore_patterns(".snakemake", ".plankompass")
            shutil.copytree(built, self.before, symlinks=True, ignore=skip)
            for name in ("data/processed", "reports"):
                shutil.rmtree(self.before / name)
        self.old = results(self.earlier)
        self.new: dict[str, str] = {}
        self.files = len(stamps(self.earlier))
        self.changed_files = 0

    @staticmethod
    def _build(checkout: Path) -> None:
        code, said = build(checkout)
        if code != 0:
            raise SystemExit(f"the study cannot be built even without a fault:\n{said[-3000:]}")

    def _retitle(self, checkout: Path) -> None:
        path = checkout / "config.yaml"
        text = path.read_text(encoding="utf-8")
        assert text.count(_TITLE) == 1
        path.write_text(text.replace(_TITLE, f"{_TITLE}Ny "), encoding="utf-8")

    def prepare_rebuild(self) -> None:
        """Build once what a rebuild under another title gives."""
        changed = self.folder / "changed"
        shutil.copytree(self.earlier, changed, symlinks=True)
        self._retitle(changed)
        before = stamps(changed)
        self._build(changed)
        self.new = results(changed)
        self.changed_files = len(stamps(changed) - before)
        shutil.rmtree(changed)

    def try_moment(self, moment: Moment) -> None:
        """Let one fault strike and the build finish after it.

        Raises:
            FaultError: Something that must hold did not.
            TooLateError: The build was done before the fault struck.
        """
        checkout = self.folder / f"moment-{moment.number}"
        checkout.mkdir()
        mounts = []
        try:
            if moment.kind == "disk" and mount(
                "-t", "tmpfs", "-o", f"size={_DISK}", "none", str(checkout)
            ):
                mounts.append(checkout)
            source = self.earlier if moment.rebuild else self.before
            shutil.copytree(source, checkout, symlinks=True, dirs_exist_ok=True)
            if moment.rebuild:
                self._retitle(checkout)
            if moment.kind == "read-only":
                for name in ("reports", "data/processed"):
                    (checkout / name).mkdir(parents=True, exist_ok=True)
                    if mount("--bind", str(checkout / name), str(checkout / name)):
                        mounts.append(checkout / name)
            self._hurt_and_finish(checkout, moment)
        finally:
            for folder in reversed(mounts):
                unmount(folder)
            shutil.rmtree(checkout, ignore_errors=True)

    def try_chain(self, kinds: Sequence[str]) -> None:
        """Hurt a rebuild with one fault after the other, then take the change back and finish it.

        Args:
            kinds: The faults, in this order.

        Raises:
            FaultError: Something that must hold did not.
        """
        checkout = self.folder / "chain"
        checkout.mkdir()
        bound = False
        mounted = mount("-t", "tmpfs", "-o", f"size={_DISK}", "none", str(checkout))
        reports = checkout / "reports"
        try:
            shutil.copytree(self.earlier, checkout, symlinks=True, dirs_exist_ok=True)
            config = (checkout / "config.yaml").read_text(encoding="utf-8")
            bound = mount("--bind", str(reports), str(reports))
            self._retitle(checkout)
            for number, kind in enumerate(kinds):
                run = Build(checkout)
                if not run.wait_for(3 * number):
                    raise FaultError(f"no time was left for the fault {kind}")
                STRIKES[kind](run, Moment(number, kind, rebuild=True, progress=0.0, pause=0.0))
                if kind in MOUNTING:
                    earlier_untouched(checkout, self.old)
            (checkout / "config.yaml").write_text(config, encoding="utf-8")
            finish(checkout, self.old, killed=kinds[-1] not in MOUNTING)
        finally:
            for folder in [reports] * bound + [checkout] * mounted:
                unmount(folder)
            shutil.rmtree(checkout, ignore_errors=True)

    def _hurt_and_finish(self, checkout: Path, moment: Moment) -> None:
        wanted = self.new if moment.rebuild else self.old
        files = self.changed_files if moment.rebuild else self.files
        run = Build(checkout)
        try:
            if not run.wait_for(round(moment.progress * files)):
                raise TooLateError
            time.sleep(moment.pause if moment.progress else 10 * moment.pause)
            if run.process.poll() is not None:
                raise TooLateError
            STRIKES[moment.kind](run, moment)
        finally:
            if run.process.poll() is None:
                run.kill_everything()
        wait_for_nobody(checkout)
        no_half_file(checkout, self.old if moment.rebuild else wanted, wanted)
        if moment.rebuild and moment.kind not in ("engine", "everything"):
            earlier_untouched(checkout, self.old)
        finish(checkout, wanted, killed=moment.kind in ("engine", "everything"))


def main() -> int:
    """Run the moments and tell what became of each."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--moments", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="begin at this moment of them")
    parser.add_argument("--kinds", default=",".join(KINDS), help="comma between; default: all")
    parser.add_argument("--rebuild", action="store_true", help="only with earlier reports there")
    parser.add_argument(
        "--chain", action="store_true", help="one short chain of faults on a rebuild"
    )
    parser.add_argument("--built", type=Path, help="a built checkout to copy; not changed")
    chosen = parser.parse_args()
    kinds = [kind for kind in chosen.kinds.split(",") if kind]
    if unknown := sorted(set(kinds) - set(KINDS)):
        parser.error(f"no such kind of fault: {', '.join(unknown)}")
    if set(kinds) & set(MOUNTING) and not enter_namespace():
        print(
            "mounts are forbidden here (run as root): no full disk and no read-only folder is tried"
        )
        kinds = [kind for kind in kinds if kind not in MOUNTING]
    if chosen.chain:
        with tempfile.TemporaryDirectory(prefix="plankompass-faults-") as name:
            chain = [kind for kind in MOUNTING if kind in kinds] or ["everything"]
            Bench(Path(name).resolve(), chosen.built).try_chain(chain)
        print(f"recovered from {', '.join(chain)}")
        return 0
    moments = draw_moments(chosen.moments, chosen.seed, kinds) if kinds else []
    moments = moments[chosen.first - 1 :]
    with tempfile.TemporaryDirectory(prefix="plankompass-faults-") as name:
        bench = Bench(Path(name).resolve(), chosen.built)
        if chosen.rebuild or any(moment.rebuild for moment in moments):
            bench.prepare_rebuild()
        good = sum(_report(bench, moment, chosen.rebuild) for moment in moments)
    print(f"{good} of {len(moments)} recovered")
    return 0 if good == len(moments) > 0 else 1


def _report(bench: Bench, moment: Moment, rebuild: bool) -> bool:
    """Try one moment; one that came too late is tried again, a little earlier each time."""
    began = time.monotonic()
    outcome, good = "the build was always done before it", False
    for earlier in (1.0, 0.7, 0.4):
        progress = moment.progress * earlier
        try:
            bench.try_moment(
                Moment(
                    moment.number, moment.kind, rebuild or moment.rebuild, progress, moment.pause
                )
            )
            outcome, good = "recovered", True
            break
        except TooLateError:
            continue
        except FaultError as error:
            outcome = f"FAILED: {error}"
            break
    what = "rebuild" if rebuild or moment.rebuild else "first build"
    print(
        f"{moment.number:3} {moment.kind:10} {what:11} after {progress:4.0%} of the files "
        f"and {moment.pause:.2f} s: {outcome} ({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    return good


if __name__ == "__main__":
    sys.exit(main())
