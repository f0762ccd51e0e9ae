/**
 * Findings for a language model that is to repair its program: what is wrong, where, and what to write instead. Short, since
 * every word is paid for: what is wrong in the same way in several places is said once.
 */
import type { Diagnostic } from '../diagnostic.js'
import type { Rule } from '../rules/rule.js'
import {
  count,
  findingsOf,
  placeOf,
  type CheckedFile,
  type Formatter,
  type Problem,
} from './report.js'
import { visible, visibleName } from './visible.js'

/** Different findings that are told of one source; a model repairs a few at a time. */
const MOST_TOLD = 20
/** Places that are told of one finding. */
const MOST_PLACES = 8
/** A line of the source is for recognising the place. */
const MOST_QUOTED = 120

/** A paragraph for each source that is refused; warnings are left out, they refuse nothing. */
export class AgentFormatter implements Formatter {
  constructor(private readonly explain: (code: string) => Rule | undefined) {}

  file(checked: CheckedFile): string {
    const { source, diagnostics, omitted } = checked
    const total = findingsOf(checked)
    if (total === 0) return ''
    const groups = new Map<string, Diagnostic[]>()
    for (const found of diagnostics) {
      const key = `${found.code} ${found.message} ${found.hint ?? ''}`
      groups.set(key, [...(groups.get(key) ?? []), found])
    }
    const told = [...groups.values()].slice(0, MOST_TOLD)
    const rest = total - told.reduce((sum, group) => sum + group.length, 0)
    return [
      `${visibleName(placeOf(checked))} is refused: ${count(total, 'problem')}. Change these places and leave the rest.`,
      ...told.map((group) => this.describe(group, source)),
      ...(rest > 0 || omitted > 0 ? [`- and ${rest} more`] : []),
      '',
    ].join('\n')
  }

  problem({ file, message }: Problem): string {
    return `${visibleName(file)}: ${visible(message)}\n`
  }

  end(): string {
    return ''
  }

  private describe(group: readonly Diagnostic[], source: string): string {
    const [{ code, message, hint, span }] = group as [Diagnostic]
    const places = group
      .slice(0, MOST_PLACES)
      .map(({ span: { start } }) => `${start.line}:${start.column}`)
    const more = group.length > MOST_PLACES ? `, and ${group.length - MOST_PLACES} more` : ''
    const begin = source.lastIndexOf('\n', span.start.offset - 1) + 1
    const line = visible(
      source
        .slice(begin, begin + MOST_QUOTED)
        .split(/[\r\n]/)[0]!
        .trim(),
    )
    const instead = hint ?? firstSentence(this.explain(code)?.instead)
    return [
      `- line ${places.join(', ')}${more}: ${visible(message)} [${code}]`,
      `  in: ${line}`,
      ...(instead === undefined ? [] : [`  instead: ${visible(instead)}`]),
    ].join('\n')
  }
}

function firstSentence(text: string | undefined): string | undefined {
  return text?.split(/\n\s*\n|(?<=\.)\s+(?=[A-Z`])/)[0]!.replace(/\s+/g, ' ')
}
