import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withMarkedSection } from './generators/marked-section.ts'

const page = 'Before\n\n<!-- fruit: begin, written by npm run generate -->\n\nold\n\n<!-- fruit: end -->\n\nAfter\n'

test('a marked section is replaced and what stands around it is kept', () => {
  const expected = page.replace('old', 'apples')
  assert.equal(withMarkedSection(page, 'fruit', 'apples\n'), expected)
  assert.equal(withMarkedSection(expected, 'fruit', 'apples'), expected)
})

test('a page without the markers is refused by name', () => {
  assert.throws(() => withMarkedSection('Before\n', 'fruit', 'apples'), /no markers "fruit: begin"/)
})
