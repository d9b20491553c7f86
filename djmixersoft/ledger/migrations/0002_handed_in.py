"""What witnesses that accounts have named hand in."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandedIn",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "witness", "fits", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("witness", models.TextField()),
                ("fits", models.BooleanField()),
                ("size", models.BigIntegerField()),
                ("checkpoint", models.BinaryField()),
                ("line", models.TextField()),
                ("stated", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "ledger_handed_in",
            },
        ),
    ]
