"""What import-linter cannot see in Django: foreign keys name models by text, signals call without an import."""

from __future__ import annotations

import configparser

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.fields.related import RelatedField
from django.utils import translation


@pytest.fixture(scope="module")
def own_models():
    """Every model of our own apps."""
    return [model for model in apps.get_models() if model.__module__.startswith("ciyou.apps.")]


@pytest.fixture(scope="module")
def height_of_app(root):
    """The layer of each app, from the contract on imports: 0 is the lowest."""
    config = configparser.ConfigParser()
    config.read(root / ".importlinter", encoding="utf-8")
    layers = config["importlinter:contract:apps"]["layers"].strip().splitlines()
    return {
        name.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for name in layer.replace(":", "|").split("|")
    }


def _app_of(model):
    return model.__module__.split(".")[2]


def test_every_foreign_key_points_down_or_stays_inside_its_app(own_models, height_of_app):
    wrong = []
    for model in own_models:
        for field in model._meta.get_fields():
            target = field.related_model if isinstance(field, RelatedField) else None
            if target is None or not target.__module__.startswith("ciyou.apps."):
                continue
            here, there = _app_of(model), _app_of(target)
            if here != there and height_of_app[here] <= height_of_app[there]:
                wrong.append(f"{here}.{model.__name__}.{field.name} points at {there}.{target.__name__}")
    assert wrong == []


def test_no_signal_is_sent_or_received(modules):
    wrong = [
        f"{module.relative}:{imported.line} imports {imported.name}"
        for module in modules
        for imported in module.imports
        if imported.name.startswith("django.dispatch") or ".signals" in imported.name
    ]
    assert wrong == []


def test_migrations_are_complete(own_models):
    own = {model._meta.app_label for model in own_models}
    with translation.override(None):  # Django writes its own labels in the language that is active
        loader = MigrationLoader(None)
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        missing = detector.changes(graph=loader.graph, trim_to_apps=own)
    assert {label: [str(one) for one in found] for label, found in missing.items()} == {}
