/** A typed client of the Samphan API: `openapi-fetch` on the generated `schema.ts`, with the manners of the API added. */

import createFetchClient, { type Client } from "openapi-fetch";
import type { Problem, paths } from "./schema.js";
import { sending, type Sending } from "./sending.js";

export { ApiError } from "./errors.js";
export { ifMatch, ifNoneMatch } from "./versions.js";
export { items, type Next, type Page } from "./pages.js";
export type * from "./schema.js";

export type Samphan = Client<paths>;

export interface Options extends Sending {
  baseUrl: string;
}

/** Answers that are no success throw `ApiError`; changes carry an `Idempotency-Key`; what may be repeated is, as told. */
export function createClient({ baseUrl, ...options }: Options): Samphan {
  return createFetchClient<paths>({ baseUrl, fetch: sending(options) });
}

type Answer<Data> = { data?: Data; error?: unknown; response: Response };

/** The body of an answer: `const contact = await body(api.GET(...))`. */
export async function body<Data>(answer: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, response } = await answer;
  if (data === undefined || data === null) {
    throw new TypeError(`${response.url} answered ${response.status} without a body`);
  }
  return data;
}

export type { Problem };
