/**
 * `signal` as guest code: a table of handlers of the program's own. No signal comes from outside; those that the program raises call
 * its handlers at once, and one that would end a process ends the program. The names are those of CPython where there is no system.
 */
import type { Part } from './texts.js'

/** By their numbers; of two names for one number the first is the signal's own. */
const NUMBERS: readonly (readonly [number, string])[] = `
  1 SIGHUP 2 SIGINT 3 SIGQUIT 4 SIGILL 5 SIGTRAP 6 SIGABRT 6 SIGIOT 7 SIGBUS 8 SIGFPE 9 SIGKILL 10 SIGUSR1 11 SIGSEGV 12 SIGUSR2
  13 SIGPIPE 14 SIGALRM 15 SIGTERM 16 SIGSTKFLT 17 SIGCHLD 18 SIGCONT 19 SIGSTOP 20 SIGTSTP 21 SIGTTIN 22 SIGTTOU 23 SIGURG
  24 SIGXCPU 25 SIGXFSZ 26 SIGVTALRM 27 SIGPROF 28 SIGWINCH 29 SIGIO 29 SIGPOLL 30 SIGPWR 31 SIGSYS 35 SIGRTMIN 64 SIGRTMAX`
  .trim()
  .split(/\s+/)
  .flatMap((word, at, words) => (at % 2 ? [] : [[Number(word), words[at + 1]!]]))

const HEAD = `from enum import IntEnum
from errno import EINVAL

class Signals(IntEnum):
${NUMBERS.map(([number, name]) => `    ${name} = ${number}`).join('\n')}

class Handlers(IntEnum):
    SIG_DFL = 0
    SIG_IGN = 4294967294

${NUMBERS.map(([, name]) => `${name} = Signals.${name}`).join('\n')}
SIG_DFL, SIG_IGN = Handlers
NSIG = 65
`

const HANDLERS = `
def default_int_handler(signalnum, frame, /):
    """The default handler for SIGINT installed by Python."""
    raise KeyboardInterrupt


_handlers = {SIGINT: default_int_handler, SIGPIPE: SIG_IGN, SIGXFSZ: SIG_IGN}
_quiet = frozenset({SIGCHLD, SIGCONT, SIGURG, SIGWINCH})
_stopping = frozenset({SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU})


def _number(signalnum):
    if not hasattr(signalnum, '__index__'):
        raise TypeError(f"{type(signalnum).__name__!r} object cannot be interpreted as an integer")
    number = int(signalnum)
    if not 1 <= number < NSIG:
        raise ValueError('signal number out of range')
    return number


def signal(signalnum, handler, /):
    """Set the action for the given signal, and return the one before."""
    number = _number(signalnum)
    if isinstance(handler, int) and handler in (SIG_DFL, SIG_IGN):
        handler = Handlers(handler)
    elif not callable(handler):
        raise TypeError('signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object')
    before = _handlers.get(number, SIG_DFL)
    _handlers[number] = handler
    return before


def getsignal(signalnum, /):
    """Return the current action for the given signal."""
    return _handlers.get(_number(signalnum), SIG_DFL)


def raise_signal(signalnum, /):
    """Send a signal to the executing process."""
    number = _number(signalnum)
    handler = _handlers.get(number, SIG_DFL)
    if handler is SIG_IGN:
        return
    if handler is not SIG_DFL and number not in (SIGKILL, SIGSTOP):
        handler(number, None)
    elif number in _stopping:
        raise OSError(EINVAL, 'Invalid argument: nobody would continue the program')
    elif number not in _quiet:
        raise SystemExit(128 + number)


def valid_signals():
    """Return the set of signal numbers that are valid here."""
    return {_known(number) for number in range(1, NSIG) if number not in (32, 33, 34)}


def _known(number):
    return Signals(number) if number in {int(each) for each in Signals} else number
`

/** Its parts, and their names. */
export const SIGNAL: readonly Part[] = [HEAD, HANDLERS]
