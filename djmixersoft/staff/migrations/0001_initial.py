"""The tables of this app, as they began."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("pseudonym", models.TextField(unique=True)),
                ("email", models.TextField(null=True, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "staff",
            },
        ),
        migrations.CreateModel(
            name="StaffFactor",
            fields=[
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="staff.staff")),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("sealed", models.BinaryField()),
                ("verifier", models.BinaryField()),
                ("credential_id", models.BinaryField(null=True, unique=True)),
                ("public_key", models.BinaryField(null=True)),
                ("sign_count", models.BigIntegerField(default=0)),
                ("last_step", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "staff_factor",
            },
        ),
        migrations.CreateModel(
            name="StaffLink",
            fields=[
                ("staff", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="staff.staff")),
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "staff_link",
            },
        ),
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                (
                    "staff",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="staff.staff"),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "staff_id", "role", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.TextField()),
            ],
            options={
                "db_table": "staff_role",
            },
        ),
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="staff.staff")),
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                ("device", models.TextField()),
                ("enrols", models.BooleanField(default=False)),
                ("challenge", models.BinaryField(null=True)),
                ("challenge_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires", models.DateTimeField(db_index=True)),
                ("proven_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "staff_session",
            },
        ),
        migrations.CreateModel(
            name="StaffCredential",
            fields=[
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to="staff.staff"
                    ),
                ),
                ("salt", models.BinaryField()),
                ("memory_kib", models.IntegerField()),
                ("passes", models.IntegerField()),
                ("lanes", models.IntegerField()),
                ("verifier", models.BinaryField()),
            ],
            options={
                "db_table": "staff_credential",
            },
        ),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email__isnull", False), ("ended_at__isnull", True)),
                    models.Q(("email__isnull", True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="staff_has_an_address_until_they_leave",
            ),
        ),
        migrations.AddConstraint(
            model_name="stafffactor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credential_id__isnull", True), ("kind", "totp"), ("public_key__isnull", True)),
                    models.Q(("credential_id__isnull", False), ("kind", "passkey"), ("public_key__isnull", False)),
                    _connector="OR",
                ),
                name="staff_factor_is_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ("support", "legal", "security", "policy-office", "editorial"))),
                name="staff_role_is_one_of_ours",
            ),
        ),
    ]
