interface Versioned {
  version: number;
}

/** The header by which a change applies only to the version that was read; else 412 `version_mismatch`. */
export function ifMatch(record: Versioned): { "If-Match": string } {
  return { "If-Match": etag(record) };
}

/** The header by which a record is sent only if it changed; else 304 without a body. */
export function ifNoneMatch(record: Versioned): { "If-None-Match": string } {
  return { "If-None-Match": etag(record) };
}

function etag({ version }: Versioned): string {
  return `"${version}"`;
}
