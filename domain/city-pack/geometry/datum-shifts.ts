/**
 * Parameters between national datums and WGS 84 (dx, dy, dz in metres; rx, ry, rz in arc seconds, position vector; ppm).
 * epsg-index takes them from the EPSG registry without its sign convention, and names grid files that are not shipped. Each
 * group of systems was compared with PROJ 9.5 at the middle of its area: what is listed here agrees within 10 m, a few old
 * national grids within 40 m; systems of another shift are refused. Sources of the replacements: EPSG transformations 4833 (RD), 1610 (BD72), 10098 (KKJ), 1680
 * (RT90), 5486 (LUREF), 1825 (Hong Kong), 1314 (OSGB36), 1777 (DHDN), 15708 (PRS92), 1645 (Pulkovo 1942(58)), 1073 (Israel).
 */

/** Value of the index, or name of a grid file -> what is used. */
const REPLACED: Readonly<Record<string, string>> = {
  '565.4171,50.3319,465.5524,1.9342,-1.6677,9.1019,4.0725':
    '565.4171,50.3319,465.5524,-0.398957,0.343988,-1.8774,4.0725',
  '-106.8686,52.2978,-103.7239,-0.3366,0.457,-1.8422,-1.2747':
    '-106.8686,52.2978,-103.7239,0.3366,-0.457,1.8422,-1.2747',
  '-96.062,-82.428,-121.753,-4.801,-0.345,1.376,1.496': '-96.062,-82.428,-121.753,4.801,0.345,-1.376,1.496',
  '414.1,41.3,603.1,0.855,-2.141,7.023,0': '414.1,41.3,603.1,-0.855,2.141,-7.023,0',
  '-265.8867,76.9851,20.2667,0.33746,3.09264,-2.53861,0.4598':
    '-189.6806,18.3463,-42.7695,-0.33746,-3.09264,2.53861,0.4598',
  '-162.619,-276.959,-161.764,-0.067753,2.243648,1.158828,-1.094246':
    '-162.619,-276.959,-161.764,0.067753,-2.24365,-1.15883,-1.09425',
  '-127.62,-67.24,-47.04,3.068,-4.903,-1.578,-1.06': '-127.62,-67.24,-47.04,-3.068,4.903,1.578,-1.06',
  '2.329,-147.042,-92.08,0.309,-0.325,-0.497,5.69': '33.4,-146.6,-76.3,-0.359,-0.053,0.844,-0.84',
  '23.772,17.49,17.859,0.3132,1.85274,-1.67299,-5.4262': '-48,55,52,0,0,0,0',
  '0,0,0,-8.393,0.749,-10.276,0': '0,0,0,-0.008393,0.000749,-0.010276,0',
  '584.9636,107.7175,413.8067,-1.1155,-0.2824,3.1384,7.9922': '598.1,73.7,418.2,0.202,0.045,-2.455,6.7',
  'OSTN15_NTv2_OSGBtoETRS.gsb': '446.448,-125.157,542.06,0.15,0.247,0.842,-20.489',
  'BETA2007.gsb': '598.1,73.7,418.2,0.202,0.045,-2.455,6.7',
}

/** Rotations that the index gives in the other sign convention. */
const TURNED: ReadonlySet<string> = new Set([
  '25,-141,-78.5,0,-0.35,-0.736,0',
  '-117.808,-51.536,137.784,-0.303,-0.446,-0.234,-0.29',
  '-1.977,-13.06,-9.993,-0.364,-0.254,-0.689,-1.037',
  '-239.749,88.181,30.488,-0.263,-0.082,-1.211,2.229',
  '-288.885,-91.744,126.244,1.691,-0.41,0.211,-4.598',
  '-44.183,-0.58,-38.489,-2.3867,-2.7072,3.5196,-8.2703',
  '-0.293,766.95,87.713,-0.195704,-1.695068,-3.473016,-0.039338',
  '-33.722,153.789,94.959,8.581,4.478,-4.54,8.95',
  '226.702,-193.337,-35.371,2.229,4.391,-9.238,0.9798',
])

/** Rotations that are right as the index gives them: MGI, Ireland, Monte Mario, Qatar, WGS 72 and others. */
const GIVEN: ReadonlySet<string> = new Set([
  '577.326,90.129,463.919,5.137,1.474,5.297,2.4232',
  '482.5,-130.6,564.6,-1.042,-0.214,-0.631,8.15',
  '-104.1,-49.1,-9.9,0.971,-2.917,0.714,-11.68',
  '-119.4248,-303.65872,-11.00061,1.164298,0.174458,1.096259,3.657065',
  '-180.624,-225.516,173.919,-0.81,-1.898,8.336,16.71006',
  '293,836,318,0.5,1.6,-2.8,2.1',
  '0,0,4.5,0,0,0.554,0.219',
  '0,0,1.9,0,0,0.814,-0.38',
  '24.47,-130.89,-81.56,0,0,-0.13,-0.22',
])
/** Smaller rotations move nothing by as much as 10 m. */
const SMALL_SECONDS = 0.3

const UNCERTAIN =
  /^(Indian 19(54|60)|FD5[48]|Camacupa|Locodjo|Old Hawaiian|Sapper|Beijing 1954|Kalianpur 1937|Hanoi|Vanua|Kertau)/

/** A definition that proj4 computes within 10 m; undefined where that is not certain. */
export function withDatumShift({ name, proj4, wkt }: { name: string; proj4: string; wkt: string }): string | undefined {
  // Meridians of Paris or Oslo, and axes to the south or west, differ between programs.
  if (/\+(pm|axis)=/.test(proj4) || /AXIS\["[^"]*",\s*(WEST|SOUTH)\]/.test(wkt) || UNCERTAIN.test(name))
    return undefined
  const [whole = '', , value = ''] = /\+(towgs84|nadgrids)=(\S+)/.exec(proj4) ?? []
  // proj4 does without a grid that is marked as optional: @null of the web's Mercator
  if (whole === '' || value.startsWith('@')) return proj4
  const shift = REPLACED[value] ?? (TURNED.has(value) ? turned(value) : value)
  const isCertain = shift !== value || GIVEN.has(value) || (!whole.startsWith('+nadgrids') && isSmall(value))
  return isCertain ? proj4.replace(whole, `+towgs84=${shift}`) : undefined
}

function turned(value: string): string {
  const numbers = value.split(',').map(Number)
  return numbers.map((number, at) => (at >= 3 && at <= 5 ? -number : number)).join(',')
}

const isSmall = (value: string): boolean =>
  value
    .split(',')
    .slice(3, 6)
    .every((angle) => Math.abs(Number(angle)) < SMALL_SECONDS)
