/** Which rule of a policy's `network` allows a request, told by its target: `METHOD URL`. What nothing allows is refused. */
import { isAmbiguous, isOf, isPath, readOrigin, readUrl } from './origins.js'
import type { NetworkRule, NetworkRules, Origin } from './origins.js'

/** A target that a rule allows: the URL is parsed, and nobody parses it again. */
export interface Allowed {
  readonly rule: NetworkRule
  readonly path: string
  readonly origins: readonly Origin[]
  readonly url: URL
  readonly method: string
}

/** Methods that open tunnels, or have a server send a request back with what was put into it. */
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** Tells what allows a target, or why nothing does. @throws TypeError for rules whose origins cannot be read */
export function decider(rules: NetworkRules): (target: string) => Allowed | string {
  const allow = rules.allow.map((rule, index) => ({
    rule,
    path: `network.allow[${index}]`,
    origins: rule.origins.map((text) => readOrigin(text).origin),
  }))
  const deny = rules.deny.map((text) => readOrigin(text).origin)
  return (target) => {
    const space = target.indexOf(' ')
    const method = target.slice(0, space)
    const url = readUrl(target.slice(space + 1))
    if (typeof url === 'string') return url
    if (!/^[A-Z]+(-[A-Z]+)*$/.test(method) || REFUSED_METHODS.has(method))
      return `"${method.slice(0, 40)}" is no method that can be asked for`
    const { origin, pathname } = url
    if (deny.some((denied) => isOf(denied, url))) return `the policy denies ${origin}`
    const known = allow.filter(({ origins }) => origins.some((one) => isOf(one, url)))
    if (known.length === 0) return `the policy does not allow ${origin}`
    const there = known.filter(
      ({ rule: { paths } }) =>
        paths.length === 0 ||
        (!isAmbiguous(pathname) && paths.some((pattern) => isPath(pattern, pathname))),
    )
    if (there.length === 0) return `the policy does not allow this path of ${origin}`
    const found = there.find(
      ({ rule: { methods } }) => methods.includes('*') || methods.includes(method),
    )
    if (found) return { ...found, url, method }
    const methods = [...new Set(there.flatMap(({ rule }) => rule.methods))]
    return `the policy allows ${methods.join(', ')} of ${origin}, not ${method}`
  }
}
