"""Every table stands in the plan of the second wall: behind it, or named as one that holds nothing about persons of a file."""

from __future__ import annotations

from django.apps import apps

from tests.second_wall import OPEN, WALLED


def _tables():
    return {model._meta.db_table for model in apps.get_models()}


def test_every_table_stands_in_the_plan_of_the_wall():
    assert set(WALLED) | set(OPEN) == _tables()
    assert set(WALLED) & set(OPEN) == set()


def test_every_table_about_a_person_of_a_file_is_behind_the_wall():
    about = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "many_to_one", False) and field.related_model._meta.db_table == "registry_person"
    }
    assert about - set(WALLED) == set()
