"""An index for the latest items that is of no use for finding one item: for that there is the primary key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("content", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("account_id"),
                models.OrderBy(models.F("added_at"), descending=True),
                models.Func("id", function="uuid_send", output_field=models.BinaryField()),
                name="item_by_time",
            ),
        ),
        migrations.RemoveIndex(model_name="item", name="item_latest_first"),
    ]
