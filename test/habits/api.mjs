/**
 * The API reference: each public name with its type and what its doc comments say, from the declarations that are published.
 * `npm run docs` writes it to docs/api.md; a test compares.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Node, Project } from 'ts-morph'

const DECLARATIONS = fileURLToPath(new URL('../../dist/index.d.ts', import.meta.url))
const REFERENCE = fileURLToPath(new URL('../../docs/api.md', import.meta.url))

/** The chapters, in the order in which a reader meets them. A public name stands in exactly one. */
const CHAPTERS = [
  [
    'Check and rewrite',
    `check createChecker rewrite Checker CheckOptions Mode CheckResult RewriteResult PolicyOptions ImportRecord Diagnostic
    Code Position Span explain Rule createMapper Mapper Edge`,
  ],
  [
    'Policies',
    'Policy NetworkGrant loadPolicy PRESETS Preset PresetName LIMITS Limit Limits suggestPolicy SuggestedPolicy',
  ],
  [
    'Sandboxes and runs',
    `createSandbox SandboxOptions Isolation Wrap Sandbox RunOptions ExecuteOptions CompileOptions Inputs GivenOptions GuestModule
    Stdin OnOutput Stream StartedRun Slice Program createPool PoolSettings WorkerPool Load`,
  ],
  [
    'Outcomes',
    `Outcome Returned Exited Raised Refused Exhausted Crashed Cancelled Waiting Spent Usage GuestException ChainedException
    Frame outcomeToJson`,
  ],
  [
    'Formulas',
    'Formula InlineFormula FormulaOf FormulaSource Columns Row Mapped Cell CellError EvaluationError',
  ],
  ['Sessions', 'Session CallOptions'],
  [
    'What a guest may ask',
    `EffectOptions Capabilities Asked capability Capability CapabilityOptions awaitable Awaitable EffectEvent Decision
    GuestError GuestErrorType GuestFunction CallbackError NetworkRule NetworkHandler NetworkTransport Secret`,
  ],
  ['Runs that wait', 'LATER WaitingCall WaitingAnswer WaitingAnswers StatesOptions ResumeOptions'],
  ['Trusted modules', 'TrustedModule Exposure Shown'],
  [
    'What a policy grants, listed',
    'describe DescribeOptions Description About audit AuditOptions AuditFinding AuditReport',
  ],
  ['Values', 'Value PyValue record PyRecord valueToJson'],
  [
    'Errors',
    `PyrestrictError ArgumentError PolicyError ModuleError ValueError StateError SnapshotError OverloadError ClosedError
    InstallationError RuleError`,
  ],
].map(([title, names]) => ({ title, names: names.split(/\s+/) }))

/** The whole text. Throws when a public name stands in no chapter, or a chapter names what is not public. */
export function apiReference() {
  const project = new Project({
    compilerOptions: { skipLibCheck: true },
    skipAddingFilesFromTsConfig: true,
  })
  const exported = project.addSourceFileAtPath(DECLARATIONS).getExportedDeclarations()
  const listed = CHAPTERS.flatMap(({ names }) => names)
  const missing = [...exported.keys()].filter((name) => !listed.includes(name))
  const unknown = listed.filter((name, n) => !exported.has(name) || listed.indexOf(name) !== n)
  if (missing.length + unknown.length > 0)
    throw new Error(
      `in no chapter: ${missing.join(', ')}; not public, or twice: ${unknown.join(', ')}`,
    )
  const chapters = CHAPTERS.map(
    ({ title, names }) =>
      `## ${title}\n\n${names.map((name) => entry(name, exported)).join('\n\n')}`,
  )
  const contents = CHAPTERS.map(({ title }) => `- [${title}](#${anchor(title)})`).join('\n')
  return `# API reference\n\nEvery public name, from the comments in the code. \`npm run docs\` writes it.\n\n${contents}\n\n${chapters.join('\n\n')}\n`
}

/** One public name: its heading, its signature or members, and what its comment says. */
function entry(name, exported) {
  const declarations = exported.get(name)
  const [first] = declarations
  const kind = Node.isClassDeclaration(first)
    ? 'class'
    : Node.isFunctionDeclaration(first)
      ? 'function'
      : Node.isVariableDeclaration(first)
        ? 'value'
        : 'type'
  const text = [`### ${kind} \`${name}\``]
  if (Node.isFunctionDeclaration(first)) {
    for (const declaration of declarations)
      text.push(code(signature(declaration)), comment(declaration))
  } else if (Node.isVariableDeclaration(first)) {
    text.push(code(`${name}: ${first.getTypeNode()?.getText() ?? ''}`))
    text.push(comment(first.getVariableStatement()))
  } else {
    text.push(comment(first), heritage(first, exported), members(first, exported))
    if (Node.isTypeAliasDeclaration(first) && !Node.isTypeLiteral(first.getTypeNode()))
      text.push(code(`type ${typeName(first)} = ${bare(first.getTypeNode())}`))
  }
  return text.filter(Boolean).join('\n\n')
}

