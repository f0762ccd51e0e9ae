"""`importlib` as guest code: `import_module`, which imports what an import statement of the program would."""


def import_module(name, package=None):
    """The module of that name, the innermost of a dotted one."""
    if name.startswith('.'):
        raise TypeError(
            f"the 'package' argument is required to perform a relative import for {name!r}"
        )
    if not name:
        raise ValueError('Empty module name')
    module = imported(name)
    for part in name.split('.')[1:]:
        module = getattr(module, part)
    return module
