"""The certificate of the site and the desk: the operator's, or one of our own making for this machine."""

import ipaddress
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from djmixersoft.operations.addresses import PublicAddress
from djmixersoft.operations.datafolder import DataFolder, write_atomically
from djmixersoft.operations.refusal import Refusal

VALID_DAYS = 397  # browsers refuse more than 398 (CA/Browser Forum, Baseline Requirements 6.3.2)
RENEW_DAYS = 30


def operator_certificate(environment: Mapping[str, str]) -> tuple[Path, Path] | None:
    """Return the files that DJMS_TLS_CERT and DJMS_TLS_KEY name, if they are set.

    Raises:
        Refusal: one is missing, or can't be read.

    """
    names = ("DJMS_TLS_CERT", "DJMS_TLS_KEY")
    paths = [environment.get(name, "") for name in names]
    if not any(paths):
        return None
    for name, path in zip(names, paths, strict=True):
        if not path:
            raise Refusal(f"{name} is not set; a certificate of your own needs both {names[0]} and {names[1]}.")
        if not os.access(path, os.R_OK) or not Path(path).is_file():
            raise Refusal(f"{name} names {path}, which can't be read.")
    return Path(paths[0]), Path(paths[1])


def certificate(
    data: DataFolder, address: PublicAddress, environment: Mapping[str, str], *, name: str = "tls"
) -> tuple[Path, Path]:
    """Return certificate and key as files; ours is made when there is none for the host that lasts 30 days more.

    `name`: of the folder in which ours is.
    """
    if files := operator_certificate(environment):
        return files
    folder = data.secrets / name
    folder.mkdir(mode=0o700, exist_ok=True)
    certificate_file, key_file = folder / "cert.pem", folder / "key.pem"
    if not (key_file.exists() and _serves(certificate_file, address.host)):
        _make(certificate_file, key_file, address.host)
    return certificate_file, key_file


def _names(host: str) -> tuple[set[str], set[str]]:
    """Return the DNS names and the IP addresses that the certificate is for."""
    names, addresses = {"localhost"}, {"127.0.0.1", "::1"}
    bare = host.strip("[]")
    try:
        addresses.add(str(ipaddress.ip_address(bare)))
    except ValueError:
        names.add(bare.encode("idna").decode("ascii"))
    return names, addresses


def _serves(certificate_file: Path, host: str) -> bool:
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    names, addresses = _names(host)
    return (
        found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=RENEW_DAYS)
        and names <= set(alternatives.get_values_for_type(x509.DNSName))
        and addresses <= {str(address) for address in alternatives.get_values_for_type(x509.IPAddress)}
    )


def _make(certificate_file: Path, key_file: Path, host: str) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "DJMixerSoft on this machine")])
    names, addresses = _names(host)
    alternatives: list[x509.GeneralName] = [x509.DNSName(text) for text in sorted(names)]
    alternatives += [x509.IPAddress(ipaddress.ip_address(text)) for text in sorted(addresses)]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A clock that is a little behind should not refuse a certificate of this minute.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS) - timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    # The key first: a certificate without its key is made anew, see `certificate`.
    certificate_file.unlink(missing_ok=True)
    write_atomically(
        key_file,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    write_atomically(certificate_file, made.public_bytes(serialization.Encoding.PEM))
