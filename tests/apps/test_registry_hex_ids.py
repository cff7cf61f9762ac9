import pytest
from django.db.models import F

from ciyou.apps.registry.hex_ids import dashed, dashed_id, hex_id
from ciyou.apps.registry.models import Person, PersonPlace
from tests.office import make_person

pytestmark = pytest.mark.django_db


def test_ids_are_read_as_the_same_text_on_either_database():
    one, other = make_person(), make_person()
    found = list(Person.objects.order_by("id").values_list(hex_id("id"), flat=True))
    assert found == sorted([one.id.hex, other.id.hex])
    across = PersonPlace.objects.order_by().values_list(hex_id("person__id"), flat=True).distinct()
    assert set(across) == set(found)


def test_such_text_finds_its_row_and_goes_back_to_the_usual_form():
    one = make_person()
    assert Person.objects.get(id=one.id.hex) == one
    assert list(Person.objects.filter(id__gt="0" * 32, id__lte=one.id.hex)) == [one]
    assert dashed(one.id.hex) == str(one.id)
    assert list(PersonPlace.objects.values_list(dashed_id("person__id"), flat=True)) == [str(one.id)]
    assert Person.objects.annotate(text=dashed_id(F("id"))).get(text=str(one.id)) == one
