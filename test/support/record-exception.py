"""Runs a program and returns what CPython prints for its exception, and the record that a guest would have sent."""
import linecache
import traceback


def record(error, seen):
    seen.add(id(error))
    frames = []
    tb = error.__traceback__
    while tb is not None:
        positions = list(tb.tb_frame.f_code.co_positions())
        line, end_line, column, end_column = positions[tb.tb_lasti // 2]
        if tb.tb_frame.f_code.co_filename == 'main.py':
            frames.append(dict(file='main.py', name=tb.tb_frame.f_code.co_name, line=line or tb.tb_lineno, endLine=end_line,
                               column=column, endColumn=end_column))
        tb = tb.tb_next
    kind = type(error)
    found = dict(type=kind.__qualname__, message=str(error), frames=frames, notes=list(getattr(error, '__notes__', ())),
                 suppress=error.__suppress_context__)
    if kind.__module__ not in ('builtins', '__main__'):
        found['module'] = kind.__module__
    if error.__cause__ is not None and id(error.__cause__) not in seen:
        found['cause'] = record(error.__cause__, seen)
    if error.__context__ is not None and error.__cause__ is None and id(error.__context__) not in seen:
        found['context'] = record(error.__context__, seen)
    if isinstance(error, BaseExceptionGroup):
        found['exceptions'] = [record(inner, seen) for inner in error.exceptions]
    return found


def run(source):
    linecache.cache['main.py'] = (len(source), None, source.splitlines(True), 'main.py')
    try:
        exec(compile(source, 'main.py', 'exec'), {'__name__': '__main__'})
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next
        return ''.join(traceback.format_exception(error)), record(error, set())
    return '', {}
