/** The formats of `--format`, by name. */
import type { Rule } from '../rules/rule.js'
import { GithubFormatter } from './github.js'
import { JsonFormatter } from './json.js'
import { COLOURS, PLAIN } from './paint.js'
import type { Formatter } from './report.js'
import { SarifFormatter } from './sarif.js'
import { ConciseFormatter, TextFormatter } from './text.js'

/** What a formatter may need beside the findings. */
export interface FormatterOptions {
  /** Whether `text` may use terminal colours. */
  readonly colour: boolean
  /** This package's version, for documents that name their tool. */
  readonly version: string
  readonly explain: (code: string) => Rule | undefined
}

const FORMATS = {
  text: ({ colour }) => new TextFormatter(colour ? COLOURS : PLAIN),
  concise: () => new ConciseFormatter(),
  json: () => new JsonFormatter(),
  github: () => new GithubFormatter(),
  sarif: ({ version, explain }) => new SarifFormatter(version, explain),
} satisfies Record<string, (options: FormatterOptions) => Formatter>

/** The name of a format. */
export type Format = keyof typeof FORMATS

/** A fresh formatter; it serves one report. */
export function createFormatter(format: Format, options: FormatterOptions): Formatter {
  return FORMATS[format](options)
}
