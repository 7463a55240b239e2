"""How the software is put together. Read from the environment; safe for production unless LHS_LOCAL says otherwise.

`manage.py` puts DATABASE_URL and REDIS_URL into the environment before this file is read: this file does not know
whether those services are embedded or managed.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
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
    "allauth.account.middleware.AccountMiddleware",
    "web.entrance.sessions.SeenMiddleware",
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
# What counts and remembers in the cache goes on without it; what asks whether it is there asks the other.
CACHES = {
    "default": {"BACKEND": "config.cache.ForgivingCache", "LOCATION": REDIS_URL},
    "broker": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
}
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
    "compare what was cut out of reports": {"task": "insights.compare_candidates", "schedule": SWEEP_SECONDS},
    "import what is due": {"task": "insights.import_due", "schedule": SWEEP_SECONDS, "options": {"expires": 30}},
    "forget old imports": {"task": "insights.forget_imports", "schedule": 3600.0, "options": {"expires": 3000}},
    "forget old reports": {"task": "insights.forget_reports", "schedule": 3600.0, "options": {"expires": 3000}},
    "send notices": {
        "task": "insights.send_notices",
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

ANONYMOUS_READING = flag("LHS_ANONYMOUS_READING", LOCAL)
SITE_NAME = os.environ.get("LHS_SITE_NAME", "Learning health system insights")
SITE_LOGO = os.environ.get("LHS_SITE_LOGO", "")
SITE_COLOUR = os.environ.get("LHS_SITE_COLOUR", "")
# Whom to ask about the tagger: an e-mail address of a team, for the transparency record.
SITE_CONTACT = os.environ.get("LHS_CONTACT", "")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend", "sesame.backends.ModelBackend"]
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

# Off: people come by invitation, or an operator makes them. On: anyone makes an account, and proves the address.
SIGN_UP = flag("LHS_SIGN_UP", False)
ACCOUNT_ADAPTER = "web.entrance.adapters.People"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if SIGN_UP else "none"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = SIGN_UP
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Else anyone could have mail sent from here to whom they like.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if LOCAL else "https"
ACCOUNT_FORMS = {
    "login": "web.entrance.forms.SignIn",
    "signup": "web.entrance.forms.SignUp",
    "change_password": "web.entrance.forms.ChangePassword",
    "set_password": "web.entrance.forms.SetPassword",
    "reset_password": "web.entrance.forms.ForgottenPassword",
    "reset_password_from_key": "web.entrance.forms.NewPassword",
    "reauthenticate": "web.entrance.forms.Again",
    "request_login_code": "web.entrance.forms.AskForCode",
    "confirm_login_code": "web.entrance.forms.SignInCode",
    "confirm_password_reset_code": "web.entrance.forms.ForgottenCode",
    "confirm_email_verification_code": "web.entrance.forms.AddressCode",
}
# Wrong passwords and codes for one e-mail address (key) and from one address on the network (ip). A whole hospital may
# come from one address: the first is the lock, the second only a brake.
ACCOUNT_RATE_LIMITS = {
    "login_failed": os.environ.get("LHS_LIMIT_WRONG_PASSWORDS", "100/m/ip,10/15m/key"),
    "login": os.environ.get("LHS_LIMIT_SIGN_INS", "300/m/ip"),
    "request_login_code": os.environ.get("LHS_LIMIT_CODES", "100/m/ip,5/15m/key"),
    "reset_password": os.environ.get("LHS_LIMIT_CODES", "100/m/ip,5/15m/key"),
}
MFA_ADAPTER = "web.entrance.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers let passkeys work on http://localhost, and nowhere else without TLS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "activate_totp": "web.entrance.forms.AddApp",
    "authenticate": "web.entrance.forms.SecondFactor",
    "reauthenticate": "web.entrance.forms.SecondFactorAgain",
    "add_webauthn": "web.entrance.forms.AddPasskey",
    "edit_webauthn": "web.entrance.forms.RenamePasskey",
}
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_ADAPTER = "web.entrance.adapters.Elsewhere"
# Whoever the provider vouches for by a verified address is the person of that address here.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_FORMS = {"signup": "web.entrance.forms.SignUpElsewhere"}
# OpenID Connect: off until an issuer is named.
OIDC_ISSUER = os.environ.get("LHS_OIDC_ISSUER", "").rstrip("/")
OIDC_NAME = os.environ.get("LHS_OIDC_NAME", "your organisation") if OIDC_ISSUER else ""
OIDC_ORIGIN = ""
OIDC_SIGN_UP = flag("LHS_OIDC_SIGN_UP", False)
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_ISSUER:
    OIDC_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(OIDC_ISSUER))
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": OIDC_NAME,
            "client_id": os.environ.get("LHS_OIDC_CLIENT_ID", ""),
            "secret": os.environ.get("LHS_OIDC_CLIENT_SECRET", ""),
            "settings": {"server_url": OIDC_ISSUER},
        }
    ]
INVITATION_DAYS = int(os.environ.get("LHS_INVITATION_DAYS", "14"))
SESAME_MAX_AGE = timedelta(days=1)
SESAME_ONE_TIME = True
SESAME_TOKEN_NAME = "token"  # noqa: S105 - the name of a query parameter
KNOX_TOKEN_MODEL = "accounts.AccessToken"  # noqa: S105 - the name of a model
# knox would make a table for the model that ours stands in for: nobody reads it, and it keeps the tests from flushing.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "AUTH_HEADER_PREFIX": "Token", "TOKEN_LIMIT_PER_USER": None}


# Where people find this site: e-mails have no request to tell it from.
SITE_URL = os.environ.get(
    "LHS_SITE_URL",
    f"http://localhost:{PORT}" if LOCAL else f"https://{(ALLOWED_HOSTS or ['localhost'])[0].lstrip('.')}",
).rstrip("/")
NOTICES_URL = f"{SITE_URL}/notices/"
# How often one address may ask for a receipt.
RECEIPTS_RATE = os.environ.get("LHS_THROTTLE_RECEIPTS", "60/min")
# A report that is read into insights: how large a file may be, what the process that reads it may use, and for how many
# days what was cut out of it waits to be saved.
REPORT_BYTES = int(os.environ.get("LHS_REPORT_MEGABYTES", "20")) * 1024 * 1024
REPORT_SECONDS = int(os.environ.get("LHS_REPORT_SECONDS", "60"))
REPORT_KEEP_DAYS = int(os.environ.get("LHS_REPORT_KEEP_DAYS", "90"))
REPORT_MEMORY = int(os.environ.get("LHS_REPORT_MEMORY_MEGABYTES", "1024")) * 1024 * 1024
# A page of a long report holds a field for each thing that may be changed of each candidate.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A spreadsheet to import: how large, how many rows and columns, and for how many days its failed rows are kept.
IMPORT_BYTES = int(os.environ.get("LHS_IMPORT_BYTES", str(50 * 1024 * 1024)))
IMPORT_ROWS = int(os.environ.get("LHS_IMPORT_ROWS", "100000"))
IMPORT_COLUMNS = int(os.environ.get("LHS_IMPORT_COLUMNS", "200"))
IMPORT_KEEP_DAYS = int(os.environ.get("LHS_IMPORT_KEEP_DAYS", "30"))
API_BODY_LIMIT = DATA_UPLOAD_MAX_MEMORY_SIZE
PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("LHS_PROXIES", "0"))
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
        "receipt": RECEIPTS_RATE,
    },
    "EXCEPTION_HANDLER": "api.problems.handle",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": PROXIES,
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
        "ReportForm": "insights.models.reported.ReportForm",
        "LearningActivityKind": "casestudies.models.LearningActivity.Kind",
        "TagState": "insights.choices.TagState",
        "Verdict": "api.writing.VERDICTS",
        "NoticeKind": "insights.choices.NoticeKind",
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
        # Browsers hold a form to this on every redirect: signing in elsewhere begins with a form of ours.
        "form-action": [SELF, *words("LHS_OIDC_FORM_ORIGINS", OIDC_ORIGIN)],
        "img-src": [SELF, "data:"],
    }
}

# An SMTP server that is named is used; else e-mails are printed.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = flag("EMAIL_USE_SSL", EMAIL_PORT == 465)
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND", f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
)
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "insights@localhost")
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
