/** Findings for programs: one JSON document. `version` changes when a field changes its meaning or goes. */
import {
  findingsOf,
  Totals,
  type CheckedFile,
  type Formatter,
  type Problem,
  type Remarks,
  type Severity,
} from './report.js'
import type { Diagnostic } from '../diagnostic.js'
import { visibleJson } from './visible.js'

/**
 * Writes the document as the files come, one a line, so that no number of files fills the memory. Its schema is
 * `report.schema.json`. Lines and columns count from 1, offsets from 0, in UTF-16 code units.
 */
export class JsonFormatter implements Formatter {
  private readonly totals = new Totals()
  private readonly errors: Problem[] = []
  private readonly rules = new Map<string, number>()
  private begun = false

  file(checked: CheckedFile): string {
    const { file, cell, diagnostics, omitted, warnings } = checked
    this.totals.add(checked)
    for (const { code } of [...diagnostics, ...warnings])
      this.rules.set(code, (this.rules.get(code) ?? 0) + 1)
    const { usedNames, unknownNames, imports, unselected = 0 } = checked
    return this.next({
      file,
      ...(cell === undefined ? {} : { cell }),
      ok: findingsOf(checked) === 0,
      diagnostics: diagnostics.map(withSeverity('error')),
      omitted,
      warnings: warnings.map(withSeverity('warning')),
      unselected,
      usedNames,
      unknownNames,
      imports,
    })
  }

  problem(problem: Problem): string {
    this.errors.push(problem)
    return ''
  }

  end({ leftOut }: Remarks = { leftOut: [] }): string {
    const { errors, rules } = this
    const { files, findings, warnings, unselected } = this.totals
    const rest = {
      errors,
      leftOut,
      ok: findings === 0 && errors.length === 0,
      summary: {
        files,
        findings,
        warnings,
        errors: errors.length,
        unselected,
        rules: Object.fromEntries([...rules].sort(([a], [b]) => (a < b ? -1 : 1))),
      },
    }
    const head = this.begun ? '' : HEAD
    return `${head}\n],${line(rest).slice(1)}\n`
  }

  private next(file: object): string {
    const before = this.begun ? ',' : HEAD
    this.begun = true
    return `${before}\n${line(file)}`
  }
}

const HEAD = '{"version":1,"files":['

function withSeverity(severity: Severity): (found: Diagnostic) => object {
  return ({ code, rule, ...rest }) => ({ code, rule, severity, ...rest })
}

function line(value: object): string {
  return visibleJson(JSON.stringify(value))
}

/** A value as JSON for reading, safe to print, ending with a newline. */
export function printJson(value: unknown): string {
  return `${visibleJson(JSON.stringify(value, null, 2))}\n`
}
