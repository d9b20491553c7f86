"""Three mails more in the closed list: those of the contact page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0003_content_damaged")]

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
                    ]
                ),
                name="mail_message_closed_list",
            ),
        ),
    ]
