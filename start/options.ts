import { parseArgs } from 'node:util'
import { AppError } from '#model/basics/errors.ts'

export const HELP = `Citywell: a city observatory on your machine.

  npm start                        the bundled, fictional city with its simulator
  npm start -- --city FOLDER       a city of your own (docs/city-packs.md says what the folder holds)
  npm start -- --no-dashboard      does not build the dashboard; npm run dev serves it with reload
  npm start -- --help              this text

Everything runs in one process: database, MQTT broker, ingest, API, dashboard and, for the bundled city, a simulator.
Ctrl-C stops it; the next start goes on with the same data.

Environment (all optional):
  PORT           8080       dashboard and API
  HOST           127.0.0.1  address of dashboard and API; 0.0.0.0 lets other machines in
  MQTT_PORT      1883       embedded MQTT broker
  MQTT_HOST      127.0.0.1  address of the embedded broker, independent of HOST; beyond this machine it needs the next two
  MQTT_USERNAME             what clients of the embedded broker must present,
  MQTT_PASSWORD             at least 12 characters
  MQTT_ANONYMOUS on         off: only devices with credentials of their own, or with those, are admitted
  MQTT_TLS_PORT             port of the embedded broker with TLS on MQTT_HOST; MQTT_PORT is then on this machine only
  MQTT_TLS_CERT             files (PEM): certificate and key of that port,
  MQTT_TLS_KEY
  MQTT_TLS_CA               and the authority of client certificates, which every client then needs
  DATA_DIR       .data      where the embedded database lives
  CITY                      folder of a city pack, as --city
  SIMULATE       on|off     the simulator; on unless MQTT_URL names a broker of yours
  BACKFILL_DAYS  30         days of history the simulator fills in at the first start
  PUBLIC_ACCESS             off: reading needs credentials too (on)
  CITYWELL_KEY              the key that changes need; the first start makes one
  CLIENT_REQUESTS, HEAVY_REQUESTS
                            requests of one client in 10 s (2000), and long reads answered at a time (4)
  TRUST_PROXY               addresses of proxies before the API, e.g. 127.0.0.1: their X-Forwarded-For is believed
  ALLOWED_HOSTS             names by which browsers reach the dashboard beyond this machine, e.g. city.example;
                            * for any
  DATABASE_URL              a TimescaleDB server instead of the embedded database
  MQTT_URL                  a broker instead of the embedded one
  LOG_LEVEL      warn       trace, debug, info, warn, error
`

export type Options = { readonly help: boolean; readonly city: string | undefined; readonly dashboard: boolean }

/** @throws AppError CONFIG_INVALID for an option that does not exist */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        city: { type: 'string' },
        'no-dashboard': { type: 'boolean', default: false },
      },
      strict: true,
    })
    return { help: values.help, city: values.city, dashboard: !values['no-dashboard'] }
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `${(cause as Error).message}\nnpm start -- --help lists what can be set`, {
      cause,
    })
  }
}
