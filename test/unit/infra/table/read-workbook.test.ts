import { crc32, deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import writeXlsx from 'write-excel-file/node'
import { readTableFile } from '#infra/table/read-table-file.ts'

const LIMITS = { maxRows: 1000, maxColumns: 50, maxUnpackedBytes: 10_000_000 }
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** The smallest workbook (ECMA-376) around one sheet. */
function workbook(sheet: string): Buffer {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  return zip({
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${MAIN}"><sheetData>${sheet}</sheetData></worksheet>`,
  })
}

/** A ZIP (APPNOTE 4.3): local headers with data, the central directory, its end. No checksums: nobody here reads them. */
function zip(parts: Record<string, string>): Buffer {
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const [name, text] of Object.entries(parts)) {
    const data = deflateRawSync(text)
    const fixed = Buffer.alloc(26)
    fixed.writeUInt16LE(20, 0)
    fixed.writeUInt16LE(8, 4)
    fixed.writeUInt32LE(crc32(Buffer.from(text)), 10)
    fixed.writeUInt32LE(data.length, 14)
    fixed.writeUInt32LE(Buffer.byteLength(text), 18)
    fixed.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), fixed, Buffer.from(name), data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), fixed, tail, Buffer.from(name)]))
    locals.push(local)
    at += local.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, ...directory, end])
}

const cell = (reference: string) => `<row><c ${reference}><v>1</v></c></row>`

test('an ordinary workbook is read', async () => {
  const data = await writeXlsx(
    [
      [{ value: 'code' }, { value: 'value' }],
      [{ value: 'a' }, { value: 1.5 }],
    ] as never,
    {},
  ).toBuffer()
  expect(await readTableFile(data, LIMITS)).toEqual([
    ['code', 'value'],
    ['a', 1.5],
  ])
  expect(await readTableFile(workbook(cell('r="A1"')), LIMITS)).toEqual([[1]])
})

test.each([
  ['XFD1048576', /at most 1000 rows and 50 columns.*XFD1048576/],
  ['A1002', /A1002/],
  ['AY1', /AY1/],
  ['&#88;FD1048576', /no valid reference/],
])('two cells, A1 and %s, are refused before a grid is made of them', async (reference, message) => {
  const bytes = workbook(cell('r="A1"') + cell(`r="${reference}"`))
  expect(bytes.length).toBeLessThan(3000)
  await expect(readTableFile(bytes, LIMITS)).rejects.toThrow(message)
  await expect(readTableFile(workbook(cell('r="A1"') + cell(`r = '${reference}'`)), LIMITS)).rejects.toThrow(message)
})

test('the last allowed row and column are read', async () => {
  const table = await readTableFile(workbook(cell('r="A1"') + cell('r="AX1001"')), LIMITS)
  expect([table.length, table.at(-1)?.length]).toEqual([1001, 50])
})

test('what breaks the reader is an answer, and the next file is read', async () => {
  await expect(readTableFile(workbook('<row><c r="A1" t="s"><v>99'), LIMITS)).rejects.toMatchObject({ status: 400 })
  expect(await readTableFile(workbook(cell('r="A1"')), LIMITS)).toEqual([[1]])
})
