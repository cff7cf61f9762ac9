"""What a filled questionnaire holds under encryption: the answers, what they came to, and what whoever saw the child wrote."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ciyou.apps.audit.keys import keyring
from ciyou.core.questionnaires import Measured, Result
from ciyou.vault.fields import decrypt_text, encrypt_text


@dataclass(frozen=True)
class AnswersContent:
    """`answers`: points by item, None where nothing was said. `consent`: who agreed. `age` in full years on the day."""

    answers: Mapping[str, int | None]
    consent: str
    age: int


@dataclass(frozen=True)
class ResultContent:
    """What the answers came to, and by scale the cut-offs (every proposed value) that held on that day."""

    result: Result
    cut_offs: Mapping[str, tuple[int, ...]]

    @property
    def raised(self) -> tuple[str, ...]:
        """The kinds of flags that stand."""
        return tuple(kind for kind, raised in self.result.flags.items() if raised)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The kinds of flags of which an item was left blank, and none stands."""
        return tuple(kind for kind, raised in self.result.flags.items() if raised is None)


@dataclass(frozen=True)
class Assessment:
    """What came of seeing the child: `outcome`, whether the `guardian` was told, and where, by whom and what next in `words`."""

    outcome: str
    guardian: str
    words: str


def seal_answers(filled_id: uuid.UUID, content: AnswersContent) -> bytes:
    """The answers, encrypted for their questionnaire."""
    return _seal(filled_id, "content", asdict(content))


def open_answers(filled_id: uuid.UUID, cipher: bytes) -> AnswersContent:
    """The answers in the clear."""
    return AnswersContent(**_open(filled_id, "content", cipher))


def seal_result(filled_id: uuid.UUID, content: ResultContent) -> bytes:
    """A result, encrypted for its questionnaire."""
    return _seal(filled_id, "result", asdict(content))


def open_result(filled_id: uuid.UUID, cipher: bytes) -> ResultContent:
    """A result in the clear."""
    stored = _open(filled_id, "result", cipher)
    kept = stored["result"]
    result = Result(
        questionnaire=kept["questionnaire"],
        measured=tuple(Measured(**one) for one in kept["measured"]),
        blanks=tuple(kept["blanks"]),
        scored=kept["scored"],
        flags=kept["flags"],
    )
    return ResultContent(result, {scale: tuple(values) for scale, values in stored["cut_offs"].items()})


def seal_assessment(filled_id: uuid.UUID, said: Assessment) -> bytes:
    """What whoever saw the child wrote, encrypted for its questionnaire."""
    return _seal(filled_id, "assessment", asdict(said))


def open_assessment(filled_id: uuid.UUID, cipher: bytes) -> Assessment:
    """The assessment in the clear."""
    return Assessment(**_open(filled_id, "assessment", cipher))


def _seal(filled_id: uuid.UUID, part: str, content: Mapping[str, object]) -> bytes:
    return encrypt_text(keyring(), json.dumps(content, ensure_ascii=False), context=f"care.filled:{filled_id}:{part}")


def _open(filled_id: uuid.UUID, part: str, cipher: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        decrypt_text(keyring(), bytes(cipher), context=f"care.filled:{filled_id}:{part}")
    )
    return found
