/** What of CPython's `logging` is changed: frames, forks, and the end of the process. */
import type { Edit, Part } from './texts.js'

/** Edits of `logging/__init__.py`. */
export const LOGGING: readonly Edit[] = [
  ['weakref.ref(handler, _removeHandlerRef)', 'weakref.ref(handler)'],
  ['import sys, os, time,', 'import sys, time,'],
  [
    `if hasattr(sys, "_getframe"):
    currentframe = lambda: sys._getframe(1)
else: #pragma: no cover
    def currentframe():
        """Return the frame object for the caller's stack frame."""
        try:
            raise Exception
        except Exception as exc:
            return exc.__traceback__.tb_frame.f_back
`,
    '',
  ],
  ['_srcfile = os.path.normcase(addLevelName.__code__.co_filename)', '_srcfile = True'],
  [
    `    filename = os.path.normcase(frame.f_code.co_filename)
    return filename == _srcfile or (
        "importlib" in filename and "_bootstrap" in filename
    )
`,
    '    return False\n',
  ],
  ["if not hasattr(os, 'register_at_fork'):", 'if True:'],
  [
    `    os.register_at_fork(before=_prepareFork,
                        after_in_child=_after_at_fork_child_reinit_locks,
                        after_in_parent=_afterFork)
`,
    '',
  ],
  ['os.path.basename(pathname)', "pathname.rpartition('/')[2]"],
  ['os.path.splitext(self.filename)[0]', "self.filename.rpartition('.')[0] or self.filename"],
  ["sys.modules.get('multiprocessing')", 'None'],
  [
    "            asyncio = sys.modules.get('asyncio')\n            if asyncio:\n",
    '            import asyncio\n            if True:\n',
  ],
  ["logProcesses and hasattr(os, 'getpid')", 'logProcesses'],
  ['os.getpid()', '42'],
  [
    `                frame = exc.__traceback__.tb_frame
                while (frame and os.path.dirname(frame.f_code.co_filename) ==
                       __path__[0]):
                    frame = frame.f_back
                if frame:
                    traceback.print_stack(frame, file=sys.stderr)
                else:
`,
    '                if True:\n',
  ],
  ['filename = os.fspath(filename)', 'filename = str(filename)'],
  [
    'self.baseFilename = os.path.abspath(filename)',
    "self.baseFilename = filename if filename[:1] == '/' else '/' + filename",
  ],
  ['io.text_encoding(encoding)', "encoding or 'locale'"],
  [
    `        f = currentframe()
        #On some versions of IronPython, currentframe() returns None if
        #IronPython isn't run with -X:Frames.
        if f is None:
            return "(unknown file)", 0, "(unknown function)", None
        while stacklevel > 0:
            next_f = f.f_back
            if next_f is None:
                ## We've got options here.
                ## If we want to use the last (deepest) frame:
                break
                ## If we want to mimic the warnings module:
                #return ("sys", 1, "(unknown function)", None)
                ## If we want to be pedantic:
                #raise ValueError("call stack is not deep enough")
            f = next_f
            if not _is_internal_frame(f):
                stacklevel -= 1
        co = f.f_code
        sinfo = None
        if stack_info:
            with io.StringIO() as sio:
                sio.write("Stack (most recent call last):\\n")
                traceback.print_stack(f, file=sio)
                sinfo = sio.getvalue()
                if sinfo[-1] == '\\n':
                    sinfo = sinfo[:-1]
        return co.co_filename, f.f_lineno, co.co_name, sinfo
`,
    '        return *caller(stacklevel), None\n',
  ],
]

/** Edits of `logging/handlers.py`: no sockets, and a listener that handles what waits when it is stopped, since there is one thread. */
export const HANDLERS: Part = {
  file: 'logging/handlers.py',
  cuts: [['class SocketHandler(', 'class BufferingHandler(']],
  edits: [
    ['import pickle\n', ''],
    ['import socket\n', ''],
    ['import struct\n', ''],
    ['io.text_encoding(encoding)', "encoding or 'locale'"],
    [
      `        self._thread = t = threading.Thread(target=self._monitor)
        t.daemon = True
        t.start()
`,
      '        self._thread = True\n',
    ],
    ['            self._thread.join()\n', '            self._monitor()\n'],
  ],
}
