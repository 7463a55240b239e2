"""How the software is put together. Read from the environment; safe for production unless LHS_LOCAL says otherwise.

`manage.py` puts DATABASE_URL and REDIS_URL into the environment before this file is read: this file does not know
whether those services are embedded or managed.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF

from config.services.folder import data_folder, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = os.environ.get("LHS_LOCAL") == "1"


def flag(name: str, default: bool) -> bool:
    """Read a yes/no setting from the environment: 1, true, yes, on are yes; anything else that is set is no."""
    said = os.environ.get(name)
    return default if said is None else said.strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """Read a comma-separated setting from the environment."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, object]:
    """Turn `postgresql://user:password@host:port/name?host=/socket/folder` into Django's settings."""
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATA_DIR = data_folder()
SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key(DATA_DIR)
DEBUG = flag("LHS_DEBUG", False)
PORT = int(os.environ.get("PORT", "8000"))
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if LOCAL else "")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "accounts",
    "lhs",
    "casestudies",
    "insights",
    "api",
    "web",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]
PGHISTORY_CONTEXT_FIELD_JSON = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PGTRIGGER_MIGRATIONS = True

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "web.jinja.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "web.context.site",
            ],
        },
    },
    # The API's documentation page (drf-spectacular) brings Django templates of its own.
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///lhs"))}
# Off behind a pooler that lends one connection to many and keeps no prepared statements.
PREPARED_STATEMENTS = flag("LHS_PREPARED_STATEMENTS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
# redis-py and kombu name a Unix socket differently: unix:///path?db=0 and redis+socket:///path?virtual_host=0.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2, "max_retries": 0}
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = float(os.environ.get("LHS_SWEEP_SECONDS", "10"))
# The tagger is trained anew after so many decisions of people, and in the night.
LEARN_AFTER = int(os.environ.get("LHS_LEARN_AFTER", "25"))
LEARN_NIGHTLY = flag("LHS_LEARN_NIGHTLY", True)
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "tag what is due": {"task": "insights.tag_due", "schedule": SWEEP_SECONDS},
    "fit the themes that were changed": {
        "task": "insights.learn_themes",
        "schedule": 3 * SWEEP_SECONDS,
        "options": {"expires": 3 * SWEEP_SECONDS},
    },
    "fold the tallies": {"task": "insights.fold_tallies", "schedule": 60.0},
    "learn once enough is new": {
        "task": "insights.learn_if_enough",
        "schedule": 60.0,
        # A worker that was away has one look to take when it is back, not one for each minute.
        "options": {"expires": 55},
    },
}
if LEARN_NIGHTLY:
    CELERY_BEAT_SCHEDULE["learn in the night"] = {"task": "insights.learn", "schedule": crontab(hour=2, minute=30)}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "sesame.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:home"
SESAME_MAX_AGE = timedelta(days=1)
SESAME_ONE_TIME = True
SESAME_TOKEN_NAME = "token"  # noqa: S105 - the name of a query parameter
KNOX_TOKEN_MODEL = "accounts.AccessToken"  # noqa: S105 - the name of a model
# knox would make a table for the model that ours stands in for: nobody reads it, and it keeps the tests from flushing.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "AUTH_HEADER_PREFIX": "Token", "TOKEN_LIMIT_PER_USER": None}

ANONYMOUS_READING = flag("LHS_ANONYMOUS_READING", LOCAL)
SITE_NAME = os.environ.get("LHS_SITE_NAME", "Learning health system insights")
SITE_LOGO = os.environ.get("LHS_SITE_LOGO", "")
SITE_COLOUR = os.environ.get("LHS_SITE_COLOUR", "")
# Whom to ask about the tagger: an e-mail address of a team, for the transparency record.
SITE_CONTACT = os.environ.get("LHS_CONTACT", "")

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
API_BODY_LIMIT = DATA_UPLOAD_MAX_MEMORY_SIZE
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.TokenAuth", "api.authentication.SessionAuth"],
    "DEFAULT_PERMISSION_CLASSES": ["api.authentication.MayRead"],
    "DEFAULT_PARSER_CLASSES": ["api.bodies.JSONBody"],
    "DEFAULT_RENDERER_CLASSES": ["api.bodies.ORJSONAnswer"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "DEFAULT_THROTTLE_CLASSES": ["api.throttles.PersonThrottle", "api.throttles.AddressThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "person": os.environ.get("LHS_THROTTLE_TOKEN", "1200/min"),
        "address": os.environ.get("LHS_THROTTLE_ANONYMOUS", "600/min"),
    },
    "EXCEPTION_HANDLER": "api.problems.handle",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": int(os.environ.get("LHS_PROXIES", "0")),
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Learning health system insights",
    "DESCRIPTION": "Case studies, insights and who said them, tagged against the five habits of a learning system.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # One word, one list: fields of the same name that choose from different lists.
    "ENUM_NAME_OVERRIDES": {
        "Status": "casestudies.lifecycle.Status",
        "NewStatus": "api.writing.NEW_STATUSES",
        "InsightKind": "insights.choices.Kind",
        "SourceKind": "insights.choices.SourceKind",
        "OrganisationKind": "casestudies.models.Organisation.Kind",
        "LearningActivityKind": "casestudies.models.LearningActivity.Kind",
        "TagState": "insights.choices.TagState",
        "Verdict": "api.writing.VERDICTS",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "displayRequestDuration": True},
    # The addresses that drf-spectacular serves by itself are not used (see api.urls); ours ask who may read.
    "SERVE_PUBLIC": True,
    "SERVERS": [],
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "web" / "static"]
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", not LOCAL)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if LOCAL else int(os.environ.get("SECURE_HSTS_SECONDS", "31536000"))
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if words("LHS_PROXY_SSL_HEADER"):
    SECURE_PROXY_SSL_HEADER = (words("LHS_PROXY_SSL_HEADER")[0], "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "web.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "img-src": [SELF, "data:"],
    }
}

EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.Line", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LHS_LOG_LEVEL", "INFO")},
    "loggers": {
        # A request's line would carry what people typed into a search box.
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
    },
}
