"""The addresses of django-allauth's views, at our places. It looks them up by these names, so they have no namespace.

What is not here is not served: a second e-mail address, links to confirm one, telephone numbers.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as elsewhere
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from web.access import public, signed_in
from web.entrance import elsewhere as oidc
from web.views import account as ours
from web.views import signing_in

View = Callable[..., HttpResponseBase]


def _opened(view: View) -> View:
    """Everyone, and nothing of it is kept by browsers."""
    return public(never_cache(_plain(view)))


def _mine(view: View) -> View:
    """Whoever is signed in, about themselves, and nothing of it is kept by browsers."""
    return signed_in(never_cache(_plain(view)))


def _plain(view: View) -> View:
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return page


signing: list[URLPattern] = [
    path("sign-in/", signing_in.sign_in, name="account_login"),
    path("sign-in/code/", _opened(account.request_login_code), name="account_request_login_code"),
    path("sign-in/code/enter/", _opened(account.confirm_login_code), name="account_confirm_login_code"),
    path("sign-in/closed/", _opened(account.account_inactive), name="account_inactive"),
    path("sign-in/address/", _opened(account.email_verification_sent), name="account_email_verification_sent"),
    path("sign-in/second/", _opened(second.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", _opened(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/again/", _mine(account.reauthenticate), name="account_reauthenticate"),
    path("sign-in/again/code/", _mine(second.reauthenticate), name="mfa_reauthenticate"),
    path("sign-in/again/passkey/", _mine(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("sign-in/elsewhere/failed/", _opened(elsewhere.login_error), name="socialaccount_login_error"),
    path("sign-in/elsewhere/cancelled/", _opened(elsewhere.login_cancelled), name="socialaccount_login_cancelled"),
    path("sign-in/elsewhere/new/", _opened(elsewhere.signup), name="socialaccount_signup"),
    path("sign-in/with/<slug:provider_id>/", _opened(oidc.go), name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", _opened(oidc.back), name="openid_connect_callback"),
    path("sign-up/", _opened(account.signup), name="account_signup"),
    path("sign-out/", signing_in.sign_out, name="account_logout"),
    path("password/", _opened(account.password_reset), name="account_reset_password"),
    path("password/code/", _opened(account.confirm_password_reset_code), name="account_confirm_password_reset_code"),
    path("password/new/", _opened(account.complete_password_reset), name="account_complete_password_reset"),
    path("password/done/", _opened(account.password_reset_from_key_done), name="account_password_reset_completed"),
]
of_mine: list[URLPattern] = [
    path("account/", ours.account, name="account_email"),
    path("account/password/", _mine(account.password_change), name="account_change_password"),
    path("account/password/first/", _mine(account.password_set), name="account_set_password"),
    path("account/second-factor/", _mine(second.index), name="mfa_index"),
    path("account/second-factor/app/", _mine(app.activate_totp), name="mfa_activate_totp"),
    path("account/second-factor/app/remove/", _mine(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/second-factor/codes/", _mine(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new/", _mine(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/second-factor/codes/file/", _mine(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("account/passkeys/", _mine(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("account/passkeys/add/", _mine(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/rename/", _mine(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", _mine(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("account/elsewhere/", _mine(elsewhere.connections), name="socialaccount_connections"),
]
urlpatterns = signing + of_mine
