import { loadPyodide } from 'pyodide'
import { dirname } from 'node:path'
import { readFileSync, writeFileSync } from 'node:fs'
import { guestSources } from './dist/image/sources.js'
let t = performance.now()
const lap = (what) => { console.log(what, Math.round(performance.now() - t)); t = performance.now() }
const FOLDER = '/lib/pyrestrict-source'
const files = (p) => {
  const write = (path, text) => { p.FS.mkdirTree(`${FOLDER}/${dirname(path)}`); p.FS.writeFile(`${FOLDER}/${path}`, text) }
  for (const [path, text] of guestSources('')) write(path, text)
  for (const name of ['guard.py', 'reading.py', 'planted.py', 'facet_guest.py', 'engine.py']) write(name, readFileSync('test/support/' + name, 'utf8'))
}
const p = await loadPyodide({ _makeSnapshot: true }); lap('load')
files(p)
p.runPython(`import sys\nsys.path.insert(0, '${FOLDER}')\nimport facet_guest\nfacet_guest.freeze()`); lap('import')
let snap
try { snap = p.makeMemorySnapshot(); lap('snapshot ' + snap.length) } catch (e) { console.log('no', e); process.exit() }
const q = await loadPyodide({ _loadSnapshot: snap }); lap('load from snapshot')
files(q); lap('files')
const run = q.runPython('import facet_guest\nfacet_guest.guest("result = 1 + 1")'); console.log(run.toString()); lap('run')
const r2 = await loadPyodide({ _loadSnapshot: snap }); lap('load again')
files(r2)
console.log(r2.runPython('import facet_guest\nfacet_guest.guest("import json\\nresult = json.dumps([1])\\nprint(result)")').toString()); lap('run')
r2.runPython(`facet_guest.break_invariant('m1', 'names.py', '    return name in DENIED_ATTRIBUTES\\n', '    return False\\n')`); lap('break')
