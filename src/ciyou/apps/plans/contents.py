"""What a case holds under encryption: the words of its steps, its goals, and why something is not needed."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import decrypt_text, encrypt_text


@dataclass(frozen=True)
class GoalContent:
    """What is to be reached, and how it ended ("" while it is open)."""

    goal: str
    ending: str = ""


def seal_goal(goal_id: uuid.UUID, content: GoalContent) -> bytes:
    """A goal, encrypted for itself."""
    return encrypt_text(keyring(), json.dumps(asdict(content), ensure_ascii=False), context=f"plans.goal:{goal_id}")


def open_goal(goal_id: uuid.UUID, cipher: bytes) -> GoalContent:
    """A goal in the clear."""
    return GoalContent(**json.loads(decrypt_text(keyring(), bytes(cipher), context=f"plans.goal:{goal_id}")))


def seal_words(step_id: uuid.UUID, words: str) -> bytes | None:
    """The words of a step; None where it has none."""
    return encrypt_text(keyring(), words, context=f"plans.step:{step_id}") if words else None


def open_words(step_id: uuid.UUID, cipher: bytes | None) -> str:
    """The words of a step in the clear; "" where it has none."""
    return "" if cipher is None else decrypt_text(keyring(), bytes(cipher), context=f"plans.step:{step_id}")


def seal_why(line_id: uuid.UUID, words: str) -> bytes | None:
    """Why something is not needed or was refused; None where nobody said."""
    return encrypt_text(keyring(), words, context=f"plans.line:{line_id}") if words else None


def open_why(line_id: uuid.UUID, cipher: bytes | None) -> str:
    """Why, in the clear; "" where nobody said."""
    return "" if cipher is None else decrypt_text(keyring(), bytes(cipher), context=f"plans.line:{line_id}")


@dataclass(frozen=True)
class ConferenceContent:
    """What a conference is about, and what was said there in short."""

    agenda: str
    minutes: str = ""


@dataclass(frozen=True)
class DecisionContent:
    """What is done, by whom in the department, and what came of it."""

    what: str
    person: str
    outcome: str = ""


def seal_conference(conference_id: uuid.UUID, content: ConferenceContent) -> bytes:
    """A conference, encrypted for itself."""
    text = json.dumps(asdict(content), ensure_ascii=False)
    return encrypt_text(keyring(), text, context=f"plans.conference:{conference_id}")


def open_conference(conference_id: uuid.UUID, cipher: bytes) -> ConferenceContent:
    """A conference in the clear."""
    text = decrypt_text(keyring(), bytes(cipher), context=f"plans.conference:{conference_id}")
    return ConferenceContent(**json.loads(text))


def seal_decision(decision_id: uuid.UUID, content: DecisionContent) -> bytes:
    """A decision, encrypted for itself."""
    text = json.dumps(asdict(content), ensure_ascii=False)
    return encrypt_text(keyring(), text, context=f"plans.decision:{decision_id}")


def open_decision(decision_id: uuid.UUID, cipher: bytes) -> DecisionContent:
    """A decision in the clear."""
    text = decrypt_text(keyring(), bytes(cipher), context=f"plans.decision:{decision_id}")
    return DecisionContent(**json.loads(text))
