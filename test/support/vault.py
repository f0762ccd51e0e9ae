"""A trusted module with something to lose: SECRET-IN-A-DOCSTRING-51ab."""
import asyncio
# SECRET-IN-A-COMMENT-9f20
_vault_global = 'SECRET-IN-A-GLOBAL-77c1'
class Refused(Exception):
    pass
class _HiddenClass:
    def __init__(self):
        self._hidden_attribute = 'SECRET-IN-A-HIDDEN-OBJECT-12ef'
class Account:
    label = 'account'
    def __init__(self, balance):
        self.balance = balance
        self.status = 'new'
        self.rows = [1, 2, 3]
        self._pin_attribute = 'SECRET-IN-AN-ATTRIBUTE-3d3d'
        self._hidden_object = _HiddenClass()
    def total(self, *scale):
        secret_local = 'SECRET-IN-A-LOCAL-8b8b' + str(len(self._pin_attribute))
        return self.balance * (scale[0] if scale else len(secret_local) * 0 + 1)
    def check(self, pin):
        return pin == self._pin_attribute
    def each(self, f):
        return [f(row) for row in self.rows]
    def call(self, f, *args):
        try:
            return f(*args)
        except Exception as error:
            return type(error).__name__
    def steps(self):
        yield from self.rows
    def fails(self):
        _hidden_function(self)
    async def later(self, x):
        await asyncio.sleep(0)
        return x
    def same(self, x):
        return x
    def __len__(self):
        return len(self.rows)
    def __getitem__(self, key):
        return self.rows[key]
    def __add__(self, other):
        return Account(self.balance + other)
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return None
def _hidden_function(account):
    if account._pin_attribute:
        raise Refused('no')
def lookup(name):
    return {'tea': 3, 'milk': 2}[name]
account, closed, document = Account(100), Account(5), Account(7)
def state(guest):
    return [account._pin_attribute, closed.status, closed.balance, account._hidden_object._hidden_attribute, _vault_global, sorted(vars(account))]
