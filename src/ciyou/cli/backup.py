"""`ciyou backup` and `ciyou restore`: an installation in one encrypted file, its keys in another, and both brought back."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from ciyou.cli.managing import home_option, run_managed
from ciyou.cli.output import COULD_NOT_RUN, choose_language, fail, language_option
from ciyou.core.errors import CiyouError, Place, Problem, RunError
from ciyou.vault.archive import check_keys, extract_archive, read_header
from ciyou.vault.keyring import Keyring, read_keyring, write_keyring
from ciyou.vault.passphrase import is_wrapped

PASSPHRASE = "CIYOU_KEY_PASSPHRASE"
_ASK = ("密钥文件的口令", "Passphrase of the key file")
_KEYS_WRITTEN = (
    "密钥已另存到 {path}，受口令保护。请与备份分开存放，口令另行保管。",
    "The keys were written to {path} under the passphrase. Keep them apart from the backup, and the passphrase apart from both.",
)
_RESTORED = ("状态目录：{home}", "State folder: {home}")


@click.command("backup")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File for the backup.")
@click.option(
    "--keys",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the keys to this separate file, under a passphrase (asked for, or CIYOU_KEY_PASSPHRASE).",
)
@click.option("--without-results", is_flag=True, help="Leave out results of screenings; they can be made again.")
@click.option("--overwrite", is_flag=True, help="Replace files that are there already.")
@home_option
@language_option
def backup(
    *, out: Path, keys: Path | None, without_results: bool, overwrite: bool, home: Path, lang: str | None
) -> None:
    """Write database, evidence, deliveries and results to one encrypted file, while the service runs.

    The keys are never in it: without the key file nobody can open it, you neither.

    \b
    Example:
      ciyou backup --out ciyou-2026-11-24.backup --keys ciyou-2026-11-24.keys
    """
    spoken = choose_language(lang)
    try:
        for path in (out, *([keys] if keys else [])):
            _check_free(path, overwrite=overwrite)
        if code := run_managed(
            home, "back_up", str(out.absolute()), *(["--without-results"] if without_results else []), lang=lang
        ):
            sys.exit(code)
        if keys is not None:
            passphrase = os.environ.get(PASSPHRASE) or click.prompt(
                _ASK[spoken == "en"], hide_input=True, confirmation_prompt=True
            )
            write_keyring(_open_keys(_key_file(home), spoken), keys, passphrase=passphrase)
            click.echo(_KEYS_WRITTEN[spoken == "en"].format(path=keys))
    except CiyouError as error:
        fail(error, spoken)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--home",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="State folder to restore into: it must be new or empty.",
)
@click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The key file of that time or later (default: CIYOU_KEY_FILE).",
)
@language_option
def restore(file: Path, home: Path, keys: Path | None, lang: str | None) -> None:
    """Restore a backup into a new state folder, checking every file and the chain of the log.

    A backup of PostgreSQL goes into the empty database that DATABASE_URL names. Nothing is left behind when it is refused.
    Exit 0: restored and sound; 1: restored, but its log has findings; 2: refused.

    \b
    Example:
      ciyou restore ciyou-2026-11-24.backup --home /srv/ciyou --keys ciyou-2026-11-24.keys
    """
    spoken = choose_language(lang)
    home = home.expanduser().absolute()
    try:
        _check_empty(home)
        header = read_header(file)
        _check_database(header)
        keyring = _open_keys(_given_keys(keys), spoken)
        check_keys(header, keyring)
        code = _restore(file, header, keyring, home, lang)
    except CiyouError as error:
        fail(error, spoken)
    if code != COULD_NOT_RUN:
        click.echo(_RESTORED[spoken == "en"].format(home=home))
    sys.exit(code)


def _restore(file: Path, header: dict[str, Any], keyring: Keyring, home: Path, lang: str | None) -> int:
    """Everything happens in a folder beside; it gets the name at the end."""
    home.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{home.name}-restore-", dir=home.parent))
    try:
        extract_archive(file, keyring, made, tell=_telling())
        if header["database"] == "sqlite":
            (made / "database" / "ciyou.sqlite3").replace(made / "ciyou.sqlite3")
        if not os.environ.get("CIYOU_KEY_FILE"):
            write_keyring(keyring, made / "keys.json", passphrase=os.environ.get(PASSPHRASE, ""))
        about = made / "restored.json"
        about.write_text(json.dumps(header), encoding="utf-8")
        code = run_managed(made, "finish_restore", str(about), str(home), lang=lang)
        if code not in (0, 1):
            return COULD_NOT_RUN
        about.unlink()
        shutil.rmtree(made / "database", ignore_errors=True)
        if home.exists():
            home.rmdir()
        made.replace(home)
        return code
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _telling() -> Any:
    step, told = 256 << 20, [0]

    def tell(_name: str, done: int) -> None:
        if done // step > told[0]:
            told[0] = done // step
            click.echo(f"  {done >> 20:,} MiB", err=True)

    return tell


def _open_keys(path: Path, spoken: str) -> Keyring:
    passphrase = os.environ.get(PASSPHRASE, "")
    if not passphrase and path.exists() and is_wrapped(path.read_text(encoding="ascii", errors="replace")):
        passphrase = click.prompt(_ASK[spoken == "en"], hide_input=True)
    return read_keyring(path, passphrase=passphrase)


def _key_file(home: Path) -> Path:
    return Path(os.environ.get("CIYOU_KEY_FILE") or home.expanduser() / "keys.json")


def _given_keys(keys: Path | None) -> Path:
    path = keys or os.environ.get("CIYOU_KEY_FILE")
    if not path:
        raise _refusal(
            "restore.no_keys",
            "备份中没有密钥：请用 --keys 给出备份当时或之后的密钥文件。",
            "A backup holds no keys: give the key file of that time or later with --keys.",
        )
    return Path(path)


def _check_free(path: Path, *, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise _refusal(
            "backup.exists",
            f"{path.name} 已经存在，没有覆盖。请换一个文件名，或加上 --overwrite。",
            f"{path.name} is there already and was not replaced. Choose another name, or add --overwrite.",
        )
    if not path.absolute().parent.is_dir():
        raise _refusal(
            "backup.no_folder",
            f"没有目录 {path.absolute().parent}；请先建立它。",
            f"There is no folder {path.absolute().parent}; make it first.",
        )


def _check_empty(home: Path) -> None:
    if home.exists() and any(home.iterdir()):
        raise _refusal(
            "restore.home_not_empty",
            f"状态目录 {home} 不是空的，没有做任何改动。请指定一个新的目录；旧目录确认无用后再自行移走。",
            f"The state folder {home} is not empty; nothing was changed. Name a new one, and move the old one away yourself.",
        )


def _check_database(header: dict[str, Any]) -> None:
    here = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
    if header["database"] != here:
        raise _refusal(
            "restore.other_database",
            f"这份备份来自 {header['database']}，而现在设置的是 {here}。恢复 PostgreSQL 的备份须在 DATABASE_URL 中指定一个空数据库；恢复 SQLite 的备份不要设置它。",
            f"This backup is of {header['database']}, but {here} is set. For PostgreSQL name an empty database in DATABASE_URL; for SQLite leave it unset.",
        )


def _refusal(code: str, zh: str, en: str) -> RunError:
    return RunError(Problem(Place(), code, zh, en))
