/** Records what scopes do with names, and reports names that may not be read or bound so. */
import { CLASS_PRIVATE, DUNDER, type NameId } from '../rules/names.js'
import type { Reading } from '../rules/reading.js'
import { type Findings, shown } from './findings.js'
import { SUPER } from './fixed-names.js'
import { refuseAttribute } from './name-strings.js'
import { refuseBinding, refuseRead, type Binding } from './special-names.js'
import {
  ANNOTATED,
  BOUND,
  CLASS_SCOPE,
  COMPREHENSION_SCOPE,
  EXACT_KEY,
  GENERATOR_SCOPE,
  GLOBAL,
  IMPORTED,
  ITERATION,
  MODULE,
  MODULE_SCOPE,
  NONLOCAL,
  PARAMETER,
  REBOUND,
  Symbols,
  USED,
  type ScopeId,
  type SymbolId,
} from './symbols.js'

const INITIAL_READS = 1 << 10
const MOST_KEPT_READS = 1 << 15

/** The symbols of a source under way. */
export class Binder {
  readonly symbols = new Symbols()
  /** Each reading of a name, up to {@link reads}: at which node, of which symbol. */
  readNodes = new Int32Array(INITIAL_READS)
  readSymbols = new Int32Array(INITIAL_READS)
  reads = 0
  /** `:=` in comprehensions: node, scope it stands in, scope it binds in. */
  readonly walruses: { readonly node: number; readonly from: ScopeId; readonly to: ScopeId }[] = []
  private findings!: Findings

  constructor(private readonly reading: Reading) {}

  begin(findings: Findings): void {
    this.symbols.begin()
    this.reads = 0
    if (this.readNodes.length > MOST_KEPT_READS) {
      this.readNodes = new Int32Array(INITIAL_READS)
      this.readSymbols = new Int32Array(INITIAL_READS)
    }
    if (this.walruses.length > 0) this.walruses.length = 0
    this.findings = findings
  }

  /** The name at `node`, as Python keeps it in `scope`: `__x` within class C is `_C__x`. */
  nameAt(node: number, scope: ScopeId): NameId {
    const { names } = this.reading
    const name = this.reading.nameOf(node)
    if (names.shape(name) !== CLASS_PRIVATE) return name
    const owner = this.symbols.scopeClass[scope]
    if (owner === 0) return name
    const stripped = names.text(owner).replace(/^_+/, '')
    return stripped === '' ? name : names.of(`_${stripped}${names.text(name)}`)
  }

  read(node: number, scope: ScopeId): SymbolId {
    const name = this.nameAt(node, scope)
    const symbol = this.symbols.ensure(scope, name, node)
    this.symbols.marks[symbol] |= USED
    if (this.reads === this.readNodes.length) this.growReads()
    this.readNodes[this.reads] = node
    this.readSymbols[this.reads] = symbol
    this.reads += 1
    if (this.reading.names.shape(name) === DUNDER) {
      const refusal = refuseRead(this.reading.names.text(name), this.symbols.scopeKind[scope])
      if (refusal !== undefined) this.findings.add(refusal.code, node, () => refusal)
    }
    return symbol
  }

  private growReads(): void {
    const [nodes, symbols] = [this.readNodes, this.readSymbols]
    this.readNodes = new Int32Array(nodes.length * 2)
    this.readNodes.set(nodes)
    this.readSymbols = new Int32Array(symbols.length * 2)
    this.readSymbols.set(symbols)
  }

  bind(node: number, scope: ScopeId, binding: Binding, how = BOUND): SymbolId {
    const { symbols } = this
    const name = this.nameAt(node, scope)
    const symbol = symbols.ensure(scope, name, node)
    const before = symbols.marks[symbol]
    if ((before & PARAMETER) !== 0 && how === PARAMETER) {
      this.findings.say(
        'PR134',
        node,
        `parameter \`${this.shown(name)}\` is there twice`,
        'give it another name',
      )
    }
    const iterates =
      symbols.scopeKind[scope] === COMPREHENSION_SCOPE ||
      symbols.scopeKind[scope] === GENERATOR_SCOPE
    symbols.marks[symbol] |=
      how | BOUND | (iterates ? ITERATION : 0) | ((before & BOUND) !== 0 ? REBOUND : 0)
    if ((before & GLOBAL) !== 0) this.bindInModule(name, node)
    else if (
      symbols.scopeKind[scope] === CLASS_SCOPE &&
      how !== IMPORTED &&
      (before & NONLOCAL) === 0
    ) {
      this.judgeClassName(node, name)
    }
    this.judge(node, name, scope, binding)
    return symbol
  }

  /** Names that a star at `node` imports. */
  bindStarred(node: number, scope: ScopeId, texts: readonly string[]): void {
    const { symbols } = this
    for (const text of texts) {
      const symbol = symbols.ensure(scope, this.reading.names.of(text), node)
      symbols.marks[symbol] |= BOUND | ((symbols.marks[symbol] & BOUND) !== 0 ? REBOUND : 0)
    }
  }

