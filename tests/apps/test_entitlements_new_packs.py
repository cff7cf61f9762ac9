"""What changes the answers without a new statement: other packs, announced days. Only whom it concerns is determined again."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from django.conf import settings

from ciyou.apps.entitlements import archive, determining, new_packs, services
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.entitlements.selectors import awaiting_page, current_determination
from ciyou.apps.entitlements.services import determine_children, on_facts_changed, redetermine_due
from ciyou.apps.registry.models import Relationship
from ciyou.apps.registry.services import NewStatement, record_facts
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.causes import CauseKind
from ciyou.packs import pack_version
from tests.month_builders import FUJIAN, ORPHAN, SICHUAN, village_of
from tests.office import file_child, make_actor

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 6, 30)
STANDARD = "cn_51/standards/orphan_scattered_standard.csv"
IN_PRISON = {"imprisoned": True, "imprisoned.term_months": 36}


def filed(county, **fields):
    """A child determined on the last day of June 2025."""
    child = file_child(division=village_of(county), **fields)
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=DAY, cause="load")
    return child


def current(child):
    return Determination.objects.get(person_id=child, current=True)


@pytest.fixture
def ship(tmp_path, monkeypatch):
    """From now on the program ships other packs: a file of them with one text replaced."""
    shipped = archive.SHIPPED

    def change(path, old, new):
        root = tmp_path / "packs"
        for folder in shipped.glob("cn*"):
            shutil.copytree(folder, root / folder.name)
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new), encoding="utf-8")
        version = pack_version(root=root)
        for module in (archive, determining, new_packs, services):
            monkeypatch.setattr(module, "pack_version", lambda: version)
        monkeypatch.setattr(archive, "SHIPPED", root)
        monkeypatch.setattr(archive.zip_packs, "__defaults__", (root,))
        return version

    return change


def test_packs_that_changed_in_one_province_leave_the_children_of_another_as_they_are(ship):
    here, elsewhere = filed(SICHUAN, **ORPHAN), filed(FUJIAN, **ORPHAN)
    before = {child: current(child).id for child in (here, elsewhere)}
    version = ship(STANDARD, ",1350,", ",1400,")
    assert redetermine_due(DAY) == 1
    assert current(here).id != before[here]
    assert current(elsewhere).id == before[elsewhere]
    assert current(elsewhere).seen_packs == version != current(elsewhere).pack_version
    assert redetermine_due(DAY) == 0


def test_a_new_amount_is_told_as_the_entry_of_the_packs_that_is_another(ship):
    child = filed(SICHUAN, **ORPHAN)
    ship(STANDARD, ",1350,", ",1400,")
    redetermine_due(DAY)
    reader = make_actor("county_reviewer", division=SICHUAN)
    _count, (waiting,) = awaiting_page(reader, offset=0, limit=5)
    told = {cause.name: cause for cause in waiting.line.causes}["param.orphan_scattered_standard"]
    assert waiting.child_id == child
    assert (told.kind, told.before, told.after) == (CauseKind.PACK, 135_000, 140_000)


def test_an_amount_is_looked_at_again_only_for_children_to_whom_it_may_be_due(ship):
    pupil = filed(SICHUAN, child={"school_stage": ("primary", "verified", "visit", None, None)})
    small = filed(SICHUAN, child={"school_stage": ("preschool", "verified", "visit", None, None)})
    ship("cn/parameters/compulsory_aid_primary.yaml", "value: 1250", "value: 1300")
    assert redetermine_due(DAY) == 1
    assert (current(pupil).cause, current(small).cause) == ("pack", "load")


def test_a_new_condition_is_looked_at_for_everybody(ship):
    children = [filed(SICHUAN), filed(FUJIAN)]
    ship("cn/parameters/custody_min_months.yaml", "value: 6", "value: 60")
    assert redetermine_due(DAY) == 2
    assert {current(child).cause for child in children} == {"pack"}


def test_where_the_packs_of_then_were_not_kept_everybody_is_looked_at(ship):
    filed(FUJIAN, **ORPHAN)
    archive.PackArchive.objects.all().delete()
    shutil.rmtree(settings.HOME / "packs", ignore_errors=True)
    ship(STANDARD, ",1350,", ",1400,")
    assert redetermine_due(DAY) == 1


def test_packs_that_announce_another_day_are_looked_at_on_that_day(ship):
    child = filed(SICHUAN, **ORPHAN)
    usual = current(child).next_check_on
    ship(STANDARD, "51,四川省,2024-01-01,,2024-11-13,1350,sc_2024_124,H,最低标准；追溯执行", _ANNOUNCED)
    assert redetermine_due(DAY) == 0
    assert current(child).next_check_on == dt.date(2025, 7, 20) < usual
    assert redetermine_due(dt.date(2025, 7, 20)) == 1
    (cause,) = [one for one in causes_of(child) if one.name == "param.orphan_scattered_standard"]
    assert (cause.kind, cause.after, cause.day) == (CauseKind.STANDARD, 140_000, dt.date(2025, 7, 20))


_ANNOUNCED = """51,四川省,2024-01-01,2025-07-19,2024-11-13,1350,sc_2024_124,H,最低标准；追溯执行
51,四川省,2025-07-20,,2025-06-01,1400,sc_2024_124,H,试验用"""


def causes_of(child, role="county_reviewer", county=SICHUAN):
    """Why the current determination is another one, as far as somebody of the county may know."""
    view = current_determination(make_actor(role, division=county), child_id=child, purpose=Purpose.SERVE)
    return view.line.causes


def test_on_the_first_of_july_only_children_of_the_place_with_a_new_standard_are_determined_again():
    here, elsewhere = filed(FUJIAN, **ORPHAN), filed(SICHUAN, **ORPHAN)
    assert current(here).next_check_on == dt.date(2025, 7, 1)
    assert current(elsewhere).next_check_on > dt.date(2025, 7, 1)
    assert redetermine_due(dt.date(2025, 7, 1)) == 1
    (cause,) = [one for one in causes_of(here, county=FUJIAN) if one.name == "param.orphan_scattered_standard"]
    assert (cause.kind, cause.before, cause.after) == (CauseKind.STANDARD, 179_200, 189_100)


def released(child):
    """The county hears that the mother is out of prison."""
    mother = Relationship.objects.get(person_id=child, kind="mother").other_id
    told = [NewStatement("imprisoned", False, "verified", dt.date(2025, 6, 12))]
    record_facts(make_actor("county_drafter", division=SICHUAN), person_id=mother, statements=told, source="inquiry")
    on_facts_changed([str(child)])


def test_a_release_is_told_to_the_county_and_only_as_a_departments_word_to_the_village():
    child = filed(SICHUAN, father={"dead": True}, mother=IN_PRISON)
    released(child)
    told = [one for one in causes_of(child) if one.kind is CauseKind.FACT]
    assert {(one.entity, one.name, one.after) for one in told} >= {(Entity.MOTHER, "imprisoned", False)}
    village = make_actor("child_director", division=village_of(SICHUAN))
    seen = current_determination(village, child_id=child, purpose=Purpose.SERVE).line.causes
    assert {(one.entity, one.name, one.before, one.after) for one in seen if one.entity is Entity.MOTHER} == {
        (Entity.MOTHER, "", None, None)
    }


def test_nothing_of_class_five_is_among_the_causes_of_a_list_or_of_a_stranger():
    child = filed(SICHUAN, **ORPHAN)
    told = [NewStatement("hiv_infected", True, "verified"), NewStatement("parents_untraceable", True, "verified")]
    record_facts(make_actor("county_drafter", division=SICHUAN), person_id=child, statements=told, source="inquiry")
    record_facts(
        make_actor("county_drafter", division=SICHUAN),
        person_id=child,
        statements=[NewStatement("recognized_tekun", True, "verified")],
        source="inquiry",
    )
    on_facts_changed([str(child)])
    _count, (waiting,) = awaiting_page(make_actor("county_reviewer", division=SICHUAN), offset=0, limit=5)
    assert waiting.line.causes
    assert "hiv_infected" not in {one.name for one in waiting.line.causes}
    assert b"tekun" not in bytes(current(child).causes)
