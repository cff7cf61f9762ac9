from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Courses with their attendance and certificates, and publicity."""

    name = "ciyou.apps.training"
    label = "training"
