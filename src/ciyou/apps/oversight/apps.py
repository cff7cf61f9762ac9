from django.apps import AppConfig


class OversightConfig(AppConfig):
    """What looks across all rooms: ledgers, exports, requests of the persons concerned, retention."""

    name = "ciyou.apps.oversight"
    label = "oversight"
