/**
 * U4SSC indicators that are a share of households or persons and that a household survey can answer, besides
 * EC:ICT:ICT:1C, which rests on the ITU core indicator HH6. A question answers one of them where its codebook says so
 * (`u4ssc`); to whom it does not apply must be empty or coded as missing. Value: what the share is of, for people.
 */
export const SURVEYED_SHARES: Readonly<Record<string, string>> = {
  'EC:P:EM:1C': 'people in the labour force',
  'EC:P:EM:2C': 'people aged 15 to 24 in the labour force',
  'EC:I:WS:1C': 'households',
  'EC:I:WS:2C': 'households',
  'EC:I:WS:4C': 'households',
  'EC:I:WS:5C': 'households',
  'EC:I:WA:1C': 'households',
  'EC:I:ES:3C': 'households',
  'SC:EH:ED:4C': 'people of 15 and older',
  'SC:EH:H:5A': 'people',
  'SC:SH:HO:1C': 'people',
  'SC:SH:SI:3C': 'people',
}
