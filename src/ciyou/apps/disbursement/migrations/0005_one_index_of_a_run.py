import django.db.models.deletion
from django.db import migrations, models


def of_run(name):
    """The run of a row: found by an index that begins with it, so that none of its own is kept."""
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=name,
        to="disbursement.monthrun",
    )


class Migration(migrations.Migration):
    """Payments, holds and changes: the index of the run alone goes, which others begin with."""

    dependencies = [("disbursement", "0004_lines_of_payments")]
    operations = [
        migrations.AlterField(model_name="payment", name="run", field=of_run("payments")),
        migrations.AlterField(model_name="hold", name="run", field=of_run("holds")),
        migrations.AlterField(model_name="monthchange", name="run", field=of_run("changes")),
    ]
