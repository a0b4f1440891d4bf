import type { JSX } from 'solid-js'
import { visibleText } from '../format/visible-text.ts'

/** Text from outside: its marks made visible, its direction kept from spreading to what stands beside it. */
export function Outside(props: { text: string }): JSX.Element {
  return <bdi>{visibleText(props.text)}</bdi>
}
