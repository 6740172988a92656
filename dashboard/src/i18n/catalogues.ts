import type { Catalogues, Messages } from './load-messages.ts'

/** Messages of the frame, without which nothing is shown. One file for each language, of which one is loaded. */
export const FRAME_MESSAGES: Catalogues = {
  en: () => import('./en.json?frame'),
  fr: () => import('./fr.json?frame'),
  es: () => import('./es.json?frame'),
  ar: () => import('./ar.json?frame'),
  'zh-Hans': () => import('./zh-Hans.json?frame'),
  ru: () => import('./ru.json?frame'),
}

/**
 * All other messages of the dashboard, without which no view is shown. Names of indicators and the texts of the API, by their codes, are
 * English in the answers themselves.
 */
export const VIEW_MESSAGES: Catalogues = {
  en: () => import('./en.json?views'),
  fr: () => all(import('./fr.json?views'), import('#model/indicators/names/fr.json'), import('./api/fr.json')),
  es: () => all(import('./es.json?views'), import('#model/indicators/names/es.json'), import('./api/es.json')),
  ar: () => all(import('./ar.json?views'), import('#model/indicators/names/ar.json'), import('./api/ar.json')),
  'zh-Hans': () =>
    all(import('./zh-Hans.json?views'), import('#model/indicators/names/zh-Hans.json'), import('./api/zh-Hans.json')),
  ru: () => all(import('./ru.json?views'), import('#model/indicators/names/ru.json'), import('./api/ru.json')),
}

type Loaded = { readonly default: Readonly<Messages> }

async function all(...parts: Promise<Loaded>[]): Promise<Loaded> {
  const loaded = await Promise.all(parts)
  return { default: Object.assign({}, ...loaded.map((part) => part.default)) as Messages }
}
