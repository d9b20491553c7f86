"""Legal processes."""

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("lockbox", "0002_legal"),
        ("ledger", "0005_process_logs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "process_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("process_id", models.UUIDField()),
                ("name", models.TextField()),
                ("size", models.BigIntegerField()),
                ("sha256", models.BinaryField()),
                ("sealed", models.BinaryField()),
                ("wrapped", models.BinaryField()),
            ],
            options={
                "db_table": "legal_document",
            },
        ),
        migrations.CreateModel(
            name="ProcessItem",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "process_id",
                        "item_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("process_id", models.UUIDField()),
                ("item_id", models.UUIDField()),
            ],
            options={
                "db_table": "legal_item",
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                ("process_id", models.UUIDField()),
                ("grant_id", models.UUIDField()),
                ("staff_id", models.UUIDField()),
                ("began_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                ("items", models.IntegerField(null=True)),
                ("size", models.BigIntegerField(null=True)),
                ("sha256", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "legal_export",
                "indexes": [models.Index(fields=["account_id", "process_id"], name="legal_export_of_process")],
            },
        ),
        migrations.CreateModel(
            name="Process",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("warrant", "Warrant"),
                            ("subpoena", "Subpoena"),
                            ("court-order", "Court order"),
                            ("agency-request", "Agency’s request"),
                            ("other", "Another legal process"),
                        ]
                    ),
                ),
                ("authority", models.TextField()),
                ("reference", models.TextField()),
                ("obliges", models.TextField()),
                ("deadline", models.DateField(null=True)),
                ("whole_account", models.BooleanField(db_default=False)),
                (
                    "telling",
                    models.TextField(
                        choices=[("before", "before anything is opened"), ("after", "as soon as something is opened")]
                    ),
                ),
                ("silent_until", models.DateTimeField(null=True)),
                ("silent_since", models.DateTimeField(null=True)),
                ("known_from", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("recipient_key", models.TextField(null=True)),
                ("recorded_by", models.UUIDField()),
                ("recorder", models.TextField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("confirmed_by", models.UUIDField(null=True)),
                ("confirmer", models.TextField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
                ("ender", models.TextField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "legal_process",
                "indexes": [
                    models.Index(models.OrderBy(models.F("recorded_at"), descending=True), name="legal_process_latest"),
                    models.Index(fields=["known_from"], name="legal_process_forgotten"),
                    models.Index(
                        condition=models.Q(("silent_until__isnull", False), ("told_at", None)),
                        fields=["silent_until"],
                        name="legal_process_to_tell",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["warrant", "subpoena", "court-order", "agency-request", "other"])
                        ),
                        name="legal_process_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("telling__in", ["before", "after"])), name="legal_process_telling"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", None)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("recorded_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="legal_process_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("silent_since", None), ("silent_until", None), ("told_at", None)),
                            models.Q(
                                ("known_from", models.F("silent_until")),
                                ("silent_since__isnull", False),
                                ("silent_until__gt", models.F("silent_since")),
                                ("telling", "after"),
                            ),
                            _connector="OR",
                        ),
                        name="legal_process_silence",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Silence",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                ("process_id", models.UUIDField()),
                ("until", models.DateTimeField()),
                ("words", models.TextField()),
                ("asked_by", models.UUIDField()),
                ("asker", models.TextField()),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("confirmed_by", models.UUIDField(null=True)),
                ("confirmer", models.TextField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "legal_silence",
                "indexes": [models.Index(fields=["account_id", "process_id"], name="legal_silence_of_process")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", None)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="legal_silence_four_eyes",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE legal_process ADD CONSTRAINT legal_process_silent_for_a_year"
            " CHECK (silent_until <= silent_since + interval '8760 hours')",
            "ALTER TABLE legal_process DROP CONSTRAINT legal_process_silent_for_a_year",
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_process FOREIGN KEY (account_id, process_id)"
                " REFERENCES legal_process (account_id, id) ON DELETE CASCADE",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_process",
            )
            for table in ("legal_item", "legal_silence", "legal_document", "legal_export")
        ),
        migrations.RunSQL(
            "ALTER TABLE access_request ADD CONSTRAINT access_request_for_process FOREIGN KEY (account_id, process_id)"
            " REFERENCES legal_process (account_id, id) ON DELETE CASCADE",
            "ALTER TABLE access_request DROP CONSTRAINT access_request_for_process",
        ),
    ]
