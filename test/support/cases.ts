/** Reads the cases of `fixtures/escapes/*.py`: `# --- name`, then `# key: value` lines, then the code. */
import { readFileSync } from 'node:fs'
import { caseOf, sectionsOf, type Section } from './case-files.js'

export interface EscapeCase {
  readonly name: string
  readonly family: string
  /** The layer that must stop it by itself. */
  readonly layer?: 'check' | 'guard' | 'runtime'
  /** Python over what the guest left behind: true if the attack worked. */
  readonly effect?: string
  /** Python of ours that brings the effect about, over the same names: it shows that the effect would be seen. */
  readonly plant?: string
  /** JSON the case must keep returning (a benign twin). */
  readonly returns?: unknown
  /** What must become of it: `any`, a status, or a status and what it names. */
  readonly outcome?: string
  readonly limits?: Record<string, number>
  readonly code: string
}

const KEYS = new Set(['origin', 'layer', 'effect', 'plant', 'returns', 'outcome', 'limits'])

/** The cases that need a policy of their own: text that is evaluated. */
const EVALUATE = 'evaluate.py'

export function escapeCases(): EscapeCase[] {
  return sectionsOf('escapes', (file) => file !== 'host_app.py' && file !== EVALUATE).map(readCase)
}

/** Attacks on the evaluation of text. */
export function evaluateCases(): EscapeCase[] {
  return sectionsOf('escapes', (file) => file === EVALUATE).map(readCase)
}

function readCase(section: Section): EscapeCase {
  const { name, fields, code } = caseOf(section)
  const family = section.file.replace('.py', '')
  const unknown = Object.keys(fields).find((key) => !KEYS.has(key))
  if (unknown !== undefined) throw new Error(`${family}/${name}: unknown header ${unknown}`)
  if (Object.keys(fields).length === 0) throw new Error(`${family}/${name}: no header`)
  return {
    name: name.trim(),
    family,
    code,
    ...(fields['layer'] ? { layer: fields['layer'] as 'check' } : {}),
    ...(fields['effect'] ? { effect: fields['effect'] } : {}),
    ...(fields['plant'] ? { plant: fields['plant'] } : {}),
    ...(fields['outcome'] ? { outcome: fields['outcome'] } : {}),
    ...(fields['returns'] ? { returns: JSON.parse(fields['returns']) as unknown } : {}),
    ...(fields['limits'] ? { limits: JSON.parse(fields['limits']) as Record<string, number> } : {}),
  }
}

export const HOST_APP = readFileSync(
  new URL('../../fixtures/escapes/host_app.py', import.meta.url),
  'utf8',
)
export const SECRET = 'fixture-secret-41'
