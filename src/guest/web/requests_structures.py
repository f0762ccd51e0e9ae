"""`requests.structures`, and the cookies of a session."""

from ...sealed import __builtins__
from collections.abc import Mapping, MutableMapping
from urllib.parse import urlsplit


class CaseInsensitiveDict(MutableMapping):
    """A dict of headers: looked up whatever their case."""

    def __init__(self, data=None, **kwargs):
        self._items = {}
        self.update({} if data is None else data, **kwargs)

    def __setitem__(self, key, value):
        self._items[key.lower()] = (key, value)

    def __getitem__(self, key):
        return self._items[key.lower()][1]

    def __delitem__(self, key):
        del self._items[key.lower()]

    def __iter__(self):
        return iter([key for key, _ in self._items.values()])

    def __len__(self):
        return len(self._items)

    def __eq__(self, other):
        if not isinstance(other, Mapping):
            return NotImplemented
        return dict(self.lower_items()) == dict(CaseInsensitiveDict(other).lower_items())

    def lower_items(self):
        return [(key, value) for key, (_, value) in self._items.items()]

    def copy(self):
        return CaseInsensitiveDict(self)

    def __repr__(self):
        return str(dict(self.items()))


class Cookies(MutableMapping):
    """Cookies by name, each for the host that set it; those that the program sets are for every host it asks."""

    def __init__(self):
        self._kept = {}

    def _named(self, name):
        return [key for key in self._kept if key[1] == name]

    def __getitem__(self, name):
        for key in self._named(name):
            return self._kept[key][0]
        raise KeyError(name)

    def __setitem__(self, name, value):
        self.set(name, value)

    def __delitem__(self, name):
        for key in self._named(name) or [('', name)]:
            del self._kept[key]

    def __iter__(self):
        return iter(dict.fromkeys([name for _, name in self._kept]))

    def __len__(self):
        return len(dict.fromkeys([name for _, name in self._kept]))

    def set(self, name, value, domain='', secure=False, **_):
        self._kept[(domain, name)] = (str(value), secure)

    def get_dict(self):
        return dict(self)

    def _learn(self, host, rows):
        for name, text in rows:
            if name.lower() != 'set-cookie':
                continue
            pair, *rest = text.split(';')
            key, _, value = pair.partition('=')
            facts = {
                part.partition('=')[0].strip().lower(): part.partition('=')[2].strip()
                for part in rest
            }
            age = facts.get('max-age', '1')
            if age == '0' or age.startswith('-'):
                self._kept.pop((host, key.strip()), None)
            else:
                self.set(key.strip(), value.strip(), host, 'secure' in facts)

    def _for(self, url):
        parts = urlsplit(url)
        return {
            name: value
            for (domain, name), (value, secure) in self._kept.items()
            if domain in ('', parts.hostname) and (parts.scheme == 'https' or not secure)
        }
