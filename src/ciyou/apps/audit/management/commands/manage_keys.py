"""`ciyou keys`: which keys there are and what needs them; new keys; old keys destroyed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from ciyou.apps.audit.keys import change_keyring, keyring, keys_locked
from ciyou.apps.audit.management.spoken import DONE, FINDINGS, SpokenCommand
from ciyou.apps.audit.resealing import destroy_key, put_indexes, reseal, rotate_index, uses_of_keys
from ciyou.apps.audit.services import record_action
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.vault.keyring import KeyUse

TOLD_EVERY = 20_000
USES = {
    KeyUse.FIELD: ("数据与材料", "values and evidence"),
    KeyUse.INDEX: ("查找索引", "blind indexes"),
    KeyUse.FILE: ("备份文件", "backups"),
    KeyUse.AUDIT: ("审计链", "seals of the log"),
}


class Command(SpokenCommand):
    """Lists, rotates and destroys keys."""

    help = (
        "List keys, make a new one, write everything anew, destroy an old one, or put the key file under a passphrase."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", choices=["list", "rotate", "reseal", "destroy", "protect"])
        parser.add_argument("--use", choices=[use.value for use in KeyUse], default="")
        parser.add_argument("--id", default="")

    def work(self, options: dict[str, Any]) -> int:
        if options["what"] == "list":
            return self._list()
        with keys_locked():
            if options["what"] == "rotate":
                return self._rotate(KeyUse(options["use"]))
            if options["what"] == "reseal":
                return self._reseal()
            if options["what"] == "protect":
                return self._protect()
            return self._destroy(options["id"])

    def _list(self) -> int:
        needed = uses_of_keys(self.teller(TOLD_EVERY))
        for key in keyring().keys:
            zh, en = USES[key.use]
            state = ("现用", "current") if key.current else ("旧", "old")
            count = f"{needed[key.id]:,}" if key.use is not KeyUse.FILE else "—"
            self.say(f"{key.id}  {state[0]}  {zh}  {count}", f"{key.id}  {state[1]:7}  {en}  {count}")
        here = {key.id for key in keyring().keys}
        missing = {key_id: count for key_id, count in needed.items() if key_id not in here and count}
        for key_id, count in sorted(missing.items()):
            self.say(
                f"{key_id}  缺失  {count:,} 项无法读出；请恢复含有它的密钥文件。",
                f"{key_id}  MISSING  {count:,} things cannot be read; restore the key file that holds it.",
            )
        return FINDINGS if missing else DONE

    def _rotate(self, use: KeyUse) -> int:
        record_action(LOCAL_OPERATOR, action="rotate_key", details={"use": use.value})
        if use is KeyUse.INDEX:
            count = rotate_index(self.teller(TOLD_EVERY))
            self.say(f"已换新密钥，重写了 {count:,} 个索引。", f"New key made; {count:,} indexes were written anew.")
            return DONE
        ring = change_keyring(lambda found: found.rotated(use))
        self.say(
            f"新密钥 {ring.current(use).id}。请立即备份密钥文件。",
            f"New key {ring.current(use).id}. Back the key file up now.",
        )
        return self._reseal() if use is KeyUse.FIELD else DONE

    def _reseal(self) -> int:
        result = reseal(self.teller(TOLD_EVERY))
        indexes = put_indexes()
        for name in result.unreadable:
            self.say(f"无法读出：{name}", f"Cannot be read: {name}")
        self.say(
            f"用现用密钥重写了 {result.written:,} 项数据、{indexes:,} 个索引。",
            f"Wrote {result.written:,} values and {indexes:,} indexes anew with the current keys.",
        )
        return FINDINGS if result.unreadable else DONE

    def _destroy(self, key_id: str) -> int:
        destroy_key(key_id, self.teller(TOLD_EVERY))
        record_action(LOCAL_OPERATOR, action="destroy_key", subject=key_id)
        self.say(f"密钥 {key_id} 已销毁。", f"Key {key_id} was destroyed.")
        return DONE

    def _protect(self) -> int:
        change_keyring(lambda found: found)
        record_action(LOCAL_OPERATOR, action="protect_keys")
        self.say(
            "密钥文件已重写，现受 CIYOU_KEY_PASSPHRASE 中的口令保护；启动服务时须给出同一口令。",
            "The key file was written again, now under the passphrase in CIYOU_KEY_PASSPHRASE; the service needs the same one.",
        )
        return DONE
