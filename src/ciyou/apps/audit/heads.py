"""The head of the chain, to be kept elsewhere: whoever cuts or rewrites the log cannot change what lies in another office."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from django.utils import timezone

from ciyou.apps.audit.entry_text import GENESIS
from ciyou.apps.audit.models import ChainLink
from ciyou.core.errors import Place, Problem, RunError

FORMAT = "ciyou-log-head/1"


@dataclass(frozen=True)
class ChainHead:
    """The last link when it was exported: its position (= how many entries were sealed), its hash, and when."""

    position: int
    hash: str
    at: str

    def as_text(self) -> str:
        """The head as a JSON file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n"


def chain_head() -> ChainHead:
    """The head as it is now; position 0 for a log with nothing sealed."""
    last = ChainLink.objects.order_by("-position").values_list("position", "hash").first()
    position, found = last or (0, GENESIS)
    return ChainHead(position, found, timezone.now().isoformat(timespec="seconds"))


def read_head(text: str, *, name: str = "") -> ChainHead:
    """A head from a file's text; raises RunError when it is none."""
    try:
        stored = json.loads(text)
        if stored["format"] != FORMAT:
            raise ValueError(FORMAT)
        return ChainHead(int(stored["position"]), str(stored["hash"]), str(stored["at"]))
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            Problem(
                Place(name),
                "audit.no_head",
                "这不是审计链头文件；请选择用 ciyou audit head 导出的文件。",
                "This is no head of the log; take a file that `ciyou audit head` wrote.",
            )
        ) from error
