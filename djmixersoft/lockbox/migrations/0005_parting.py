"""A table of notices that were unsent when their account was deleted."""

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """An empty table; what is for a person goes with the person."""

    dependencies = [("lockbox", "0004_tally")]
    operations = [
        migrations.CreateModel(
            name="PartingNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("person_id", models.UUIDField()),
                ("account_name", models.TextField()),
                ("staff_role", models.TextField()),
                ("pseudonym", models.TextField()),
                ("items", models.IntegerField()),
                ("began", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("process_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "parting_notice",
                "indexes": [
                    models.Index(fields=["person_id"], name="parting_notice_of_person"),
                    models.Index(fields=["sent_at"], name="parting_notice_sent"),
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE parting_notice ADD CONSTRAINT parting_notice_of_person FOREIGN KEY (person_id)"
            " REFERENCES person (id) ON DELETE CASCADE",
            "ALTER TABLE parting_notice DROP CONSTRAINT parting_notice_of_person",
        ),
    ]
