import { ApiError, problemOf } from "./errors.js";

export interface Sending {
  /** An API key or an access token; a function is asked before each request. */
  apiKey: string | (() => string | Promise<string>);
  /** How often a request is repeated that the API, or the network, could not answer. */
  retries?: number;
  fetch?: (request: Request) => Promise<Response>;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const WITHOUT_KEYS = /^\/v1\/(auth\/|api-keys$)/;
const LONGEST_WAIT_S = 30;

/** `fetch` with credentials, idempotency keys and retries. Throws ApiError. */
export function sending({ apiKey, retries = 2, fetch = globalThis.fetch }: Sending): (request: Request) => Promise<Response> {
  return async (request) => {
    const token = typeof apiKey === "string" ? apiKey : await apiKey();
    request.headers.set("Authorization", `Bearer ${token}`);
    const isRepeatable = SAFE.has(request.method) || giveKey(request);
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= retries;
      const response = await fetch(request.clone()).catch((error: unknown) => {
        if (last || !isRepeatable) throw error;
        return null;
      });
      if (response?.ok || response?.status === 304) return response;
      const wait = response === null ? backoff(attempt) : await refusal(response, attempt, last);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  };
}

/** Whether a change can be repeated: not where answers hold secrets, which are never kept for a key. */
function giveKey(request: Request): boolean {
  if (WITHOUT_KEYS.test(new URL(request.url).pathname)) return false;
  if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", crypto.randomUUID());
  return true;
}

/** Seconds until the request may be repeated. Throws what cannot be. */
async function refusal(response: Response, attempt: number, last: boolean): Promise<number> {
  const problem = await problemOf(response);
  if (problem === null) throw new Error(`${response.url} answered ${response.status}, which is not the API's`);
  const asked = Number(response.headers.get("Retry-After") ?? Number.NaN);
  if (!problem.retryable || last || asked > LONGEST_WAIT_S) throw new ApiError(problem, response);
  return Number.isNaN(asked) ? backoff(attempt) : asked;
}

function backoff(attempt: number): number {
  return 0.2 * 2 ** attempt * (0.5 + Math.random());
}
