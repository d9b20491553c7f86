"""The closed list of mails, which the database now holds itself (clause 7d)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="mailmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    template__in=[
                        "confirm-registration",
                        "already-registered",
                        "reset-password",
                        "password-changed",
                        "confirm-email",
                        "email-change-asked",
                        "email-changed",
                        "invitation",
                    ]
                ),
                name="mail_message_closed_list",
            ),
        ),
    ]
