import type { Hono, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";

import { HubError } from "#shared/errors.ts";

/** Requests to the app are forms and small documents; deliveries go to the receiver. */
const requestBytesMax = 1_000_000;
/** Files that people upload, by form or API; a Lambda is given 6 MB at most. */
const uploadBytesMax = 6_000_000;
const uploadPaths = /^\/(?:api\/)?uploads(?:\/|$)/u;

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** What every request passes before anything else looks at it. */
export function guard(app: Hono, publicUrl: string): void {
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      xFrameOptions: "DENY",
      // Over plain HTTP on one's own machine it would be ignored; elsewhere it is wanted.
      strictTransportSecurity: publicUrl.startsWith("https:")
        ? "max-age=31536000; includeSubDomains"
        : false,
    }),
  );
  app.use(async (c, next) => {
    if (!safeMethods.has(c.req.method)) assertSameSite(c.req.raw, publicUrl);
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  const [ordinary, ofUploads] = [limitedTo(requestBytesMax), limitedTo(uploadBytesMax)];
  app.use((c, next) => (uploadPaths.test(c.req.path) ? ofUploads(c, next) : ordinary(c, next)));
}

function limitedTo(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new HubError(
        "input.too-large",
        `The body is larger than ${maxSize} bytes: send less at once`,
      );
    },
  });
}

/**
 * A browser says where a request comes from; another site's page must not act for whoever is signed
 * in here. Programs send neither header and show the token instead.
 */
function assertSameSite(request: Request, publicUrl: string): void {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const isOwn =
    site === null
      ? origin === null || isOwnHost(origin, [request.headers.get("host"), hostOf(publicUrl)])
      : site === "same-origin" || site === "none";
  if (!isOwn) {
    throw new HubError("access.cross-site", "Another site's page may not change anything here");
  }
}

/** Hosts, not origins: TLS ends before us, so the scheme that we see is not the browser's. */
function isOwnHost(origin: string, own: readonly (string | null)[]): boolean {
  const host = hostOf(origin);
  return host !== null && own.includes(host);
}

function hostOf(url: string): string | null {
  return URL.parse(url)?.host ?? null;
}
