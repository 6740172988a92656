/** The part of pdfmake 0.3 that the report uses; the package brings no types of its own. */
declare module 'pdfmake' {
  type Fonts = Record<string, { normal: string; bold: string; italics: string; bolditalics: string }>
  const pdfmake: {
    setFonts(fonts: Fonts): void
    setUrlAccessPolicy(allows: (url: string) => boolean): void
    setLocalAccessPolicy(allows: (path: string) => boolean): void
    createPdf(definition: object): { getBuffer(): Promise<Buffer> }
  }
  export default pdfmake
}
declare module 'pdfmake/fonts/Roboto.js' {
  const fonts: Record<string, { normal: string; bold: string; italics: string; bolditalics: string }>
  export default fonts
}
