"""Debian's nginx on a port of its own, with the site's certificate, serving and taking plain files from a folder.

Where it isn't installed, its package is fetched and unpacked into a temporary folder: nothing is installed, and no
service is started. Where that can't be done either, the benchmark goes on without.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection
from tempfile import TemporaryDirectory

from bench import note
from bench.running import free_port

_PATIENCE = 10.0  # seconds
_CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  client_max_body_size 0; client_body_buffer_size 1m; keepalive_requests 100000; keepalive_timeout 600s;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.3;
    root {files}; dav_methods PUT;
  }}
}}
"""


@contextmanager
def nginx(certificate: Path, key: Path) -> Iterator[tuple[int, Path] | None]:
    """Within the block nginx runs; its port and the folder that it serves, or None where there is none."""
    with TemporaryDirectory(prefix="djms-bench-nginx-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        program = _program(folder)
        if program is None:
            yield None
            return
        files, port = folder / "files", free_port()
        files.mkdir()
        user = "user root;" if folder.stat().st_uid == 0 else ""
        configuration = folder / "nginx.conf"
        configuration.write_text(
            _CONFIGURATION.format(folder=folder, port=port, certificate=certificate, key=key, files=files, user=user)
        )
        process = subprocess.Popen(  # noqa: S603 - Debian's program, our own paths
            [program, "-c", str(configuration), "-p", str(folder)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            if _answers(process, port):
                yield port, files
            else:
                note("nginx doesn't start; going on without.")
                yield None
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _program(folder: Path) -> str | None:
    found = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found:
        return found
    unpacked = folder / "unpacked"
    with suppress(OSError, subprocess.SubprocessError, StopIteration):
        folder.chmod(0o755)  # for apt's own user, who downloads
        _quietly(["apt-get", "download", "nginx"], folder)
        _quietly(["dpkg-deb", "-x", next(map(str, folder.glob("nginx_*.deb"))), str(unpacked)], folder)
        program = unpacked / "usr/sbin/nginx"
        _quietly([str(program), "-v"], folder)
        return str(program)
    note("nginx isn't installed, and Debian's package can't be fetched and run here; going on without.")
    return None


def _quietly(command: list[str], folder: Path) -> None:
    subprocess.run(  # noqa: S603 - fixed programs, our own paths
        command, cwd=folder, check=True, timeout=120, stdin=subprocess.DEVNULL, capture_output=True
    )


def _answers(process: "subprocess.Popen[bytes]", port: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.02)
    return False
