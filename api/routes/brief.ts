import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { briefResponse } from '#model/api/brief.ts'
import { type BriefDeps, briefOf } from '../brief/brief.ts'
import { districtBurdens } from '../brief/district-burdens.ts'
import { createEquity, type EquityDeps } from '../equity/equity.ts'
import { langParam, yearBackFileParam, yearBackParam } from '../http/params.ts'
import { printCouncilSheet } from '../reports/pdf/council-sheet.ts'
import { reportText } from '../reports/report-text.ts'

const tags = ['reports']
const pdf = z.any().meta({ type: 'string', format: 'binary', description: 'the file' })

export const briefRoutes =
  (deps: EquityDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const needs: BriefDeps = { ...deps, burdens: districtBurdens(createEquity(deps)) }
    app.get(
      '/brief',
      {
        schema: {
          tags,
          summary: 'What changed against the year before, which district is worst off, and what would change the score',
          querystring: z.object({ period: yearBackParam.optional() }),
          response: { 200: briefResponse },
        },
      },
      ({ query }) => briefOf(needs, query.period),
    )
    app.get(
      '/brief/:file',
      {
        schema: {
          tags,
          summary: 'The council sheet of a period, one page of A4, e.g. /brief/2026.pdf',
          params: z.object({ file: yearBackFileParam }),
          querystring: z.object({ lang: langParam }),
          response: { 200: { description: 'The sheet', content: { 'application/pdf': { schema: pdf } } } },
        },
      },
      async ({ params, query }, reply) => {
        const brief = await briefOf(needs, params.file.slice(0, -'.pdf'.length))
        const file = await printCouncilSheet(brief, reportText(query.lang))
        return reply
          .type('application/pdf')
          .header('content-disposition', `inline; filename="council-sheet-${params.file}"`)
          .serializer((payload: unknown) => payload as string)
          .send(file)
      },
    )
  }
