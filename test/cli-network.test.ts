/** Requests on the command line: where a program may ask, with which secrets, and what is said of options that cannot be. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pyrestrictSays } from './support/cli.js'
import { serve, type WebServer } from './support/web.js'

let server: WebServer
let origin: string
beforeAll(async () => {
  server = await serve('127.0.0.1')
  origin = `http://127.0.0.1:${server.port}`
})
afterAll(() => server.close())

test('a program asks where it may, with a secret that it does not see', async () => {
  const source = `
import requests
answer = requests.get('${origin}/v1/x', headers={'Authorization': TOKEN})
print(TOKEN, answer.json()['headers']['authorization'])
requests.get('${origin}/v2')`
  const { status, stdout, stderr } = await pyrestrictSays(
    [
      ...['run', '-c', source, '--allow-net', `${origin}/v1/*`],
      ...['--secret', `TOKEN=${origin},api.example.com`],
    ],
    { keeps: true, env: { TOKEN: 'hunter2-hunter2' } },
  )
  expect([status, stdout]).toEqual([3, `~secret.TOKEN~ ${'*'.repeat(15)}\n`])
  expect(stderr).toContain(`RequestRefused: the policy does not allow this path of ${origin}\n`)
  expect(server.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/v1/x', 'hunter2-hunter2'],
  ])
})

const ALLOW = ['--allow-net', 'https://a.test']
test.each([
  [
    ['--allow-net', 'a.test'],
    '--allow-net "a.test": must begin with https:// or http://: "https://a.test"',
  ],
  [
    ['--allow-net', 'https://user:pw@a.test'],
    '--allow-net "https://user:pw@a.test": must hold no user name: use headers',
  ],
  [['--allow-net', 'CONNECT https://a.test'], '"CONNECT" is no method that a guest can ask with'],
  [
    ['--allow-net', '10.0.0.0/8'],
    '--allow-net "10.0.0.0/8": is a range of addresses, and must be an origin',
  ],
  [
    ['--secret', 'KEY=a.test'],
    '--secret: the policy allows no requests; --allow-net says where to',
  ],
  [
    [...ALLOW, '--secret', 'KEY'],
    '--secret "KEY": must be a name and its hosts, as API_KEY=api.example.com',
  ],
  [
    [...ALLOW, '--secret', 'NONE=a.test'],
    '--secret NONE: there is no environment variable of that name',
  ],
  [
    [...ALLOW, '--secret', 'SHORT=a.test'],
    '--secret SHORT=a.test: the value of the variable must be text of at least 8 characters',
  ],
  [
    [...ALLOW, '--secret', 'LINES=a.test'],
    '--secret LINES=a.test: the value of the variable must hold no control characters',
  ],
  [
    [...ALLOW, '--secret', 'KEY=https://a.test/x'],
    '--secret KEY=https://a.test/x: "https://a.test/x" must hold no path',
  ],
  [
    [...ALLOW, '--secret', 'KEY=a.test,,b.test'],
    '--secret KEY=a.test,,b.test: "" must name a host',
  ],
])('%j', async (args, message) => {
  const env = { KEY: 'long-enough', SHORT: 'short', LINES: 'two\nlines' }
  const { status, stdout, stderr } = await pyrestrictSays(['run', '-c', "print('ran')", ...args], {
    env,
  })
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(`pyrestrict: ${message.startsWith('--') ? message : ''}`)
  expect(stderr).toContain(message)
})
