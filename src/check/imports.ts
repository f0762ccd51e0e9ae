/** Import statements: what they import and bind, and whether the policy grants it. */
import type { Code, Span } from '../diagnostic.js'
import type { Reading } from '../rules/reading.js'
import type { Grammar } from '../syntax/language.js'
import type { Source } from '../syntax/source.js'
import { FILE_MODULES, MODULES } from '../trusted/language/modules.js'
import type { Binder } from './binder.js'
import { type Findings, shown } from './findings.js'
import { clausesOf, dottedName, type Clause } from './import-clauses.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'
import { isDispensable } from './late-imports.js'
import { MODULE_HINTS, nameHint } from './module-hints.js'
import { packagesOf } from './module-names.js'
import { nearest } from './nearest.js'
import { NOWHERE, type ModuleGrants, type Place } from './place.js'
import { IMPORTED, MODULE, REBOUND, type ScopeId, type SymbolId } from './symbols.js'

/** One module that a source imports. */
export interface ImportRecord {
  /** Its full name, as written; `..name` for a relative one. */
  readonly module: string
  /** The names taken from it; absent for `import module`, `['*']` for all. */
  readonly names?: readonly string[]
  /** The module's name in the source. */
  readonly span: Span
}

interface Found {
  readonly node: number
  readonly module: string
  readonly names: string[] | undefined
}

/** @internal Reads the import statements of one source after another. */
export class Imports {
  /** What each symbol was imported as, in full: a module, or a name of one (`math.tau`). */
  readonly importedAs = new Map<SymbolId, string>()
  private readonly kinds: KnownKinds
  private readonly found: Found[] = []
  private findings!: Findings
  /** Texts in place of nodes: where the dots of a relative import lead, and the names of a star. */
  readonly respelled = new Map<number, string>()
  /** Modules of which a star imports. */
  readonly starred: string[] = []
  private grants!: ModuleGrants
  private place: Place = NOWHERE
  /** What granted modules are in: `urllib` for `urllib.parse`. */
  private packages: ReadonlySet<string> = new Set()

  constructor(
    grammar: Grammar,
    private readonly reading: Reading,
    private readonly binder: Binder,
  ) {
    this.kinds = kindsOf(grammar)
  }

  begin(findings: Findings, grants: ModuleGrants, place: Place): void {
    this.findings = findings
    this.place = place
    if (this.respelled.size > 0) this.respelled.clear()
    if (this.starred.length > 0) this.starred.length = 0
    if (this.grants !== grants) this.packages = new Set(Object.keys(grants).flatMap(packagesOf))
    this.grants = grants
    if (this.found.length > 0) this.found.length = 0
    if (this.importedAs.size > 0) this.importedAs.clear()
  }

  records(source: Source): readonly ImportRecord[] {
    const { start, end } = this.reading.tree
    return this.found.map(({ node, module, names }) => {
      const span = source.span(start[node], end[node])
      return names === undefined ? { module, span } : { module, names, span }
    })
  }

  /** `import a.b, c as d` */
  importStatement(node: number, scope: ScopeId): void {
    for (const { name, alias } of clausesOf(this.reading, this.kinds, node)) {
      const module = dottedName(this.reading, this.kinds, name)
      this.found.push({ node: name, module, names: undefined })
      this.judgeModule(name, module)
      if (alias >= 0) this.bindImport(alias, scope, module)
      else this.bindImport(name + 1, scope, module.split('.')[0])
    }
  }

