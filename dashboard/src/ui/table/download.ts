/** Hands a CSV to the browser as a file; the name becomes lower case with hyphens. */
export function download(name: string, text: string): void {
  downloadFile(`${name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.csv`, text, 'text/csv;charset=utf-8')
}

/** Hands a text to the browser as a file. */
export function downloadFile(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
