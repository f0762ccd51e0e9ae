/** What is another in the runner, checker and debug runner of `doctest` as guest code. */
import type { Edit } from './texts.js'

/** Pairs of a text of CPython's and what stands there instead. */
export const RUNNER: readonly Edit[] = [
  ['                        f"{exc_info[0].__module__}.{exc_info[0].__qualname__}:",\n', ''],
  [
    `        red, reset = (
            (ANSIColors.RED, ANSIColors.RESET) if can_colorize() else ("", "")
        )
        out = [f"{red}{self.DIVIDER}{reset}"]
`,
    '        out = [self.DIVIDER]\n',
  ],
  [
    `                exec(compile(example.source, filename, "single",
                             compileflags, True), test.globs)
                self.debugger.set_continue() # ==== Example Finished ====
`,
    '                exec(compile(example.source, filename, "single"), test.globs)\n',
  ],
  [
    `                exc_info = type(exc), exc, exc.__traceback__.tb_next
                self.debugger.set_continue() # ==== Example Finished ====
`,
    '                exc_info = type(exc), exc, None\n',
  ],
  [
    `    __LINECACHE_FILENAME_RE = re.compile(r'<doctest '
                                         r'(?P<name>.+)'
                                         r'\\[(?P<examplenum>\\d+)\\]>$')
    def __patched_linecache_getlines(self, filename, module_globals=None):
        m = self.__LINECACHE_FILENAME_RE.match(filename)
        if m and m.group('name') == self.test.name:
            example = self.test.examples[int(m.group('examplenum'))]
            return example.source.splitlines(keepends=True)
        else:
            return self.save_linecache_getlines(filename, module_globals)
`,
    '',
  ],
  [
    `        if compileflags is None:
            compileflags = _extract_future_flags(test.globs)

`,
    `        if not can_evaluate:
            return TestResults(0, 0)
`,
  ],
  ['        sys.stdout = self._fakeout\n\n', '\n'],
  [
    `        save_trace = sys.gettrace()
        save_set_trace = pdb.set_trace
        self.debugger = _OutputRedirectingPdb(save_stdout)
        self.debugger.reset()
        pdb.set_trace = self.debugger.set_trace

        # Patch linecache.getlines, so we can see the example's source
        # when we're inside the debugger.
        self.save_linecache_getlines = linecache.getlines
        linecache.getlines = self.__patched_linecache_getlines

        # Make sure sys.displayhook just prints the value to stdout
        save_displayhook = sys.displayhook
        sys.displayhook = sys.__displayhook__
        saved_can_colorize = _colorize.can_colorize
        _colorize.can_colorize = lambda *args, **kwargs: False
        color_variables = {"PYTHON_COLORS": None, "FORCE_COLOR": None}
        for key in color_variables:
            color_variables[key] = os.environ.pop(key, None)
        try:
            return self.__run(test, compileflags, out)
        finally:
            sys.stdout = save_stdout
            pdb.set_trace = save_set_trace
            sys.settrace(save_trace)
            linecache.getlines = self.save_linecache_getlines
            sys.displayhook = save_displayhook
            _colorize.can_colorize = saved_can_colorize
            for key, value in color_variables.items():
                if value is not None:
                    os.environ[key] = value
            if clear_globs:
                test.globs.clear()
                import builtins
                builtins._ = None
`,
    `        try:
            with contextlib.redirect_stdout(self._fakeout):
                return self.__run(test, compileflags, out)
        finally:
            if clear_globs:
                test.globs.clear()
`,
  ],
  [
    `        ansi = _colorize.get_colors()
        bold_green = ansi.BOLD_GREEN
        bold_red = ansi.BOLD_RED
        green = ansi.GREEN
        red = ansi.RED
        reset = ansi.RESET
        yellow = ansi.YELLOW
`,
    "        bold_green = bold_red = green = red = reset = yellow = ''\n",
  ],
]
