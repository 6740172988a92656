import '@fontsource-variable/inter/index.css'
import '../ui/styles/tokens.css'
import '../ui/styles/base.css'
import '../ui/styles/controls.css'
import './public.css'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { VoiceLanguage } from '#model/survey/voices.ts'
import { type Catalogue, chooseLanguage, createWords, LANGUAGES, type Words, WordsContext } from './words.ts'

/**
 * Opens a page for residents: its language and direction, its words, the data it needs; then the page. Light or dark
 * follows the device.
 */
export async function boot<T>(page: {
  readonly catalogues: Readonly<Record<VoiceLanguage, () => Promise<{ default: Catalogue }>>>
  readonly load: (words: Words) => Promise<T>
  readonly title: (words: Words, loaded: T) => string
  readonly show: (loaded: T) => ReactNode
}): Promise<void> {
  const element = document.getElementById('root')
  if (!element) throw new Error('the page has no #root')
  followTheme()
  const language = chooseLanguage(window.location.search, navigator.languages)
  document.documentElement.lang = language
  document.documentElement.dir = LANGUAGES[language].direction
  const words = createWords(language, (await page.catalogues[language]()).default)
  const root = createRoot(element)
  const render = (content: ReactNode): void =>
    root.render(
      <StrictMode>
        <WordsContext value={words}>{content}</WordsContext>
      </StrictMode>,
    )
  render(<Notice text={words.t('page.loading')} />)
  try {
    const loaded = await page.load(words)
    document.title = page.title(words, loaded)
    render(page.show(loaded))
  } catch (error) {
    console.error(error)
    render(<Notice text={words.t('page.unreachable')} />)
  }
}

function Notice({ text }: { text: string }) {
  return (
    <main className="public">
      <p role="status">{text}</p>
    </main>
  )
}

function followTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  const set = (): void => {
    document.documentElement.dataset['theme'] = dark.matches ? 'dark' : 'light'
  }
  dark.addEventListener('change', set)
  set()
}
