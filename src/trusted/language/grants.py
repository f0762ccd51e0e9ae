"""What a policy grants of the library: modules, and names of theirs, of those that were reviewed (modules.ts)."""

from .sealed import __builtins__
from . import modules

# The words by which a policy grants sets of modules.
_PARTS = {
    'standard': modules.MODULES,
    'files': modules.FILE_MODULES,
    'network': modules.NETWORK_MODULES,
}
REVIEWED = modules.MODULES | modules.FILE_MODULES | modules.NETWORK_MODULES
# As many granted modules are listed; more would hide the message.
_MOST_LISTED = 12


def offer(name, grants):
    """Why there is no module of that name, and what would grant it."""
    if name in modules.NETWORK_MODULES:
        return 'it makes requests, and "network" in the policy says which'
    if name in REVIEWED:
        return f'"modules": {{"{name}": "*"}} in the policy grants it'
    if not grants:
        return 'the policy grants no modules'
    if len(grants) > _MOST_LISTED:
        return f'the policy grants {len(grants)} modules of the standard library'
    return f'the policy grants {", ".join(sorted(grants))}'


def judge_grants(grants):
    """The modules and names of a policy, limited to the reviewed ones: what is not in the tables cannot be granted."""
    if type(grants) is str:
        return {module: names for part in grants.split() for module, names in _PARTS[part].items()}
    granted = {}
    for module in grants:
        if module not in REVIEWED:
            raise ValueError(f'there is no reviewed module {module!r}')
        names = REVIEWED[module] if grants[module] == '*' else grants[module]
        if unknown := set(names) - REVIEWED[module]:
            raise ValueError(f'{module!r} has no reviewed names {sorted(unknown)}')
        granted[module] = names
    return granted
