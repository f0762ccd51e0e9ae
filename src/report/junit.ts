/** Findings as JUnit XML, which every CI system shows as tests: a suite per file, a failed test per finding. */
import { findingsOf, placeOf, type CheckedFile, type Formatter, type Problem } from './report.js'
import { inOrder, more } from './text.js'
import { visible, visibleName } from './visible.js'

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="pyrestrict">\n'

/** A file without findings is a test that passes; a warning is one that passes and says something. */
export class JunitFormatter implements Formatter {
  private begun = false

  file(checked: CheckedFile): string {
    const { diagnostics, warnings, omitted } = checked
    const name = placeOf(checked)
    const cases = inOrder(diagnostics, warnings).map(({ found, level }) => {
      const { code, rule, message, hint, span } = found
      const text = hint === undefined ? message : `${message}\nHint: ${hint}`
      return testCase(
        name,
        `${code} ${rule} at ${span.start.line}:${span.start.column}`,
        level === 'error'
          ? `<failure type="error" message=${attribute(message)}>${content(text)}</failure>`
          : `<system-out>${content(`warning: ${text}`)}</system-out>`,
      )
    })
    if (omitted > 0)
      cases.push(
        testCase(name, 'not listed', `<failure type="error" message=${attribute(more(omitted))}/>`),
      )
    const failures = diagnostics.length + (omitted > 0 ? 1 : 0)
    if (findingsOf(checked) === 0) cases.push(testCase(name, 'accepted', ''))
    return this.next(suite(name, cases, failures, 0))
  }

  problem({ file, message }: Problem): string {
    const error = `<error type="not-checked" message=${attribute(message)}/>`
    return this.next(suite(file, [testCase(file, 'checked', error)], 0, 1))
  }

  end(): string {
    return `${this.begun ? '' : HEAD}</testsuites>\n`
  }

  private next(text: string): string {
    const head = this.begun ? '' : HEAD
    this.begun = true
    return `${head}${text}`
  }
}

function suite(name: string, cases: readonly string[], failures: number, errors: number): string {
  return (
    `<testsuite name=${attribute(name)} tests="${cases.length}" failures="${failures}" errors="${errors}">\n` +
    `${cases.join('')}</testsuite>\n`
  )
}

function testCase(file: string, name: string, body: string): string {
  const words = `<testcase classname=${attribute(file)} name=${attribute(name)}`
  return `  ${words}${body === '' ? '/>' : `>${body}</testcase>`}\n`
}

function attribute(text: string): string {
  return `"${escape(visible(text))}"`
}

function content(text: string): string {
  return escape(text.split('\n').map(visibleName).join('\n'))
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
