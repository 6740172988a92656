import { readFileSync } from 'node:fs'
import { AppError } from '#model/basics/errors.ts'
import type { BrokerOfPack } from '#model/city/city-pack.ts'
import type { ClientTls } from '#model/mqtt/broker-url.ts'

type Settings = { readonly name: string; readonly url: string; readonly tls: ClientTls }

/**
 * Address, login and certificates of the brokers of a pack, from the environment variables that it names.
 * @throws AppError CONFIG_INVALID naming the variable that is missing or wrong, never its value
 */
export function brokerSettings(
  brokers: readonly BrokerOfPack[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): Settings[] {
  return brokers.map(({ name, urlFromEnv, caFromEnv, certFromEnv, keyFromEnv }) => {
    const fail = (variable: string, what: string): never => {
      throw new AppError('CONFIG_INVALID', `broker "${name}": ${variable} ${what}`)
    }
    const url = environment[urlFromEnv] || fail(urlFromEnv, 'is not set: the address of the broker')
    if (!/^(mqtts?|wss?):\/\/./.test(url) || !URL.canParse(url))
      fail(urlFromEnv, 'is no address of a broker: mqtt://, mqtts://, ws:// or wss://')
    const pem = (variable: string | undefined): string | undefined => {
      if (variable === undefined) return undefined
      const file = environment[variable] || fail(variable, 'is not set: a PEM file')
      try {
        return readFileSync(file, 'utf8')
      } catch {
        return fail(variable, 'names a file that cannot be read')
      }
    }
    const [ca, cert, key] = [caFromEnv, certFromEnv, keyFromEnv].map(pem)
    return { name, url, tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } }
  })
}