/** What a class or an interface builds upon that has an entry of its own. */
function heritage(declaration, exported) {
  const bases = basesOf(declaration).filter((base) => !isInlined(base, exported))
  return bases.length > 0
    ? `With all of ${bases.map((base) => `\`${base.getText()}\``).join(', ')}.`
    : ''
}

function basesOf(declaration) {
  if (Node.isInterfaceDeclaration(declaration)) return declaration.getExtends()
  const base = Node.isClassDeclaration(declaration) ? declaration.getExtends() : undefined
  return base ? [base] : []
}

/** A base that has no entry of its own: its members stand among those of what builds upon it. */
const isInlined = (base, exported) =>
  base.getTypeArguments().length === 0 &&
  base.getExpression().getText() !== 'Error' &&
  !exported.has(base.getExpression().getText())

/** The members of an interface, a class or an object type, and of its bases that have no entry: one item each. */
function members(declaration, exported) {
  const owner = Node.isTypeAliasDeclaration(declaration) ? declaration.getTypeNode() : declaration
  if (!Node.isTypeElementMembered(owner) && !Node.isClassDeclaration(owner)) return ''
  const inherited = basesOf(declaration)
    .filter((base) => isInlined(base, exported))
    .flatMap((base) => base.getType().getSymbol()?.getDeclarations() ?? [])
    .filter((base) => Node.isInterfaceDeclaration(base))
    .map((base) => members(base, exported))
  const own = owner
    .getMembers()
    .filter((member) => !/^(#|private |(readonly )?name = )/.test(member.getText()))
    .map((member) => {
      const said = comment(member)
      const type = bare(member)
        .replace(/^readonly /, '')
        .replace(/;$/, '')
        .replace(/ \| undefined$/, '')
      return `- \`${oneLine(type)}\`${said ? `  \n${said.replace(/^(?=.)/gm, '  ')}` : ''}`
    })
  return [...inherited, ...own].filter(Boolean).join('\n')
}

/** A doc comment as Markdown: its prose, then what it throws, then its example. */
function comment(node) {
  const doc = node?.getJsDocs?.().at(-1)
  if (!doc) return ''
  const parts = doc
    .getDescription()
    .trim()
    .split(/\n\n/)
    .map((part) => (part.startsWith('|') ? part : oneLine(part)))
  for (const tag of doc.getTags()) {
    const text = (tag.getCommentText() ?? '').trim()
    if (tag.getTagName() === 'throws') parts.push(`Throws ${oneLine(text)}`)
    else if (tag.getTagName() === 'example') parts.push(`Example:\n\n${code(text)}`)
    else if (tag.getTagName() === 'param') parts.push(`\`${tag.getName()}\`: ${oneLine(text)}`)
    else if (tag.getTagName() === 'returns') parts.push(`Returns ${oneLine(text)}`)
  }
  return parts.filter(Boolean).join('\n\n')
}

const signature = (declaration) =>
  bare(declaration)
    .replace(/^export declare /, '')
    .replace(/;$/, '')

const typeName = (declaration) =>
  declaration.getName() +
  (declaration.getTypeParameters().length > 0
    ? `<${declaration
        .getTypeParameters()
        .map((one) => one.getText())
        .join(', ')}>`
    : '')

/** The text of a declaration without the comments in it. */
function bare(node) {
  const whole = node.getText()
  let text = ''
  let from = 0
  for (const { 0: found, index } of whole.matchAll(/\/\*\*[\s\S]*?\*\/\s*/g)) {
    text += whole.slice(from, index)
    from = index + found.length
  }
  return text + whole.slice(from)
}

const code = (text) => `\`\`\`typescript\n${text}\n\`\`\``
const oneLine = (text) => text.replace(/\{@link ([^}]+)\}/g, '`$1`').replace(/\s*\n\s*/g, ' ')
const anchor = (title) =>
  title
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '-')

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(REFERENCE, apiReference())
