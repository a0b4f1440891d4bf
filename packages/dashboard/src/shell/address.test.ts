import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { choosable } from '../nodes/columns.ts'
import { type Address, activities, firstSort, readAddress, writeAddress } from './address.ts'

test('an address without a query is the overview, unfiltered, fresh first', () => {
  assert.deepEqual(readAddress(''), { screen: 'overview', filter: {}, sort: firstSort })
  assert.equal(writeAddress(readAddress('')), '')
})

test('an address that says nonsense is read as far as it makes sense', () => {
  const address = readAddress('?screen=moon&sort=-weight&state=asleep&state=silent&theme=pink&node=%00')
  assert.deepEqual(address, { screen: 'overview', node: '\0', filter: { activity: ['silent'] }, sort: firstSort })
})

test('an address restores whatever view it was written from', () => {
  const names = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 3 })
  const view = fc.record(
    {
      screen: fc.constantFrom('overview', 'nodes'),
      network: fc.string({ unit: 'grapheme' }),
      node: fc.string({ unit: 'grapheme' }),
      filter: fc.record(
        {
          text: fc.string({ unit: 'grapheme', minLength: 1 }),
          activity: fc.subarray([...activities], { minLength: 1 }),
          client: names,
          country: names,
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
      sort: fc.record(
        {
          by: fc.constantFrom('state', 'name', 'head', 'propagation', 'peers'),
          direction: fc.constantFrom('ascending', 'descending'),
        },
        { noNullPrototype: true },
      ),
      by: fc.constantFrom('country', 'client', 'head', 'state'),
      columns: fc.subarray(choosable.map(({ id }) => id)),
      theme: fc.constantFrom('dark', 'light'),
    },
    { requiredKeys: ['screen', 'filter', 'sort'], noNullPrototype: true },
  ) as fc.Arbitrary<Address>
  fc.assert(fc.property(view, (address) => assert.deepEqual(readAddress(`?${writeAddress(address)}`), address)))
})
