"""The application that the server loads."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from ciyou.batch.garbage import set_heap_aside
from ciyou.config.databases import forget_machine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciyou.config.settings")

application = get_wsgi_application()
forget_machine(connections.settings)
# Python would search the whole program for garbage time and again, while somebody waits for a page.
set_heap_aside()
