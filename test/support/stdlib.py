"""The standard library's own sources, as programs that somebody wrote."""
import io
import tokenize
import zipfile

ARCHIVE = zipfile.ZipFile('/lib/python314.zip')


def names():
    return sorted(name for name in ARCHIVE.namelist() if name.endswith('.py'))


def source(name):
    """A file's text; None where lines end otherwise than `check` accepts."""
    data = ARCHIVE.read(name)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    text = data.decode(encoding)
    return None if '\r' in text else text
