type Beginning = readonly [what: string, begins: (head: Buffer) => boolean]

const textAt = (head: Buffer, text: string, last = 0): boolean => {
  const at = head.indexOf(text, 0, 'latin1')
  return at >= 0 && at <= last
}
const SAS7BDAT = Buffer.from('000000000000000000000000c2ea8160', 'hex')

/** How files of statistics packages begin: the programs write these bytes, whatever the name of the file. */
const BEGINNINGS: readonly Beginning[] = [
  // PSPP developers guide, "System File Format": $FL2, and $FL3 of compressed .zsav
  ['SPSS (.sav)', (head) => textAt(head, '$FL2@(#)') || textAt(head, '$FL3@(#)')],
  ['SPSS (.por)', (head) => textAt(head, 'ASCII SPSS PORT FILE', 200)],
  ['Stata (.dta)', (head) => textAt(head, '<stata_dta>') || isOldStata(head)],
  ['SAS (.xpt)', (head) => textAt(head, 'HEADER RECORD*******LIB')],
  // pandas, sas_constants.py: the magic number
  ['SAS (.sas7bdat)', (head) => head.subarray(0, SAS7BDAT.length).equals(SAS7BDAT)],
]
const HEAD_BYTES = 400

/** `help dta`, formats 113 to 115: release, order of bytes (1 or 2), file type 1, and a zero. */
const isOldStata = ([release = 0, order = 0, type = 0, zero = 1]: Buffer): boolean =>
  release >= 113 && release <= 115 && (order === 1 || order === 2) && type === 1 && zero === 0

/** Which statistics package wrote a file; undefined for any other file. */
export function statisticsPackageOf(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, HEAD_BYTES)
  return BEGINNINGS.find(([, begins]) => begins(head))?.[0]
}
