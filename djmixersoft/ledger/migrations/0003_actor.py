"""Who acts in a statement, noted before it does anything; and another reason why nothing is sealed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_handed_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="Actor",
            fields=[
                ("backend", models.IntegerField(primary_key=True, serialize=False)),
                ("transaction", models.BigIntegerField()),
                ("person_id", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "ledger_actor",
            },
        ),
        migrations.RemoveConstraint(
            model_name="heads",
            name="ledger_trouble",
        ),
        migrations.AddConstraint(
            model_name="heads",
            constraint=models.CheckConstraint(
                condition=models.Q(("trouble__in", ["", "forked", "altered", "stuck"])), name="ledger_trouble"
            ),
        ),
    ]
