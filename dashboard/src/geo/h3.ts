/**
 * H3 (https://h3geo.org, Apache-2.0) is 200 kB that only maps of cells need. It is loaded with the first answer that holds
 * cells; whoever draws such an answer finds it here.
 */
type H3 = typeof import('h3-js')

let loaded: H3 | undefined

/** Part of every request whose answer holds cells. */
export async function loadH3(): Promise<void> {
  loaded ??= await import('h3-js')
}

export const h3IfLoaded = (): H3 | undefined => loaded

/** @throws Error if no request has loaded it */
export function h3(): H3 {
  if (!loaded) throw new Error('H3 is not loaded: the request for these cells lacks loadH3()')
  return loaded
}
