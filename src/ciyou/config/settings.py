"""Settings of the one process that serves a county. What differs between machines comes from the environment (docs/reference/cli.md)."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from ciyou.config.databases import database_settings
from ciyou.config.home import private_folder, secret_key, state_home
from ciyou.config.messages import mail_settings, quiet_hours, sms_settings

HOME = state_home()
WEB = Path(__file__).resolve().parents[1] / "web"

DEBUG = False
SECRET_KEY = secret_key(HOME)
# Made by `ciyou demo`: everybody in this database is invented, so a second factor may be put off; only this machine is served.
DEMO = (HOME / "demo").exists() and not os.environ.get("DATABASE_URL")
# The names under which this machine reaches itself: any other Host header is a rebinding attack or a proxy.
OWN_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
# Other machines are served under these names only, through this proxy only, over TLS only; a demo serves none.
SERVED_HOSTS = [] if DEMO else [host.strip() for host in os.environ.get("CIYOU_HOSTS", "").split(",") if host.strip()]
TRUSTED_PROXY = os.environ.get("CIYOU_TRUSTED_PROXY", "")
SERVED_OVER_TLS = bool(SERVED_HOSTS and TRUSTED_PROXY)
ALLOWED_HOSTS = OWN_HOSTS + (SERVED_HOSTS if SERVED_OVER_TLS else [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ciyou.apps.audit",
    "ciyou.apps.accounts",
    "ciyou.apps.registry",
    "ciyou.apps.rosters",
    "ciyou.apps.entitlements",
    "ciyou.apps.assessments",
    "ciyou.apps.cases",
    "ciyou.apps.fieldwork",
    "ciyou.apps.partners",
    "ciyou.apps.schooling",
    "ciyou.apps.training",
    "ciyou.apps.awards",
    "ciyou.apps.plans",
    "ciyou.apps.alerts",
    "ciyou.apps.messages",
    "ciyou.apps.care",
    "ciyou.apps.crossing",
    "ciyou.apps.disbursement",
    "ciyou.apps.exchange",
    "ciyou.apps.planning",
    "ciyou.apps.oversight",
    "ciyou.web",
]

MIDDLEWARE = [
    "ciyou.web.middleware.LoopbackOnly",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ciyou.web.middleware.ChosenLanguage",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
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

DATABASES = {"default": database_settings(os.environ.get("DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.User"
# OWASP's smallest setting for argon2id (19 MiB, two passes): 150 people who sign in at eight o'clock wait seconds, not minutes.
PASSWORD_HASHERS = ["ciyou.apps.accounts.hashing.OfficeArgon2Hasher"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "ciyou.apps.accounts.backends.SecondFactorBackend",
    "ciyou.apps.accounts.backends.PasskeyBackend",
    "ciyou.apps.accounts.backends.PinBackend",
    "ciyou.apps.accounts.backends.OneTimeCodeBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# By name and address together: villages and offices share one address behind their provider's gateway.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
# A locked name opens again after a quarter of an hour, however often it is tried meanwhile.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
# What was typed is never kept: whoever mistypes a password may have typed it into another field.
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "password",
    "new_password",
    "again",
    "code",
    "pin",
    "passkey",
    "label",
    "csrfmiddlewaretoken",
]
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # our sign-in pages themselves say that a name is locked
# With TLS the browser keeps these cookies to this host and to encrypted connections.
DEVICE_COOKIE_NAME = "__Host-ciyou_device" if SERVED_OVER_TLS else "ciyou_device"
SESSION_COOKIE_NAME = "__Host-sessionid" if SERVED_OVER_TLS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SERVED_OVER_TLS else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SERVED_OVER_TLS
# LoopbackOnly lets this header through from the trusted proxy alone.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SERVED_OVER_TLS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SERVED_OVER_TLS else 0
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"

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
EVIDENCE = private_folder(HOME, "evidence")
FIELD_PARTS = private_folder(HOME, "field-parts")
"""What phones sent of a large piece so far, sealed as it came; a phone keeps the whole until the server has it, so no backup does."""
EXPORTS = private_folder(HOME, "exports")
KEY_FILE = Path(os.environ.get("CIYOU_KEY_FILE") or HOME / "keys.json")
# Where the key file itself lies under a passphrase (`ciyou keys protect`).
KEY_PASSPHRASE = os.environ.get("CIYOU_KEY_PASSPHRASE", "")
# A demo's people are invented, but a number that somebody types there may be a real one: it sends nothing.
_OUTSIDE = {} if DEMO else os.environ
globals().update(mail_settings(_OUTSIDE), **sms_settings(_OUTSIDE))
QUIET_HOURS = quiet_hours(os.environ)
# What a message links to: this machine's own address means nothing on somebody's telephone.
MESSAGE_LINK = f"https://{SERVED_HOSTS[0]}/" if SERVED_OVER_TLS else ""
EVENT_HANDLERS = "ciyou.config.wiring.HANDLERS"
SCREENING_LOADER = "ciyou.config.wiring.load_screening"
PERIODIC_JOBS = "ciyou.config.schedule.JOBS"
SEALED_COLUMNS = "ciyou.config.sealed.SEALED"
SCHEDULE = "ciyou.config.schedule.JOBS"
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
    # An error's own words may quote a person's row: only its kind and its place are written.
    "formatters": {"line": {"()": "ciyou.config.log_lines.LogLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Its warnings name who signs in from where.
    "loggers": {"axes": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("CIYOU_LOG_LEVEL", "WARNING")},
}
