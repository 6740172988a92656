/** PEM: the authority that signs the certificate of the broker, and a certificate and key of this client. */
export type ClientTls = { readonly ca?: string; readonly cert?: string; readonly key?: string }

/**
 * A broker's URL without user name and password, and these decoded. The mqtt package decodes "name:password" and splits it
 * at its last colon, which may be part of the password.
 */
export function separateLogin(url: string): { address: string; login: { username?: string; password?: string } } {
  const parsed = new URL(url)
  const username = decodeURIComponent(parsed.username)
  const password = decodeURIComponent(parsed.password)
  parsed.username = ''
  parsed.password = ''
  return { address: parsed.toString(), login: { ...(username && { username }), ...(password && { password }) } }
}
