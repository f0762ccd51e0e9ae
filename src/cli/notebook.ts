/**
 * Jupyter notebooks, checked cell by cell: each cell is a source of its own, and positions count within it. Names that one cell
 * binds are known in the others, since they share a namespace.
 */
import type { Diagnostic } from '../diagnostic.js'
import type { CheckResult } from '../check/checker.js'
import type { CheckOptions } from '../check/options.js'
import type { Checker } from '../pipeline.js'
import type { CheckedFile } from '../report/report.js'
import { Source } from '../syntax/source.js'
import { SYNTAX_RULES } from '../syntax/syntax-rules.js'
import { findMagics } from './magics.js'
import { ReadError } from './read-source.js'

interface Cell {
  /** From 1, cells of text counted too: as notebooks' own tools count. */
  readonly cell: number
  readonly source: string
}

/** Whether a file of this name is a notebook. */
export function isNotebook(file: string): boolean {
  return file.endsWith('.ipynb')
}

/** The cells of a notebook, each checked. @throws ReadError for what is no notebook. */
export function checkNotebook(
  checker: Checker,
  file: string,
  text: string,
  { names, ...options }: CheckOptions,
): readonly CheckedFile[] {
  const cells = codeCells(text)
  const check = (source: string, known = names): CheckResult =>
    checker.check(source, {
      ...options,
      mode: 'exec',
      ...(known === undefined ? {} : { names: known }),
    })
  // A name that is unknown in a cell and known where all are one program is bound by another cell.
  const whole = cells.map(({ source }) => findMagics(source).text).join('\n')
  const unknown = names === undefined ? undefined : new Set(check(whole).unknownNames)
  const namesFor = (source: string): readonly string[] | undefined =>
    unknown && [...names!, ...check(source).unknownNames.filter((name) => !unknown.has(name))]
  if (cells.length === 0) return [{ file, source: '', ...check('') }]
  return cells.map(({ cell, source }) => {
    const plain = check(source, namesFor(source))
    // A cell that can be parsed has no commands: what looks like one is in a string.
    const isPython = !plain.diagnostics.some(({ code }) => code.startsWith('PR0'))
    const { text: python, magics } = findMagics(source)
    if (isPython || magics.length === 0) return { file, cell, source, ...plain }
    const rest = check(python, namesFor(python))
    const told = magics.map(({ start, end, name }) => describeMagic(source, start, end, name))
    const diagnostics = [...told, ...rest.diagnostics].sort(
      (a, b) => a.span.start.offset - b.span.start.offset,
    )
    return { file, cell, source, ...rest, diagnostics }
  })
}

function describeMagic(source: string, start: number, end: number, name: string): Diagnostic {
  return new Source(source).diagnostic(SYNTAX_RULES.invalidSyntax, start, end, {
    message: `\`${name}\` is a command of IPython, not Python`,
    hint: 'leave it out',
  })
}

/** @throws ReadError for what is no notebook of format 4. */
function codeCells(text: string): readonly Cell[] {
  let notebook: unknown
  try {
    notebook = JSON.parse(text)
  } catch {
    throw new ReadError('it is not a notebook: not JSON')
  }
  const cells = isRecord(notebook) ? notebook['cells'] : undefined
  if (!Array.isArray(cells))
    throw new ReadError(
      isRecord(notebook) && 'worksheets' in notebook
        ? 'it is a notebook of an old format; "jupyter nbconvert --to notebook" makes a new one'
        : 'it is not a notebook: it has no list of cells',
    )
  return cells.flatMap((cell: unknown, index): Cell[] => {
    if (!isRecord(cell) || typeof cell['cell_type'] !== 'string')
      throw new ReadError(`it is not a notebook: cell ${index + 1} has no type`)
    if (cell['cell_type'] !== 'code') return []
    const lines = [cell['source']].flat()
    if (!lines.every((line): line is string => typeof line === 'string'))
      throw new ReadError(`it is not a notebook: cell ${index + 1} has no text`)
    return [{ cell: index + 1, source: lines.join('') }]
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
