"""A small disk that can be filled to its last byte, where this machine lets one be mounted."""

from __future__ import annotations

import contextlib
import errno
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_CHUNK_BYTES = 1 << 20


class NoSmallDisk(Exception):
    """Says why none can be had here."""


class SmallDisk:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._ballast = directory / "ballast"

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Within the block there is no room for one byte more."""
        try:
            self._fill()
            yield
        finally:
            self._ballast.unlink()

    def _fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as ballast:
            size = _CHUNK_BYTES
            while size:
                try:
                    ballast.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size //= 2


@contextlib.contextmanager
def small_disk(size_mb: int) -> Iterator[SmallDisk]:
    """A tmpfs of that size. Raises NoSmallDisk where mounting is not allowed."""
    with tempfile.TemporaryDirectory(prefix="o2c-disk-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=0777", "o2c-small-disk", directory]
        try:
            subprocess.run(mount, check=True, capture_output=True, text=True)
        except FileNotFoundError as error:
            raise NoSmallDisk(f"no small disk can be mounted here: {error}") from None
        except subprocess.CalledProcessError as error:
            raise NoSmallDisk(f"no small disk can be mounted here: {error.stderr.strip()}") from None
        try:
            yield SmallDisk(Path(directory))
        finally:
            subprocess.run(["umount", "-l", directory], check=True)
