/** Whether a catalogue has a translation of the English text that takes no value which English does not give. */
export const isTranslated = (own: string | undefined, english: string): own is string => {
  if (own === undefined) return false
  const given = new Set(argumentsOf(english))
  return argumentsOf(own).every((name) => given.has(name))
}

const argumentsOf = (text: string): string[] => [...text.matchAll(/\{\s*(\w+)\s*[,}]/g)].map(([, name = '']) => name)
