"""The people of the office: who they are, which posts they hold, and what administrators do about them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.codes import make_code
from ciyou.apps.accounts.devices import DeviceCard, list_devices, revoke_device
from ciyou.apps.accounts.divisions import level_of
from ciyou.apps.accounts.factors import FactorCard, list_factors
from ciyou.apps.accounts.models import Organization, Post, TwoPersonRequest, User
from ciyou.apps.accounts.posts import PostCard, card_of, running_posts
from ciyou.apps.accounts.refusals import check_may, problem, refuse
from ciyou.apps.accounts.requests import open_request
from ciyou.apps.accounts.sealing import open_phone, seal_phone
from ciyou.apps.accounts.sessions import end_sessions_of
from ciyou.apps.accounts.sign_ins import SignInCard, list_sign_ins
from ciyou.apps.accounts.signing import normal_username
from ciyou.apps.audit.services import record_action
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.core.access.roles import ROLES, Action, Level, may_do, may_hold_together
from ciyou.core.errors import Problem, RecordError

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")
_PHONE = re.compile(r"[0-9+ -]{0,24}")
_FORMULA = tuple("=+-@")


@dataclass(frozen=True)
class PersonLine:
    """One user in the list of people."""

    id: uuid.UUID
    username: str
    full_name: str
    active: bool
    posts: tuple[PostCard, ...]


@dataclass(frozen=True)
class UserPage:
    """Everything on a user's page. `phone` is masked but for its last digits."""

    id: uuid.UUID
    username: str
    full_name: str
    phone: str
    active: bool
    posts: tuple[PostCard, ...]
    devices: tuple[DeviceCard, ...]
    factors: tuple[FactorCard, ...]
    sign_ins: tuple[SignInCard, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class NewPost:
    """A post that is asked for. `department` only for a partner."""

    role: str
    division: str
    organization: str = ""
    department: str = ""
    clerk: bool = False


@dataclass(frozen=True)
class NewPerson:
    """A person who is to get an account, and the first post."""

    username: str
    full_name: str
    phone: str
    post: NewPost


def list_people(actor: Actor, *, text: str = "", role: str = "", division: str = "") -> QuerySet[User]:
    """The users whose area lies in the actor's, by name: those with a post there, or with a request about one."""
    check_may(actor, Action.SUPPORT_STAFF)
    area = DivisionScope.of(division) if division else actor.scope
    first, end = max(area.first, actor.scope.first), min(area.end, actor.scope.end)
    posts = running_posts(timezone.localdate()).filter(user=OuterRef("pk"), division__gte=first, division__lt=end)
    if role:
        posts = posts.filter(role=role)
    seen = Q(Exists(posts))
    administrator = may_do(actor.role, Action.MANAGE_USERS) or may_do(actor.role, Action.APPROVE_SECURITY)
    if administrator and not role and not division:
        seen |= _ever_here(actor)
    people = User.objects.filter(seen)
    if text:
        people = people.filter(Q(full_name__icontains=text) | Q(username__icontains=text))
    running = running_posts(timezone.localdate()).select_related("user", "organization").order_by("valid_from")
    return people.order_by("full_name", "id").prefetch_related(Prefetch("posts", queryset=running))


def person_line(user: User) -> PersonLine:
    """A user of the list as a line."""
    return PersonLine(
        user.id, user.username, user.full_name, user.is_active, tuple(card_of(post) for post in user.posts.all())
    )


def user_page(actor: Actor, *, user_id: uuid.UUID) -> UserPage:
    """Everything about one user of the actor's area; raises RecordError for anybody else, known or not."""
    user = find_user(actor, user_id)
    phone = open_phone(user.id, user.phone)
    waiting = TwoPersonRequest.objects.filter(user=user, granted=None).values_list("kind", flat=True)
    line = person_line(user)
    return UserPage(
        id=user.id,
        username=user.username,
        full_name=user.full_name,
        phone="*" * max(len(phone) - 4, 0) + phone[-4:],
        active=user.is_active,
        posts=line.posts,
        devices=list_devices(user.id),
        factors=list_factors(user.id),
        sign_ins=list_sign_ins(user.id),
        waiting=tuple(waiting),
    )


def find_user(actor: Actor, user_id: uuid.UUID | str) -> User:
    """A user of the actor's area; raises RecordError, the same for an unknown id and one of elsewhere."""
    found = list_people(actor).filter(id=user_id).first()
    if found is None:
        raise refuse("unknown_user")
    return found


def person_faults(actor: Actor, person: NewPerson) -> dict[str, Problem]:
    """What is wrong with a person to be created, by field; the name may be taken by somebody of elsewhere."""
    faults: dict[str, Problem] = {}
    name = normal_username(person.username)
    if not _USERNAME.fullmatch(name):
        faults["username"] = problem("username")
    elif User.objects.filter(username=name).exists():
        faults["username"] = problem("username_taken")
    if not 0 < len(person.full_name.strip()) <= 64 or person.full_name.startswith(_FORMULA):
        faults["full_name"] = problem("full_name")
    if not _PHONE.fullmatch(person.phone.strip()):
        faults["phone"] = problem("phone")
    return {**faults, **post_faults(actor, person.post)}


def post_faults(actor: Actor, post: NewPost) -> dict[str, Problem]:
    """What is wrong with a post that is asked for, by field."""
    faults: dict[str, Problem] = {}
    role = ROLES.get(post.role)
    if role is None or post.role == "local_operator":
        return {"role": problem("unknown_role")}
    known = len(post.division) == 12 and post.division.isascii() and post.division.isdigit()
    if not known or not actor.scope.holds(post.division):
        faults["division"] = problem("division")
    elif role.level is not Level.ANY and level_of(post.division) != role.level:
        faults["division"] = problem("level")
    if role.code == "partner" and not post.department:
        faults["department"] = problem("department")
    return faults


def create_person(actor: Actor, *, person: NewPerson, reason: str) -> uuid.UUID:
    """Ask for a new user with a first post: nobody signs in before a security administrator has granted it."""
    check_may(actor, Action.MANAGE_USERS)
    faults = person_faults(actor, person)
    if len(reason.strip()) < 5:
        faults["reason"] = problem("reason")
    if faults:
        raise RecordError(faults.values())
    user = User(
        id=uuid.uuid4(),
        username=normal_username(person.username),
        full_name=person.full_name.strip(),
        is_active=False,
        created_at=timezone.now(),
    )
    user.phone = seal_phone(user.id, person.phone.strip())
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            _ask_post(actor, user, person.post, reason)
            record_action(actor, action="create_user", subject=str(user.id), details={"role": person.post.role})
    except IntegrityError as taken:
        raise refuse("username_taken") from taken
    return user.id


def ask_post(actor: Actor, *, user_id: uuid.UUID | str, post: NewPost, reason: str) -> uuid.UUID:
    """Ask that a user get one more post."""
    check_may(actor, Action.MANAGE_USERS)
    user = find_user(actor, user_id)
    if str(user.id) == actor.id:
        raise refuse("own_affair")
    faults = post_faults(actor, post)
    if len(reason.strip()) < 5:
        faults["reason"] = problem("reason")
    if faults:
        raise RecordError(faults.values())
    held = running_posts(timezone.localdate()).filter(user=user)
    if held.filter(role=post.role, division=post.division, cover_of=None).exists():
        raise refuse("held")
    if not may_hold_together([*held.values_list("role", flat=True), post.role]):
        raise refuse("separated")
    return _ask_post(actor, user, post, reason)


def deactivate_user(actor: Actor, *, user_id: uuid.UUID | str) -> None:
    """Let a user in no longer, at once; two people are needed to undo it."""
    check_may(actor, Action.MANAGE_USERS, Action.APPROVE_SECURITY)
    user = find_user(actor, user_id)
    if str(user.id) == actor.id:
        raise refuse("own_affair")
    with transaction.atomic():
        closed = User.objects.filter(id=user.id, is_active=True)
        if not closed.update(is_active=False, deactivated_at=timezone.now()):
            raise refuse("inactive")
        end_sessions_of(user.id, because="deactivated")
        record_action(actor, action="deactivate_user", subject=str(user.id))


def hand_out_device_code(actor: Actor, *, user_id: uuid.UUID | str) -> str:
    """A code by which a child director makes a phone a known device; a supervisor gives it to those of the township."""
    check_may(actor, Action.SUPPORT_STAFF)
    user = find_user(actor, user_id)
    if may_do(actor.role, Action.APPROVE_SECURITY) or str(user.id) == actor.id:
        raise refuse("own_affair")
    roles = set(running_posts(timezone.localdate()).filter(user=user).values_list("role", flat=True))
    if not roles or any(ROLES[role].second_factor for role in roles):
        raise refuse("unknown_user")
    with transaction.atomic():
        record_action(actor, action="hand_out_device_code", subject=str(user.id))
        return make_code(user, kind="device", made_by=actor.id)


def take_device_back(actor: Actor, *, user_id: uuid.UUID | str, device_id: uuid.UUID) -> None:
    """Know a user's device no longer (it is lost, or its holder has left)."""
    check_may(actor, Action.SUPPORT_STAFF)
    user = find_user(actor, user_id)
    with transaction.atomic():
        if revoke_device(device_id, user_id=user.id):
            record_action(actor, action="take_device_back", subject=str(device_id), details={"user": str(user.id)})


def _ask_post(actor: Actor, user: User, post: NewPost, reason: str) -> uuid.UUID:
    content: dict[str, str | bool | None] = {
        "role": post.role,
        "organization": _organization(post),
        "department": post.department,
        "clerk": post.clerk,
        "valid_from": timezone.localdate().isoformat(),
    }
    return open_request(actor, kind="grant_post", user=user, division=post.division, reason=reason, content=content)


def _organization(post: NewPost) -> int | None:
    """The organization of that name in the post's division; made when it is new."""
    name = post.organization.strip()[:120]
    if not name:
        return None
    kind = "department" if post.department else "office"
    found, _made = Organization.objects.get_or_create(
        name=name, division=post.division, department=post.department, defaults={"kind": kind}
    )
    return found.id


def _ever_here(actor: Actor) -> Q:
    """Users with a post here, running or not, or with a request about one."""
    inside = {"division__gte": actor.scope.first, "division__lt": actor.scope.end}
    posts = Post.objects.filter(user=OuterRef("pk"), **inside)
    return Q(Exists(posts)) | Q(Exists(TwoPersonRequest.objects.filter(user=OuterRef("pk"), **inside)))
