/** The schema of `pyrestrict.json`: what `check` may be told once, for a repository. The JSON Schema is made from it too. */
import * as v from 'valibot'
import { keyed } from '../policy/key.js'
import { PRESET_NAMES } from '../policy/presets.js'

const list = (text: string) =>
  v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string('must be a string'), v.minLength(1, 'must not be empty')),
        (issue) => `must be a list of strings, not ${issue.received}`,
      ),
      v.description(text),
    ),
  )

/** What the file may hold. A key that is not named here is an error. */
export const configSchema = v.pipe(
  keyed({
    $schema: v.optional(
      v.pipe(
        v.string('must be a string'),
        v.description('Where this schema is, for editors. Ignored.'),
      ),
    ),
    preset: v.optional(
      v.pipe(
        v.picklist(
          PRESET_NAMES,
          (issue) => `must be one of ${PRESET_NAMES.join(', ')}, not ${issue.received}`,
        ),
        v.description('A named policy. "script" when there is neither this nor `policy`.'),
      ),
    ),
    policy: v.optional(
      v.pipe(
        v.union(
          [v.string(), v.record(v.string(), v.unknown())],
          'must be a policy, or the path of a file that holds one',
        ),
        v.description('A policy, or the path of a file with one, from the folder of this file.'),
      ),
    ),
    names: list('Names that the host provides: any other free name is then a finding.'),
    paths: list('What is checked when the command line names nothing.'),
    exclude: list('Patterns as in a .gitignore, from the working directory, of what is left out.'),
    all: v.optional(
      v.pipe(
        v.boolean((issue) => `must be true or false, not ${issue.received}`),
        v.description('Whether to check what .gitignore and the names of folders leave out.'),
      ),
    ),
    select: list('The only rules that are reported: codes, names, or beginnings of codes.'),
    ignore: list('Rules that are not reported.'),
  }),
  v.title('pyrestrict settings'),
  v.description(
    'What `pyrestrict check` is told by pyrestrict.json. Options of the command line win.',
  ),
)

/** What the file holds, once validated. */
export type Config = v.InferOutput<typeof configSchema>
