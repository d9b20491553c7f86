"""Witnesses of the ledger that Administrators name."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("people", "0002_api_token"),
    ]

    operations = [
        migrations.CreateModel(
            name="NamedWitness",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "vkey", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("vkey", models.TextField()),
                ("name", models.TextField()),
                ("named_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.account",
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        db_column="named_by",
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_witness",
                # By the beginning of a key too, which is all that a signature tells of it.
                "indexes": [models.Index(fields=["vkey"], name="ledger_witness_key", opclasses=("text_pattern_ops",))],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("vkey__regex", r"^[^+ ]{1,200}\+[0-9a-f]{8}\+B[A-P][A-Za-z0-9+/]{42}$"),
                        ),
                        name="ledger_witness_has_a_key",
                    )
                ],
            },
        ),
        # Witnesses go with their account, and stay where whoever named them goes.
        migrations.RunSQL(
            "ALTER TABLE ledger_witness"
            " ADD CONSTRAINT ledger_witness_of_account FOREIGN KEY (account_id) REFERENCES account (id)"
            " ON DELETE CASCADE,"
            " ADD CONSTRAINT ledger_witness_named_by FOREIGN KEY (named_by) REFERENCES person (id) ON DELETE SET NULL",
            "ALTER TABLE ledger_witness"
            " DROP CONSTRAINT ledger_witness_of_account, DROP CONSTRAINT ledger_witness_named_by",
        ),
    ]
