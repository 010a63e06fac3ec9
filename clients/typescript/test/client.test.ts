/** Against a running system: SAMPHAN_URL and SAMPHAN_API_KEY say which. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, body, createClient, ifMatch, items, type Samphan } from "../src/index.js";

const baseUrl = process.env["SAMPHAN_URL"] ?? "";
const apiKey = process.env["SAMPHAN_API_KEY"] ?? "";
const api = createClient({ baseUrl, apiKey });

function mark(): string {
  return `ts-${crypto.randomUUID()}`;
}

async function create(full_name: string, tags: string[], client: Samphan = api) {
  return body(client.POST("/v1/contacts", { body: { full_name, tags } }));
}

async function refused(answer: Promise<unknown>): Promise<ApiError> {
  const error = await answer.then(
    () => assert.fail("was not refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiError);
  return error;
}

test("a contact is created and read", async () => {
  const made = await create("มาลี สวัสดี", [mark()]);

  const read = await body(api.GET("/v1/contacts/{contact_id}", { params: { path: { contact_id: made.id } } }));

  assert.equal(read.full_name, "มาลี สวัสดี");
  assert.equal(read.version, 1);
});

test("pages follow each other to the end", async () => {
  const tag = mark();
  for (const name of ["หนึ่ง", "สอง", "สาม"]) await create(name, [tag]);

  const names: string[] = [];
  const query = { limit: 2, sort: "created_at", "tags[contains]": tag };
  for await (const contact of items((next) => body(api.GET("/v1/contacts", { params: { query: { ...query, ...next } } })))) {
    names.push(contact.full_name);
  }

  assert.deepEqual(names, ["หนึ่ง", "สอง", "สาม"]);
});

test("a change applies to the version that was read, and to no other", async () => {
  const made = await create("Ada", [mark()]);
  const path = { contact_id: made.id };
  const changed = await body(
    api.PATCH("/v1/contacts/{contact_id}", { params: { path, header: ifMatch(made) }, body: { nickname: "A" } }),
  );

  const error = await refused(
    api.PATCH("/v1/contacts/{contact_id}", { params: { path, header: ifMatch(made) }, body: { nickname: "B" } }),
  );

  assert.equal(changed.version, 2);
  assert.equal(error.status, 412);
  assert.equal(error.code, "version_mismatch");
  assert.equal(error.problem.params["current_version"], 2);
});

test("invalid input names its place", async () => {
  const error = await refused(api.POST("/v1/contacts", { body: { full_name: "Ada", email: "no address" } }));

  assert.equal(error.status, 422);
  assert.equal(error.problem.errors[0]?.pointer, "/email");
});

test("a search takes a tree of conditions", async () => {
  const tag = mark();
  await create("มาลี", [tag]);
  const filter = { and: [{ field: "tags", op: "contains" as const, value: tag }] };

  const found = await body(api.POST("/v1/contacts/search", { body: { filter } }));

  assert.deepEqual(found.data.map((contact) => contact.full_name), ["มาลี"]);
});

test("a change whose answer was lost is repeated and made once", async () => {
  const tag = mark();
  let lost = 0;
  const losing = createClient({
    baseUrl,
    apiKey,
    fetch: async (request) => {
      const response = await fetch(request);
      if (lost++ === 0) throw new TypeError("the answer was lost");
      return response;
    },
  });

  const made = await create("มาลี", [tag], losing);

  const found = await body(api.GET("/v1/contacts", { params: { query: { "tags[contains]": tag } } }));
  assert.deepEqual(found.data.map((contact) => contact.id), [made.id]);
  assert.equal(lost, 2);
});

test("what is retryable is repeated after the time that was asked for", async () => {
  let attempts = 0;
  const problem = { type: "", title: "", detail: "", instance: "", code: "rate_limited", params: {}, errors: [], request_id: "" };
  const busy = createClient({
    baseUrl,
    apiKey,
    fetch: async (request) => {
      if (attempts++ > 0) return fetch(request);
      const headers = { "Content-Type": "application/problem+json", "Retry-After": "0" };
      return new Response(JSON.stringify({ ...problem, status: 429, retryable: true }), { status: 429, headers });
    },
  });

  const me = await body(busy.GET("/v1/me"));

  assert.equal(me.kind, "integration");
  assert.equal(attempts, 2);
});
