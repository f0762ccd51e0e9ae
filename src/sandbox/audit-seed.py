"""What a guest can make for itself, as a guest: one of each kind of thing with an inside."""
from_guest = []

class AuditClass:
    label = 'public'
    def __init__(self):
        self.x = 1
        self._hidden = 2
    def method(self, *args):
        return self
    @property
    def double(self):
        return self.x * 2
    @classmethod
    def build(cls):
        return cls()
    @staticmethod
    def plain(*args):
        return args

class AuditError(Exception):
    pass

class AuditManager:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        from_guest.append(trace)
        from_guest.append(error)
        return True

def audit_function(*args, **kwargs):
    return args

def audit_generator():
    try:
        yield 1
    except BaseException as e:
        from_guest.append(e)

async def audit_coroutine():
    return 1

async def audit_async_generator():
    yield 1

audit_instance = AuditClass()
audit_bound = audit_instance.method
audit_live = audit_generator()
next(audit_live)
audit_coroutine_object = audit_coroutine()
audit_async = audit_async_generator()
audit_view = {'a': 1}.items()
audit_super = None

class AuditChild(AuditClass):
    def method(self, *args):
        global audit_super
        audit_super = super()
        return super().method(*args)

AuditChild().method()
with AuditManager():
    [].missing
with AuditManager():
    1 / 0
with AuditManager():
    audit_undefined
try:
    audit_function.missing
except AttributeError as e:
    from_guest.append(e)
try:
    raise AuditError('a') from KeyError('k')
except AuditError as e:
    from_guest.append(e)
audit_things = [memoryview(b'ab'), iter([1]), map(str, [1]), zip([1], [2]), range(3), slice(1, 2), property(audit_function),
                classmethod(audit_function), staticmethod(audit_function), ExceptionGroup('g', [ValueError(1)]), object(),
                NotImplemented, ..., {1: 2}.keys(), int | str, list[int], str.join, ''.join, {}.get, type(audit_instance)]
audit_modules = list(modules)
