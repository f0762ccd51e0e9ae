/** The formats of `--format`, by name. */
import type { Rule } from '../rules/rule.js'
import { AgentFormatter } from './agent.js'
import { GithubFormatter } from './github.js'
import { GitlabFormatter } from './gitlab.js'
import { JsonFormatter } from './json.js'
import { JunitFormatter } from './junit.js'
import { COLOURS, PLAIN } from './paint.js'
import type { Formatter } from './report.js'
import { SarifFormatter } from './sarif.js'
import { StatisticsFormatter } from './statistics.js'
import { ConciseFormatter, TextFormatter } from './text.js'

/** What a formatter may need beside the findings. */
export interface FormatterOptions {
  /** Whether `text` may use terminal colours. */
  readonly colour: boolean
  /** This package's version, for documents that name their tool. */
  readonly version: string
  readonly explain: (code: string) => Rule | undefined
  /** Whether reports for people go without their summary. */
  readonly quiet?: boolean
}

const FORMATS = {
  text: ({ colour, quiet }) => new TextFormatter(colour ? COLOURS : PLAIN, quiet),
  concise: () => new ConciseFormatter(),
  agent: ({ explain }) => new AgentFormatter(explain),
  json: () => new JsonFormatter(),
  github: () => new GithubFormatter(),
  gitlab: () => new GitlabFormatter(),
  sarif: ({ version, explain }) => new SarifFormatter(version, explain),
  junit: () => new JunitFormatter(),
  statistics: ({ colour, quiet = false }) => new StatisticsFormatter(colour, quiet),
} satisfies Record<string, (options: FormatterOptions) => Formatter>

/** Those that `--format` takes. `--statistics` asks for the other one. */
export const FORMAT_NAMES = Object.keys(FORMATS).filter(
  (name) => name !== 'statistics',
) as readonly Format[]

/** The name of a format. */
export type Format = keyof typeof FORMATS

/** A fresh formatter; it serves one report. */
export function createFormatter(format: Format, options: FormatterOptions): Formatter {
  return FORMATS[format](options)
}
