"""Settings of OmniStore: one file, read from the environment; `manage.py demo` and `manage.py test` set it all."""

import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Everything the installation writes: demo servers, archived feed files, the secret key of a local installation.
DATA_DIR = Path(env.str("OMNISTORE_DATA", default=str(BASE_DIR / ".omnistore")))


def local_secret_key() -> str:
    """A key made once per data folder, so that a local installation needs no configuration and shares no secret.

    It gets its name when it is complete: of several processes that start at once the first one's is everybody's.
    """
    path = DATA_DIR / "secret_key"
    try:
        if not path.is_file():
            DATA_DIR.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=DATA_DIR) as made, suppress(FileExistsError):
                made.write(secrets.token_urlsafe(50))
                made.flush()
                path.hardlink_to(made.name)
        return path.read_text()
    except OSError:  # a tree that may not be written: fine for checks, sessions end with the process
        return secrets.token_urlsafe(50)


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or local_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "omnistore",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "omnistore.staff",
    "promotions",
    "inventory",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "omnistore.staff.language.language_cookie",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "omnistore.staff.device_access.device_turns",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "omnistore.staff.second_factor.second_factor_first",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "omnistore.urls"
WSGI_APPLICATION = None
ASGI_APPLICATION = "omnistore.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# PostgreSQL 18 is the only database. Planning is most of a small lookup's cost, so statements are prepared on
# the server and connections are kept (docs/decisions/0004).
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgresql://omnistore@/omnistore"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"TEMPLATE": "template0"},
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {
    "server_side_binding": True,
    "prepare_threshold": 1,
    # A database that hangs is given up like one that refuses, instead of when TCP loses patience.
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "options": "-c lock_timeout=20s -c idle_in_transaction_session_timeout=120s -c timezone=UTC",
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Valkey (or Redis) rings the doorbell: Celery's queues and the live stream. Nothing that matters lives only there.
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

AUTH_USER_MODEL = "staff.StaffMember"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# Shared tablets. Nobody touched one for this long: it locks. Password sign-in serves the tablet pages, too, unless
# they are for enrolled tablets only.
TABLET_IDLE = timedelta(minutes=env.int("OMNISTORE_TABLET_IDLE_MINUTES", default=5))
TABLETS_ENROLLED_ONLY = env.bool("OMNISTORE_TABLETS_ENROLLED_ONLY", default=False)

# Signing in at the desk (docs/sign-in.md). Only administrators make people.
DESK_MFA_REQUIRED = env.bool("OMNISTORE_DESK_MFA_REQUIRED", default=False)
ACCOUNT_ADAPTER = "omnistore.staff.accounts.DeskAccounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if env.bool("OMNISTORE_HTTPS", default=False) else "http"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key", "reauthenticate": "30/m/user"}
MFA_ADAPTER = "omnistore.staff.accounts.DeskFactors"
MFA_FORMS = {
    "authenticate": "omnistore.staff.factor_forms.CodeForm",
    "reauthenticate": "omnistore.staff.factor_forms.CodeAgainForm",
    "authenticate_webauthn": "omnistore.staff.factor_forms.PasskeyForm",
    "reauthenticate_webauthn": "omnistore.staff.factor_forms.PasskeyAgainForm",
    "login_webauthn": "omnistore.staff.factor_forms.PasskeyAloneForm",
    "activate_totp": "omnistore.staff.factor_forms.NewAppForm",
    "add_webauthn": "omnistore.staff.factor_forms.NewPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A whole office has one address, and a passkey cannot be guessed.
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "OmniStore"
SOCIALACCOUNT_ADAPTER = "omnistore.staff.company.CompanyAccounts"
SOCIALACCOUNT_LOGIN_ON_GET = True  # our own link; a form may not be redirected elsewhere (form-action)
OIDC_URL = env.str("OMNISTORE_OIDC_URL", default="")
OIDC_NAME = env.str("OMNISTORE_OIDC_NAME", default="OpenID Connect")
# How a person is found the first time: by verified e-mail address, by user name, or by either.
OIDC_MATCH = env.list("OMNISTORE_OIDC_MATCH", default=["email", "username"])
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": OIDC_NAME,
                "client_id": env.str("OMNISTORE_OIDC_CLIENT_ID", default=""),
                "secret": env.str("OMNISTORE_OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "omnistore" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "omnistore" / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(DATA_DIR / "static"))
# Without a collected copy (demo, tests) files are served from where they lie.
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=True)
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(DATA_DIR / "media"))

