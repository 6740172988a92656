/**
 * Which members of a document are personal: the only predicate for everything that is stored of a message, rejected or
 * archived. Keys are compared in lower case without punctuation (`E-Mail` is `email`).
 */
const ALWAYS: ReadonlySet<string> = new Set([
  // addresses of a connection, and the network of a device
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
  // secrets
  ...['password', 'passwd', 'passkey', 'token', 'accesstoken', 'uplinktoken', 'apikey', 'secret', 'authorization'],
  ...['appskey', 'nwkskey', 'idtag', 'idtoken'],
  // numbers of meters, which are printed on the bill of a household
  ...['equipmentid', 'gasequipmentid', 'gasuniqueid', 'meterid', 'meterserial', 'meterserialnumber', 'meternumber'],
  ...['serialnumber', 'ean', 'eancode', 'eanid', 'serverid'],
])

/** Identity of a person; their presence also shows that the object around them is about a person. */
const OF_PERSONS: ReadonlySet<string> = new Set([
  ...['imei', 'imsi', 'iccid', 'msisdn', 'subscriberid', 'androidid', 'advertisingid'],
  ...['phone', 'phonenumber', 'tel', 'telephone', 'telnumber', 'mobile', 'mobilenumber', 'mobilephone', 'cellphone'],
  ...[
    'email',
    'emailaddress',
    'mail',
    'userid',
    'username',
    'firstname',
    'lastname',
    'surname',
    'givenname',
    'familyname',
  ],
  ...['fullname', 'dateofbirth', 'birthdate', 'birthday', 'iban', 'streetaddress', 'homeaddress', 'postaladdress'],
  ...['licenseplate', 'licenceplate', 'numberplate', 'plate', 'platenumber', 'vin'],
])

/** Devices have these too: personal only next to a member of OF_PERSONS, in the same object. */
const NEXT_TO_PERSONS: ReadonlySet<string> = new Set(['name', 'address', 'street', 'city', 'postcode', 'zip'])

export type Personal = 'always' | 'of_person' | 'next_to_person'

/** @returns undefined for a member that is not personal */
export function personalKind(key: string): Personal | undefined {
  const squeezed = key.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (ALWAYS.has(squeezed)) return 'always'
  if (OF_PERSONS.has(squeezed)) return 'of_person'
  return NEXT_TO_PERSONS.has(squeezed) ? 'next_to_person' : undefined
}
