/**
 * What a payload that is kept (refused, refused in part, archived) must not hold. Decoders do not read it either, so
 * what is replayed without it says the same. Bytes are kept as they came everywhere else, in JSON that is none as well.
 *
 * The number a device calls itself by stays: it is the name of the Thing. What is heard of the devices of passers-by is
 * refused as a whole (`personal_data`) and not kept at all.
 */
import { crcLine, telegramCrc } from './decode/dsmr-crc.ts'

/** Keys, in lower case without punctuation, whose text or number says who somebody is or where a line ends. */
const KEYS: ReadonlySet<string> = new Set([
  // addresses of a line, and the network a device sits in
  ...[
    'ip',
    'ipaddr',
    'ipaddress',
    'ip4',
    'ip6',
    'ipv4',
    'ipv6',
    'ip6global',
    'ip6local',
    'staip',
    'stationip',
    'localip',
  ],
  ...[
    'remoteip',
    'internalip',
    'externalip',
    'clientip',
    'publicip',
    'wanip',
    'lanip',
    'apip',
    'macaddr',
    'macaddress',
  ],
  ...['ssid', 'ssid1', 'ssid2', 'bssid', 'wifissid', 'wifibssid', 'essid'],
  // telephones and SIM cards
  ...['imei', 'imsi', 'iccid', 'msisdn', 'phone', 'phonenumber', 'subscriberid', 'androidid', 'advertisingid'],
  // people
  ...['email', 'emailaddress', 'mail', 'userid', 'username', 'firstname', 'lastname', 'licenseplate', 'numberplate'],
  // secrets
  ...['password', 'passwd', 'token', 'accesstoken', 'uplinktoken', 'apikey', 'secret', 'authorization'],
  // meters, whose number stands on the bill of a household
  ...['equipmentid', 'gasequipmentid', 'gasuniqueid', 'meterid', 'meterserial', 'meterserialnumber', 'meternumber'],
  ...['serialnumber', 'ean', 'eancode', 'eanid', 'serverid'],
])
/** HomeWizard calls its meters so; elsewhere it is what a device calls itself. */
const UNIQUE_ID = 'uniqueid'

/** A key and its value, where that is a text or a number. Bounded, so that no text takes more than one pass. */
const MEMBER = /"([\w .-]{1,40})"(\s{0,20}:\s{0,20})("(?:[^"\\]|\\.){0,4000}"|-?\d[\d.eE+-]{0,40})/g
/** OBIS codes of numbers (96.1.0 to 96.1.3: of the meter, of what is connected to it, of the connection) and messages. */
const TELEGRAM_VALUE = /^(0-\d:96\.(?:1\.[0-3]|13\.\d)\()([^)\r\n]{1,2100})(?=\))/gm
const TELEGRAM_NAME = /^\/[^\r\n]{1,200}/

/** @returns the payload itself where there is nothing to take out */
export function withoutPersonalData(payload: Buffer): Buffer {
  const first = firstCharacter(payload)
  if (first !== '{' && first !== '[' && first !== '/') return payload
  // latin1 and back leaves every byte as it was, whatever the text is encoded in
  const text = payload.toString('latin1')
  const clean = first === '/' ? cleanTelegram(text) : cleanJson(text)
  return clean === text ? payload : Buffer.from(clean, 'latin1')
}

/** The first character of a text; nothing of what begins like binary, which may hold any bytes. */
function firstCharacter(payload: Buffer): string {
  const head = payload.toString('latin1', 0, 64)
  return CONTROL.test(head) ? '' : head.trimStart().charAt(0)
}
const CONTROL = /[^\t\n\r\x20-\xff]/

function cleanJson(text: string): string {
  const isHomeWizard = text.includes('"smr_version"')
  return text.replace(MEMBER, (member, key: string, colon: string, value: string) => {
    const squeezed = key.toLowerCase().replace(/[^a-z0-9]/g, '')
    if (!KEYS.has(squeezed) && !(isHomeWizard && squeezed === UNIQUE_ID)) return member
    return `"${key}"${colon}${value.startsWith('"') ? '"(removed)"' : 'null'}`
  })
}

/** Numbers become zeros of the same length; a checksum that was right is made right again. */
function cleanTelegram(text: string): string {
  const clean = text
    .replace(TELEGRAM_NAME, (name) => name.replace(/\d{6,}/g, (digits) => '0'.repeat(digits.length)))
    .replace(TELEGRAM_VALUE, (_, code: string, value: string) => code + '0'.repeat(value.length))
  const crc = crcLine(text)
  if (clean === text || !crc || telegramCrc(text.slice(0, crc.at)) !== crc.value) return clean
  const right = telegramCrc(clean.slice(0, crc.at)).toString(16).toUpperCase().padStart(4, '0')
  return clean.slice(0, crc.at) + right + clean.slice(crc.at + 4)
}
