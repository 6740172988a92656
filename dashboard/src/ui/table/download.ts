/** A title as the name of a file: lower case with hyphens. */
export const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-')
export const fileNameOf = (name: string): string => `${plainName(name)}.csv`

/** Hands a CSV to the browser as a file. */
export const download = (name: string, text: string): void =>
  downloadFile(fileNameOf(name), text, 'text/csv;charset=utf-8')

/** Hands a text or bytes to the browser as a file. */
export function downloadFile(name: string, content: string | Blob, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
