/** The sum of a counter over all its labels, from a `/metrics` page in Prometheus text format. */
export async function readCounter(url: string, name: string): Promise<number> {
  const page = await (await fetch(url)).text()
  let sum = 0
  for (const line of page.split('\n')) {
    if (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) sum += Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return sum
}
