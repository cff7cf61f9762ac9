from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether a child has a category is answered from the index alone."""

    dependencies = [("entitlements", "0004_tallies")]

    operations = [
        migrations.RemoveIndex("outcome", "outcome_of"),
        migrations.AddIndex(
            "outcome", models.Index(fields=["person", "kind", "outcome"], name="outcome_of")
        ),
    ]
