import { type JsonSchema, typeText } from '../schema-shape.ts'

/** A Markdown table of the keys of `schema`; keys of maps in it are named with a dot. */
export function keyTable(schema: JsonSchema): string {
  const rows = rowsOf(schema, '')
  if (rows.length === 0) return 'It has no keys of its own.'
  return ['| key | what it is | value | default |', '|---|---|---|---|', ...rows].join('\n')
}

function rowsOf({ properties = {}, required = [] }: JsonSchema, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const isMap = schema.properties !== undefined
    const byDefault = required.includes(name) ? '(required)' : defaultText(schema)
    const cells = [`\`${prefix}${name}\``, schema.description ?? '', typeText(schema), isMap ? '' : byDefault]
    return [`| ${cells.map(escaped).join(' | ')} |`, ...rowsOf(schema, `${prefix}${name}.`)]
  })
}

function defaultText({ default: byDefault }: JsonSchema): string {
  return byDefault === undefined ? '' : `\`${JSON.stringify(byDefault)}\``
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
