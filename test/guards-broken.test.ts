/** What guards promise, broken on purpose: without each line its attack gets through. */
import { beforeAll, describe, expect, test } from 'vitest'
import { FacetGuest, hostilePrograms } from './support/facet-guest.js'

let guest: FacetGuest
beforeAll(async () => {
  guest = await FacetGuest.load()
})

/** Each line of trusted code that holds an invariant, broken; and the attack that then takes effect. */
const BROKEN: readonly (readonly [attack: string, file: string, before: string, after: string])[] =
  [
    [
      'reads/format-field',
      'judges.py',
      '            return MethodType(SAFE_FORMATS[value.__name__], receiver)',
      '            return value',
    ],
    [
      'reads/format-unbound',
      'judges.py',
      '        if value is unsafe:',
      '        if value is unsafe and False:',
    ],
    [
      'reads/format-descriptor-equality',
      'judges.py',
      '        if value is unsafe:',
      '        if unsafe == value:',
    ],
    [
      'reads/exception-obj',
      'traces.py',
      '    if (type(x) is super or AttributeError in kinds) and not (',
      '    if False and not (',
    ],
    [
      'reads/dict-view-mapping',
      'judges.py',
      'return dict(value) if type(value) is MappingProxyType else value',
      'return value',
    ],
    [
      'reads/new-of-a-trusted-class',
      'special_methods.py',
      '        if not is_class(cls) or not own(cls) or type(x) is not super and x not in mro_of(cls):',
      '        if False:',
    ],
    ['reads/getattr-private', 'names.py', '    return PRIVATE_MARK + name', '    return name'],
    [
      'reads/getattr-ancestry',
      'names.py',
      '    return name in DENIED_ATTRIBUTES\n',
      '    return False\n',
    ],
    [
      'reads/context-of-a-task',
      'judges.py',
      '    if theirs and not any([name in _namespace(kind) for kind in kinds if of_image(kind)]):',
      '    if True:',
    ],
    [
      "reads/module-of-what-is-not-the-guest's",
      'judges.py',
      "    if name == '__module__' and not (own(type(x)) or own_function(x) or is_class(x) and own(x)):",
      '    if False:',
    ],
    [
      'writes/special-method-for-another',
      'special_methods.py',
      '        if x not in mro_of(kind) or not own(kind) and kind not in UNCHANGEABLE:',
      '        if False:',
    ],
    [
      'writes/special-method-of-theirs',
      'special_methods.py',
      '        if kind in FACETS or not (\n',
      '        if True: return _getattr(x, name)\n        if not (\n',
    ],
    [
      'writes/object-setattr',
      'special_methods.py',
      '        stored = name_to_write(self, key)',
      '        stored = key',
    ],
    ['reads/type-of-trusted', 'kinds.py', '    if own(kind) or kind in NAMEABLE:', '    if True:'],
    [
      'writes/instance',
      'writing.py',
      '        if kind in UNCHANGEABLE or writable(x):',
      '        if True:',
    ],
    [
      'writes/function',
      'ownership.py',
      "    return type(function) is FunctionType and 'ʼG' in builtins_of(function)",
      '    return type(function) is FunctionType',
    ],
    [
      'writes/setattr',
      'writing.py',
      '    if not writable(x) and type(x) not in UNCHANGEABLE and not is_group(x, name):\n        refuse_write(x, name)\n    return stored',
      '    return stored',
    ],
    [
      'writes/deepcopy-into-theirs',
      'unpickling.py',
      '        else:\n            guarded_setattr(x, name, value)',
      '        else:\n            setattr(x, name, value)',
    ],
    [
      'writes/print-into-theirs',
      'output.py',
      '    if own(kind):\n        write',
      '    if True:\n        return file\n        write',
    ],
    [
      'writes/wrapper-update',
      'facets/functools.py',
      '    if not writable(wrapper) and',
      '    if False and',
    ],
    [
      'classes/derive-from-theirs',
      'classes.py',
      '    if not own(base) and base not in BASES | EXCEPTIONS | KINDS:',
      '    if False:',
    ],
    [
      'hooks/group-with-a-split',
      'classes.py',
      '    if BaseExceptionGroup in ancestors:',
      '    if False:',
    ],
    [
      'hooks/group-given-a-split',
      'writing.py',
      'own(x) and BaseExceptionGroup not in mro_of(x)',
      'own(x)',
    ],
    [
      'hooks/metaclass-of-its-own',
      'metaclasses.py',
      '    if not is_metaclass(named) and (not is_class(named) or named not in METACLASSES):\n        raise',
      '    if not is_class(named):\n        return named\n    if False:\n        raise',
    ],
    [
      'metaclasses/bases-by-new',
      'metaclasses.py',
      '    winner = metaclass_of(real, kind)',
      '    winner = kind',
    ],
    [
      'metaclasses/prepared-guard',
      'spaces.py',
      '    if reserved(name):\n        raise KeyError(name)\n    return name',
      '    return name',
    ],
    [
      'metaclasses/marks-in-a-namespace',
      'spaces.py',
      '        return name[1:]',
      '        return name',
    ],
    [
      'metaclasses/fields-forged',
      'metaclasses.py',
      '            members[key] = _of_written_names(members[key])',
      '            pass',
    ],
    [
      'metaclasses/hook-of-an-ancestor',
      'metaclasses.py',
      '        if any([key in cls.__dict__',
      '        if False and any([key in cls.__dict__',
    ],
    [
      'metaclasses/abstract-class-of-the-library-lies-later',
      'classes.py',
      '    if any([type in mro_of(each) for each in (cls, *subclasses(cls))]):',
      '    if False:',
    ],
    [
      'metaclasses/abstract-class-of-the-library-lies',
      'metaclasses.py',
      '    if any([hook in cls.__dict__',
      '    if False and any([hook in cls.__dict__',
    ],
    [
      'metaclasses/dates-that-are-none',
      'metaclasses.py',
      '        if cls in UNCHECKED or cls is BaseExceptionGroup:',
      '        if False:',
    ],
    [
      'hooks/method-of-what-an-alias-stands-for',
      'special_methods.py',
      '        for cls in mro_of(kind):',
      '        return _getattr(x, name)\n        for cls in mro_of(kind):',
    ],
    [
      'hooks/alias-of-an-object',
      'facets/types.py',
      '    if not is_class(origin):',
      '    if False:',
    ],
    [
      'hooks/globals-forge-a-guard',
      'spellings.py',
      '    if PRIVATE_MARK in name or name in GUARDS or name in UNBINDABLE or is_dunder(name):',
      '    if False:',
    ],
    [
      'hooks/privates-of-the-library',
      'spellings.py',
      "    if name[:1] == '_' and not is_dunder(name) and name not in UNRENAMED:",
      '    if False:',
    ],
    [
      'classes/equal-string',
      'classes.py',
      '    if not set(_EXACT).isdisjoint(ancestors):',
      '    if False:',
    ],
    [
      'classes/namespace-dunder',
      'classes.py',
      '        if is_dunder(key) and key not in _DEFINABLE:',
      '        if False:',
    ],
    [
      'classes/class-keyword-simple',
      'metaclasses.py',
      "        if key[:1] == '_':\n            raise",
      '        if False:\n            raise',
    ],
    [
      'pickles/what-the-library-hides-told',
      'pickling.py',
      "        if name[:1] == '_' and not is_dunder(name) and name not in UNRENAMED:",
      '        if False:',
    ],
    [
      'pickles/what-an-iterator-walks-over',
      'reduced.py',
      '        return kind(part)',
      '        return part',
    ],
    [
      'classes/namespace-dunder-key',
      'spellings.py',
      "    stored = spelled(name)\n    if is_dunder(stored):\n        raise AttributeError(f'the attribute {name!r} may not be set', name=name)\n    return stored",
      '    return name',
    ],
    [
      'classes/abc-register',
      'judges.py',
      'function_of(value) is ABCMeta.register\n        and not all(',
      'function_of(value) is None and not all(',
    ],
    [
      'classes/abc-register-below',
      'judges.py',
      'own(cls) or cls is ABC or ABCMeta',
      'True or ABCMeta',
    ],
    [
      'classes/datetime-new-of-another',
      'classes.py',
      "        if '__new__' in namespace:",
      '        if False:',
    ],
    [
      'shared-state/csv-excel',
      'facets/csv.py',
      '        if name in csv.list_dialects() and name not in mine:',
      '        if False:',
    ],
    [
      'shared-state/keyword-list',
      'imports.py',
      'return value.copy() if type(value) in (dict, list, set) else value',
      'return value',
    ],
    [
      'evaluation/traceback-own-frames',
      'facets/traceback.py',
      '        if is_of_program(trace.tb_frame):',
      '        if True:',
    ],
  ]

describe('broken, an invariant lets its attack through', () => {
  const attacks = hostilePrograms()
  test.each(BROKEN.map((entry, index) => [...entry, `mutant_${index}`] as const))(
    '%s',
    (name, file, before, after, mutant) => {
      const attack = attacks.find((each) => each.name === name)!
      guest.evaluate('facet_guest.break_invariant(mutant, file, before, after)', {
        mutant,
        file,
        before,
        after,
      })
      const held = [guest.attack(attack, mutant).at(-1), guest.attack(attack, mutant).at(-1)]
      guest.evaluate('facet_guest.forget(mutant)', { mutant })
      expect(held).toContain(true)
    },
  )

  test('unsealed, guards fail when a builtin has been rebound', () => {
    guest.evaluate(
      "facet_guest.break_invariant('unsealed', 'sealed.py', '__builtins__ = dict(vars(builtins))', '__builtins__ = vars(builtins)')",
    )
    expect(guest.evaluate("facet_guest.poisoned_guards_fail('unsealed')")).toBe(true)
  })
})
