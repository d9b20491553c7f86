"""Second factors, and sign-ins that wait for one."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_terms_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="challenge",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="challenge_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="proven_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), null=True),
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id", "code_hash", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code_hash", models.BinaryField()),
                (
                    "person",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="people.person"),
                ),
            ],
            options={
                "db_table": "recovery_code",
            },
        ),
        migrations.CreateModel(
            name="Factor",
            fields=[
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
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="people.person")),
            ],
            options={
                "db_table": "factor",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credential_id__isnull", True), ("kind", "totp"), ("public_key__isnull", True)),
                            models.Q(
                                ("credential_id__isnull", False), ("kind", "passkey"), ("public_key__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="factor_is_of_a_kind",
                    )
                ],
            },
        ),
    ]
