"""The certificate that we make ourselves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from djmixersoft.operations import tls
from djmixersoft.operations.addresses import public_address
from djmixersoft.operations.datafolder import DataFolder

LOCAL = public_address({})


def test_it_is_for_this_machine_and_for_397_days(tmp_path: Path) -> None:
    certificate_file, key_file = tls.certificate(DataFolder(tmp_path / "data").open(), LOCAL, {})
    found = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    assert found.not_valid_after_utc - found.not_valid_before_utc == timedelta(days=397)
    assert key_file.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")  # PKCS#8, which Granian asks for
    key = load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == found.public_key()


def test_it_stays_until_a_month_before_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DataFolder(tmp_path / "data").open()
    first = tls.certificate(data, LOCAL, {})[0].read_bytes()
    assert tls.certificate(data, LOCAL, {})[0].read_bytes() == first

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # tls asks for no more
            del tz
            return datetime.now(UTC) + timedelta(days=368)

    monkeypatch.setattr(tls, "datetime", Later)
    assert tls.certificate(data, LOCAL, {})[0].read_bytes() != first


def test_another_host_gets_another_one(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data").open()
    tls.certificate(data, LOCAL, {})
    elsewhere = public_address({"DJMS_URL": "https://studio.example"})
    found = x509.load_pem_x509_certificate(tls.certificate(data, elsewhere, {})[0].read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "studio.example" in names.get_values_for_type(x509.DNSName)


def test_a_broken_one_is_made_anew(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data").open()
    certificate_file, _ = tls.certificate(data, LOCAL, {})
    certificate_file.write_text("nonsense")
    tls.certificate(data, LOCAL, {})
    x509.load_pem_x509_certificate(certificate_file.read_bytes())
