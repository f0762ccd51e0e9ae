/**
 * The one pass over a tree: tries the rules' patterns at each node, and follows Python 3.14's scopes to learn which scope
 * binds and uses which name. It does not recurse, and makes no object for a node.
 */
import type { Reading } from '../rules/reading.js'
import type { AnchoredPatterns } from '../rules/anchors.js'
import { ALLOW, DENY, type RulePattern, type Ruleset } from '../rules/ruleset.js'
import type { Grammar } from '../syntax/language.js'
import type { Binder } from './binder.js'
import type { Findings } from './findings.js'
import { Flow } from './flow.js'
import type { Mode } from './options.js'
import { Frames } from './frames.js'
import { Identifiers } from './identifiers.js'
import type { Imports } from './imports.js'
import { reportDeniedKind, type KindTable } from './kinds.js'
import { NameStrings } from './name-strings.js'
import { Openings } from './openings.js'
import * as roles from './roles.js'
import type { Shapes } from './shapes.js'
import { COMPREHENSION_SCOPE, GENERATOR_SCOPE } from './symbols.js'
import { Targets } from './targets.js'

/** Runs the pass over one tree after another. */
export class Scopes {
  private readonly stops: Uint8Array
  private readonly frames = new Frames()
  private readonly identifiers: Identifiers
  private readonly openings: Openings
  private readonly flow: Flow
  private readonly nameStrings: NameStrings
  private readonly targets: Targets
  private readonly patterns: (readonly RulePattern[] | undefined)[] = []
  private readonly shapeChecks: Shapes['checks']
  /** By kind id: 0 where nobody has anything to do. */
  private readonly busy: Uint8Array
  private findings!: Findings
  private readonly anchored: AnchoredPatterns
  /** Where a pattern was tried last. */
  private readonly tried = new Map<RulePattern, number>()
  /** The pattern being tried. */
  private pattern!: RulePattern

  constructor(
    grammar: Grammar,
    ruleset: Ruleset,
    private readonly kindTable: KindTable,
    shapes: Shapes,
    private readonly reading: Reading,
    binder: Binder,
    private readonly imports: Imports,
  ) {
    this.stops = roles.stopTable(grammar)
    this.busy = new Uint8Array(this.stops.length)
    this.flow = new Flow(grammar, reading, binder.symbols)
    this.nameStrings = new NameStrings(grammar, reading)
    this.targets = new Targets(grammar, reading)
    this.identifiers = new Identifiers(grammar, reading, binder, this.frames, this.targets)
    this.openings = new Openings(grammar, reading, binder, this.frames, this.identifiers)
    this.shapeChecks = shapes.checks
    this.anchored = ruleset.anchored
    for (let kind = 0; kind < this.busy.length; kind += 1) {
      this.patterns[kind] = ruleset.at(kind)
      const idle =
        kindTable.denied[kind] === 0 &&
        shapes.checks[kind] === undefined &&
        this.patterns[kind] === undefined
      // Kinds that no list has are denied, and so are busy.
      this.busy[kind] = idle && (this.stops[kind] ?? 0) === 0 ? 0 : 1
    }
  }

  /** Reads the whole tree of `reading`, after `begin` of binder and imports. */
  run(findings: Findings, mode: Mode = 'exec'): void {
    this.findings = findings
    this.flow.begin(findings, mode)
    this.frames.begin()
    this.identifiers.begin(findings)
    const { frames, patterns, stops, shapeChecks, busy, anchored, reading } = this
    const { tree } = reading
    const { kind, count } = tree
    anchored.begin(reading.names)
    if (this.tried.size > 0) this.tried.clear()
    const { denied } = this.kindTable
    for (let node = 0; node < count; node += 1) {
      if (node >= frames.end) frames.leave(node)
      if (node === frames.next) frames.arrive()
      const here = kind[node]
      if (busy[here] === 0) continue
      if (denied[here] !== 0) reportDeniedKind(this.kindTable, tree, node, findings.report)
      const shape = shapeChecks[here]
      if (shape !== undefined) shape(tree, node, findings.report)
      const rules = patterns[here]
      if (rules !== undefined) this.match(rules, node)
      const stop = stops[here]
      if (stop === roles.IDENTIFIER) {
        const around = anchored.of(reading.nameOf(node), reading.names)
        if (around !== undefined) this.matchAround(around, node)
        this.identifiers.meet(node, frames.scope)
      } else if (stop !== 0) this.stop(stop, node)
    }
  }

  private match(patterns: readonly RulePattern[], node: number): void {
    for (const pattern of patterns) {
      this.pattern = pattern
      pattern.matcher.match(this.reading, node, this.captured)
    }
  }

  /** Tries patterns that `node`'s name is part of, at the nodes above it where they begin. */
  private matchAround(patterns: readonly RulePattern[], node: number): void {
    const { kind, parent } = this.reading.tree
    for (const pattern of patterns) {
      const { kinds, anchor, match } = pattern.matcher
      for (const depth of anchor!.depths) {
        let root = node
        for (let level = 0; level < depth && root >= 0; level += 1) root = parent[root]
        // One class may have ten thousand such bases: it is looked at once.
        if (root < 0 || !kinds.includes(kind[root]) || this.tried.get(pattern) === root) continue
        this.tried.set(pattern, root)
        this.pattern = pattern
        match(this.reading, root, this.captured)
      }
    }
  }

  private readonly captured = (capture: string, node: number): void => {
    if (capture === DENY) this.findings.deny(this.pattern, node)
    else if (capture === ALLOW) this.findings.allow(this.pattern, node)
  }

  private stop(stop: number, node: number): void {
    const { scope } = this.frames
    switch (stop) {
      case roles.ATTRIBUTE:
        return this.targets.checkAttribute(node, this.findings)
      case roles.CALL:
        return this.nameStrings.check(node, this.findings)
      case roles.FUNCTION:
        return this.openings.function(node, scope)
      case roles.LAMBDA:
        return this.openings.lambda(node, scope)
      case roles.CLASS:
        return this.openings.class(node, scope)
      case roles.COMPREHENSION:
        return this.openings.comprehension(node, scope, COMPREHENSION_SCOPE)
      case roles.GENERATOR:
        return this.openings.comprehension(node, scope, GENERATOR_SCOPE)
      case roles.TYPE_ALIAS:
        return this.openings.typeAlias(node, scope)
      case roles.DEFAULT:
        return this.openings.default(node, scope)
      case roles.DELETE:
      case roles.AS_TARGET:
        return this.identifiers.targetsOf(node)
      case roles.IMPORT:
        return this.imports.importStatement(node, scope)
      case roles.IMPORT_FROM:
        return this.imports.importFrom(node, scope)
      case roles.FUTURE_IMPORT:
        return this.imports.futureImport(node, scope)
      case roles.RETURN:
        return this.flow.returns(node, scope)
      case roles.YIELD:
        return this.flow.yields(node, scope)
      case roles.AWAIT:
        return this.flow.awaits(node, scope, 'await')
      case roles.LOOP_EXIT:
        return this.flow.exits(node)
      case roles.FOR:
      case roles.FOR_IN:
        return this.flow.asyncStatement(node, scope, 'async for')
      case roles.WITH:
        return this.flow.asyncStatement(node, scope, 'async with')
    }
  }
}
