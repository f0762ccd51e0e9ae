/**
 * `gzip` as guest code. `compress` and `decompress` are CPython's; a file is read as a whole when it is first read, and written as a
 * whole when it is closed.
 */
import type { Part } from './texts.js'

const FILE = `
class GzipFile(io.BytesIO):
    """A file of bytes behind which stands a compressed one."""

    myfileobj = fileobj = None
    mode = 'rb'

    def __init__(self, filename=None, mode=None, compresslevel=9, fileobj=None, mtime=None):
        if mode and ('t' in mode or 'U' in mode):
            raise ValueError("Invalid mode: {!r}".format(mode))
        if mode and 'b' not in mode:
            mode += 'b'
        if fileobj is None:
            fileobj = self.myfileobj = io.open(filename, mode or 'rb')
        if filename is None:
            filename = getattr(fileobj, 'name', '')
            if not isinstance(filename, (str, bytes)):
                filename = ''
        if mode is None:
            mode = getattr(fileobj, 'mode', 'rb')
        if not mode.startswith(('r', 'w', 'a', 'x')):
            raise ValueError("Invalid mode: {!r}".format(mode))
        super().__init__()
        self.mode, self.name, self.fileobj = 'rb' if mode[0] == 'r' else 'wb', filename, fileobj
        self._level, self._mtime, self._is_loaded = compresslevel, mtime, mode[0] != 'r'

    def _load(self):
        if self.closed:
            raise ValueError('I/O operation on closed file.')
        if self.mode == 'wb':
            raise OSError(EBADF, 'read() on write-only GzipFile object')
        if not self._is_loaded:
            self._is_loaded = True
            super().write(decompress(self.fileobj.read()))
            super().seek(0)

    def readable(self):
        return self.mode == 'rb'

    def writable(self):
        return self.mode == 'wb'

    def read(self, size=-1):
        self._load()
        return super().read(size)

    def read1(self, size=-1):
        self._load()
        return super().read1(size)

    def peek(self, n):
        at, data = self.tell(), self.read()
        super().seek(at)
        return data

    def readinto(self, buffer):
        self._load()
        return super().readinto(buffer)

    def readline(self, size=-1):
        self._load()
        return super().readline(size)

    def readlines(self, hint=None):
        self._load()
        return super().readlines(hint)

    def __next__(self):
        if line := self.readline():
            return line
        raise StopIteration

    def seek(self, offset, whence=io.SEEK_SET):
        if self.mode == 'rb':
            self._load()
        elif whence != io.SEEK_SET or offset < self.tell():
            raise OSError('Negative seek in write mode')
        else:
            self.write(bytes(offset - self.tell()))
        return super().seek(offset, whence)

    def rewind(self):
        self._load()
        super().seek(0)

    def write(self, data):
        if self.closed:
            raise ValueError('write() on closed GzipFile object')
        if self.mode != 'wb':
            raise OSError(EBADF, 'write() on read-only GzipFile object')
        return super().write(data)

    def close(self):
        if self.closed:
            return
        data, fileobj, own = super().getvalue(), self.fileobj, self.myfileobj
        self.fileobj = self.myfileobj = None
        super().close()
        if self.mode == 'wb' and fileobj is not None:
            fileobj.write(_packed(data, self._level, self._mtime, self.name))
        if own is not None:
            own.close()


def _packed(data, level, mtime, name):
    """The name of the file is in the header, where it is one that Latin-1 can write, without the ending '.gz'."""
    packed = compress(data, level, mtime=mtime)
    try:
        base = str(name).rpartition('/')[2].encode('latin-1')
    except UnicodeEncodeError:
        base = b''
    base = base.removesuffix(b'.gz')
    return packed if not base else packed[:3] + b'\\x08' + packed[4:10] + base + b'\\x00' + packed[10:]


def open(filename, mode="rb", compresslevel=9, encoding=None, errors=None, newline=None):
    """Open a gzip-compressed file in binary or text mode."""
    if "t" in mode:
        if "b" in mode:
            raise ValueError("Invalid mode: %r" % (mode,))
    else:
        for name, given in ('encoding', encoding), ('errors', errors), ('newline', newline):
            if given is not None:
                raise ValueError("Argument %r not supported in binary mode" % name)
    if hasattr(filename, "read") or hasattr(filename, "write"):
        file = GzipFile(None, mode.replace("t", ""), compresslevel, filename)
    elif isinstance(filename, (str, bytes)) or hasattr(filename, '__fspath__'):
        file = GzipFile(filename, mode.replace("t", ""), compresslevel)
    else:
        raise TypeError("filename must be a str or bytes object, or a file")
    return io.TextIOWrapper(file, encoding or 'utf-8', errors, newline) if "t" in mode else file
`

const HEAD = `import io
import struct
import time
import zlib
from errno import EBADF

FTEXT, FHCRC, FEXTRA, FNAME, FCOMMENT = 1, 2, 4, 8, 16
_COMPRESS_LEVEL_BEST = 9
READ, WRITE = 'rb', 'wb'


class BadGzipFile(OSError):
    """Exception raised in some cases for invalid gzip files."""

`

/** Its parts. */
export const GZIP: readonly Part[] = [
  HEAD,
  {
    file: 'gzip.py',
    cuts: [
      ['"""Functions that read', 'def _read_exact('],
      ['class _GzipReader(', 'def compress('],
      ['def main():', undefined],
    ],
    edits: [],
  },
  FILE,
]
