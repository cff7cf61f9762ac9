"""Synthetic counties: rosters as departments send them, with the dirt of real ones and the truth beside them. Nobody here exists."""

from __future__ import annotations

from ciyou.batch.synth.delivery import DEFAULT_AS_OF, DEFAULT_CHILDREN, Progress, SynthSummary, plan_chunks, synthesize
from ciyou.batch.synth.layout import ROSTER_FILES, FileFormat

__all__ = [
    "DEFAULT_AS_OF",
    "DEFAULT_CHILDREN",
    "ROSTER_FILES",
    "FileFormat",
    "Progress",
    "SynthSummary",
    "plan_chunks",
    "synthesize",
]