  /** `x: int` at module level: the value is to come from elsewhere. */
  annotate(node: number, scope: ScopeId): void {
    const name = this.nameAt(node, scope)
    this.symbols.marks[this.symbols.ensure(scope, name, node)] |= ANNOTATED
    this.judge(node, name, scope, 'assignment')
  }

  walrus(node: number, from: ScopeId): void {
    const { scopeKind, scopeParent } = this.symbols
    let to = from
    while (scopeKind[to] === COMPREHENSION_SCOPE || scopeKind[to] === GENERATOR_SCOPE)
      to = scopeParent[to]
    if (to !== from) {
      if (scopeKind[to] === CLASS_SCOPE) {
        this.findings.say(
          'PR135',
          node,
          '`:=` in a comprehension cannot bind in a class body',
          'write a loop',
        )
      }
      this.walruses.push({ node, from, to })
    }
    this.bind(node, to, 'other')
  }

  declareGlobal(node: number, scope: ScopeId): void {
    const name = this.nameAt(node, scope)
    if (this.declare(node, scope, name, 'global')) {
      const symbol = this.symbols.ensure(scope, name, node)
      this.symbols.marks[symbol] |= GLOBAL
      if ((this.symbols.marks[symbol] & BOUND) !== 0) this.bindInModule(name, node)
    }
    this.judge(node, name, MODULE, 'other')
  }

  declareNonlocal(node: number, scope: ScopeId): void {
    const name = this.nameAt(node, scope)
    if (this.symbols.scopeKind[scope] === MODULE_SCOPE) {
      this.findings.say(
        'PR130',
        node,
        '`nonlocal` at module level has no function around it',
        'leave it out',
      )
      return
    }
    if (this.declare(node, scope, name, 'nonlocal'))
      this.symbols.marks[this.symbols.ensure(scope, name, node)] |= NONLOCAL
    this.judge(node, name, scope, 'other')
  }

  /** Whether a declaration may stand where it does; says so where not. */
  private declare(
    node: number,
    scope: ScopeId,
    name: NameId,
    word: 'global' | 'nonlocal',
  ): boolean {
    const symbol = this.symbols.find(scope, name)
    const before = symbol === 0 ? 0 : this.symbols.marks[symbol]
    const text = this.shown(name)
    const first = `write \`${word} ${text}\` before the name is used`
    // An import before it does not matter to Python.
    const assigned = (before & BOUND) !== 0 && (before & (IMPORTED | REBOUND)) !== IMPORTED
    const other = word === 'global' ? NONLOCAL : GLOBAL
    const [problem, hint] =
      (before & PARAMETER) !== 0
        ? [`is a parameter, and cannot be ${word}`, 'give one of the two another name']
        : (before & other) !== 0
          ? ['is both nonlocal and global', 'leave one of the two out']
          : (before & ANNOTATED) !== 0
            ? [`is annotated before its ${word} declaration`, first]
            : assigned
              ? [`is assigned to before its ${word} declaration`, first]
              : (before & USED) !== 0
                ? [`is used before its ${word} declaration`, first]
                : []
    if (problem === undefined || hint === undefined) return true
    this.findings.say('PR130', node, `\`${text}\` ${problem}`, hint)
    return false
  }

  private bindInModule(name: NameId, node: number): void {
    const symbol = this.symbols.ensure(MODULE, name, node)
    if ((this.symbols.marks[symbol] & BOUND) !== 0) this.symbols.marks[symbol] |= REBOUND
    this.symbols.marks[symbol] |= BOUND
  }

  private judge(node: number, name: NameId, scope: ScopeId, binding: Binding): void {
    if (this.reading.names.shape(name) !== DUNDER && name !== SUPER) return
    const text = this.reading.names.text(name)
    const refusal = refuseBinding(text, this.symbols.scopeKind[scope], binding)
    if (refusal !== undefined) this.findings.add(refusal.code, node, () => refusal)
    if (
      (this.symbols.scopeMarks[scope] & EXACT_KEY) !== 0 &&
      (text === '__eq__' || text === '__hash__')
    ) {
      this.findings.say(
        'PR403',
        node,
        `a subclass of str, int, float, bytes or type cannot define \`${text}\``,
        'hold the value in an attribute of a class of its own',
      )
    }
  }

  /** What a class body binds is an attribute of the class, and of its instances. */
  private judgeClassName(node: number, name: NameId): void {
    const text = this.reading.names.text(name)
    if (this.reading.names.shape(name) === DUNDER || refuseAttribute(text) === undefined) return
    this.findings.say(
      'PR204',
      node,
      `a class cannot have the attribute \`${shown(text)}\`: such names lead into the interpreter`,
      'give it another name',
    )
  }

  private shown(name: NameId): string {
    return shown(this.reading.names.text(name))
  }
}
