"""What an Administrator says about the keys by which approvals are signed."""

from django import forms
from django.utils.translation import gettext_lazy

from djmixersoft.pages.factor_forms import key_name
from djmixersoft.pages.fields import PasswordField
from djmixersoft.proving import passkeys

_DIGEST = r"^[0-9a-f]{64}$"


class NewKeyForm(forms.Form):
    """A passkey that the browser made, for the challenge that it was asked with."""

    name = key_name(gettext_lazy("Key on my ring"))
    passkey = forms.CharField(max_length=passkeys.LONGEST, widget=forms.HiddenInput)
    challenge = forms.RegexField(_DIGEST, widget=forms.HiddenInput)


class SignatureForm(forms.Form):
    """What a passkey answered to the digest of what is to be done."""

    passkey = forms.CharField(max_length=passkeys.LONGEST, widget=forms.HiddenInput)
    digest = forms.RegexField(_DIGEST, widget=forms.HiddenInput)


class LostForm(forms.Form):
    """That a key is lost, with one's own password."""

    password = PasswordField(label=gettext_lazy("Your password"))
