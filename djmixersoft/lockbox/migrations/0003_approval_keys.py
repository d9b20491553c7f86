"""Keys by which an account's Administrators sign what they approve."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lockbox", "0002_legal"),
    ]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="signed_by",
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name="ApprovalKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("id", models.UUIDField()),
                ("credential_id", models.BinaryField(unique=True)),
                ("public_key", models.BinaryField()),
                ("spki", models.BinaryField()),
                ("name", models.TextField()),
                ("sealed", models.BinaryField()),
                ("verifier", models.BinaryField()),
                ("sign_count", models.BigIntegerField(db_default=0)),
                ("added_by", models.UUIDField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("admitted_at", models.DateTimeField(null=True)),
                ("expires", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
                ("signed_by", models.UUIDField(null=True)),
                ("terms", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "approval_key",
                "indexes": [models.Index(fields=["expires"], name="approval_key_expires")],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "digest", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("digest", models.BinaryField()),
                ("about", models.TextField()),
                ("subject_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField()),
                ("statement", models.BinaryField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires", models.DateTimeField()),
                ("key_id", models.UUIDField(null=True)),
                ("client_data", models.BinaryField(null=True)),
                ("authenticator_data", models.BinaryField(null=True)),
                ("signature", models.BinaryField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "approval_statement",
                "indexes": [models.Index(fields=["expires"], name="approval_statement_expires")],
            },
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_account FOREIGN KEY (account_id)"
                " REFERENCES account (id) ON DELETE CASCADE",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_account",
            )
            for table in ("approval_key", "approval_statement")
        ),
    ]
