"""The tables of this app, as they began."""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_witnesses"),
    ]

    operations = [
        migrations.CreateModel(
            name="GrantItem",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "grant_id",
                        "item_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("grant_id", models.UUIDField()),
                ("item_id", models.UUIDField()),
                ("staff_id", models.UUIDField()),
            ],
            options={
                "db_table": "access_grant_item",
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                ("account_id", models.UUIDField(primary_key=True, serialize=False)),
                ("after_notice", models.BooleanField(db_default=False)),
                ("changed_by", models.UUIDField(null=True)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "access_setting",
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("request_id", models.UUIDField()),
                ("basis", models.TextField(choices=[("approval", "Approval"), ("after-notice", "After Notice")])),
                ("staff_id", models.UUIDField()),
                ("staff_role", models.TextField()),
                ("pseudonym", models.TextField()),
                ("approved_by", models.UUIDField(null=True)),
                ("items", models.IntegerField()),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("may_download", models.BooleanField(db_default=False)),
                ("digest", models.BinaryField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "access_grant",
                "indexes": [
                    models.Index(fields=["account_id", "request_id"], name="access_grant_of_request"),
                    models.Index(
                        models.F("staff_id"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        name="access_grant_of_staff",
                    ),
                    models.Index(
                        condition=models.Q(("revoked_at__isnull", False)),
                        fields=["revoked_at"],
                        name="access_grant_revoked",
                    ),
                    models.Index(fields=["ends"], name="access_grant_ending"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_by__isnull", False), ("basis", "approval")),
                            models.Q(("approved_by", None), ("basis", "after-notice")),
                            _connector="OR",
                        ),
                        name="access_grant_basis",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                ("grant_id", models.UUIDField()),
                ("not_before", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sent_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("acknowledged_by", models.UUIDField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "access_notice",
                "indexes": [
                    models.Index(fields=["account_id", "grant_id"], name="access_notice_of_grant"),
                    models.Index(
                        condition=models.Q(("sent_at", None)), fields=["not_before"], name="access_notice_unsent"
                    ),
                    models.Index(
                        condition=models.Q(("acknowledged_at__isnull", True)),
                        fields=["sent_at"],
                        name="access_notice_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                ("grant_id", models.UUIDField()),
                ("item_id", models.UUIDField()),
                ("staff_id", models.UUIDField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField())
                    ),
                ),
                ("ends", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "reading",
                "indexes": [
                    models.Index(fields=["account_id", "grant_id"], name="reading_of_grant"),
                    models.Index(
                        models.F("staff_id"), models.OrderBy(models.F("at"), descending=True), name="reading_of_staff"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("staff_id",), name="reading_one_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadingUse",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "reading_id",
                        "what",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("reading_id", models.UUIDField()),
                (
                    "what",
                    models.TextField(
                        choices=[("shown", "shown on a page"), ("played", "played"), ("downloaded", "downloaded")]
                    ),
                ),
                ("staff_id", models.UUIDField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField())
                    ),
                ),
                (
                    "last_at",
                    models.DateTimeField(
                        db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField())
                    ),
                ),
                ("times", models.IntegerField(db_default=1)),
            ],
            options={
                "db_table": "reading_use",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("what__in", ["shown", "played", "downloaded"])), name="reading_use_what"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("staff_id", models.UUIDField()),
                ("staff_role", models.TextField()),
                ("pseudonym", models.TextField()),
                ("ticket_id", models.UUIDField(null=True)),
                ("process_id", models.UUIDField(null=True)),
                ("items", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                (
                    "reason",
                    models.TextField(
                        choices=[
                            ("damaged", "Something is damaged"),
                            ("missing", "Something is missing"),
                            ("wont-play", "Something doesn’t play or open"),
                            ("wrong", "Something is shown wrongly"),
                            ("asked", "You asked us to look at it"),
                            ("legal", "A legal process demands it"),
                        ]
                    ),
                ),
                ("words", models.TextField()),
                ("hours", models.IntegerField()),
                ("may_download", models.BooleanField(db_default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("pending", "Pending"),
                            ("asked", "Asked"),
                            ("approved", "Approved"),
                            ("denied", "Denied"),
                            ("withdrawn", "Withdrawn"),
                            ("opened", "Opened"),
                        ],
                        db_default="pending",
                    ),
                ),
                ("question", models.TextField(db_default="")),
                ("answer", models.TextField(db_default="")),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "access_request",
                "indexes": [
                    models.Index(
                        models.F("account_id"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        name="access_request_latest",
                    ),
                    models.Index(
                        models.F("staff_id"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        name="access_request_of_staff",
                    ),
                    models.Index(fields=["created_at"], name="access_request_forgotten"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["pending", "asked", "approved", "denied", "withdrawn", "opened"])
                        ),
                        name="access_request_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["damaged", "missing", "wont-play", "wrong", "asked", "legal"])
                        ),
                        name="access_request_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("process_id", None), ("staff_role", "support")),
                            models.Q(("process_id__isnull", False), ("staff_role", "legal"), ("ticket_id", None)),
                            _connector="OR",
                        ),
                        name="access_request_by_role",
                    ),
                    models.CheckConstraint(condition=models.Q(("hours__range", (1, 8))), name="access_request_hours"),
                ],
            },
        ),
        # Whose transaction wrote a row is the database's to say: no later one may pass for an earlier.
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()",
                f"ALTER TABLE {table} DROP COLUMN xid",
            )
            for table in ("reading", "reading_use")
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_{of.removeprefix('access_')} FOREIGN KEY ({ours})"
                f" REFERENCES {of} ({theirs}) ON DELETE CASCADE",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_{of.removeprefix('access_')}",
            )
            for table, of, ours, theirs in (
                ("access_request", "account", "account_id", "id"),
                ("access_setting", "account", "account_id", "id"),
                ("access_grant", "access_request", "account_id, request_id", "account_id, id"),
                ("access_grant_item", "access_grant", "account_id, grant_id", "account_id, id"),
                ("access_notice", "access_grant", "account_id, grant_id", "account_id, id"),
                ("reading", "access_grant", "account_id, grant_id", "account_id, id"),
                ("reading_use", "reading", "account_id, reading_id", "account_id, id"),
            )
        ),
    ]
