/** What a guest finds where the system refuses the host: `refused-files.mjs FOLDER`, on a full disk, or as the user `AS`. */
import { createSandbox } from 'pyrestrict'

const sandbox = await createSandbox(
  { filesystem: { '/': { from: process.argv.at(-1), access: 'write' } }, modules: 'standard' },
  { isolation: 'inline' },
)
const FULL = `
f = open('/a', 'wb', 0)
written = 0
try:
    while True: written += f.write(b'x' * 10_000)
except OSError as error: number = error.errno
f.truncate(0)
{'full': [number, written, f.write(b'y' * 100)]}`
const REFUSED = `
import os
def told(call):
    try: return call()
    except OSError as error: return error.errno
{'refused': {
    'read': told(lambda: open('/closed').read()),
    'write': told(lambda: open('/closed', 'w').write('x')),
    'list': told(lambda: os.listdir('/shut')),
    'make': told(lambda: open('/new', 'w').write('x')),
    'change': told(lambda: os.chmod('/closed', 0o777)),
}}`
const { AS } = process.env
// Whatever is read of this installation has been read by then. Who is not root is refused as who they are.
await sandbox.run('1')
if (AS && process.getuid() === 0) process.seteuid(Number(AS))
const outcome = await sandbox.run(AS ? REFUSED : FULL)
process.stdout.write(JSON.stringify(outcome.value ?? outcome))
process.exit()
