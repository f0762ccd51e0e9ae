/** Changes what lies below a folder as fast as it can, until it is ended: `node file-racer.mjs FOLDER OUTSIDE`. */
import fs from 'node:fs'
import { join } from 'node:path'

const [folder, outside] = process.argv.slice(2)
const at = (name) => join(folder, name)
const quietly = (work) => {
  try {
    work()
  } catch {}
}
// An error's stack takes longer than the step that failed.
Error.stackTraceLimit = 0
process.stdout.write('racing\n')
for (;;) {
  // A folder and a link to the one outside take turns, in one step each: renames.
  quietly(() => fs.renameSync(at('folder'), at('folder.real')))
  quietly(() => fs.symlinkSync(outside, at('folder')))
  quietly(() => fs.unlinkSync(at('folder')))
  quietly(() => fs.renameSync(at('folder.real'), at('folder')))
  // A file, a link to the secret, a pipe, and nothing.
  const name = at('file')
  quietly(() => fs.renameSync(at(`plain`), name))
  quietly(() => fs.renameSync(name, at('plain')))
  quietly(() => fs.symlinkSync(join(outside, 'secret'), name))
  quietly(() => fs.unlinkSync(name))
  quietly(() => fs.renameSync(at('pipe'), name))
  quietly(() => fs.renameSync(name, at('pipe')))
  // A second name for what is outside, where a file was.
  quietly(() => fs.linkSync(join(outside, 'secret'), at('second')))
  quietly(() => fs.unlinkSync(at('second')))
  // The parent of what is being walked leaves, and comes back.
  quietly(() => fs.renameSync(at('deep/middle'), join(outside, 'taken')))
  quietly(() => fs.renameSync(join(outside, 'taken'), at('deep/middle')))
}
