"""Brings the database up to date and serves the site."""

import os

import django
from django.core.management import call_command
from waitress import serve

django.setup()
call_command("migrate", verbosity=0)

from django.contrib.auth import get_user_model  # noqa: E402

users = get_user_model()
if not users.objects.exists():
    users.objects.create_superuser("editor", "editor@example.com", os.environ.get("FIRST_LOGIN", "editor"))

from cms.wsgi import application  # noqa: E402

serve(application, host="0.0.0.0", port=os.environ["PORT"])
