"""Persons and what is known of them. Facts are bitemporal and never overwritten; what identifies a person is encrypted."""

from __future__ import annotations

import uuid

from django.db import models


class PersonStatus(models.TextChoices):
    """Where a file stands. `merged`: it was the same person as another file and leads there."""

    ACTIVE = "active"
    DEAD = "dead"
    OF_AGE = "of_age"
    MOVED = "moved"
    MERGED = "merged"


class Person(models.Model):
    """A child on file, or an adult of a child's family (an unnamed parent has an empty name).

    `division` is the responsible place (12 digits; the county's own code with `division_resolved` false: its queue).
    `linkage_id` is the person_id of a screening. `name_reading` is pinyin without tones or spaces, `name_initials` its initials; `given_name` is the name without its surname: people are looked for by it.
    `restricted`: a protected file (class 5), visible to named workers only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    linkage_id = models.CharField(max_length=64, null=True, unique=True)
    kind = models.CharField(max_length=8, choices=[("child", "child"), ("adult", "adult")])
    name = models.CharField(max_length=120, blank=True)
    given_name = models.CharField(max_length=120, blank=True)
    name_reading = models.CharField(max_length=240, blank=True)
    name_initials = models.CharField(max_length=32, blank=True)
    sex = models.CharField(max_length=8, blank=True)
    birth_date = models.DateField(null=True)
    division = models.CharField(max_length=12)
    residence_division = models.CharField(max_length=12, blank=True)
    division_resolved = models.BooleanField(default=True)
    status = models.CharField(max_length=8, choices=PersonStatus, default=PersonStatus.ACTIVE)
    status_on = models.DateField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    restricted = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = (
            # With status and protection in it, a count of a county never touches the table (measured: 29 ms, now 2).
            models.Index(fields=("kind", "division", "id", "status", "restricted"), name="person_listed"),
            models.Index(fields=("kind", "name"), name="person_name"),
            models.Index(fields=("kind", "given_name"), name="person_given"),
            models.Index(fields=("kind", "name_reading"), name="person_reading"),
            models.Index(fields=("kind", "name_initials"), name="person_initials"),
            # Few files are protected: they are found as a range (`restricted__gt=False`), which both databases look up.
            models.Index(fields=("restricted", "id"), name="person_protected"),
        )


class PersonPlace(models.Model):
    """A division whose officers may see a person: `why` hukou | residence | family (the place of a child of theirs)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="places", db_index=False)
    division = models.CharField(max_length=12)
    why = models.CharField(max_length=16)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "division", "why"), name="one_place_once"),)
        indexes = (models.Index(fields=("division", "person"), name="place_person"),)


class NamedAccess(models.Model):
    """A named worker of a case: opens class 4 and 5 of one person's file to one user, for a purpose and a time.

    `why`: case_worker | break_glass | approval.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="named")
    user_id = models.CharField(max_length=64)
    purpose = models.CharField(max_length=32)
    why = models.CharField(max_length=16)
    reason = models.CharField(max_length=400)
    granted_by = models.CharField(max_length=64)
    granted_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("user_id", "person"), name="named_user"),)


class Identifier(models.Model):
    """Something that identifies or reaches a person, encrypted; `kind` id_card | student_no | disability_cert | phone | address | …

    `blind` finds an equal value without reading it ("" for an address). A value that was wrong is ended, not changed.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=24)
    cipher = models.BinaryField()
    blind = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("blind", "kind"), name="identifier_blind"),)


class Household(models.Model):
    """People who are registered or live together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    linkage_id = models.CharField(max_length=64, null=True, unique=True)
    division = models.CharField(max_length=12)


class HouseholdMember(models.Model):
    """Somebody in a household for a time."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    relation_to_head = models.CharField(max_length=32, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)


class Relationship(models.Model):
    """`other` is the `kind` (father | mother | guardian | carer | sibling | household) of `person`. Bitemporal like a fact."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="relationships", db_index=False)
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="related_to", db_index=False)
    kind = models.CharField(max_length=16)
    source = models.CharField(max_length=120)
    confidence = models.FloatField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("person", "superseded_at"), name="relationship_of"),
            models.Index(fields=("other", "superseded_at"), name="relationship_to"),
        )


class Evidence(models.Model):
    """A file that shows something; its content lies encrypted in the store under `id`. `sha256` is of the readable content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="evidence")
    title = models.BinaryField()
    media_type = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    sensitivity = models.PositiveSmallIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)


class Fact(models.Model):
    """One statement about one person by one source.

    True from `valid_from` until before `valid_to` (None: open); known to us from `recorded_at` until `superseded_at`. A fact of the
    household stands at the child with the prefix `household.`. `value` is encrypted canonical JSON. `source` is a roster, a
    department, or how it was asked (visit | inquiry | correction | registration); `reference` the visit, letter or record.
    `recorded_in` is the division of whoever recorded it: a village sees again what it found out itself.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facts", db_index=False)
    name = models.CharField(max_length=64)
    value = models.BinaryField()
    sensitivity = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=16)
    source = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    recorded_in = models.CharField(max_length=12, blank=True)
    superseded_at = models.DateTimeField(null=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes = (models.Index(fields=("person", "superseded_at"), name="fact_of"),)


class PayeeAccount(models.Model):
    """Where money for a child is paid to: holder, bank and account number, encrypted together as JSON."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="payee_accounts")
    cipher = models.BinaryField()
    blind = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True)


class PersonEvent(models.Model):
    """Something that happened to a file: registered | died | of_age | moved | merged | unmerged | division_changed | restricted | …"""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=24)
    on = models.DateField()
    details = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)


class IdentityDecision(models.Model):
    """One decision about who is who, never changed: `decision` merge | unmerge | propose_unmerge | decline_unmerge of both files.

    `superseded_by` is set once, by the decision that takes this one back or carries it out: what nothing supersedes stands. A standing
    `unmerge` says that the two are different people. `reason` is a code. `content` (encrypted JSON) is what was taken back or proposed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.CharField(max_length=16)
    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identity_kept")
    dropped = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identity_dropped")
    reason = models.CharField(max_length=32, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    content = models.BinaryField(null=True)
    superseded_by = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="supersedes")

    class Meta:
        indexes = (
            models.Index(fields=("kept", "decision", "superseded_by"), name="identity_kept"),
            models.Index(fields=("dropped", "decision", "superseded_by"), name="identity_dropped"),
        )


class IdentityMove(models.Model):
    """What one step of a merge did to the rows of both files (encrypted JSON): by it an unmerge puts back exactly that."""

    decision = models.ForeignKey(IdentityDecision, on_delete=models.CASCADE, related_name="moves")
    step = models.CharField(max_length=64)
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("decision", "step"), name="a_step_of_a_merge_once"),)


class MatchKey(models.Model):
    """Something that two records of one person often share (a reading and a birth date, a guardian and a village), as a keyed hash.

    `key` is the beginning of an HMAC; `key_id` the index key that it was made with: the rows of an older key are still found, and
    made anew by and by. Nothing can be read from them; whoever they lead to is compared in full.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="match_keys", db_index=False)
    key = models.BigIntegerField()
    key_id = models.CharField(max_length=9)

    class Meta:
        indexes = (
            models.Index(fields=("key", "person"), name="match_key"),
            models.Index(fields=("person", "key_id"), name="match_key_person"),
        )


class SearchCount(models.Model):
    """How often a user has searched in the running window: nobody reads the country name by name."""

    user_id = models.CharField(max_length=64, unique=True)
    window_began_at = models.DateTimeField()
    count = models.PositiveIntegerField()
