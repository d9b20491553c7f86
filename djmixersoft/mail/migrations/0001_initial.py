"""The tables of this app, as they began."""

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="MailMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("template", models.TextField()),
                ("recipient", models.TextField()),
                ("context", models.JSONField(db_default={})),
                ("secret", models.TextField(null=True)),
                ("state", models.TextField(db_default="queued")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True),
                ),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "mail_message",
            },
        ),
    ]
