"""What a check of the log may find, in words."""

from __future__ import annotations

from dataclasses import dataclass

from ciyou.core.errors import Place, Problem

_ADVICE = (
    "请保留数据库原样，立即报告审计管理员，并与备份和已导出的链头比对。",
    "Leave the database as it is, tell the audit administrator at once, and compare with backups and exported heads.",
)


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: a stable code, the position in the chain, the number of the entry (None: not known)."""

    code: str
    position: int | None
    entry_id: int | None

    def problem(self) -> Problem:
        """The finding as a sentence in both languages, with what to do."""
        return _TOLD[self.code](self)


def _changed(found: Finding) -> Problem:
    return Problem(
        Place(),
        "audit.entry_changed",
        f"第 {found.position} 环（记录 {found.entry_id}）与封存时不同：记录、所涉人员或链环被改动过。{_ADVICE[0]}",
        f"Link {found.position} (entry {found.entry_id}) is not what was sealed: the entry, its persons or the link were changed. {_ADVICE[1]}",
    )


def _entry_missing(found: Finding) -> Problem:
    return Problem(
        Place(),
        "audit.entry_missing",
        f"第 {found.position} 环所封存的记录 {found.entry_id} 不见了。{_ADVICE[0]}",
        f"Entry {found.entry_id}, which link {found.position} seals, is gone. {_ADVICE[1]}",
    )


def _link_missing(found: Finding) -> Problem:
    return Problem(
        Place(),
        "audit.link_missing",
        f"审计链从第 {found.position} 环起有缺失。{_ADVICE[0]}",
        f"The chain has a gap from link {found.position} on. {_ADVICE[1]}",
    )


def _tail_cut(found: Finding) -> Problem:
    return Problem(
        Place(),
        "audit.tail_cut",
        f"审计链的末尾被截去：导出的链头在第 {found.position} 环，现在已经没有这一环。{_ADVICE[0]}",
        f"The end of the chain was cut off: the exported head stands at link {found.position}, which is no longer there. {_ADVICE[1]}",
    )


def _other_chain(found: Finding) -> Problem:
    return Problem(
        Place(),
        "audit.other_chain",
        f"第 {found.position} 环与导出的链头不符：这不是同一条审计链，或它被整个重写过。{_ADVICE[0]}",
        f"Link {found.position} is not that of the exported head: this is another chain, or it was written anew. {_ADVICE[1]}",
    )


def _not_sealed(found: Finding) -> Problem:
    return Problem(
        Place(),
        "audit.not_sealed",
        f"记录 {found.entry_id} 久未封存。请确认后台进程在运行；若在运行，请报告审计管理员。",
        f"Entry {found.entry_id} has been without a seal for too long. See that the worker runs; if it does, tell the audit administrator.",
    )


_TOLD = {
    "entry_changed": _changed,
    "entry_missing": _entry_missing,
    "link_missing": _link_missing,
    "tail_cut": _tail_cut,
    "other_chain": _other_chain,
    "not_sealed": _not_sealed,
}
