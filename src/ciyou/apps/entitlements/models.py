"""Determinations: frozen, replayable, made by the engine and confirmed by a person."""

from __future__ import annotations

import uuid

from django.db import models


class PackArchive(models.Model):
    """The packs as they were: what a determination of an old version is replayed with. `content` is a zip of the pack files."""

    version = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    kept_at = models.DateTimeField()


class DeterminationState(models.TextChoices):
    """`proposed` by the engine; `confirmed` or `returned` by a person; `superseded` by a later one that was confirmed, or made."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    SUPERSEDED = "superseded"


class Determination(models.Model):
    """Every rule of the place, decided for one child as of one day on what was known at one moment. Never changed but for its state.

    `content` (encrypted, compressed JSON) holds the statements used, every decision and a random salt; explanations are told again
    from it with the packs of `pack_version`. `hash` is SHA-256 of the canonical content with its salt, so that nobody can guess at
    what a child's answers are from the hash; `facts_hash` is keyed for the same reason. `previous` is what a person last confirmed,
    else the one before; `difference` names the rules of class 4 and below that came out otherwise than there. `next_check_on` is
    the day on which time alone, or an announced change of the law that concerns the child, may change the answers; `seen_packs` the
    packs under which it was last found to stand (those that came since `pack_version` say the same of this child). `causes`
    (encrypted, "" where nothing came out otherwise) tell what lies between it and `previous`. `cause`: load | visit | inquiry | correction | pack | birthday | …
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="determinations")
    previous = models.ForeignKey("self", on_delete=models.SET_NULL, null=True)
    as_of = models.DateField()
    division = models.CharField(max_length=12)
    pack_version = models.CharField(max_length=64)
    facts_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    seen_packs = models.CharField(max_length=64)
    content = models.BinaryField()
    difference = models.JSONField(default=list)
    causes = models.BinaryField(default=bytes)
    cause = models.CharField(max_length=24)
    next_check_on = models.DateField(null=True)
    current = models.BooleanField(default=True)
    state = models.CharField(max_length=16, choices=DeterminationState, default=DeterminationState.PROPOSED)
    known_at = models.DateTimeField()
    made_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=models.Q(current=True), name="one_current_determination"
            ),
        )
        indexes = (
            models.Index(fields=("person", "made_at"), name="determination_of"),
            models.Index(fields=("current", "next_check_on"), name="determination_due"),
            models.Index(fields=("state", "current", "made_at", "id"), name="determination_waiting"),
            models.Index(fields=("current", "seen_packs", "division"), name="determination_seen_packs"),
        )


class Outcome(models.Model):
    """One rule of a current determination that is not a plain no; class 5 rules never stand here. Rebuilt with each determination."""

    determination = models.ForeignKey(Determination, on_delete=models.CASCADE, related_name="outcomes")
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="outcomes")
    rule = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    outcome = models.CharField(max_length=16)
    basis = models.CharField(max_length=16)
    amount_fen = models.BigIntegerField(null=True)
    floor_fen = models.BigIntegerField(null=True)
    ceiling_fen = models.BigIntegerField(null=True)
    deciding = models.JSONField(default=list)

    class Meta:
        indexes = (
            models.Index(fields=("rule", "outcome", "person"), name="outcome_rule"),
            models.Index(fields=("person", "kind", "outcome"), name="outcome_of"),
        )


class CaseState(models.TextChoices):
    """`drafted` by one person; `decided` or `refused` by another; `ended` by a person before its time, or by a later one."""

    DRAFTED = "drafted"
    DECIDED = "decided"
    REFUSED = "refused"
    ENDED = "ended"


class CaseDecision(models.Model):
    """一事一议: what a county decides of one child and one rule that the engine leaves undetermined, for a time.

    `holds`: the rule holds of the child. It counts from `first` until before `until`; `ended_on` (None: not ended early) is earlier.
    `content` (encrypted JSON): the reasons, what the decider wrote, why it ended; `evidence` are ids of evidence files. `renews` is
    the decision that it follows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="case_decisions")
    rule = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    holds = models.BooleanField()
    first = models.DateField()
    until = models.DateField()
    ended_on = models.DateField(null=True)
    state = models.CharField(max_length=16, choices=CaseState, default=CaseState.DRAFTED)
    content = models.BinaryField()
    evidence = models.JSONField(default=list)
    renews = models.ForeignKey("self", on_delete=models.SET_NULL, null=True)
    drafted_by = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "rule"), condition=models.Q(state="drafted"), name="one_drafted_case_decision"
            ),
            models.UniqueConstraint(
                fields=("person", "rule"), condition=models.Q(state="decided"), name="one_standing_case_decision"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("drafted_by")),
                name="another_person_decides_a_case",
            ),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("first")), name="a_case_decision_has_an_end"),
        )
        indexes = (
            models.Index(fields=("person", "state"), name="case_decision_of"),
            models.Index(fields=("state", "until"), name="case_decision_until"),
        )


class TallyPlace(models.Model):
    """A place whose open questions are added up. `stale`: something was determined there since; the worker adds up again.

    A code with a star behind it is a whole township or county: the sum of its places, so that its page reads a hundred rows and not
    a hundred for each village. It sorts behind the code itself and inside the range of whoever works there.
    """

    division = models.CharField(max_length=13, primary_key=True)
    stale = models.BooleanField(default=True)
    kept_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("stale", "kept_at"), name="tally_stale"),)


class OpenTally(models.Model):
    """What one unknown (`father.dead`, `param.…`) or one roster (`roster:…`) would settle in one place: numbers, nobody's name.

    Class 5 rules and facts and protected files are in none of them. The numbers are those of `core.rules.triage.Worth`.
    """

    place = models.ForeignKey(TallyPlace, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    key = models.CharField(max_length=80)
    children = models.PositiveIntegerField()
    alone_children = models.PositiveIntegerField()
    alone_categories = models.PositiveIntegerField()
    alone_fen = models.BigIntegerField()
    alone_unbounded = models.PositiveIntegerField()
    shared_children = models.PositiveIntegerField()
    shared_fen = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("place", "key"), name="one_tally_of_a_place"),)
