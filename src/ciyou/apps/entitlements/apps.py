from django.apps import AppConfig


class EntitlementsConfig(AppConfig):
    """Determinations: what the engine decided of a child on a day, frozen, and who stands behind it."""

    name = "ciyou.apps.entitlements"
    label = "entitlements"
