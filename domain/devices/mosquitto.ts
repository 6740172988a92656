import type { DeviceLogin } from '#infra/devices/device-logins.ts'

export type MosquittoFiles = { readonly passwords: string; readonly acl: string }
type CityLogin = { readonly username: string; readonly secret: string }

/**
 * A password file and an ACL file of Mosquitto (mosquitto.conf(5): `password_file`, `acl_file`).
 * @param city the login of the city itself, which may read and write everything
 */
export function mosquittoFiles(logins: readonly DeviceLogin[], city: CityLogin | undefined): MosquittoFiles {
  const users = [...(city ? [city] : []), ...logins]
  const blocks = logins.map(({ username, topics }) =>
    [`user ${username}`, ...topics.map((filter) => `topic readwrite ${filter}`)].join('\n'),
  )
  const own = city ? [`user ${city.username}\ntopic readwrite #`] : []
  return {
    passwords: users.map(({ username, secret }) => `${username}:${secret}\n`).join(''),
    acl: `${['# Written by npm run credentials', ...own, ...blocks].join('\n\n')}\n`,
  }
}
