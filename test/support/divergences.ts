/**
 * Reads the cases of `fixtures/divergences/*.py`: `# --- name`, then `# key: value` lines, then the code.
 *
 *     # cpython: 'int'               what its final expression is in CPython, or what it raises
 *     # elsewhere: opens the file    the same in words, where it depends on the machine
 *     # restrictedpython: accepted   what RestrictedPython's compiler says, instead of the two above
 *     # pyrestrict: 'int'            what it comes to here; of the cases of RestrictedPython: accepted
 *     # refused: PR203               the first rule that refuses it, instead
 *     # why: it leads to ...
 */
import { caseFiles, type Case } from './case-files.js'

export interface Divergence {
  readonly file: string
  readonly name: string
  /** What others give, and who they are. */
  readonly theirs: string
  readonly by: 'cpython' | 'elsewhere' | 'restrictedpython'
  readonly ours: string
  readonly refused: boolean
  readonly why: string
  readonly code: string
}

/** A file of cases; its first line, without `# `, says what they have in common. */
export interface DivergenceFile {
  readonly about: string
  readonly cases: readonly Divergence[]
}

/** Files in the order of the list; one that is not here is an error. */
const FILES = ['syntax', 'attributes', 'classes', 'library', 'evaluate', 'restrictedpython']

export function divergenceFiles(): readonly DivergenceFile[] {
  return caseFiles('divergences', FILES).map(({ file, about, cases }) => ({
    about,
    cases: cases.map((one) => readDivergence(one, file)),
  }))
}

function readDivergence({ name, fields, code }: Case, file: string): Divergence {
  const { cpython, elsewhere, restrictedpython, pyrestrict, refused, why, ...unknown } = fields
  const others = Object.entries({ cpython, elsewhere, restrictedpython }).filter(
    ([, text]) => text !== undefined,
  )
  if (
    others.length !== 1 ||
    (pyrestrict === undefined) === (refused === undefined) ||
    why === undefined ||
    Object.keys(unknown).length > 0
  ) {
    throw new Error(`${file}/${name}: its headers are ${Object.keys(fields).join(' ')}`)
  }
  return {
    file,
    name,
    why,
    by: others[0]![0] as Divergence['by'],
    theirs: others[0]![1]!,
    ours: (pyrestrict ?? refused)!,
    refused: refused !== undefined,
    code,
  }
}
