/** More than this is not read in one go; lists then say that there is more. */
const PAGE_LIMIT = 100;

/** Reads every page of a list. */
export async function allPages<Page, Item>(
  read: (token: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
  tokenOf: (page: Page) => string | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGE_LIMIT; page++) {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const answer = await read(token);
    items.push(...(itemsOf(answer) ?? []));
    token = tokenOf(answer);
    if (token === undefined || token === '') break;
  }
  return items;
}

/** Asks for many things in the batches that an operation allows. */
export async function inBatches<Key, Item>(
  keys: readonly Key[],
  size: number,
  read: (batch: Key[]) => Promise<readonly Item[] | undefined>,
): Promise<Item[]> {
  const batches: Key[][] = [];
  for (let at = 0; at < keys.length; at += size) batches.push(keys.slice(at, at + size));
  const answers = await Promise.all(batches.map((batch) => read(batch)));
  return answers.flatMap((answer) => answer ?? []);
}
