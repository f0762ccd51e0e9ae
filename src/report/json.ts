/** Findings for programs: one JSON document. `version` changes when a field changes its meaning or goes. */
import type { Diagnostic } from '../diagnostic.js'
import type { CheckedFile, Formatter, Problem } from './report.js'
import { visibleJson } from './visible.js'

/**
 * `{ version, ok, files: [{ file, ok, diagnostics, warnings, usedNames, unknownNames, imports }], errors: [{ file, message }],
 * summary: { files, findings, warnings, errors } }`. Lines and columns count from 1, offsets from 0, in UTF-16 code units.
 */
export class JsonFormatter implements Formatter {
  private readonly files: Omit<CheckedFile, 'source'>[] = []
  private readonly errors: Problem[] = []

  file({ source: _, ...checked }: CheckedFile): string {
    this.files.push(checked)
    return ''
  }

  problem(problem: Problem): string {
    this.errors.push(problem)
    return ''
  }

  end(): string {
    const { files, errors } = this
    const total = (list: (file: Omit<CheckedFile, 'source'>) => readonly Diagnostic[]) =>
      files.reduce((sum, file) => sum + list(file).length, 0)
    const findings = total((file) => file.diagnostics)
    return printJson({
      version: 1,
      ok: findings === 0 && errors.length === 0,
      files: files.map(({ file, diagnostics, warnings, usedNames, unknownNames, imports }) =>
        ({ file, ok: diagnostics.length === 0, diagnostics, warnings, usedNames, unknownNames, imports })),
      errors,
      summary: { files: files.length, findings, warnings: total((file) => file.warnings), errors: errors.length },
    })
  }
}

/** A value as JSON for reading, safe to print, ending with a newline. */
export function printJson(value: unknown): string {
  return `${visibleJson(JSON.stringify(value, null, 2))}\n`
}
