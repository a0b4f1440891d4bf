import { createMemo, For, type JSX, Show } from 'solid-js'
import type { WireBlock } from '../feed/wire.ts'
import { blockTail, countOf, countText, gweiText, percentText } from '../format/numbers.ts'
import { shortHash } from '../format/short-hash.ts'
import { usePage } from '../shell/page.ts'

interface Cell {
  readonly seen: WireBlock
  /** Seconds after its parent, by the headers; absent when the parent is not among the blocks. */
  readonly afterS: number | undefined
  readonly isNewest: boolean
}

/** The last blocks, oldest first: height is gas; below, the number and the seconds after the one before. */
export function BlockTape(): JSX.Element {
  const page = usePage()
  const shown = () => (page.isPhone() ? 13 : 23)
  const cells = createMemo(() => cellsOf(page.blocks() ?? []).slice(-shown()))
  const limit = () => cells().at(-1)?.seen.block.gasLimit
  return (
    <section class="tape" aria-labelledby="tape-title">
      <div class="sech">
        <h2 id="tape-title">Last blocks</h2>
        <span class="note">
          bar: gas used
          <Show when={limit()}>{(gas) => <>{`, of ${(Number(gas()) / 1e6).toFixed(0)} M`}</>}</Show>; below: producer,
          number, seconds after the one before
        </span>
        <span class="sp" />
        <Show when={page.summary()?.gasPriceWei}>{(wei) => <span class="note">gas price {gweiText(wei())}</span>}</Show>
      </div>
      <Show
        when={cells().length > 0}
        fallback={
          <p class="dim">{page.blocks() === undefined ? 'Not known yet.' : 'No block has been reported yet.'}</p>
        }
      >
        <ol class="blocks" tabindex="0" aria-label="Last blocks" ref={(element) => keepAtEnd(element, cells)}>
          <For each={cells()}>{(cell) => <BlockCell cell={cell} />}</For>
          <NextCell />
        </ol>
      </Show>
    </section>
  )
}

function BlockCell(props: { cell: Cell }): JSX.Element {
  const block = () => props.cell.seen.block
  const share = () => {
    const { gasUsed, gasLimit } = block()
    return gasUsed === undefined || gasLimit === undefined || gasLimit === '0'
      ? undefined
      : Number(gasUsed) / Number(gasLimit)
  }
  const after = () => (props.cell.afterS === undefined ? '' : ` +${props.cell.afterS}`)
  const producer = () => block().miner?.slice(0, 8)
  const said = () =>
    [
      `#${countText(block().number)} ${shortHash(block().hash)}`,
      block().miner === undefined ? undefined : `by ${shortHash(block().miner ?? '')}`,
      share() === undefined ? 'gas not known' : `gas ${percentText(share() ?? 0)}`,
      block().transactionCount === undefined ? undefined : countOf(block().transactionCount ?? 0, 'transaction'),
      `${countOf(props.cell.seen.nodes, 'node')} reported it`,
      props.cell.seen.canonical ? undefined : 'not on the chain',
    ]
      .filter((part) => part !== undefined)
      .join(', ')
  return (
    <li class="blk" classList={{ new: props.cell.isNewest, off: !props.cell.seen.canonical }} title={said()}>
      <span class="gas" classList={{ unknown: share() === undefined }} style={{ '--g': `${(share() ?? 0) * 100}%` }} />
      <span class="vh">{said()}</span>
      <span aria-hidden="true">{producer() ?? countOf(props.cell.seen.nodes, 'node')}</span>
      <small aria-hidden="true">
        {blockTail(block().number)}
        {after()}
      </small>
    </li>
  )
}

/** When the next block may be expected, by the mean of the last ones; nothing while that is not known. */
function NextCell(): JSX.Element {
  const page = usePage()
  const inS = () => {
    const { head, blockTimeS } = page.summary() ?? {}
    if (head === undefined || blockTimeS === undefined || page.feed.connection().kind !== 'open') return undefined
    return Math.round((head.firstSeenAt - page.feed.now()) / 1000 + blockTimeS)
  }
  return (
    <Show when={inS() !== undefined}>
      <li class="blk next" aria-hidden="true">
        <span class="gas">{(inS() ?? 0) > 0 ? `in ${inS()} s` : 'due'}</span>
        <span>next</span>
        <small>expected</small>
      </li>
    </Show>
  )
}

function cellsOf(blocks: readonly WireBlock[]): readonly Cell[] {
  const byHash = new Map(blocks.map((seen) => [seen.block.hash, seen]))
  const sorted = blocks.toSorted((one, other) => compareHeights(one, other) || one.firstSeenAt - other.firstSeenAt)
  const newest = sorted.findLast(({ canonical }) => canonical)
  return sorted.map((seen) => {
    const parent = byHash.get(seen.block.parentHash)
    return {
      seen,
      afterS: parent === undefined ? undefined : seen.block.timestampS - parent.block.timestampS,
      isNewest: seen === newest,
    }
  })
}

function compareHeights(one: WireBlock, other: WireBlock): number {
  const [left, right] = [BigInt(one.block.number), BigInt(other.block.number)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** On a phone the tape scrolls; the newest block is at its end. */
function keepAtEnd(element: HTMLElement, cells: () => readonly Cell[]): void {
  const toEnd = () => {
    cells()
    requestAnimationFrame(() => {
      element.scrollLeft = element.scrollWidth
    })
  }
  createMemo(toEnd)
}
