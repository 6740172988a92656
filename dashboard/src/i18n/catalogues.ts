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

/** All other messages of the dashboard, without which no view is shown; names of indicators are English in the code itself. */
export const VIEW_MESSAGES: Catalogues = {
  en: () => import('./en.json?views'),
  fr: () => both(import('./fr.json?views'), import('#model/indicators/names/fr.json')),
  es: () => both(import('./es.json?views'), import('#model/indicators/names/es.json')),
  ar: () => both(import('./ar.json?views'), import('#model/indicators/names/ar.json')),
  'zh-Hans': () => both(import('./zh-Hans.json?views'), import('#model/indicators/names/zh-Hans.json')),
  ru: () => both(import('./ru.json?views'), import('#model/indicators/names/ru.json')),
}

type Loaded = { readonly default: Readonly<Messages> }

async function both(messages: Promise<Loaded>, names: Promise<Loaded>): Promise<Loaded> {
  return { default: { ...(await messages).default, ...(await names).default } }
}
