"""django-allauth's forms with our words: a label, a hint and what to do, for each field by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkeys
from allauth.socialaccount import forms as elsewhere
from django import forms

if TYPE_CHECKING:
    Form = forms.Form
else:
    Form = object

NEW_PASSWORD = "At least 12 characters. Three words that do not belong together are easy to remember and hard to guess."  # noqa: S105
# Field → label, hint, what to do where it is empty.
WORDS: dict[str, tuple[str, str, str]] = {
    "login": ("E-mail address", "", "Enter your e-mail address."),
    "email": ("E-mail address", "", "Enter your e-mail address."),
    "password": ("Password", "", "Enter your password."),
    "oldpassword": ("Present password", "", "Enter your present password."),
    "password1": ("New password", NEW_PASSWORD, "Enter a new password."),
    "code": ("Code", "", "Enter the code."),
    "name": ("Name of this passkey", "So that you can tell it from others: “work phone”.", "Enter a name."),
    "passwordless": (
        "Sign in with this passkey alone, without a password",
        "Your phone or computer asks for your face, finger or PIN. Leave this out for a key that has none.",
        "",
    ),
}
ADDRESS = "Enter an e-mail address, such as name@example.org."


class Spoken(Form):
    """Says each field in our words, and asks for a new password once: it can be shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            label, hint, missing = WORDS.get(name, (field.label or name, "", ""))
            field.label, field.help_text = label, hint
            if missing:
                field.error_messages["required"] = missing
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = ADDRESS
                field.widget.attrs["autocomplete"] = "username"


class SignIn(Spoken, account.LoginForm):
    """E-mail address and password."""


class SignUp(Spoken, account.SignupForm):
    """A new account, where the site is open to everyone."""


class ChangePassword(Spoken, account.ChangePasswordForm):
    """A new password in place of the present one."""


class SetPassword(Spoken, account.SetPasswordForm):
    """A first password."""


class ForgottenPassword(Spoken, account.ResetPasswordForm):
    """Where to send the code."""


class NewPassword(Spoken, account.ResetPasswordKeyForm):
    """A new password in place of the forgotten one."""


class Again(Spoken, account.ReauthenticateForm):
    """The password once more, before something that a thief would do."""


class AskForCode(Spoken, account.RequestLoginCodeForm):
    """Where to send the code."""


class SignInCode(Spoken, account.ConfirmLoginCodeForm):
    """The code from the e-mail."""


class ForgottenCode(Spoken, account.ConfirmPasswordResetCodeForm):
    """The code from the e-mail."""


class AddressCode(Spoken, account.ConfirmEmailVerificationCodeForm):
    """The code from the e-mail."""


class SignUpElsewhere(Spoken, elsewhere.SignupForm):
    """The e-mail address, where the provider tells none."""


class AddApp(Spoken, totp.ActivateTOTPForm):
    """The first code that the app shows."""


class SecondFactor(Spoken, second.AuthenticateForm):
    """The app's code, or a recovery code."""


class SecondFactorAgain(Spoken, second.ReauthenticateForm):
    """The same, before something that a thief would do."""


class AddPasskey(Spoken, passkeys.AddWebAuthnForm):
    """A new passkey."""


class RenamePasskey(Spoken, passkeys.EditWebAuthnForm):
    """Another name for a passkey."""
