"""The numbers of payments stand in one index. With `unique=True` PostgreSQL kept two, and every change of a payment wrote both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0007_lines_checked_together")]
    operations = [
        migrations.AlterField(
            model_name="payment",
            name="number",
            field=models.CharField(max_length=48),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("number",), name="a_number_is_given_once"),
        ),
    ]
