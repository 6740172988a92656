/** What a person sees while a city starts: one line a part, and a bar for what takes long. */
export type Screen = {
  title(text: string): void
  line(label: string, text: string): void
  /** `share` from 0 to 1; on a terminal the bar stays in place, elsewhere every tenth is a line */
  bar(label: string, share: number, text: string): void
}

const LABEL_WIDTH = 11
const BAR_WIDTH = 28

export function createScreen(out: NodeJS.WriteStream): Screen {
  let barShown = false
  let lastTenth = -1
  const write = (text: string): void => {
    if (barShown) out.write('\n')
    barShown = false
    out.write(`${text}\n`)
  }
  return {
    title: (text) => write(`\n${text}\n`),
    line: (label, text) => write(labelled(label, text)),
    bar: (label, share, text) => {
      const tenth = Math.floor(share * 10)
      if (out.isTTY) {
        out.write(`\r${labelled(label, `${drawBar(share)} ${text}`)}`)
        barShown = share < 1
        if (share >= 1) out.write('\n')
      } else if (tenth !== lastTenth) {
        write(labelled(label, `${drawBar(share)} ${text}`))
      }
      lastTenth = tenth
    },
  }
}

const labelled = (label: string, text: string): string => `  ${label.padEnd(LABEL_WIDTH)} ${text}`

export function drawBar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH)
  const percent = `${Math.floor(share * 100)}`.padStart(3)
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${percent} %`
}
