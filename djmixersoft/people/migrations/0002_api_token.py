"""Tokens of people's own programs."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                ("name", models.TextField()),
                ("may_write", models.BooleanField()),
                ("account_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires", models.DateTimeField(db_index=True)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="people.person")),
            ],
            options={
                "db_table": "api_token",
            },
        ),
    ]
