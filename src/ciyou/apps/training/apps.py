from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Courses with their attendance and certificates, and campaigns."""

    name = "ciyou.apps.training"
    label = "training"
