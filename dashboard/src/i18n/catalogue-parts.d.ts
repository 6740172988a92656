/** Parts of a catalogue, made by dashboard/build/catalogues.ts. */
declare module '*.json?frame' {
  const messages: Readonly<Record<string, string>>
  export default messages
}
declare module '*.json?views' {
  const messages: Readonly<Record<string, string>>
  export default messages
}
