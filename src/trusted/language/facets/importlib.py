"""`importlib` for guests: `import_module`, which imports what an import statement would."""

from ..sealed import __builtins__

PER_RUN = ('import_module',)


def names(run):
    def import_module(name, package=None):
        """The module of that name, the innermost of a dotted one."""
        if type(name) is not str:
            raise AttributeError(f"{type(name).__name__!r} object has no attribute 'startswith'")
        if name[:1] == '.':
            raise TypeError(
                f"the 'package' argument is required to perform a relative import for {name!r}"
            )
        module = run.builtins['__import__'](name)
        for part in name.split('.')[1:]:
            module = getattr(module, part)
        return module

    return {'import_module': import_module}
