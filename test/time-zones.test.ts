/** Time zones: `zoneinfo` has the world's, in every guest. What they say is compared with what Node's own database says. */
import { afterAll, describe, expect, test } from 'vitest'
import { createSandbox } from '../src/index.js'

const ZONES = [
  'Europe/Amsterdam',
  'America/New_York',
  'Australia/Sydney',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'Europe/London',
  'Pacific/Chatham',
  'UTC',
]
/** Every 83 days and some hours from 1971 to 2045: past what is written into files of zones, too. */
const SECONDS = Array.from({ length: 325 }, (_, i) => 31_536_000 + i * 7_200_123)

function offsetOf(format: Intl.DateTimeFormat, seconds: number): number {
  const part = format.formatToParts(seconds * 1000).find(({ type }) => type === 'timeZoneName')!
  const [, sign, hours, minutes, rest = '0'] = /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?/.exec(
    part.value,
  )!
  const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest)
  return sign === '-' ? -size : size
}

const sandboxes = {
  agent: await createSandbox({ preset: 'agent' }, { isolation: 'thread', spares: 0 }),
  full: await createSandbox({ language: 'full' }, { isolation: 'thread', spares: 0 }),
}
afterAll(async () => {
  for (const sandbox of Object.values(sandboxes)) await sandbox.close()
})

describe.each(['agent', 'full'] as const)('%s', (name) => {
  const run = sandboxes[name].run.bind(sandboxes[name])

  test.each(ZONES)('%s has the offsets that Node knows', async (zone) => {
    const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    const outcome = await run(
      `from datetime import datetime
from zoneinfo import ZoneInfo
zone = ZoneInfo(key)
[int(datetime.fromtimestamp(at, zone).utcoffset().total_seconds()) for at in seconds]`,
      { inputs: { key: zone, seconds: SECONDS } },
    )
    expect(outcome).toMatchObject({
      status: 'returned',
      value: SECONDS.map((at) => offsetOf(format, at)),
    })
  })

  test('names, gaps and folds are as in CPython, and a zone is one object', async () => {
    const outcome = await run(`
import copy, pickle
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones
zone = ZoneInfo('Europe/Amsterdam')
summer, winter = datetime(2026, 7, 1, 12, tzinfo=zone), datetime(2026, 1, 1, 12, tzinfo=zone)
fold = datetime(2026, 10, 25, 2, 30, tzinfo=zone)
try: ZoneInfo('Europe/Atlantis')
except ZoneInfoNotFoundError as error: missing = error.args[0]
[summer.tzname(), winter.tzname(), summer.dst().seconds, str(summer), repr(zone), zone is ZoneInfo('Europe/Amsterdam'),
 copy.copy(zone) is copy.deepcopy(zone) is pickle.loads(pickle.dumps(zone)) is zone,
 str(fold), str(fold.replace(fold=1)), str(summer.astimezone(ZoneInfo('Asia/Tokyo'))), missing, len(available_timezones()) > 590]`)
    expect(outcome).toMatchObject({
      status: 'returned',
      value: [
        'CEST',
        'CET',
        3600,
        '2026-07-01 12:00:00+02:00',
        "zoneinfo.ZoneInfo(key='Europe/Amsterdam')",
        true,
        true,
        '2026-10-25 02:30:00+02:00',
        '2026-10-25 02:30:00+01:00',
        '2026-07-01 19:00:00+09:00',
        'No time zone found with key Europe/Atlantis',
        true,
      ],
    })
  })
})

test('keys that are paths name no zone', async () => {
  for (const key of ['../UTC', '/etc/passwd', 'Europe', '', 'UTC\0', 'zones', 'Europe/Paris/']) {
    const outcome = await sandboxes.agent.run('from zoneinfo import ZoneInfo\nZoneInfo(key)', {
      inputs: { key },
    })
    expect(outcome).toMatchObject({
      status: 'raised',
      exception: { type: 'ZoneInfoNotFoundError' },
    })
  }
})

test('a zone crosses to a trusted module and back', async () => {
  await using sandbox = await createSandbox(
    { preset: 'agent' },
    {
      isolation: 'thread',
      spares: 0,
      trusted: {
        clock: {
          source:
            'from datetime import datetime\nfrom zoneinfo import ZoneInfo\ndef there(at):\n    return str(at.utcoffset()), at.astimezone(ZoneInfo("Asia/Tokyo"))',
          expose: ['there'],
        },
      },
    },
  )
  const outcome = await sandbox.run(`
from datetime import datetime
from zoneinfo import ZoneInfo
offset, moved = there(datetime(2026, 7, 1, 12, tzinfo=ZoneInfo('America/New_York')))
[offset, moved.isoformat(), moved.tzinfo.key]`)
  expect(outcome).toMatchObject({
    status: 'returned',
    value: ['-1 day, 20:00:00', '2026-07-02T01:00:00+09:00', 'Asia/Tokyo'],
  })
})
