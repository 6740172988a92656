import { basename } from 'node:path'

const BAR_WIDTH = 28
const EVERY_MS = 100
const number = new Intl.NumberFormat('en')

/** A progress bar that is redrawn on a terminal; otherwise a line for every tenth. */
export function createProgress(out: NodeJS.WriteStream) {
  let lastMs = 0
  let last = ''
  let open = false
  return {
    show: ({ file, share, rows }: { file: string; share: number; rows: number }): void => {
      const tenth = `${file} ${Math.floor(share * 10)}`
      if (out.isTTY ? performance.now() - lastMs < EVERY_MS : tenth === last) return
      lastMs = performance.now()
      last = tenth
      const full = Math.round(share * BAR_WIDTH)
      const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full)
      const text = `  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${number.format(rows)} rows  ${basename(file)}`
      out.write(out.isTTY ? `\r${text}\u001b[K` : `${text}\n`)
      open = out.isTTY
    },
    end: (): void => {
      if (open) out.write('\n')
      open = false
    },
  }
}
