/** What reads the same to somebody who searches, although it is written differently: letters without a decomposition in Unicode. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  // Arabic: alef maksura, teh marbuta and the lengthening stroke are written or left out by habit
  ى: 'ي',
  ة: 'ه',
  ـ: '',
}
const SPECIAL = new RegExp(`[${Object.keys(FOLDED).join('')}]`, 'gu')
const ASCII = /^[\x20-\x7e]*$/

/** Text as searches compare it: without case, accents, marks and forms of width ("Café" and "CAFE" are equal). */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return (
    text
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      // lower case may bring a mark again: İ becomes i and a dot
      .replaceAll(/\p{M}/gu, '')
      .replaceAll(SPECIAL, (letter) => FOLDED[letter] ?? letter)
  )
}