# Feeds. A source's folder lies below the inbox; nothing outside it is ever read.
INBOX_DIR = Path(env.str("OMNISTORE_INBOX", default=str(DATA_DIR / "inbox")))
FEED_MAX_BYTES = env.int("FEED_MAX_BYTES", default=512 * 2**20)
FEED_MAX_INFLATED_BYTES = env.int("FEED_MAX_INFLATED_BYTES", default=4 * 2**30)
FEED_RAW_DAYS = env.int(
    "FEED_RAW_DAYS", default=7
)  # how long a raw file that may not stay waits for a repair
FEED_LEASE_SECONDS = env.int("FEED_LEASE_SECONDS", default=60)
# Servers that files are pulled from and alerts are posted to: "name" or "name:port". Empty: none at all.
FEED_ALLOWED_HOSTS = env.list("FEED_ALLOWED_HOSTS", default=[])
# Private networks of our own that such a name may lead to, as CIDR; all others are refused.
FEED_ALLOWED_PRIVATE = env.list("FEED_ALLOWED_NETWORKS", default=[])
FEED_ALLOW_PLAIN_HTTP = env.bool("FEED_ALLOW_PLAIN_HTTP", default=False)  # inside those networks only
# How long every check at the shelf is kept, and what a photo of a report may weigh.
CHECK_FLUSH_SECONDS = env.float("CHECK_FLUSH_SECONDS", default=0.5)  # 0: written with the answer
CHECK_DAYS = env.int("CHECK_DAYS", default=400)
REPORT_PHOTO_MAX_BYTES = env.int("REPORT_PHOTO_MAX_BYTES", default=8 * 2**20)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

# Alerts by e-mail.
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=5)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="omnistore@localhost")

# Holds and rain checks. A hold begins when the shopper can be there: now, or when the store opens next.
HOLD_MINUTES = env.int("HOLD_MINUTES", default=120)
RAIN_CHECK_DAYS = env.int("RAIN_CHECK_DAYS", default=14)
# Whether a store manager may redeem a deal that is refused for its window, with a reason. An empty shelf is counted.
MANAGER_OVERRIDE = env.bool("MANAGER_OVERRIDE", default=False)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "omnistore.staff.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["omnistore.parsing.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "inventory.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "omnistore.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OmniStore",
    "DESCRIPTION": "Promotions, per-store stock with its age, offers, verdicts, redemptions and feeds.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "OfferState": "promotions.rules.words.OfferState",
        "PromotionState": "promotions.rules.words.PromotionState",
        "RedemptionState": "promotions.rules.words.RedemptionState",
        "ReportKind": "promotions.rules.reports.ReportKind",
        "ReportState": "promotions.rules.reports.ReportState",
        "FeedRunState": "inventory.models.FeedRun.State",
        "FeedKind": "inventory.models.FeedSource.Kind",
        "CodeKind": "inventory.models.CodeMapping.Kind",
        "HoldState": "inventory.models.Reservation.State",
    },
    "PREPROCESSING_HOOKS": ["omnistore.api_urls.without_second_spelling"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}

# Where pictures of items may come from, such as "images.shop.example"; links to other servers are not shown.
IMAGE_HOSTS = env.list("IMAGE_HOSTS", default=[])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *(f"https://{host}" for host in IMAGE_HOSTS)],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "omnistore.staff.sessions"
SESSION_COOKIE_SAMESITE = "Lax"
# Behind TLS (every real installation): OMNISTORE_HTTPS=1. `check --deploy` complains when it is missing.
HTTPS = env.bool("OMNISTORE_HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# So few of an item are not promised unseen once their count is past half of its source's freshness limit (units of
# sale; 0: always believed).
THIN_STOCK = env.int("OMNISTORE_THIN_STOCK", default=2)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"httpx": {"level": "WARNING"}},
}
