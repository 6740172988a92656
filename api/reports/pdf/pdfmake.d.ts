/** The part of pdfmake 0.3 that the report uses; the package brings no types of its own. */
declare module 'pdfmake' {
  type Fonts = Record<string, { normal: string; bold: string; italics: string; bolditalics: string }>
  const pdfmake: {
    readonly virtualfs: { writeFileSync(name: string, content: Buffer): void }
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
/** Draws the lines that are laid out; draw-lines.ts puts their words in order. */
declare module 'pdfmake/js/Renderer.js' {
  type Line = import('./draw-lines.ts').Line
  class Renderer {
    readonly pdfDocument: { readonly options: { readonly lang?: string } }
    renderLine(line: Line, x: number, y: number): void
  }
  const module: typeof Renderer | { readonly default: typeof Renderer }
  export default module
}
/** Opens the fonts; state-ligatures.ts says how their letters are read. */
declare module 'pdfmake/js/PDFDocument.js' {
  type Glyph = { readonly codePoints: readonly number[] }
  /** of fontkit */
  type Shaper = { layout(...input: unknown[]): { glyphs: Glyph[]; readonly direction: string } }
  /** of pdfkit; the built-in ones have no shaper */
  type Font = { readonly font?: Shaper }
  class PDFDocument {
    registerFont(name: string, data: Buffer): unknown
    provideFont(family: string, bold: boolean, italics: boolean): Font
  }
  const module: typeof PDFDocument | { readonly default: typeof PDFDocument }
  export default module
}
