import type { FastifyInstance, FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  historyResponse,
  reportResponse,
  sheetImported,
  sheetRefused,
  verificationResponse,
} from '#model/api/reports.ts'
import { AppError } from '#model/basics/errors.ts'
import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import { localiseReport } from '#model/indicators/names/localise.ts'
import { DECIMALS } from '#model/text/numbers.ts'
import type { NumberProblem } from '#model/text/table-numbers.ts'
import { decimalParam, keyParam, langParam, periodFileParam, periodLabelParam, periodParam } from '../http/params.ts'
import { selectCity } from '../queries/city.ts'
import { collectionSheet, collectionWorksheets } from '../reports/collection-sheet.ts'
import { reportOf } from '../reports/document.ts'
import { exportWorksheets, metadata, verificationWorksheets } from '../reports/export.ts'
import { printReport } from '../reports/pdf/print.ts'
import { reportText } from '../reports/report-text.ts'
import { selectHistory, selectNewest } from '../reports/reported-versions.ts'
import { readTable, settleSheet, TYPES, type Worksheet, writeCsv, writeWorkbook } from '../reports/table.ts'
import { uploadSheet } from '../reports/upload.ts'
import type { ApiDeps } from './deps.ts'

/** A filled sheet weighs about 40 kB. */
const UPLOAD_LIMIT_BYTES = 2_000_000
const UPLOAD_TYPES = ['text/csv', TYPES.xlsx, 'application/octet-stream', 'application/vnd.ms-excel'] as const

const tags = ['reports']
const year = z.string().regex(/^(19|20)\d{2}$/, 'must be a year, e.g. 2026')
const sheetFormat = z.enum(['csv', 'xlsx']).default('xlsx')
const binary = z.any().meta({ type: 'string', format: 'binary', description: 'the file' })
const contentOf = (description: string, schemas: Readonly<Record<string, z.ZodType>>) => ({
  description,
  content: Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }])),
})
const files = (...formats: readonly (keyof typeof TYPES)[]) =>
  Object.fromEntries(formats.map((format) => [mediaType(TYPES[format]), binary]))
const mediaType = (type: string): string => type.split(';', 1)[0] ?? type

type Deps = Pick<ApiDeps, 'pool' | 'indicators' | 'clock' | 'baseMap'>
type File = { readonly name: string; readonly format: 'csv' | 'xlsx' }

export const reportRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    await app.register(sheetRoutes(deps))
    app.get(
      '/indicators/report',
      {
        schema: {
          tags,
          summary: 'Everything a report of a period says: values, sources, scores, verification',
          querystring: z.object({ period: periodParam }),
          response: { 200: reportResponse },
        },
      },
      ({ query }) => reportOf(deps, query.period),
    )
    app.get(
      '/indicators/export',
      {
        schema: {
          tags,
          summary: 'All values with their metadata as JSON, CSV or XLSX',
          querystring: z.object({
            ...{ period: periodParam, format: z.enum(['json', 'csv', 'xlsx']).default('json'), lang: langParam },
          }),
          response: { 200: contentOf('The values', { 'application/json': z.any(), ...files('csv', 'xlsx') }) },
        },
      },
      async ({ query }, reply) => {
        const report = localiseReport(await reportOf(deps, query.period), reportText(query.lang).named)
        if (query.format === 'json') return { metadata: metadata(report), ...report }
        return sendPages(reply, { name: `indicators-${query.period}`, format: query.format }, exportWorksheets(report))
      },
    )
    app.get(
      '/indicators/verification',
      {
        schema: {
          tags,
          summary: 'What a verifier would ask; as CSV or XLSX the sheet a verifier works through',
          querystring: z.object({ period: periodParam, format: z.enum(['json', 'csv', 'xlsx']).default('json') }),
          response: {
            200: contentOf('The questions', { 'application/json': verificationResponse, ...files('csv', 'xlsx') }),
          },
        },
      },
      async ({ query }, reply) => {
        const report = await reportOf(deps, query.period)
        if (query.format === 'json') return report.verification
        return sendPages(
          reply,
          { name: `verification-${query.period}`, format: query.format },
          verificationWorksheets(report),
        )
      },
    )
    app.get(
      '/reports/:file',
      {
        schema: {
          tags,
          summary: 'The report of a period as PDF, e.g. /reports/2026.pdf',
          params: z.object({
            file: periodFileParam,
          }),
          querystring: z.object({ lang: langParam }),
          response: { 200: contentOf('The report', { 'application/pdf': binary }) },
        },
      },
      async ({ params, query }, reply) => {
        const report = await reportOf(deps, params.file.slice(0, -'.pdf'.length))
        return sendFile(
          reply,
          params.file,
          'application/pdf',
          await printReport(report, reportText(query.lang)),
          'inline',
        )
      },
    )
  }

const sheetRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, indicators } = deps
    acceptFiles(app as unknown as FastifyInstance)
    app.get(
      '/indicators/sheet',
      {
        schema: {
          tags,
          summary: 'The collection sheet of a year, filled with what is known',
          querystring: z.object({ period: year, format: sheetFormat }),
          response: { 200: contentOf('The sheet', files('csv', 'xlsx')) },
        },
      },
      async ({ query }, reply) => {
        const [stated, board] = await Promise.all([selectNewest(pool, [query.period]), indicators.scoreboard(query)])
        const pages = collectionWorksheets(collectionSheet(query.period, stated, board))
        return sendPages(reply, { name: `collection-sheet-${query.period}`, format: query.format }, pages)
      },
    )
    app.post(
      '/indicators/sheet',
      {
        bodyLimit: UPLOAD_LIMIT_BYTES,
        schema: {
          tags,
          summary: 'Upload a collection sheet, CSV or XLSX: the whole of it, or nothing',
          consumes: [...UPLOAD_TYPES],
          querystring: z.object({
            period: year,
            by: z.string().trim().min(1).max(100).default('operator').describe('who answers for it, for the history'),
            decimal: decimalParam,
          }),
          response: { 200: sheetImported, 422: sheetRefused },
        },
      },
      async ({ query, body, url }, reply) => {
        if (!Buffer.isBuffer(body)) throw new AppError('REQUEST_INVALID', 'send the file itself as CSV or XLSX')
        const { pack } = await selectCity(pool)
        const city = { population: pack.population, households: pack.households ?? null }
        const { decimal, ...of } = query
        const sheet = await readTable(body)
        const { rows: table, question, problems } = settleSheet(sheet, body, decimal && DECIMALS[decimal])
        const wrong = question ? [question] : problems
        if (wrong.length > 0)
          return reply
            .status(422)
            .header('cache-control', 'no-store')
            .send(refused(wrong.map(inSheet), url))
        const upload = { table, ...of, city, simulated: pack.simulated }
        const outcome = await uploadSheet(pool, upload)
        if (!outcome.ok)
          return reply.status(422).header('cache-control', 'no-store').send(refused(outcome.problems, url))
        indicators.refresh()
        return outcome.imported
      },
    )
    app.get(
      '/indicators/:code/values/:period/history',
      {
        schema: {
          tags,
          summary: 'Every version of a reported value: what changed, when and by whom',
          params: z.object({ code: keyParam, period: periodLabelParam }),
          response: { 200: historyResponse },
        },
      },
      async ({ params }) => {
        const indicator = indicatorOf(params.code)
        if (!indicator) throw new AppError('INDICATOR_UNKNOWN', params.code)
        const versions = await selectHistory(pool, indicator.code, params.period)
        return { code: indicator.code, period: params.period, versions }
      },
    )
  }

const inSheet = ({ row, column, value, reason }: NumberProblem): z.infer<typeof sheetRefused>['problems'][number] => ({
  ...{ row, code: '', dataPoint: '', value, reason },
  field: column.toLowerCase(),
})

/** Files come as they are; the limit of the route holds while they come in. */
function acceptFiles(app: FastifyInstance): void {
  app.addContentTypeParser([...UPLOAD_TYPES], { parseAs: 'buffer', bodyLimit: UPLOAD_LIMIT_BYTES }, (_, body, done) =>
    done(null, body),
  )
}

const refused = (
  problems: z.infer<typeof sheetRefused>['problems'],
  instance: string,
): z.infer<typeof sheetRefused> => ({
  type: 'urn:citywell:error:SHEET_INVALID',
  title: 'Sheet invalid',
  status: 422,
  detail: `nothing was recorded: ${problems.length} ${problems.length === 1 ? 'cell needs' : 'cells need'} another look`,
  code: 'SHEET_INVALID',
  instance,
  problems,
})

/** The first page as CSV, all of them as XLSX. */
async function sendPages(
  reply: FastifyReply,
  { name, format }: File,
  pages: readonly Worksheet[],
): Promise<FastifyReply> {
  const body = format === 'csv' ? Buffer.from(writeCsv(pages[0]?.table ?? [])) : await writeWorkbook(pages)
  return sendFile(reply, `${name}.${format}`, TYPES[format], body, 'attachment')
}

function sendFile(
  reply: FastifyReply,
  name: string,
  type: string,
  body: Buffer,
  how: 'attachment' | 'inline',
): FastifyReply {
  return reply
    .type(type)
    .header('content-disposition', `${how}; filename="${name}"`)
    .serializer((payload: unknown) => payload as string)
    .send(body)
}
