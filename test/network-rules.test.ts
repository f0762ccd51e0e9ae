/** What a policy says of requests: addresses, origins, paths, and what is wrong with what is written. */
import { beforeEach, describe, expect, test } from 'vitest'
import { readAddress, readRange, whyRefused } from '../src/trusted/network/addresses.js'
import { isAmbiguous, isOf, isPath, readOrigin, readUrl } from '../src/trusted/network/origins.js'
import { networkEffect, type Transport } from '../src/trusted/network/network.js'
import { Secrets } from '../src/trusted/network/secrets.js'
import { resolvePolicy } from '../src/policy/policy.js'
import { PolicyError } from '../src/errors.js'

const why = (text: string, own: readonly string[] = []): string | undefined =>
  whyRefused(
    readAddress(text)!,
    own.map((address) => readRange(address)!),
  )

describe('addresses', () => {
  test.each([
    ['93.184.216.34', undefined],
    ['1.1.1.1', undefined],
    ['172.15.255.255', undefined],
    ['172.32.0.0', undefined],
    ['100.63.255.255', undefined],
    ['100.128.0.0', undefined],
    ['223.255.255.255', undefined],
    ['2606:4700:4700::1111', undefined],
    ['2a00:1450:4001:82f::200e', undefined],
    ['2001:200::1', undefined],
    ['64:ff9b::8.8.8.8', undefined],
    ['0.0.0.0', 'an unspecified'],
    ['10.255.255.255', 'a private'],
    ['100.64.0.0', 'a shared (carrier-grade NAT)'],
    ['100.127.255.255', 'a shared (carrier-grade NAT)'],
    ['127.255.255.254', 'a loopback'],
    ['168.63.129.16', 'a metadata'],
    ['169.254.169.254', 'a link-local'],
    ['172.16.0.0', 'a private'],
    ['172.31.255.255', 'a private'],
    ['192.0.0.192', 'a reserved'],
    ['192.88.99.1', 'a 6to4 relay'],
    ['192.168.0.0', 'a private'],
    ['198.19.255.255', 'a benchmarking'],
    ['203.0.113.7', 'a documentation'],
    ['224.0.0.1', 'a multicast'],
    ['255.255.255.255', 'a reserved'],
    ['::', 'an unspecified'],
    ['::1', 'a loopback'],
    ['::7f00:1', 'an IPv4-compatible'],
    ['::ffff:8.8.8.8', 'an IPv4-mapped'],
    ['::ffff:0:8.8.8.8', 'an IPv4-translated'],
    ['64:ff9b::10.0.0.1', 'a private'],
    ['64:ff9b::169.254.169.254', 'a link-local'],
    ['64:ff9b:1::8.8.8.8', 'a private NAT64'],
    ['100::1', 'a reserved'],
    ['2001::1', 'a Teredo or reserved'],
    ['2001:db8::1', 'a documentation'],
    ['2002:808:808::1', 'a 6to4'],
    ['3fff:fff::1', 'a documentation'],
    ['4000::1', 'a reserved'],
    ['5f00::1', 'a reserved'],
    ['fd00:ec2::254', 'a private'],
    ['fe80::1', 'a link-local'],
    ['fec0::1', 'a reserved'],
    ['ff02::1', 'a multicast'],
  ])('%s: %s', (text, expected) => {
    expect(why(text)).toBe(expected)
  })

  test('those of this machine are refused though they are public, also inside of others', () => {
    expect(why('93.184.216.34', ['93.184.216.34'])).toBe("one of this machine's")
    expect(why('64:ff9b::93.184.216.34', ['93.184.216.34'])).toBe("one of this machine's")
    expect(why('2606:4700::1', ['2606:4700::1'])).toBe("one of this machine's")
    expect(why('93.184.216.35', ['93.184.216.34'])).toBeUndefined()
  })

  test('what is no address is none', () => {
    for (const text of [
      '',
      'localhost',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '::1%lo',
      ':::',
      '1::2::3',
      '12345::',
      'a.b.c.d',
      '1.2.3.4 ',
    ])
      expect(readAddress(text) && text, text).toBe(text === '1.2.3' ? text : undefined)
    expect([...readAddress('1:2:3:4:5:6:7:8')!]).toEqual([
      0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8,
    ])
    for (const text of ['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '/8', '::/129'])
      expect(readRange(text), text).toBeUndefined()
  })
})

describe('URLs', () => {
  test.each([
    ['https://Example.COM:443/a/../b?q#f', 'https://example.com/b?q'],
    ['https://example.com.', 'https://example.com/'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://[::FFFF:127.0.0.1]:80/', 'http://[::ffff:7f00:1]/'],
    ['http://example.com\\evil.com/', 'http://example.com/evil.com/'],
  ])('%s is %s', (text, expected) => {
    expect(String(readUrl(text))).toBe(expected)
    expect(readUrl(text)).toBeInstanceOf(URL)
  })

  test.each([
    [42, 'a URL must be text'],
    ['example.com', 'no valid URL'],
    ['file:///etc/passwd', '"file:" is neither http: nor https:'],
    ['https://user@example.com', 'a URL with a user name; send the header Authorization'],
    ['http://example.com\\@evil.com/', 'a URL with a user name; send the header Authorization'],
    ['https://@example.com', 'a URL with a user name; send the header Authorization'],
    ['https://example.com/a b', 'a URL with blanks or control characters; quote them'],
    ['https://exa\nmple.com/', 'a URL with blanks or control characters; quote them'],
    ['http://example.com:0/', 'port 0, where nothing listens'],
    ['http://example.com:65536/', 'no valid URL'],
    ['https://example..com/', 'no valid name of a host'],
    ['https://*.example.com/', 'no valid name of a host'],
    [`https://example.com/${'a'.repeat(20_000)}`, 'a URL of more than 16384 characters'],
  ])('%s: %s', (text, expected) => {
    expect(readUrl(text)).toBe(expected)
  })

  test('an origin is its scheme, its name and its port; a wildcard stands for names alone', () => {
    const allows = (origin: string, url: string): boolean =>
      isOf(readOrigin(origin).origin, readUrl(url) as URL)
    expect(allows('https://a.test', 'https://a.test:443/x')).toBe(true)
    for (const url of [
      'http://a.test:443',
      'https://a.test:8443',
      'https://b.a.test',
      'https://xa.test',
    ])
      expect(allows('https://a.test', url), url).toBe(false)
    expect(allows('https://*', 'https://a.test')).toBe(true)
    expect(allows('https://*.a.test', 'https://b.a.test')).toBe(true)
    for (const url of [
      'https://203.0.113.1',
      'https://0x7f.1',
      'https://[2001:db8::1]',
      'http://a.test:443',
    ])
      expect(allows('https://*', url), url).toBe(false)
    for (const url of ['https://a.test', 'https://xa.test', 'https://b.a.test:8443'])
      expect(allows('https://*.a.test', url), url).toBe(false)
  })

  test('paths and patterns', () => {
    const cases: [string, string, boolean][] = [
      ['/v1/*', '/v1/a', true],
      ['/v1/*', '/v1/a/b', true],
      ['/v1/*', '/v1/', true],
      ['/v1/*', '/v1', false],
      ['/v1/*', '/v10/a', false],
      ['/v1', '/v1', true],
      ['/v1', '/v1/', false],
      ['/users/*/posts', '/users/7/posts', true],
      ['/users/*/posts', '/users//posts', false],
      ['/users/*/posts', '/users/7/8/posts', false],
      ['/users/*/posts/*', '/users/7/posts/8/9', true],
      ['/report-*', '/report-2026/july', true],
      ['/*', '/anything/at/all', true],
    ]
    for (const [pattern, path, expected] of cases)
      expect([pattern, path, isPath(pattern, path)]).toEqual([pattern, path, expected])
    for (const path of [
      '/a/%2e%2e/b',
      '/a%2f..%2fb',
      '/a/..%5cb',
      '/a/..;/b',
      '/%252e%252e/',
      '/a%00',
      '/%c0%ae%c0%ae/',
      '/..%c0%afb',
      '/..%e0%80%afb',
      '/..%f0%80%80%afb',
      '/..%25c1%259cb',
      '/%u002e%u002e/b',
      '/..%u2216b',
      '/..%ef%bc%8fb',
      '/%ef%bc%8e./b',
      '/%e2%80%a5/b',
      '/a%ef%bc%bcb',
    ])
      expect(isAmbiguous(path), path).toBe(true)
    for (const path of [
      '/a/b',
      '/projects/group%2fname/files',
      '/a..b/...',
      '/a%20b',
      '/100%25',
      '/%c3%bc/%e4%b8%ad/%f0%9f%99%82',
      '/%e2%80%a6',
      '/a%ef%bc%8fb',
      '/%fc',
    ])
      expect(isAmbiguous(path), path).toBe(false)
  })
})

describe('policies', () => {
  const written = (network: unknown) => resolvePolicy({ network } as never).network

  test('a string is an origin to read from', () => {
    expect(written({ allow: ['https://api.example.com'] })).toEqual({
      allow: [
        {
          origins: ['https://api.example.com'],
          methods: ['GET', 'HEAD'],
          paths: [],
          headers: {},
          addresses: [],
          requests: undefined,
          bytes: undefined,
          timeMs: undefined,
          approve: false,
        },
      ],
      deny: [],
    })
    const [rule] = written({ allow: ['get,POST https://*.Example.com.:8443/v1/*'] })!.allow
    expect(rule).toMatchObject({
      origins: ['https://*.example.com:8443'],
      methods: ['GET', 'POST'],
      paths: ['/v1/*'],
    })
    expect(written({ allow: ['https://bücher.example'] })!.allow[0]!.origins).toEqual([
      'https://xn--bcher-kva.example',
    ])
    expect(resolvePolicy({}).network).toBeUndefined()
  })

  test('it brings the modules that make requests with it, where all are granted', () => {
    const network = { allow: ['https://api.example.com'] }
    expect(Object.keys(resolvePolicy({ modules: 'standard', network }).modules)).toContain(
      'requests',
    )
    expect(Object.keys(resolvePolicy({ modules: 'standard' }).modules)).not.toContain('requests')
    expect(Object.keys(resolvePolicy({ modules: { json: '*' }, network }).modules)).toEqual([
      'json',
    ])
    expect(() => resolvePolicy({ modules: { requests: '*' } })).toThrow(
      'policy.modules: "requests" makes requests, and the policy allows none ("network")',
    )
  })

  test.each([
    [{}, 'policy.network.allow: is missing'],
    [{ allow: 'https://a.test' }, 'policy.network.allow: must be a list of origins and rules'],
    [{ allow: [], hosts: [] }, 'policy.network.hosts: unknown key (known keys: allow, deny)'],
    [
      { allow: ['api.example.com'] },
      'policy.network.allow[0]: must begin with https:// or http://: "https://api.example.com"',
    ],
    [{ allow: ['ftp://a.test'] }, 'policy.network.allow[0]: must begin with https:// or http://'],
    [
      { allow: ['https://user@a.test'] },
      'policy.network.allow[0]: must hold no user name: use headers',
    ],
    [
      { allow: ['https://api*.a.test'] },
      'policy.network.allow[0]: may have * in place of whole names before the first dot: "*.example.com"',
    ],
    [
      { allow: ['https://*a.test'] },
      'policy.network.allow[0]: may have * in place of whole names before the first dot: "*.example.com"',
    ],
    [
      { allow: ['https://*.127.0.0.1'] },
      'policy.network.allow[0]: may have * before a name, not before an address',
    ],
    [{ allow: ['https://a.test?q'] }, 'policy.network.allow[0]: must end with the path'],
    [{ allow: ['https://a.test:x'] }, 'policy.network.allow[0]: is no valid URL'],
    [{ allow: ['https://a.test:0'] }, 'policy.network.allow[0]: must have a port above 0'],
    ...['https://10.0.0.0/8', '10.0.0.0/8', 'GET http://[fd00::]/8', 'fd00::/8'].map(
      (text) =>
        [
          { allow: [text] },
          `policy.network.allow[0]: is a range of addresses, and must be an origin, as "https://api.example.com" or "http://10.1.2.3:8080"; what a name may lead to stands in a rule of the policy: { origin: "https://intranet.example.com", addresses: ["${text.includes('fd') ? 'fd00::/8' : '10.0.0.0/8'}"] }`,
        ] as const,
    ),
    [
      { allow: ['TRACE https://a.test'] },
      'policy.network.allow[0].methods: "TRACE" is no method that a guest can ask with',
    ],
    [{ allow: [{ origin: [] }] }, 'policy.network.allow[0].origin: must not be empty'],
    [
      { allow: [{ origin: 'https://a.test', method: ['GET'] }] },
      'policy.network.allow[0].method: unknown key; did you mean "methods"? (known keys: origin, methods, paths, headers, addresses, requests, bytes, timeMs, approve)',
    ],
    [
      { allow: [{ origin: 'https://a.test', paths: ['v1'] }] },
      'policy.network.allow[0].paths[0]: must begin with "/"',
    ],
    [
      { allow: ['https://a.test/a*b/c'] },
      'policy.network.allow[0]: "*" stands for a whole part between slashes, or for the rest at the end',
    ],
    [
      { allow: [{ origin: 'https://a.test', paths: ['/a*b/c'] }] },
      'policy.network.allow[0].paths[0]: "*" stands for a whole part between slashes, or for the rest at the end',
    ],
    [{ allow: [{ origin: 'https://a.test', addresses: ['10.0.0'] }] }, undefined],
    [
      { allow: [{ origin: 'https://a.test', addresses: ['intranet'] }] },
      'policy.network.allow[0].addresses[0]: "intranet" is no address or range, as "10.1.2.3" or "10.0.0.0/8"',
    ],
    [
      { allow: [{ origin: 'https://a.test', headers: { Host: 'b.test' } }] },
      "policy.network.allow[0].headers: the header Host is the host's to write",
    ],
    [
      { allow: [{ origin: 'https://a.test', headers: { 'X-A': 'a\nb' } }] },
      'policy.network.allow[0].headers: the header X-A holds what no header can',
    ],
    [
      { allow: [{ origin: 'https://a.test', requests: -1 }] },
      'policy.network.allow[0].requests: must be a whole number from 0',
    ],
    [
      { allow: [], deny: ['https://a.test/x'] },
      'policy.network.deny[0]: must name an origin, without a path: what is allowed is narrowed by "paths"',
    ],
  ])('%j: %s', (network, expected) => {
    if (expected === undefined) return void expect(() => written(network)).not.toThrow()
    expect(() => written(network)).toThrow(new PolicyError(expected))
  })
})

describe('what a worker that lies may ask', () => {
  const sent: unknown[] = []
  const transport: Transport = {
    resolve: async () => ['93.184.216.34'],
    own: () => [],
    send: async (request) => {
      sent.push(request)
      return { status: 200, headers: [], body: (async function* () {})() }
    },
  }
  const effect = networkEffect({
    rules: resolvePolicy({ network: { allow: ['GET,POST https://a.test'] } }).network!,
    secrets: new Secrets({}),
    transport,
    handler: undefined,
    timeoutMs: 1000,
    bytes: 1000,
  })
  const perform = (target: string, args: unknown[] = [], kwargs: Record<string, unknown> = {}) =>
    effect.perform(
      { id: 1, effect: 'request', target, args, kwargs, at: undefined },
      new AbortController().signal,
    ) as Promise<unknown>

  test('is judged whatever its shape, again when it is performed', async () => {
    expect(effect.rule('GET https://a.test/')).toMatchObject({ path: 'network.allow[0]' })
    for (const target of [
      '',
      'GET',
      ' https://a.test/',
      'https://a.test/',
      'GET  https://a.test/',
      'get https://a.test/',
      'GET https://b.test/',
      'PUT https://a.test/',
      'GET\nX https://a.test/',
      'GET https://a.test/ HTTP/1.1',
    ])
      expect(typeof effect.rule(target), target).toBe('string')
    await expect(perform('GET https://b.test/')).rejects.toThrow(
      'the policy does not allow https://b.test',
    )
    for (const headers of [
      7,
      [7],
      [['a']],
      [['a', 7]],
      [[7, 'a']],
      [['', 'a']],
      [['a', 'b\r\nc']],
      [['a b', 'c']],
      [['a', '\u0100']],
      Array(101).fill(['a', 'b']),
      [['a', 'b'.repeat(70_000)]],
      new Map(),
    ])
      await expect(perform('GET https://a.test/', [headers])).rejects.toThrow(/header/)
    for (const body of ['text', 7, [1], {}])
      await expect(perform('POST https://a.test/', [[], body])).rejects.toThrow(
        'a body must be bytes',
      )
    await expect(perform('POST https://a.test/', [[], new Uint8Array(1001)])).rejects.toThrow(
      'a body of more than 1000 bytes',
    )
    for (const timeout of [0, -1, Number.NaN, '1', []])
      await expect(perform('GET https://a.test/', [], { timeout })).rejects.toThrow(
        'a timeout must be',
      )
    expect(sent).toEqual([])
    await expect(
      perform('GET https://a.test/', [[['a', ' b ']]], { timeout: Infinity }),
    ).resolves.toMatchObject({ status: 200 })
    expect(sent).toMatchObject([
      { method: 'GET', headers: [['a', 'b']], addresses: ['93.184.216.34'], port: 443 },
    ])
  })
})

describe('one exchange, whoever asks for it', () => {
  const VALUE = 'sk-4f1c8a0b27'
  /** What is sent, and what is answered, of a rule for any method. */
  let resolved = ['93.184.216.34']
  beforeEach(() => {
    resolved = ['93.184.216.34']
  })
  function exchange(
    answered: { headers?: [string, string][]; body?: string } = {},
    handler?: (request: Request) => Response,
    more: object = { origin: 'https://other.test' },
  ) {
    const sent: { method: string; headers: readonly (readonly [string, string])[] }[] = []
    const network = {
      allow: [{ origin: 'https://*.a.test', methods: '*' as const }, more as { origin: string }],
      deny: ['https://b.a.test', 'https://*.c.a.test'],
    }
    const effect = networkEffect({
      rules: resolvePolicy({ network }).network!,
      secrets: new Secrets({
        KEY: { value: VALUE, hosts: ['*.a.test'] },
        WIDE: { value: '12345678€', hosts: ['*.a.test'] },
        OLD: { value: 'grüße-grüße', hosts: ['*.a.test'] },
      }),
      transport: {
        resolve: async () => resolved,
        own: () => [],
        send: async (request) => {
          sent.push(request)
          const bytes = new TextEncoder().encode(answered.body ?? '')
          return {
            status: 200,
            headers: answered.headers ?? [],
            body: (async function* () {
              yield bytes
            })(),
          }
        },
      },
      handler,
      timeoutMs: 1000,
      bytes: 1000,
    })
    const ask = (target: string, headers: unknown[] = [], body: unknown = null) =>
      effect.perform(
        { id: 1, effect: 'request', target, args: [headers, body], kwargs: {}, at: undefined },
        new AbortController().signal,
      ) as Promise<{ headers: unknown; body: Uint8Array }>
    return { sent, effect, ask }
  }

  test('what is denied is so though it is allowed', async () => {
    const { sent, effect, ask } = exchange()
    for (const host of ['b.a.test', 'x.c.a.test', 'B.A.TEST.']) {
      const origin = `https://${host.toLowerCase().replace(/\.$/, '')}`
      expect(effect.rule(`GET https://${host}/`)).toBe(`the policy denies ${origin}`)
      await expect(ask(`GET https://${host}/`)).rejects.toThrow(`the policy denies ${origin}`)
    }
    expect(sent).toEqual([])
    await ask('GET https://c.a.test/')
    expect(sent.length).toBe(1)
  })

  test('methods that open a way, or send a request back with what was put in, are none', async () => {
    const { sent, ask } = exchange()
    for (const method of ['CONNECT', 'TRACE', 'TRACK', 'get', 'X_Y', ''])
      await expect(ask(`${method} https://x.a.test/`), method).rejects.toThrow('is no method')
    await ask('PROPFIND https://x.a.test/')
    expect(sent.map(({ method }) => method)).toEqual(['PROPFIND'])
  })

  test('headers that say where a request goes or ends are the host’s to write', async () => {
    const { sent, ask } = exchange()
    for (const name of [
      'Host',
      'content-length',
      'Transfer-Encoding',
      'CONNECTION',
      'Upgrade',
      'TE',
    ])
      await expect(ask('GET https://x.a.test/', [[name, '1']]), name).rejects.toThrow(
        "is the host's to write",
      )
    for (const name of ['Transfer_Encoding', 'CONTENT_LENGTH'])
      await expect(ask('GET https://x.a.test/', [[name, '1']]), name).rejects.toThrow(
        "is the host's to write",
      )
    for (const name of [
      'X-HTTP-Method-Override',
      'x_original_url',
      'X-Forwarded-Host',
      'forwarded',
    ])
      await expect(ask('GET https://x.a.test/', [[name, '1']]), name).rejects.toThrow(
        `the header ${name} would have another method, path or host taken for this one: a rule's "headers" may hold it`,
      )
    await expect(ask('POST https://x.a.test/', [], new Uint8Array(1001))).rejects.toThrow(
      'a body of more than 1000 bytes',
    )
    expect(sent).toEqual([])
  })

  test('what comes back has the secret masked, before any guest has it', async () => {
    const back = { headers: [['x-echo', `<${VALUE}>`]] as [string, string][], body: `[${VALUE}]` }
    const { sent, ask } = exchange(back)
    const { headers, body } = await ask('GET https://x.a.test/', [['key', '~secret.KEY~']])
    expect(sent[0]!.headers).toEqual([['key', VALUE]])
    expect(headers).toEqual([['x-echo', `<${'*'.repeat(VALUE.length)}>`]])
    expect(new TextDecoder().decode(body)).toBe(`[${'*'.repeat(VALUE.length)}]`)
  })

  test('the name of a header is masked as well', async () => {
    const { ask } = exchange({ headers: [[`x-${VALUE}`, '1']] })
    const { headers } = await ask('GET https://x.a.test/', [['key', '~secret.KEY~']])
    expect(headers).toEqual([[`x-${'*'.repeat(VALUE.length)}`, '1']])
  })

  test('a secret is masked as URLs and JSON of any library write it', () => {
    const value = 'pass/w+rd é=~\'1 "\\'
    const secrets = new Secrets({ KEY: { value, hosts: ['x.a.test'] } })
    const forms = [
      value,
      'pass%2Fw%2Brd%20%C3%A9%3D~%271%20%22%5C', // urllib.parse.quote(value, safe='')
      'pass/w%2Brd%20%C3%A9%3D~%271%20%22%5C', // quote(value)
      'pass%2Fw%2Brd+%C3%A9%3D~%271+%22%5C', // quote_plus(value)
      "pass%2fw%2brd%20%c3%a9%3d~'1%20%22%5c", // encodeURIComponent, in small letters
      `pass/w+rd é=~'1 \\"\\\\`, // JSON.stringify
      `pass/w+rd \\u00e9=~'1 \\"\\\\`, // json.dumps
      `pass\\/w+rd \\u00e9=~'1 \\"\\\\`, // json_encode of PHP
    ]
    for (const form of forms) {
      expect(secrets.maskText(`<${form}>`), form).toBe(`<${'*'.repeat(form.length)}>`)
      const bytes = secrets.mask(new TextEncoder().encode(`<${form}>`))
      expect(new TextDecoder().decode(bytes), form).toMatch(/^<\*+>$/)
    }
  })

  test('each of its characters may be written as another carrier writes it', () => {
    const value = 'a<&+/"\'é=z€x'
    const secrets = new Secrets({ KEY: { value, hosts: ['x.a.test'] } })
    const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
    // But for the ends, which what is around it has a part in.
    const base64 = Buffer.from(`x${value}`).toString('base64').slice(2, 21)
    const forms = [
      Array.from(utf8(value), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
      'a\\u003c\\u0026\\u002B/\\u0022\\u0027\\u00E9=z\\u20acx', // System.Text.Json
      'a&lt;&amp;+/&quot;&#39;é=z€x',
      'a&#x3C;&#38;+/&quot;&#039;&#233;=z&#x20ac;x',
      "a%3c&amp;%2B\\/\\u0022'%e9=z%E2%82%ACx",
      Array.from(value, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(
        '',
      ),
    ]
    for (const form of [
      ...forms,
      base64,
      base64.replaceAll('/', '\\/'),
      base64.replaceAll('+', '-'),
      Buffer.from(value).toString('hex'),
      Buffer.from(value).toString('hex').toUpperCase(),
    ]) {
      const bytes = utf8(`<${form}>`)
      expect(new TextDecoder().decode(secrets.mask(bytes)), form).toMatch(/^<\*+>$/)
      for (const size of [1, 2, 7]) {
        const masker = secrets.masker()
        let told = ''
        for (let at = 0; at < bytes.length; at += size)
          told += Buffer.from(masker.take(bytes.slice(at, at + size))).toString()
        expect(told + Buffer.from(masker.end()).toString(), form).toMatch(/^<\*+>$/)
      }
    }
    const old = new Secrets({ KEY: { value: 'grüße-grüße', hosts: ['x.a.test'] } })
    for (const form of ['grüße-grüße', Buffer.from('grüße-grüße').toString('latin1')])
      expect(old.maskText(`<${form}>`)).toMatch(/^<\*+>$/)
    expect(Buffer.from(old.mask(Buffer.from('<grüße-grüße>', 'latin1'))).toString()).toMatch(
      /^<\*+>$/,
    )
    // Nothing that only begins so.
    expect(secrets.maskText('a<&+/"\'é=z€')).toBe('a<&+/"\'é=z€')
  })

  test('of two that overlap nothing is left', () => {
    const secrets = new Secrets({
      A: { value: 'abcdefgh', hosts: ['x.a.test'] },
      B: { value: 'efgh1234', hosts: ['x.a.test'] },
    })
    expect(secrets.maskText('<abcdefgh1234>')).toBe(`<${'*'.repeat(12)}>`)
  })

  test('a handler that passes its request on follows no redirect by it', async () => {
    const seen: string[] = []
    const { sent, ask } = exchange({}, (request) => {
      seen.push(request.redirect)
      return new Response('handled')
    })
    expect(new TextDecoder().decode((await ask('GET https://x.a.test/')).body)).toBe('handled')
    expect([seen, sent]).toEqual([['manual'], []])
  })

  test('a compressed answer is none of a server that has secrets, and is not asked for, nor are parts', async () => {
    const { sent, ask } = exchange({ headers: [['Content-Encoding', 'GZIP']], body: 'packed' })
    const accepts = ['accept-encoding', 'gzip']
    const asked = [
      accepts,
      ['Range', 'bytes=1-2'],
      ['If-Range', '"x"'],
      ['Accept-Charset', 'utf-16'],
      ['A-IM', 'diffe'],
    ]
    for (const key of [[['key', '~secret.KEY~']], []])
      await expect(ask('GET https://x.a.test/', [...key, ...asked])).rejects.toThrow(
        'a compressed answer',
      )
    expect((await ask('GET https://other.test/', asked)).headers).toEqual([
      ['Content-Encoding', 'GZIP'],
    ])
    expect(sent.map(({ headers }) => headers)).toEqual([[['key', VALUE]], [], asked])
  })

  test('what an origin names of addresses is for it alone', async () => {
    const { sent, ask } = exchange({}, undefined, {
      origin: [
        'https://*.x.test',
        'http://*',
        'http://127.0.0.1:8080',
        'http://localhost:81',
        'http://[::1]',
      ],
      addresses: ['10.0.0.0/8'],
    })
    for (const [host, address] of [
      ['a.x.test', '127.0.0.1'],
      ['a.x.test', '::1'],
      // Any name is none that was named.
      ['localhost', '127.0.0.1'],
      ['localhost.x.test', '127.0.0.1'],
      ['localhost:81', '192.168.0.1'],
    ] as const) {
      const url =
        host.startsWith('localhost') && !host.endsWith('x.test')
          ? `http://${host}/`
          : `https://${host}/`
      resolved = [address]
      await expect(ask(`GET ${url}`), host).rejects.toThrow('or leads to one')
    }
    expect(sent).toEqual([])
    resolved = ['127.0.0.5', '::1']
    await ask('GET http://localhost:81/')
    await ask('GET http://127.0.0.1:8080/')
    await ask('GET http://[::1]/')
    resolved = ['10.1.2.3']
    await ask('GET https://a.x.test/')
    expect(sent.length).toBe(4)
  })

  test('a secret that no header can hold is told of; Basic holds it as UTF-8', async () => {
    const { sent, ask } = exchange()
    await expect(ask('GET https://x.a.test/', [['key', '~secret.WIDE~']])).rejects.toThrow(
      'the header key holds what no header can',
    )
    await ask('GET https://x.a.test/', [
      ['authorization', `Basic ${btoa('user:~secret.WIDE~')}`],
      ['Authorization', `Basic ${btoa('user:~secret.OLD~')}`],
    ])
    expect(sent[0]!.headers.map(([, value]) => value)).toEqual([
      `Basic ${Buffer.from('user:12345678€').toString('base64')}`,
      `Basic ${Buffer.from('user:grüße-grüße', 'latin1').toString('base64')}`,
    ])
  })
})
