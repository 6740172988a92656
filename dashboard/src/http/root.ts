/**
 * The path of the city's pages, with a slash at its end: `/`, or `/city/` where a reverse proxy publishes the city below a
 * path. All pages are next to each other, so it is the folder of this one.
 */
export const ROOT = typeof document === 'undefined' ? '/' : new URL('.', document.baseURI).pathname

/** Where the city is on the web, without a slash at its end. */
export const cityAddress = (): string => (window.location.origin + ROOT).replace(/\/$/, '')
