"""What a guest can make for itself, as a guest: one of each kind of thing with an inside.

Where a policy's guests could not write something, for want of a builtin, it is read in pieces, each run by itself: that one is left out.
"""

from_guest = []
audit_modules = [*modules]


class AuditClass:
    label = 'public'

    def __init__(self):
        self.x = 1
        self._hidden = 2

    def method(self, *args):
        return self


audit_instance = AuditClass()
audit_bound = audit_instance.method


# ----
class AuditDecorated(AuditClass):
    @property
    def double(self):
        return self.x * 2

    @classmethod
    def build(cls):
        return cls()

    @staticmethod
    def plain(*args):
        return args


audit_decorated = AuditDecorated()


# ----
class AuditManager:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        from_guest.append(trace)
        from_guest.append(error)
        return True


with AuditManager():
    [].missing
with AuditManager():
    1 / 0
with AuditManager():
    audit_undefined


# ----
def audit_function(*args, **kwargs):
    return args


async def audit_coroutine():
    return 1


async def audit_async_generator():
    yield 1


audit_coroutine_object = audit_coroutine()
audit_async = audit_async_generator()
audit_view = {'a': 1}.items()
audit_things = [NotImplemented, ..., {1: 2}.keys(), ''.join, {}.get, (n for n in [1]), lambda: 1]


# ----
def audit_generator():
    try:
        yield 1
    except BaseException as e:
        from_guest.append(e)


audit_live = audit_generator()
audit_first = next(audit_live)
# ----
audit_super = None


class AuditChild(AuditClass):
    def method(self, *args):
        global audit_super
        audit_super = super()
        return super().method(*args)


audit_child = AuditChild().method()
# ----
try:
    audit_function.missing
except AttributeError as e:
    from_guest.append(e)


# ----
class AuditError(Exception):
    pass


try:
    raise AuditError('a') from KeyError('k')
except AuditError as e:
    from_guest.append(e)
# ----
audit_decorators = [
    property(audit_function),
    classmethod(audit_function),
    staticmethod(audit_function),
]
# ----
audit_iterators = [iter([1]), map(str, [1]), zip([1], [2]), range(3), slice(1, 2)]
# ----
audit_types = [object(), int | str, list[int], str.join, type(audit_instance), memoryview(b'ab')]
# ----
audit_group = ExceptionGroup('g', [ValueError(1)])
