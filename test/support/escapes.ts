/** A sandbox that every attack of `fixtures/escapes` is tried in, and what an attack comes to there. */
import {
  capability,
  createSandbox,
  type EffectEvent,
  type Outcome,
  type Policy,
  type Sandbox,
} from '../../src/index.js'
import { HOST_APP, SECRET, type EscapeCase } from './cases.js'

const EXPOSED = [
  'vault',
  'rows',
  'settings',
  'proxy',
  'each_row',
  'label',
  'desk',
  'found',
  'bound',
  'Shape',
]

/** Evaluates an effect over a guest's globals, in its own interpreter. */
const PROBE = `
import builtins, types
def probe(guest, effect, output):
    names = dict(guest, g=guest, result=guest.get('result'), SECRET=${JSON.stringify(SECRET)}, types=types, builtins=builtins, out=output)
    # Not the guest's own, which answer as guests are answered.
    names['__builtins__'] = builtins
    return bool(eval(effect, names))
`

/** The same, where the attack was made twice: over the guest's globals, and before that over `ns`, where it ended with `caught`. */
export const PROBE_BOTH = `${PROBE}
once = probe
def probe(guest, effect, output):
    try:
        told = f'{guest["caught"]!r} {guest["caught"]}'
    except Exception as error:
        told = ''
    ways = guest, {**guest, **guest['ns']}
    return ${JSON.stringify(SECRET)} in told or any([once(way, effect, output) for way in ways])
`

/** Brings an effect about in the guest's own interpreter, and looks for it. */
export const PLANT = `
import builtins, types
def plant(guest, code, effect):
    names = dict(guest, g=guest, types=types, builtins=builtins, out='')
    names['__builtins__'] = builtins
    exec(code, names)
    names.update(guest, result=guest.get('result'), __builtins__=builtins)
    return bool(eval(effect, names))
`

/** What every guest here is granted: it is to be of no help. */
export const document = {
  title: 'T',
  status: 'S',
  wiped: 0,
  save: () => 'saved',
  wipe: () => document.wiped++,
}
const GRANTED = {
  capabilities: {
    rate: (x = 0) => x * 2,
    doc: capability(document, { methods: ['save'], read: ['title'], write: ['status'] }),
  },
  modules: {
    helpers: 'hidden = 1\ndef f(x):\n    return x + hidden\n',
    erp: { lookup: (key: string) => `${key}!`, doc: capability({ a: 1 }, { read: ['a'] }) },
  },
  errors: { UserError: 'Exception' },
}
/** The names that guests may ask for. */
export const SHOWN = ['rate', 'doc.save', 'doc.title', 'erp.lookup']

/** What every attack is tried under. */
export const ESCAPE_POLICY = {
  modules: 'standard',
  limits: { wallMs: 3000, memoryMb: 128, outputBytes: 1 << 20 },
} as const satisfies Policy

export const said = (outcome: Outcome): string =>
  JSON.stringify(outcome, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )

/** Where attacks are tried, one after the other. */
export class EscapeRoom {
  /** What the attack under way has asked of its host. */
  asked: EffectEvent[] = []
  sandbox!: Sandbox

  async open(policy: Policy = ESCAPE_POLICY): Promise<void> {
    this.sandbox = await createSandbox(policy, {
      isolation: 'thread',
      workers: 1,
      trusted: { host_app: { source: HOST_APP, expose: EXPOSED } },
      ...GRANTED,
      onEffect: (event) => this.asked.push(event),
    })
  }

  async attempt({ limits, effect }: EscapeCase, code: string, probe = PROBE) {
    const session = await this.sandbox.session()
    this.asked = []
    try {
      const outcome = await session.run(code, { ...(limits ? { limits } : {}) })
      const args = [effect ?? 'False', outcome.output]
      // What the guest holds is judged as it is, in its own interpreter; what it did to the host's objects, in theirs.
      const probed = /\bH\b/.test(effect ?? '')
        ? await session.call('host_app', 'probe', args)
        : await session.inspect(probe, 'probe', args)
      return { outcome, probed }
    } finally {
      await session.close()
    }
  }
}
