/** `timeit`: functions are timed in a loop; texts are evaluated as the program's own `exec` does, where it may. */
import type { Part } from './texts.js'

const FUNCTIONS = `
def _is_plain(part):
    return part == 'pass' or callable(part)


def _loop(stmt, setup):
    """What times functions: no text is compiled for them."""
    stmt, setup = (part if callable(part) else lambda: None for part in (stmt, setup))

    def inner(turns, timer):
        setup()
        before = timer()
        for _ in turns:
            stmt()
        return timer() - before

    return inner


class Timer:
`

/** Its parts. */
export const TIMEIT: readonly Part[] = [
  {
    file: 'timeit.py',
    cuts: [['def main(args=None', undefined]],
    edits: [
      ['_globals = globals\n', ''],
      ['\nclass Timer:\n', FUNCTIONS],
      [
        '        local_ns = {}\n        global_ns = _globals() if globals is None else globals\n',
        `        if _is_plain(stmt) and _is_plain(setup):
            self.src, self.inner = None, _loop(stmt, setup)
            return
        for name, part in ('stmt', stmt), ('setup', setup):
            if isinstance(part, str) and part != 'pass' and not can_evaluate:
                raise TypeError(f'{name} must be a function here: write \`lambda: ...\` instead of a text')
        local_ns = {}
        global_ns = {'__name__': 'timeit'} if globals is None else globals
`,
      ],
      [
        `        import linecache, traceback
        if self.src is not None:
            linecache.cache[dummy_src_name] = (len(self.src),
                                               None,
                                               self.src.split("\\n"),
                                               dummy_src_name)
        # else the source is already stored somewhere else

`,
        '        import traceback\n',
      ],
    ],
  },
]
