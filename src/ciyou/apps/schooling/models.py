"""School cases, places at school, and special education: who is missed, who is placed where, and what is taught at home."""

from __future__ import annotations

import uuid

from django.db import models

from ciyou.apps.accounts.one_time_links import OneTimeLink


class SchoolState(models.TextChoices):
    """Where a school case is; `transitions.py` says what leads from one to the next."""

    FOUND = "found"
    VISITED = "visited"
    PLACED = "placed"
    CONTRADICTED = "contradicted"
    CLOSED = "closed"


class SchoolCase(models.Model):
    """A child of compulsory age on no school roll, until it is back. `id` is made of child and school year: once per child and year.

    `division` is the village that looks after it. `cause`: roster | facts. `content` (encrypted JSON): who the child is for the school's
    side, the reason, the plan, the school, the document. `told_school`: the education department of the county may read that (never of a
    protected child). `village_said`, `school_said`: "" | back | not_back since a school was named.
    `end_reason`: back | above_age | moved_out | exempted | postponed | died | merged. `since_on`: the day of the last step.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    child = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="school_cases")
    division = models.CharField(max_length=12)
    school_year = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=16)
    post = models.ForeignKey("accounts.Post", on_delete=models.SET_NULL, null=True, related_name="school_cases")
    state = models.CharField(max_length=16, choices=SchoolState, default=SchoolState.FOUND)
    content = models.BinaryField(null=True)
    told_school = models.BooleanField(default=False)
    village_said = models.CharField(max_length=16, blank=True)
    school_said = models.CharField(max_length=16, blank=True)
    end_reason = models.CharField(max_length=16, blank=True)
    postponed_until = models.DateField(null=True)
    since_on = models.DateField()
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            # Whoever comes back does so by two words, whatever wrote the row.
            models.CheckConstraint(
                condition=~models.Q(end_reason="back") | models.Q(village_said="back", school_said="back"),
                name="back_by_two_words",
            ),
        )
        indexes = (
            models.Index(fields=("division", "state", "due_on"), name="school_case_place"),
            models.Index(fields=("child", "state"), name="school_case_child"),
        )


class SchoolStep(models.Model):
    """One step of a school case: what, by whom (`by` "link": a school without an account), when, with sealed words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(SchoolCase, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=24)
    by = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    at = models.DateTimeField()
    words = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=("case", "at"), name="school_steps"),)


class SchoolLink(OneTimeLink):
    """A one-time link by which a school without an account says whether the child is there. Of its token only the hash is kept."""

    case = models.ForeignKey(SchoolCase, on_delete=models.CASCADE, related_name="links")


class PlaceState(models.TextChoices):
    """A request for a place at the residence: asked, offered or refused with a reason, taken or not."""

    ASKED = "asked"
    OFFERED = "offered"
    REFUSED = "refused"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"


class PlaceRequest(models.Model):
    """A place at school that is asked for where a child lives. `id` is made by the form: sent twice it is one.

    `content` (encrypted JSON): the child for the school's side, what is wished, the school offered, words. `reason`: of a refusal or of
    a place that was not taken.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    child = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="place_requests")
    division = models.CharField(max_length=12)
    school_year = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=16)
    post = models.ForeignKey("accounts.Post", on_delete=models.SET_NULL, null=True, related_name="place_requests")
    state = models.CharField(max_length=16, choices=PlaceState, default=PlaceState.ASKED)
    content = models.BinaryField()
    told_school = models.BooleanField(default=False)
    reason = models.CharField(max_length=24, blank=True)
    asked_on = models.DateField()
    answered_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("division", "school_year", "state"), name="place_request_place"),)


class SpecialPlacement(models.Model):
    """Where a disabled child learns: inclusive | special_class | special_school | home_delivered, and who decided so.

    `decided_by`: committee | education | school | guardian. `content` (encrypted JSON): the school and what was said. One runs at a time.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    child = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="special_placements")
    division = models.CharField(max_length=12)
    kind = models.CharField(max_length=16)
    decided_by = models.CharField(max_length=16)
    decided_on = models.DateField()
    content = models.BinaryField()
    told_school = models.BooleanField(default=False)
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    ended_on = models.DateField(null=True)

    class Meta:
        indexes = (models.Index(fields=("child", "ended_on"), name="special_placement_child"),)


class HomePlan(models.Model):
    """A term's plan of home-delivered schooling: visits and periods from a day to a day (both counted)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    placement = models.ForeignKey(SpecialPlacement, on_delete=models.CASCADE, related_name="plans")
    from_on = models.DateField()
    to_on = models.DateField()
    visits = models.PositiveSmallIntegerField()
    periods = models.PositiveSmallIntegerField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(to_on__gt=models.F("from_on")), name="a_term_has_days"),
        )
        indexes = (models.Index(fields=("placement", "from_on"), name="home_plans"),)


class HomeSession(models.Model):
    """One visit at which a child was taught at home. `id` is made by the form; `content` (encrypted JSON): what was taught, by whom, and why it
    was struck out. What is struck out stays, and counts nowhere.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    plan = models.ForeignKey(HomePlan, on_delete=models.CASCADE, related_name="sessions")
    held_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    periods = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    struck_by = models.CharField(max_length=64, blank=True)
    struck_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("plan", "held_on"), name="home_sessions"),)
