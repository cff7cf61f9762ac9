"""`ciyou decrypt`: the tables of an encrypted screening, readable again."""

from __future__ import annotations

from pathlib import Path

import click

from ciyou.batch.encryption import decrypt_tables, read_key
from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import CiyouError

_DONE = ("已解密 {count} 个文件到 {out}（仅本人可读）。", "Decrypted {count} files to {out} (readable by you alone).")


@click.command(epilog="Example: ciyou decrypt results/ --key results.key --out plain/")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--key", required=True, type=click.Path(path_type=Path), help="The key file given to `ciyou screen --encrypt`."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the decrypted tables.")
@language_option
def decrypt(folder: Path, key: Path, out: Path, lang: str | None) -> None:
    """Decrypt the tables that `ciyou screen --encrypt` left in FOLDER.

    Exit 0: done; 2: the key is another one, or a file was changed.
    """
    spoken = choose_language(lang)
    try:
        count = decrypt_tables(folder, out, read_key(key))
    except CiyouError as error:
        fail(error, spoken)
    click.echo(_DONE[1 if spoken == "en" else 0].format(count=count, out=out))
