/** The JSON Schema (draft 7) of what `pyrestrict check --format json` prints. Published as `report.schema.json`. */

const whole = (description: string, minimum = 0): object => ({
  type: 'integer',
  minimum,
  description,
})
const text = (description: string): object => ({ type: 'string', description })
const list = (items: object, description: string): object => ({ type: 'array', items, description })

/** An object with all of these properties and no others, but for the optional ones. */
function record(
  description: string,
  properties: Readonly<Record<string, object>>,
  optional: readonly string[] = [],
): object {
  return {
    type: 'object',
    description,
    additionalProperties: false,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
  }
}

const position = record('A place in a source, in UTF-16 code units.', {
  line: whole('From 1; in a notebook, of the cell.', 1),
  column: whole('From 1.', 1),
  offset: whole('From 0.'),
})

const span = record('A stretch of a source; `end` is the place after its last character.', {
  start: position,
  end: position,
})

const finding = record(
  'One finding.',
  {
    code: { type: 'string', pattern: '^PR\\d{3}$', description: 'The rule, by its code.' },
    rule: text('The rule, by its name.'),
    severity: {
      enum: ['error', 'warning'],
      description: 'An error refuses the source; a warning is advice.',
    },
    message: text('What was found.'),
    span,
    hint: text('What to write instead.'),
  },
  ['hint'],
)

const file = record(
  'A file that was checked, or one cell of a notebook.',
  {
    file: text('As it was named, or found below a folder that was.'),
    cell: whole('Which cell of a notebook, from 1.', 1),
    ok: { type: 'boolean', description: 'Whether it has no findings.' },
    diagnostics: list(finding, 'What is refused, in the order of the source; at most 1,000.'),
    omitted: whole('Findings beyond those listed.'),
    warnings: list(finding, 'Advice, in the order of the source; at most 1,000.'),
    unselected: whole('Findings and warnings that --select or --ignore left out of the lists.'),
    usedNames: list(text('A name.'), 'Names whose values come from outside.'),
    unknownNames: list(text('A name.'), 'Those of them that are neither declared nor builtins.'),
    imports: list(
      record(
        'One import.',
        {
          module: text('In full; `..name` for a relative one.'),
          names: list(text('A name.'), 'What is taken from it; absent for `import module`.'),
          span,
        },
        ['names'],
      ),
      'What it imports.',
    ),
  },
  ['cell'],
)

const leftOut = record('How much one rule leaves out.', {
  rule: text('A pattern, or the name of a folder.'),
  from: text('Where that is said: `usual folders`, `.gitignore:3`, `--exclude`.'),
  folders: whole('Folders that were not looked into.'),
  files: whole('Files.'),
  first: text('The path of the first of them.'),
})

/** The whole document. */
export const REPORT_SCHEMA: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'pyrestrict report',
  ...record('What `pyrestrict check --format json` prints.', {
    version: { const: 1, description: 'Changes when a field changes its meaning or goes.' },
    files: list(file, 'What was checked, in the order of the command line.'),
    errors: list(
      record('One of them.', { file: text('Its name.'), message: text('Why.') }),
      'Files that could not be checked.',
    ),
    leftOut: list(leftOut, 'What was not looked at.'),
    ok: { type: 'boolean', description: 'Whether nothing was found and everything was checked.' },
    summary: record('Counts.', {
      files: whole('Files; a notebook is one.'),
      findings: whole('Findings, those that are not listed included.'),
      warnings: whole('Warnings.'),
      errors: whole('Files that could not be checked.'),
      unselected: whole('Findings and warnings that were not selected.'),
      rules: {
        type: 'object',
        description: 'Findings and warnings by the code of their rule.',
        additionalProperties: whole('How many.', 1),
      },
    }),
  }),
}
