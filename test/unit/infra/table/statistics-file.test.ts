/** Files of statistics packages, which are named instead of being taken for a table. */
import { expect, test } from 'vitest'
import { readTableFile } from '#infra/table/read-table-file.ts'

const LIMITS = { maxRows: 10, maxColumns: 10, maxUnpackedBytes: 10_000 }
const read = (text: string) => readTableFile(Buffer.from(text, 'latin1'), LIMITS)

// The first bytes as haven 2.5.1 (R) writes them, of write_sav (byte and zsav), write_dta (versions 14 and 8) and write_xpt;
// those of .por and .sas7bdat as PSPP and pandas document them.
test.each([
  ['$FL2@(#) SPSS DATA FILE - https://github.com/WizardMac/ReadStat  ', 'SPSS (.sav)'],
  ['$FL3@(#) SPSS DATA FILE', 'SPSS (.sav)'],
  [`${' '.repeat(40)}ASCII SPSS PORT FILE${' '.repeat(20)}`, 'SPSS (.por)'],
  ['<stata_dta><header><release>118</release>', 'Stata (.dta)'],
  ['\x72\x02\x01\x00\x03\x00', 'Stata (.dta)'],
  ['HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!', 'SAS (.xpt)'],
  [`${'\0'.repeat(12)}\xc2\xea\x81\x60\xb3\x14`, 'SAS (.sas7bdat)'],
])('%j is of %s', async (head, written) => {
  await expect(read(head)).rejects.toThrow(`this is a file of ${written}, which is not read`)
})

test.each(['$FL,a\n1,2\n', 'q1,q2\n1,2\n', 'r\x02,x\n', 'stata,x\n1,2'])('%j is a table', async (text) => {
  expect((await read(text)).length).toBeGreaterThan(0)
})
