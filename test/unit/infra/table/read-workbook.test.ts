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

/** A workbook with one part more or other bytes in its directory. */
const withPart = (name: string, content: string): Buffer => zip({ 'xl/workbook.xml': '<workbook/>', [name]: content })
/** The entry of a part in the central directory, as an offset into the file. */
const directoryEntryOf = (bytes: Buffer, name: string): number => bytes.lastIndexOf(Buffer.from(name)) - 46

test('a part that unpacks to more than the limit is refused, whatever the file says of its size', async () => {
  const bomb = withPart('xl/media/a.bin', '0'.repeat(20_000_000))
  expect(bomb.length).toBeLessThan(100_000)
  await expect(readTableFile(bomb, LIMITS)).rejects.toThrow('unpacks to more than 10 MB')
  bomb.writeUInt32LE(5, directoryEntryOf(bomb, 'xl/media/a.bin') + 24)
  await expect(readTableFile(bomb, LIMITS)).rejects.toThrow('unpacks to more than 10 MB')
})

test('many small parts that unpack to more than the limit together are refused', async () => {
  const parts = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`xl/media/${i}.bin`, '0'.repeat(1_000_000)]))
  await expect(readTableFile(zip(parts), LIMITS)).rejects.toThrow('unpacks to more than 10 MB')
})

test('parts that share their bytes count each time', async () => {
  const bytes = zip(
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`xl/media/${i + 10}.bin`, '0'.repeat(900_000)])),
  )
  // every entry of the directory points at the first part
  for (let i = 0; i < 20; i += 1) bytes.writeUInt32LE(0, directoryEntryOf(bytes, `xl/media/${i + 10}.bin`) + 42)
  await expect(readTableFile(bytes, LIMITS)).rejects.toThrow(/unpacks to more than 10 MB|no readable XLSX/)
})

test('more than 100 parts, an encrypted part and an unknown compression are refused', async () => {
  const many = zip(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${i}.xml`, '<a/>'])))
  await expect(readTableFile(many, LIMITS)).rejects.toThrow('101 parts; 100 are read')
  for (const [offset, value] of [
    [8, 1],
    [10, 99],
  ] as const) {
    const bytes = withPart('xl/a.xml', '<a/>')
    bytes.writeUInt16LE(value, directoryEntryOf(bytes, 'xl/a.xml') + offset)
    await expect(readTableFile(bytes, LIMITS)).rejects.toThrow('no readable XLSX file')
  }
})

test('every cut of a workbook is an answer', async () => {
  const bytes = workbook(cell('r="A1"'))
  for (let length = 4; length < bytes.length; length += 97)
    await expect(readTableFile(bytes.subarray(0, length), LIMITS)).rejects.toMatchObject({ status: 400 })
})
