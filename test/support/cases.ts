/** Reads the cases of `fixtures/escapes/*.py`: `# --- name`, then `# key: value` lines, then the code. */
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../fixtures/escapes/', import.meta.url)

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
  return casesOf(
    readdirSync(folder).filter(
      (file) => file.endsWith('.py') && file !== 'host_app.py' && file !== EVALUATE,
    ),
  )
}

/** Attacks on the evaluation of text. */
export function evaluateCases(): EscapeCase[] {
  return casesOf([EVALUATE])
}

function casesOf(files: readonly string[]): EscapeCase[] {
  return files.flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    return text
      .split(/^# --- /m)
      .slice(1)
      .map((section) => readCase(section, file.replace('.py', '')))
  })
}

function readCase(section: string, family: string): EscapeCase {
  const [name, ...lines] = section.split('\n')
  const fields: Record<string, string> = {}
  let last = ''
  while (lines.length > 0) {
    const header = /^# (\w+): (.*)$/.exec(lines[0]!)
    if (!header) break
    if (!KEYS.has(header[1]!)) throw new Error(`${family}/${name}: unknown header ${header[1]}`)
    fields[(last = header[1]!)] = header[2]!
    lines.shift()
  }
  if (last === '') throw new Error(`${family}/${name}: no header`)
  return {
    name: name!.trim(),
    family,
    code: lines.join('\n'),
    ...(fields['layer'] ? { layer: fields['layer'] as 'check' } : {}),
    ...(fields['effect'] ? { effect: fields['effect'] } : {}),
    ...(fields['plant'] ? { plant: fields['plant'] } : {}),
    ...(fields['outcome'] ? { outcome: fields['outcome'] } : {}),
    ...(fields['returns'] ? { returns: JSON.parse(fields['returns']) as unknown } : {}),
    ...(fields['limits'] ? { limits: JSON.parse(fields['limits']) as Record<string, number> } : {}),
  }
}

export const HOST_APP = readFileSync(new URL('host_app.py', folder), 'utf8')
export const SECRET = 'fixture-secret-41'
