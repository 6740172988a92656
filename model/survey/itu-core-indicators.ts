/**
 * The ITU core indicators on household and individual use of ICT, as survey items. Names are ours. `base`: who is asked,
 * all in-scope households or individuals, or a part of them, which shows as "did not apply" in the file.
 * Source: ITU, Manual for Measuring ICT Access and Use by Households and Individuals (2020); SDG metadata 4.4.1, 5.b.1, 17.8.1.
 */
export type CoreIndicator = {
  readonly code: string
  readonly name: string
  readonly base: 'household' | 'household_without_internet' | 'individual' | 'internet_user' | 'non_user'
  /** answers do not add up to 100 % */
  readonly multiple: boolean
  readonly sdg: string | null
}

const indicator = (
  code: string,
  name: string,
  base: CoreIndicator['base'],
  { multiple = false, sdg = null }: { multiple?: boolean; sdg?: string | null } = {},
): CoreIndicator => ({ code, name, base, multiple, sdg })

export const CORE_INDICATORS: readonly CoreIndicator[] = [
  indicator('HH1', 'Households with a radio', 'household'),
  indicator('HH2', 'Households with a television', 'household'),
  indicator('HH3', 'Households with a telephone', 'household'),
  indicator('HH4', 'Households with a computer', 'household'),
  indicator('HH5', 'Individuals who used a computer', 'individual'),
  indicator('HH6', 'Households with Internet access', 'household'),
  indicator('HH7', 'Individuals who used the Internet', 'individual', { sdg: '17.8.1' }),
  indicator('HH8', 'Place of Internet use', 'internet_user', { multiple: true }),
  indicator('HH9', 'Activities on the Internet', 'individual', { multiple: true }),
  indicator('HH10', 'Individuals who used a mobile phone', 'individual'),
  indicator('HH11', 'Internet access by type of service', 'household'),
  indicator('HH12', 'Frequency of Internet use', 'internet_user'),
  indicator('HH13', 'Households with multichannel television', 'household', { multiple: true }),
  indicator('HH14', 'Barriers to Internet access at home', 'household_without_internet', { multiple: true }),
  indicator('HH15', 'Individuals with ICT skills, by skill', 'individual', { multiple: true, sdg: '4.4.1' }),
  indicator('HH16', 'Share of household expenditure for ICT', 'household'),
  indicator('HH17', 'Internet use by device and network', 'internet_user', { multiple: true }),
  indicator('HH18', 'Individuals who own a mobile phone', 'individual', { sdg: '5.b.1' }),
  indicator('HH19', 'Reasons for not using the Internet', 'non_user', { multiple: true }),
]
