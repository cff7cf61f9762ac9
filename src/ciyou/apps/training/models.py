"""Courses, who of the workers was there and what they hold for it, and publicity. Of guardians, teachers and residents only how many.

And guidance that the family of one child is to get: rows of that child's file.
"""

from __future__ import annotations

import uuid

from django.db import models


class Course(models.Model):
    """A course held (or to be held) in a division. `id` is made by the form: sent twice it is one.

    `kind` and `audience` are the pack's; `hours` those planned; `called_off_at`: it was not held, or was entered by mistake.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    division = models.CharField(max_length=12)
    kind = models.CharField(max_length=24)
    audience = models.CharField(max_length=24)
    title = models.CharField(max_length=80)
    organizer = models.CharField(max_length=80)
    hours = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="a_course_ends"),
        )
        indexes = (models.Index(fields=("division", "starts_on"), name="course_place"),)


class CourseSession(models.Model):
    """One day of a course, with its hours. `heads`: how many came to a course whose people are no users; None where attendance is by name."""

    id = models.UUIDField(primary_key=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="sessions")
    held_on = models.DateField()
    hours = models.PositiveSmallIntegerField()
    heads = models.PositiveIntegerField(null=True)
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("course", "held_on"), name="course_day_once"),)


class Attendance(models.Model):
    """A worker was there. `division` is that of the post in which it came, whoever it works for later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE, related_name="attendances")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="attendances")
    post = models.ForeignKey("accounts.Post", on_delete=models.PROTECT, related_name="attendances")
    division = models.CharField(max_length=12)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("session", "user"), name="there_once"),)
        indexes = (models.Index(fields=("division",), name="attendance_place"),)


class Certificate(models.Model):
    """What a worker holds for a course that it attended to the end: numbered within county and year, with a code to check it by.

    `title`, `hours`, `division` stand as they were then; `valid_to` is None where the place says nothing of how long it holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="certificates")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="certificates")
    division = models.CharField(max_length=12)
    county = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    code = models.CharField(max_length=16)
    title = models.CharField(max_length=80)
    organizer = models.CharField(max_length=80)
    hours = models.PositiveSmallIntegerField()
    issued_on = models.DateField()
    issued_by = models.CharField(max_length=64)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("county", "year", "sequence"), name="certificate_number"),
            models.UniqueConstraint(fields=("course", "user"), name="certificate_once"),
        )
        indexes = (models.Index(fields=("user", "issued_on"), name="certificates_of"),)


class PublicityActivity(models.Model):
    """An activity of publicity: where, when, about what, how many it reached, with what materials. `id` is made by the form. It names nobody."""

    id = models.UUIDField(primary_key=True, editable=False)
    division = models.CharField(max_length=12)
    held_on = models.DateField()
    theme = models.CharField(max_length=24)
    activity = models.CharField(max_length=120)
    reach = models.PositiveIntegerField()
    materials = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("division", "held_on"), name="publicity_place"),)


class GuidanceState(models.TextChoices):
    """Guidance runs until somebody says that it was given or not; it lapses with the child's file."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"
    LAPSED = "lapsed"


class Guidance(models.Model):
    """That a guardian of a child was advised, or ordered, to get guidance. `id` is made by the form: sent twice it is one. Class 4.

    `kind`, `issuer` and `outcome` (of one that was not done: what then; died, of_age where it lapsed) are the pack's. `until_on`,
    `sessions_asked`: None where the paper says nothing. `content` (encrypted JSON): the guardian, the document's number, who gives it, words.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    child = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="guidance")
    division = models.CharField(max_length=12)
    kind = models.CharField(max_length=24)
    issuer = models.CharField(max_length=24)
    issued_on = models.DateField()
    until_on = models.DateField(null=True)
    sessions_asked = models.PositiveSmallIntegerField(null=True)
    content = models.BinaryField()
    state = models.CharField(max_length=16, choices=GuidanceState, default=GuidanceState.OPEN)
    outcome = models.CharField(max_length=24, blank=True)
    ended_on = models.DateField(null=True)
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(fields=("child", "state"), name="guidance_child"),
            models.Index(fields=("division", "state"), name="guidance_place"),
        )


class GuidanceSession(models.Model):
    """One session. `id` is made by the form; `form` is the pack's; `content` (encrypted JSON): by whom, and a sentence."""

    id = models.UUIDField(primary_key=True, editable=False)
    guidance = models.ForeignKey(Guidance, on_delete=models.CASCADE, related_name="sessions")
    held_on = models.DateField()
    form = models.CharField(max_length=24)
    content = models.BinaryField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("guidance", "held_on"), name="guidance_sessions"),)
