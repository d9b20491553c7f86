"""The site as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "djmixersoft.settings")
application = get_wsgi_application()
# The server copies the environment into that of every request; a page that printed it must find no password there.
for name in ("DATABASE_URL", "MAIL_URL"):
    os.environ.pop(name, None)