  /** `from a import b, c as d` */
  importFrom(node: number, scope: ScopeId): void {
    const { kind, field, skip } = this.reading.tree
    let moduleNode = node + 1
    let star = 0
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (field[child] === this.kinds.fields.module_name) moduleNode = child
      if (kind[child] === this.kinds.wildcard_import) star = child
    }
    const isRelative = kind[moduleNode] === this.kinds.relative_import
    const written = isRelative
      ? this.reading.textOf(moduleNode).replace(/\s/g, '')
      : dottedName(this.reading, this.kinds, moduleNode)
    const names: string[] = star > 0 ? ['*'] : []
    this.found.push({ node: moduleNode, module: written, names })
    const found = isRelative ? this.absolute(moduleNode, written) : written
    // Refused, as one whose package is not known.
    const relative = found === undefined
    const module = found ?? written
    if (star > 0) this.importStar(star, module, scope)
    const clauses = [...clausesOf(this.reading, this.kinds, node)]
    const granted = this.grantsOf(module)
    // `from urllib import parse` imports `urllib.parse`, also where `urllib` itself shows nothing.
    const isModule = ({ name }: Clause): boolean =>
      this.grantsOf(`${module}.${dottedName(this.reading, this.kinds, name)}`) !== undefined
    const submodules = clauses.length > 0 && clauses.every(isModule)
    if (!relative && granted === undefined && !submodules) this.judgeModule(moduleNode, module)
    for (const { name, alias } of clauses) {
      const text = dottedName(this.reading, this.kinds, name)
      names.push(text)
      if (!relative && granted !== undefined) this.judgeName(name, module, text, granted)
      this.bindImport(alias >= 0 ? alias : name + 1, scope, `${module}.${text}`)
    }
  }

  /** The full name of a relative import's module; undefined, and refused, where it is in no package. */
  private absolute(node: number, written: string): string | undefined {
    const { inside } = this.place
    const dots = /^\.+/.exec(written)![0].length
    const parts = inside?.split('.') ?? []
    const prefix = node + 1
    const isPlain =
      this.reading.tree.kind[prefix] === this.kinds.import_prefix &&
      this.reading.textOf(prefix).length === dots
    if (inside === undefined || dots > parts.length || !isPlain) {
      const message =
        inside === undefined
          ? 'a relative import has no package to start from'
          : isPlain
            ? 'a relative import leads out of its package'
            : 'blanks between the dots of a relative import'
      this.findings.say('PR304', node, message, 'name the module in full')
      return undefined
    }
    const base = parts.slice(0, parts.length - dots + 1).join('.')
    const rest = written.slice(dots)
    this.respelled.set(prefix, ` ${base}${rest === '' ? ' ' : '.'}`)
    return rest === '' ? base : `${base}.${rest}`
  }

  /** `from module import *`: of a granted module, or one of the host's own, whose names are known. */
  private importStar(node: number, module: string, scope: ScopeId): void {
    this.starred.push(module)
    const own = Object.hasOwn(this.place.own, module) ? this.place.own[module]! : undefined
    const star = own?.star ?? this.grantsOf(module)?.filter((name) => !name.startsWith('_'))
    const isModule = scope === MODULE
    if (star === undefined || !isModule || star.length === 0) {
      const message =
        star === undefined
          ? 'a star import hides which names it binds'
          : isModule
            ? `no names are known that a star would import of \`${shown(module)}\``
            : 'a star import stands at the level of the module'
      this.findings.say('PR303', node, message, 'import the names that you use')
      return
    }
    this.respelled.set(node, star.join(', '))
    this.binder.bindStarred(node, scope, star)
  }

  /** `from __future__ import annotations`: binds the names as any import; which ones there are is a rule. */
  futureImport(node: number, scope: ScopeId): void {
    const names: string[] = []
    if (!this.opensModule(node)) {
      this.findings.say(
        'PR305',
        node,
        'a future import must come before everything else',
        'leave it out',
      )
    }
    for (const { name, alias } of clausesOf(this.reading, this.kinds, node)) {
      names.push(dottedName(this.reading, this.kinds, name))
      this.binder.bind(alias >= 0 ? alias : name + 1, scope, 'other')
    }
    this.found.push({ node: node + 2, module: '__future__', names })
  }

  /** Whether nothing but a docstring, comments and imports of its kind stands before a future import. */
  private opensModule(node: number): boolean {
    const { kind, parent, skip } = this.reading.tree
    const { kinds } = this
    if (parent[node] !== 0) return false
    for (let before = 1, first = true; before < node; before = skip[before]) {
      const here = kind[before]
      if (
        here === kinds.comment ||
        here === kinds.future_import_statement ||
        here === kinds.tokens.semicolon
      )
        continue
      const value = here === kinds.expression_statement ? kind[before + 1] : 0
      if (!first || (value !== kinds.string && value !== kinds.concatenated_string)) return false
      first = false
    }
    return true
  }

  /** What a granted module shows; undefined when it is not granted. */
  grantsOf(module: string): readonly string[] | undefined {
    return Object.hasOwn(this.grants, module) ? this.grants[module] : undefined
  }

  /** Whether `module.name` is there for a guest that has imported the module. */
  shows(module: string, name: string): boolean {
    const granted = this.grantsOf(module)
    return (
      granted?.includes(name) === true ||
      granted?.[0] === '*' ||
      this.grantsOf(`${module}.${name}`) !== undefined
    )
  }

  /** Whether granted modules are within it, so that it can be imported with them. */
  isPackage(module: string): boolean {
    return this.packages.has(module)
  }

  /** Binds what is imported, and keeps its full name: of a module, or of a name of one. */
  private bindImport(node: number, scope: ScopeId, path: string): void {
    const { symbols } = this.binder
    const before = symbols.find(scope, this.binder.nameAt(node, scope))
    const again =
      before !== 0 &&
      this.importedAs.get(before) === path &&
      (symbols.marks[before] & REBOUND) === 0
    const symbol = this.binder.bind(node, scope, 'other', IMPORTED)
    // `import a.b` after `import a.c` binds the same package again.
    if (again) symbols.marks[symbol] &= ~REBOUND
    else if (before === 0 || !this.importedAs.has(before)) this.importedAs.set(symbol, path)
  }

  private judgeModule(node: number, module: string): void {
    // `import urllib` beside `import urllib.parse`: what shows nothing itself has its parts.
    if (this.grantsOf(module) !== undefined || this.isPackage(module)) return
    const name = shown(module)
    const hasFiles = Object.hasOwn(FILE_MODULES, module)
    const reviewed = hasFiles || Object.hasOwn(MODULES, module)
    const top = module.split('.')[0]
    const known = (key: string): string | undefined =>
      Object.hasOwn(MODULE_HINTS, key) ? MODULE_HINTS[key] : undefined
    this.findings.add(this.codeFor('PR301', node, module), node, () => {
      if (reviewed) {
        const set = hasFiles ? '"standard files"' : '"standard"'
        const hint = `grant it: \`"modules": { "${module}": "*" }\`, or ${set}`
        return { message: `the policy does not grant module \`${name}\``, hint }
      }
      const close = nearest(module, Object.keys(this.grants))
      return {
        message: `module \`${name}\` is not available`,
        hint:
          known(module) ??
          known(top) ??
          (close === undefined ? undefined : `did you mean \`${close}\`?`),
      }
    })
  }

  /** What an unavailable import is where the program can do without it: a warning. Private names are never imported. */
  private codeFor(code: 'PR301' | 'PR302', node: number, name: string): Code {
    if (/(?:^|\.)_/.test(name) || !isDispensable(this.reading, node, this.kinds)) return code
    return 'PR603'
  }

  private judgeName(node: number, module: string, name: string, granted: readonly string[]): void {
    if (
      granted.includes(name) ||
      granted[0] === '*' ||
      this.grantsOf(`${module}.${name}`) !== undefined
    )
      return
    const names = { ...MODULES, ...FILE_MODULES }[module]
    const reviewed = names?.includes(name) === true
    this.findings.add(this.codeFor('PR302', node, name), node, () => {
      if (reviewed) {
        const message = `the policy does not grant \`${name}\` of module \`${module}\``
        return { message, hint: `add it to the policy's names of \`${module}\`` }
      }
      const hint = nameHint(module, name, nearest(name, granted))
      return { message: `module \`${module}\` shows no \`${shown(name)}\``, hint }
    })
  }
}
