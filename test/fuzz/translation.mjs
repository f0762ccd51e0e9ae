/** Mistakes planted in the translation of generated programs: what the verifier lets through, and is compiled, does no harm. */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { loadPyodide } from 'pyodide'
import { createChecker } from '../../dist/index.js'
import { guestSources } from '../../dist/image/sources.js'
import { Generator } from './generator.mjs'

const FOLDER = '/lib/pyrestrict-source'

export async function translation() {
  const checker = await createChecker({ modules: 'standard' })
  const pyodide = await loadPyodide()
  const write = (path, text) => {
    pyodide.FS.mkdirTree(dirname(`${FOLDER}/${path}`))
    pyodide.FS.writeFile(`${FOLDER}/${path}`, text)
  }
  for (const [path, text] of guestSources('')) write(path, text)
  write('planted.py', readFileSync(new URL('../support/planted.py', import.meta.url), 'utf8'))
  pyodide.runPython(
    `import sys, warnings\nwarnings.simplefilter('ignore')\nsys.path.insert(0, '${FOLDER}')\nimport planted`,
  )
  const trial = pyodide.runPython('lambda text, seed: list(planted.trial(text, seed))')
  return (random) => {
    const rewritten = checker.rewrite(new Generator(random).program())
    if (!rewritten.ok) return { kind: 'no program' }
    const seed = random.below(2 ** 31)
    const answer = trial(rewritten.code, seed)
    const [mistakes, became, harm] = answer.toJs()
    answer.destroy()
    return harm === undefined || harm === null
      ? { kind: became }
      : { kind: 'harm', finding: `${mistakes}, seed ${seed}: ${harm}\n${rewritten.code}` }
  }
}
