"""`importlib` as guest code: `import_module`, which imports what an import statement of the program would."""


def _absolute(name, package):
    """The name, of which each dot at its beginning is a package further out, the first one `package` itself."""
    if not name.startswith('.'):
        return name
    if not package:
        raise TypeError(
            f"the 'package' argument is required to perform a relative import for {name!r}"
        )
    level = len(name) - len(name.lstrip('.'))
    bits = package.rsplit('.', level - 1)
    if len(bits) < level:
        raise ImportError('attempted relative import beyond top-level package')
    return f'{bits[0]}.{name[level:]}' if name[level:] else bits[0]


def import_module(name, package=None):
    """The module of that name, the innermost of a dotted one."""
    name = _absolute(name, package)
    if not name:
        raise ValueError('Empty module name')
    module = imported(name)
    for part in name.split('.')[1:]:
        module = getattr(module, part)
    return module
