"""The tables of this app, as they began."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ProbeResult",
            fields=[
                ("promise", models.TextField(primary_key=True, serialize=False)),
                ("status", models.TextField()),
                ("evidence", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "probe_result",
            },
        ),
    ]
