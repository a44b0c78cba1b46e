/** @file One request for a location: redirects are followed here, so that credentials stay with the host they are for. */

/** Fetches a location; the global `fetch` unless a caller brings another. */
export type FetchUrl = (url: string, request?: RequestInit) => Promise<Response>;

/** What a request carries. */
export interface UrlRequest {
  readonly fetchUrl: FetchUrl;
  readonly headers?: Readonly<Record<string, string>>;
  /** Value of the Authorization header: sent to the origin of the first location, and to no other. */
  readonly authorization?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 10;

/**
 * The first answer that is no redirect.
 *
 * @throws Error when redirects lead nowhere, in a circle, or from an encrypted location to one that is not; whatever
 *   `fetchUrl` throws where no server answers
 */
export async function requestUrl(url: string, request: UrlRequest): Promise<Response> {
  const { fetchUrl, headers, authorization, signal } = request;
  const home = new URL(url).origin;
  let at = new URL(url);
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const isHome = at.origin === home;
    const response = await fetchUrl(at.href, {
      headers: { ...headers, ...(authorization !== undefined && isHome && { authorization }) },
      redirect: "manual",
      signal: signal ?? null,
    });
    if (!REDIRECTS.has(response.status)) return response;
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (location === null || !URL.canParse(location, at.href)) {
      throw new Error(
        `requestUrl: a redirect from ${at.origin} must name a location, got ${location === null ? "none" : "one that is no address"}. Try again later.`,
      );
    }
    const next = new URL(location, at.href);
    const isAllowed = next.protocol === "https:" || (next.protocol === "http:" && at.protocol === "http:");
    if (!isAllowed) {
      throw new Error(
        `requestUrl: a redirect from ${at.origin} must stay encrypted, got one to ${next.protocol}//${next.host}. Do not use this location.`,
      );
    }
    at = next;
  }
  throw new Error(
    `requestUrl: ${url} must answer within ${MOST_REDIRECTS} redirects, got more. Try again later, or correct the location.`,
  );
}
