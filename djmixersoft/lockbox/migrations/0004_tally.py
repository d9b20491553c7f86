"""A table of how often something about accesses happened, month by month."""

from django.db import migrations, models

COUNTED = [
    ("asked", "Requests for access to Content"),
    ("approved", "of these, approved"),
    ("less", "of those approved, approved for less than was asked"),
    ("denied", "of these, denied"),
    ("withdrawn", "of these, withdrawn"),
    ("expired", "of these, expired unanswered"),
    ("afterwards", "Accesses opened with a notice to follow"),
    ("revoked", "Accesses that an Administrator revoked"),
    ("process", "Legal processes"),
    ("disclosed", "Disclosures under a legal process"),
]


class Migration(migrations.Migration):
    """An empty table; what was asked for before isn't counted."""

    dependencies = [("lockbox", "0003_approval_keys")]
    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "month", "what", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("what", models.TextField(choices=COUNTED)),
                ("times", models.IntegerField()),
            ],
            options={"db_table": "access_tally"},
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.CheckConstraint(
                condition=models.Q(what__in=[what for what, _ in COUNTED]), name="access_tally_closed_list"
            ),
        ),
    ]
