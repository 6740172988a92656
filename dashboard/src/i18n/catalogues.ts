import type { Catalogues } from './load-messages.ts'

/** Messages of the frame, without which nothing is shown. One file for each language, of which one is loaded. */
export const FRAME_MESSAGES: Catalogues = {
  en: () => import('./en.json?frame'),
  fr: () => import('./fr.json?frame'),
  es: () => import('./es.json?frame'),
  ar: () => import('./ar.json?frame'),
  'zh-Hans': () => import('./zh-Hans.json?frame'),
  ru: () => import('./ru.json?frame'),
}

/** All other messages of the dashboard, without which no view is shown. */
export const VIEW_MESSAGES: Catalogues = {
  en: () => import('./en.json?views'),
  fr: () => import('./fr.json?views'),
  es: () => import('./es.json?views'),
  ar: () => import('./ar.json?views'),
  'zh-Hans': () => import('./zh-Hans.json?views'),
  ru: () => import('./ru.json?views'),
}
