import type { Problem } from "./schema.js";

/** A problem that the API answered with (RFC 9457). `code` is stable; `detail` is for developers, `title` for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;

  constructor(
    readonly problem: Problem,
    readonly response: Response,
  ) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.retryable = problem.retryable;
  }
}

/** The problem in an answer; null where something on the way to the API answered in its stead. */
export async function problemOf(response: Response): Promise<Problem | null> {
  const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  return isProblem ? ((await response.json()) as Problem) : null;
}
