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
            name="Person",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("email", models.TextField(unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "person",
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("email", models.TextField()),
                ("salt", models.BinaryField()),
                ("memory_kib", models.IntegerField()),
                ("passes", models.IntegerField()),
                ("lanes", models.IntegerField()),
                ("verifier", models.BinaryField()),
                ("account_name", models.TextField()),
                ("terms_version", models.TextField()),
                ("newsletter", models.BooleanField()),
                ("token_hash", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "registration",
            },
        ),
        migrations.CreateModel(
            name="SignInTry",
            fields=[
                ("email_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("tries", models.IntegerField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "sign_in_try",
            },
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("salt", models.BinaryField()),
                ("memory_kib", models.IntegerField()),
                ("passes", models.IntegerField()),
                ("lanes", models.IntegerField()),
                ("verifier", models.BinaryField()),
            ],
            options={
                "db_table": "credential",
            },
        ),
        migrations.CreateModel(
            name="PersonAddress",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("address", models.TextField()),
            ],
            options={
                "db_table": "person_address",
            },
        ),
        migrations.CreateModel(
            name="PersonName",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("name", models.TextField()),
            ],
            options={
                "db_table": "person_name",
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "subscription",
            },
        ),
        migrations.CreateModel(
            name="DoorSecret",
            fields=[
                ("id", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("value", models.BinaryField()),
            ],
            options={
                "db_table": "door_secret",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", True)), name="door_secret_one_row")],
            },
        ),
        migrations.CreateModel(
            name="MailProof",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("new_email", models.TextField(null=True)),
                ("expires", models.DateTimeField(db_index=True)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="people.person")),
            ],
            options={
                "db_table": "mail_proof",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                ("device", models.TextField()),
                ("stays", models.BooleanField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires", models.DateTimeField(db_index=True)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="people.person")),
            ],
            options={
                "db_table": "session",
            },
        ),
        migrations.CreateModel(
            name="TermsAgreement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id", "version", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.TextField()),
                ("agreed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "person",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="people.person"),
                ),
            ],
            options={
                "db_table": "terms_agreement",
            },
        ),
        # 244 random bits from PostgreSQL's own generator; they never leave the database.
        migrations.RunSQL(
            "INSERT INTO door_secret (id, value)"
            " VALUES (true, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')))",
            "DELETE FROM door_secret",
        ),
    ]
