"""What differs between the two databases. The second wall exists on PostgreSQL only, and so do its tests (`make test` runs both)."""

from __future__ import annotations

from django.db import connection

collect_ignore_glob = [] if connection.vendor == "postgresql" else ["test_second_wall*.py"]
