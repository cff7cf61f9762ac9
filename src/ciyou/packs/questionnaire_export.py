"""A questionnaire and its vectors as JSON, for the browser: the names are those of the core's classes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from ciyou.core.questionnaires import Questionnaire
from ciyou.packs.questionnaires import QuestionnaireFile


def scoring_json(asked: Questionnaire) -> str:
    """What `questionnaire.js` scores with; no texts."""
    return json.dumps(asdict(asked), ensure_ascii=False, sort_keys=True)


def form_version(file: QuestionnaireFile) -> str:
    """By which a phone and the server know that they mean the same questions and answers; cut-offs are no part of what was asked."""
    points = list(file.scoring.points) if file.scoring else []
    asked = [
        file.code,
        file.respondent,
        list(file.texts.items()),
        list(file.options.items()),
        points,
        file.words.period,
    ]
    return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()[:16]


def vectors_json(file: QuestionnaireFile) -> str:
    """The vectors as the browser's test reads them; null is unknown."""
    return json.dumps(
        [
            {"answers": dict(one.answers), "age": one.age, "population": one.population, "expected": one.expected}
            for one in file.vectors
        ]
    )
