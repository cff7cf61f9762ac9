"""Who works with the system: users, the posts they hold, organizations and divisions, and how they sign in."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from ciyou.core.access.roles import ROLES

ROLE_CODES = [(code, role.en) for code, role in ROLES.items() if code != "local_operator"]


class Division(models.Model):
    """One administrative division under one name for one time; a code may come back after years.

    `code` has 12 digits (province 2, city 4, county 6, township 9, village 12 significant). True from `valid_from` (None: always)
    until before `valid_to` (None: still).
    """

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=64)
    level = models.CharField(max_length=16)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("code", "valid_from")
        indexes = (models.Index(fields=("code",), name="division_code"),)


class DivisionChange(models.Model):
    """One act that changed divisions: `kind` rename | merge | split | recode; the old code became the new one on a day."""

    kind = models.CharField(max_length=16)
    old_code = models.CharField(max_length=12)
    new_code = models.CharField(max_length=12)
    on = models.DateField()
    document = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()


class Organization(models.Model):
    """An office, department, village committee, institution or provider. `department` is its code as a supplier of facts."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)
    division = models.CharField(max_length=12)
    department = models.CharField(max_length=32, blank=True)


class UserManager(BaseUserManager["User"]):
    """Finds users by their sign-in name. Users are made by services only."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person with an account. `full_name` is shown to colleagues; the phone number is encrypted. `deactivated_at`: since when it may not
    sign in any more; None also for who never could yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    full_name = models.CharField(max_length=64)
    phone = models.BinaryField(null=True)
    is_active = models.BooleanField(default=True)
    deactivated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    objects = UserManager()


class Post(models.Model):
    """One role of one user in one division for one time. Work is owned by posts: who holds it may change.

    `cover_of`: this post was given to stand in for an absent holder until `valid_to`. `clerk`: may decide who is who.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=32, choices=ROLE_CODES)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True)
    division = models.CharField(max_length=12)
    department = models.CharField(max_length=32, blank=True)
    clerk = models.BooleanField(default=False)
    cover_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="covers")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = (models.Index(fields=("division", "role"), name="post_place"),)


class SecondFactor(models.Model):
    """A second factor: `kind` totp | passkey | recovery (one row per code). The secret is encrypted; of a passkey it is the public key.

    `last_counter` is the time step of the last TOTP code, or a passkey's own count: neither may come again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=16)
    label = models.CharField(max_length=64, blank=True)
    secret = models.BinaryField()
    credential_id = models.CharField(max_length=512, blank=True)
    last_counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)


class Device(models.Model):
    """A phone or computer on which a user signs in with a PIN. Its token is kept as a hash, the PIN's hash is encrypted besides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    label = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    pin_hash = models.BinaryField()
    failed_pins = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class SignIn(models.Model):
    """One session of one user, as the list of sessions shows it. `session_hash` ties it to one cookie.

    `method` password | totp | passkey | recovery | pin | demo; `proved_at`: when the user last proved to be there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_hash = models.CharField(max_length=64, unique=True)
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True)
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, related_name="sign_ins")
    method = models.CharField(max_length=16)
    origin = models.CharField(max_length=64)
    agent = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    proved_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=16, blank=True)


class OneTimeCode(models.Model):
    """A code handed over in person, used once within its time: `kind` activation | password | factor | device."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="codes")
    kind = models.CharField(max_length=16)
    code_hash = models.CharField(max_length=64)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class TwoPersonRequest(models.Model):
    """Something that one administrator asks and another decides: `kind` grant_post | password_reset | factor_reset | reactivate.

    `division` is the place of the post in question: an administrator of elsewhere does not see the request.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=24)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="requests_about")
    division = models.CharField(max_length=12)
    content = models.JSONField(default=dict)
    reason = models.CharField(max_length=400)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="requests_asked")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="requests_decided")
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)

    class Meta:
        indexes = (models.Index(fields=("granted", "division"), name="request_waiting"),)


class WrongTry(models.Model):
    """How often somebody without an account tried what opens nothing, in the current window: by address, or by what was asked for (keyed hashes)."""

    key = models.CharField(max_length=64, unique=True)
    window_began_at = models.DateTimeField()
    count = models.PositiveIntegerField()
