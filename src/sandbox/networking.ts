/** What a host says beside its policy of the requests that its guests may make: transport, secrets. Checked before anything starts. */
import { checkName } from '../check/host-names.js'
import { ArgumentError, PolicyError } from '../errors.js'
import { nodeTransport } from '../platform/node/network.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import type { NetworkHandler, Transport } from '../trusted/network/network.js'
import { placeholderOf, placeholdersIn, Secrets, type Secret } from '../trusted/network/secrets.js'
import { checkKeys, checkRecord } from './records.js'

/** How requests of guests get to servers. What may be asked is the policy's `network` to say. */
export interface NetworkTransport {
  /**
   * Asked first for each request that the policy allows, with the request as it would be sent and the rule that allows it. Its
   * response is the guest's; `undefined` leaves the request to the network. What it throws stays with the host.
   */
  readonly handler?: NetworkHandler | undefined
  /** Looks up the addresses of a name, instead of the system. What they may be is checked all the same. */
  readonly resolve?: ((name: string) => Promise<readonly string[]>) | undefined
  /** Certificates, as PEM, of the authorities to trust instead of those that Node brings. */
  readonly ca?: string | readonly string[] | undefined
}

/** The options of a sandbox that have to do with requests. */
export interface NetworkingOptions {
  /** How requests that `policy.network` allows get to servers. Default: by the system's network. */
  readonly network?: NetworkTransport | undefined
  /**
   * Secrets by name. The guest has a global of that name: a placeholder, in place of which the host puts the secret into headers, URL and
   * body of requests to the secret's hosts. A request that would carry it elsewhere is refused. What comes back, and what the guest
   * writes, has the secret masked.
   */
  readonly secrets?: Readonly<Record<string, Secret>> | undefined
}

/** @internal The same, checked. */
export interface Networking {
  readonly transport: Transport
  readonly handler: NetworkHandler | undefined
  readonly secrets: Secrets
  /** Globals of the guest, by name. */
  readonly placeholders: readonly (readonly [name: string, placeholder: string])[]
}

/**
 * @internal Undefined where the policy allows no request.
 * @throws ArgumentError for an option that is none, PolicyError for one that has nothing to do, or that a rule's header lacks.
 */
export function resolveNetworking(
  { network, secrets }: NetworkingOptions,
  policy: ResolvedPolicy,
): Networking | undefined {
  if (policy.network === undefined) {
    const unused = network !== undefined ? 'network' : secrets !== undefined ? 'secrets' : undefined
    if (unused === undefined) return undefined
    throw new PolicyError(`options.${unused}: the policy allows no requests ("network")`)
  }
  const { handler, resolve, ca } = checkTransport(network ?? {})
  const kept = checkSecrets(secrets ?? {})
  for (const [index, { headers }] of policy.network.allow.entries())
    for (const name of Object.values(headers).flatMap(placeholdersIn))
      if (!kept.has(name))
        throw new PolicyError(
          `policy.network.allow[${index}].headers: there is no secret "${name}" (options.secrets)`,
        )
  return {
    transport: nodeTransport({ resolve, ca }),
    handler,
    secrets: kept,
    placeholders: Object.keys(secrets ?? {}).map((name) => [name, placeholderOf(name)]),
  }
}

function checkTransport(network: NetworkTransport): NetworkTransport {
  checkRecord(network, 'options.network')
  checkKeys(network, ['handler', 'resolve', 'ca'], 'options.network', 'option')
  const { handler, resolve, ca } = network
  for (const [key, value] of Object.entries({ handler, resolve }))
    if (value !== undefined && typeof value !== 'function')
      throw new ArgumentError(`options.network.${key}: must be a function`)
  const all = ca === undefined ? [] : Array.isArray(ca) ? (ca as unknown[]) : [ca]
  if (!all.every((pem) => typeof pem === 'string' && pem.includes('-----BEGIN CERTIFICATE-----')))
    throw new ArgumentError('options.network.ca: must be certificates as PEM')
  return network
}

function checkSecrets(secrets: Readonly<Record<string, Secret>>): Secrets {
  checkRecord(secrets, 'options.secrets')
  for (const [name, secret] of Object.entries(secrets)) {
    checkName(name, 'options.secrets')
    checkRecord(secret, `options.secrets.${name}`)
    checkKeys(secret, ['value', 'hosts'], `options.secrets.${name}`, 'option')
  }
  try {
    return new Secrets(secrets)
  } catch (error) {
    throw new ArgumentError(`options.secrets.${(error as Error).message}`)
  }
}
