"""Word that an approval key is to end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0005_access_requested")]

    operations = [
        migrations.RemoveConstraint(model_name="mailmessage", name="mail_message_closed_list"),
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
                        "content-damaged",
                        "contact-confirm",
                        "contact-received",
                        "contact-answered",
                        "access-requested",
                        "approval-key-ending",
                    ]
                ),
                name="mail_message_closed_list",
            ),
        ),
    ]
