/** Findings for programs: one JSON document. `version` changes when a field changes its meaning or goes. */
import { findingsOf, type CheckedFile, type Formatter, type Problem } from './report.js'
import { visibleJson } from './visible.js'

/**
 * `{ version, ok, files: [{ file, ok, diagnostics, omitted, warnings, usedNames, unknownNames, imports }],
 * errors: [{ file, message }], summary: { files, findings, warnings, errors } }`. Lines and columns count from 1, offsets
 * from 0, in UTF-16 code units.
 */
export class JsonFormatter implements Formatter {
  private readonly files: Omit<CheckedFile, 'source'>[] = []
  private readonly errors: Problem[] = []

  file({
    file,
    diagnostics,
    omitted,
    warnings,
    usedNames,
    unknownNames,
    imports,
  }: CheckedFile): string {
    this.files.push({ file, diagnostics, omitted, warnings, usedNames, unknownNames, imports })
    return ''
  }

  problem(problem: Problem): string {
    this.errors.push(problem)
    return ''
  }

  end(): string {
    const { files, errors } = this
    const findings = files.reduce((sum, file) => sum + findingsOf(file), 0)
    const warnings = files.reduce((sum, file) => sum + file.warnings.length, 0)
    return printJson({
      version: 1,
      ok: findings === 0 && errors.length === 0,
      files: files.map(({ file, ...result }) => ({
        file,
        ok: result.diagnostics.length === 0,
        ...result,
      })),
      errors,
      summary: { files: files.length, findings, warnings, errors: errors.length },
    })
  }
}

/** A value as JSON for reading, safe to print, ending with a newline. */
export function printJson(value: unknown): string {
  return `${visibleJson(JSON.stringify(value, null, 2))}\n`
}
