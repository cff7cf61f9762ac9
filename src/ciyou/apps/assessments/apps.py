from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Assessments of risk: what was answered, which tier that proposes, and which one a person confirmed."""

    name = "ciyou.apps.assessments"
    label = "assessments"
