/** How much a body may hold. Texts in UTF-16 units. */
export const recordLimits = { records: 65_536, text: 1_024, longText: 1_048_576, entries: 1_024 } as const
