export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

/** What the next page's query adds to the first one's. */
export type Next = { cursor?: string };

/** All items of a list, page by page: `for await (const each of items((next) => body(api.GET(path, { params: { query: { ...next } } }))))`. */
export async function* items<Item>(page: (next: Next) => Promise<Page<Item>>): AsyncGenerator<Item, void, undefined> {
  for (let next: Next = {}; ; ) {
    const { data, next_cursor } = await page(next);
    yield* data;
    if (next_cursor === null) return;
    next = { cursor: next_cursor };
  }
}
