const names = new Intl.DisplayNames(['en'], { type: 'region' })

/** `Germany` for `DE`; what is no country code is given back as it is. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code
}
