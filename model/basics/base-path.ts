/** Addresses of this server below which none of its pages and files are meant. */
const OWN = ['api', 'assets', 'docs', 'health', 'metrics', 'openapi.json', 'questionnaire', 'ready', 'street', 'voice']

/**
 * The path below which a reverse proxy publishes a city, without the slash at its end: `/city` of `https://example.org/city/`,
 * empty where the city has a name of its own.
 */
export const basePathOf = (publicUrl: string | undefined): string =>
  publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')

/** Whether a path cannot be mistaken for one of the server's own, nor for the name of another host (`//name`). */
export function isBasePath(path: string): boolean {
  const [, first = ''] = path.split('/')
  return path === '' || (/^(\/[\w.~-]+)+$/.test(path) && !OWN.includes(first))
}
