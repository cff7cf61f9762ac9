"""Settings of the one process that serves a county. What differs between machines comes from the environment (docs/reference/cli.md)."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from ciyou.config.home import private_folder, secret_key, state_home

HOME = state_home()
WEB = Path(__file__).resolve().parents[1] / "web"

DEBUG = False
SECRET_KEY = secret_key(HOME)
# The names under which this machine reaches itself: any other Host header is a rebinding attack or a proxy.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ciyou.apps.audit",
    "ciyou.apps.rosters",
    "ciyou.web",
]

MIDDLEWARE = [
    "ciyou.web.middleware.LoopbackOnly",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ciyou.web.middleware.ChosenLanguage",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "ciyou.config.urls"
WSGI_APPLICATION = "ciyou.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "ciyou.web.context.every_page"],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "ciyou.web.templatetags.ciyou_ui"],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "ciyou.sqlite3",
        "OPTIONS": {
            # Deferred transactions fail with "database is locked" as soon as two processes write (measured: 1,871 of 2,000).
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [WEB / "locale"]
LANGUAGE_COOKIE_NAME = "ciyou_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

DELIVERIES = private_folder(HOME, "deliveries")
RESULTS = private_folder(HOME, "results")
# On the same file system as the deliveries: an uploaded file is moved there, not copied.
FILE_UPLOAD_TEMP_DIR = private_folder(HOME, "incoming")
FILE_UPLOAD_HANDLERS = ["ciyou.apps.rosters.upload.CappedUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FILES = 200
MAX_FILE_BYTES = 1024**3
MAX_DELIVERY_BYTES = 4 * 1024**3

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "ciyou.web.errors.csrf_failed"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("CIYOU_LOG_LEVEL", "WARNING")},
}
