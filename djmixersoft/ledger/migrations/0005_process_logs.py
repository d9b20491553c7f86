"""The log of a legal process of which nobody may be told yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_witnessed_heads"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="process_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="leaf",
            name="process_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="log",
            name="process_id",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="node",
            name="process_id",
            field=models.UUIDField(null=True),
        ),
    ]
