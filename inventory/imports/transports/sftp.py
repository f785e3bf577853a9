"""A folder of an SSH server: only the declared host key is spoken to, only files that have settled are read."""

import hmac
import io
import posixpath
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm

from inventory.imports.transports.addresses import Policy, connect, find_destination
from inventory.imports.transports.choosing import MOST_NAMES, wanted_files
from inventory.imports.transports.declared import Sftp, secret
from inventory.imports.transports.faults import FileFailed, PullFailed
from inventory.imports.transports.visits import ANSWER_SECONDS, Visit, check_size, landing_folder
from inventory.models import FeedRun

CHUNK = 1 << 15  # what servers send in one answer
READ_AHEAD = 64  # answers
RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")
Look = tuple[int, int]


def take_over_sftp(*, visit: Visit, transport: Sftp, policy: Policy) -> Iterator[tuple[FeedRun, bool]]:
    """Receive every finished file of the declared folder, in the order of names, then do with it as declared.

    With "keep" a file is known again by its name, size and time; with "delete" and "move" it is read again if it
    could not be set aside, and its bytes count once.
    """
    with _signed_in(transport, policy) as sftp:
        try:
            yield from _take(visit, transport, sftp)
        except (paramiko.SSHException, EOFError, TimeoutError) as error:
            raise PullFailed("cut_off", f"{transport.host} broke off: {_told(error)}.") from error


def _take(visit: Visit, transport: Sftp, sftp: paramiko.SFTPClient) -> Iterator[tuple[FeedRun, bool]]:
    there = _listing(visit, transport, sftp)
    known = visit.memory.get("taken", {})
    # What is gone from the server needs no remembering.
    taken = {name: seen for name, seen in known.items() if there.get(name) == tuple(seen)}
    visit.memory["taken"] = taken
    wanted = [(name, marker) for name, marker in wanted_files(there, transport.choice) if name not in taken]
    again = there
    if wanted and not transport.choice.marker:
        visit.pause(transport.choice.settle_seconds)
        again = _listing(visit, transport, sftp)
    for name, marker in wanted:
        if again.get(name) != there[name]:
            continue
        try:
            arrived = _fetch(visit, transport, sftp, name, there[name])
            if arrived is None:
                continue
            yield arrived
            _set_aside(transport, sftp, [part for part in (marker, name) if part], arrived[0])
        except TimeoutError:
            raise
        except OSError as error:
            visit.note(FileFailed("unreadable", f"{name}: {_told(error)}."))
        except FileFailed as fault:
            visit.note(fault)
        else:
            if transport.after == "keep":
                taken[name] = there[name]


@contextmanager
def _signed_in(transport: Sftp, policy: Policy) -> Iterator[paramiko.SFTPClient]:
    destination = find_destination(scheme="sftp", host=transport.host, port=transport.port, policy=policy)
    key = _private_key(transport.key_env) if transport.key_env else None
    password = secret(transport.password_env) if transport.password_env else ""
    with (
        closing(connect(destination, seconds=ANSWER_SECONDS)) as sock,
        closing(paramiko.Transport(sock)) as ssh,
    ):
        ssh.banner_timeout = ssh.auth_timeout = ssh.channel_timeout = ANSWER_SECONDS
        kind, _bytes = transport.host_key
        ssh.get_security_options().key_types = RSA_SIGNATURES if kind == "ssh-rsa" else (kind,)
        try:
            ssh.start_client(timeout=ANSWER_SECONDS)
            _check_host_key(transport, ssh.get_remote_server_key())
            if key is not None:
                ssh.auth_publickey(transport.user, key)
            else:
                ssh.auth_password(transport.user, password)
            sftp = paramiko.SFTPClient.from_transport(ssh)
        except paramiko.AuthenticationException as error:
            message = f"{transport.host} does not let {transport.user} in: {_told(error)}."
            raise PullFailed("sign_in_refused", message) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            message = f"{transport.host} is no SFTP server with the declared {kind} key: {_told(error)}."
            raise PullFailed("unreachable", message) from error
        if sftp is None:
            raise PullFailed("unreachable", f"{transport.host} opens no channel for files.")
        sftp.get_channel().settimeout(ANSWER_SECONDS)
        yield sftp


def _check_host_key(transport: Sftp, shown: paramiko.PKey) -> None:
    """Before anything secret is sent. A key is never learned."""
    if not hmac.compare_digest(shown.asbytes(), transport.host_key[1]):
        message = f"{transport.host} shows another host key than the declared one: {shown.fingerprint}."
        raise PullFailed("host_key_mismatch", message)


def _private_key(variable: str) -> paramiko.PKey:
    text = secret(variable)
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text + "\n"))
        except (paramiko.SSHException, ValueError, UnsupportedAlgorithm):
            continue
    message = (
        f"The environment variable {variable} holds no private key of a known kind without a passphrase."
    )
    raise PullFailed("secret_unusable", message)


def _listing(visit: Visit, transport: Sftp, sftp: paramiko.SFTPClient) -> dict[str, Look]:
    """Size and time of each plain file; links and folders are left alone."""
    visit.check()
    found: dict[str, Look] = {}
    try:
        for number, entry in enumerate(sftp.listdir_iter(transport.path)):
            if number >= MOST_NAMES:
                raise PullFailed("too_many_files", f"{transport.place} holds more than {MOST_NAMES:,} files.")
            if stat.S_ISREG(entry.st_mode or 0):
                found[entry.filename] = (entry.st_size or 0, entry.st_mtime or 0)
    except UnicodeDecodeError as error:
        message = f"{transport.place} holds a file whose name is not UTF-8: {error.object!r}."
        raise PullFailed("unreadable", message) from error
    except TimeoutError:
        raise
    except OSError as error:
        raise PullFailed("unreadable", f"{transport.place} cannot be listed: {_told(error)}.") from error
    return found


def _fetch(
    visit: Visit, transport: Sftp, sftp: paramiko.SFTPClient, name: str, seen: Look
) -> tuple[FeedRun, bool] | None:
    """Bring a file in; None where it was written to meanwhile and waits for the next pull."""
    check_size(name, seen[0])
    with tempfile.TemporaryFile(dir=landing_folder()) as landed:
        with sftp.open(posixpath.join(transport.path, name), "rb") as remote:
            remote.prefetch(seen[0], max_concurrent_requests=READ_AHEAD)
            visit.land(iter(lambda: remote.read(CHUNK), b""), into=landed, name=name)
            now = remote.stat()
        if (now.st_size, now.st_mtime) != seen or landed.tell() != seen[0]:
            return None
        landed.seek(0)
        modified_at = datetime.fromtimestamp(seen[1], UTC) if seen[1] else None
        return visit.receive(file_name=name, content=landed, modified_at=modified_at)


def _set_aside(transport: Sftp, sftp: paramiko.SFTPClient, names: list[str], run: FeedRun) -> None:
    """The marker first: one that outlived its file would call the next, half-written one finished."""
    if transport.after == "keep":
        return
    folder = posixpath.join(transport.path, transport.move_to)
    if transport.after == "move" and not _exists(sftp, folder):
        sftp.mkdir(folder)
    for name in names:
        path = posixpath.join(transport.path, name)
        if transport.after == "delete":
            sftp.remove(path)
            continue
        target = posixpath.join(folder, name)
        sftp.rename(path, f"{target}.{run.pk}" if _exists(sftp, target) else target)


def _exists(sftp: paramiko.SFTPClient, path: str) -> bool:
    try:
        sftp.stat(path)
    except FileNotFoundError:
        return False
    return True


def _told(error: Exception) -> str:
    return str(error).strip(" .") or type(error).__name__
