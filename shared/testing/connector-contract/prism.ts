import {
  createInstance,
  getHttpOperationsFromSpec,
  type IHttpRequest,
} from "@stoplight/prism-http";

import type { VendorDocument } from "./contract-case.ts";
import { type Exchange, jsonIn, pathOf } from "./relay.ts";

/** One disagreement of an exchange with the vendor's document. */
export interface Violation {
  readonly in: "request" | "response";
  readonly method: string;
  /** The document's path with its variables; ours where it has none. */
  readonly path: string;
  /** In Prism's words, with the place in front. */
  readonly says: string;
}

/** What a check looked at. */
export interface Verdict {
  /** `GET /issue/{id}` of the document; undefined where the path is documented elsewhere. */
  readonly operation: string | undefined;
  readonly violations: readonly Violation[];
}

type Operations = Awaited<ReturnType<typeof getHttpOperationsFromSpec>>;
type Components = Parameters<typeof createInstance>[1];
type Forward = NonNullable<Components["forward"]>;
type Resource = NonNullable<Parameters<Forward>[3]>;
type Answer = Awaited<ReturnType<ReturnType<ReturnType<Forward>>>>;

/**
 * Checks recorded exchanges as Prism's proxy checks those that pass through it: the route, the security,
 * the request and the answer. What Prism lets pass, a query parameter that the document does not have,
 * is a violation too.
 */
export class PrismCheck {
  readonly #document: VendorDocument;
  readonly #operations: Operations;

  private constructor(document: VendorDocument, operations: Operations) {
    this.#document = document;
    this.#operations = operations;
  }

  /** Reads the document, which takes a second: do it once. */
  static async of(document: VendorDocument, file: string): Promise<PrismCheck> {
    return new PrismCheck(document, await getHttpOperationsFromSpec(file));
  }

  async check(exchange: Exchange): Promise<Verdict> {
    const ours = pathOf(exchange);
    if (this.#document.outside.some(({ path }) => path.test(ours))) {
      return { operation: undefined, violations: [] };
    }
    const path = this.#document.pathOf(ours) ?? ours;
    let resource: Resource | undefined;
    const prism = createInstance(proxyConfig, {
      logger: silentLogger(),
      // The simulator has answered already; Prism is given what it said.
      forward: (_input, _upstream, _proxy, routed) => () => async (): Promise<Answer> => {
        resource = routed;
        return { _tag: "Right", right: answerOf(exchange) };
      },
    });
    const request = requestOf(exchange, path);
    const outcome = await prism.request(request, this.#operations)();
    const at = { method: exchange.method, path: resource?.path ?? ours };
    if ("left" in outcome) {
      const violation = { in: "request", ...at, says: String(outcome.left) } as const;
      return { operation: undefined, violations: [violation] };
    }
    const { input, output } = outcome.right.validations;
    const inWords = ({ path: place = [], message }: (typeof input)[number]) =>
      [place.join("."), message].filter((part) => part !== "").join(": ");
    return {
      operation: resource && `${exchange.method} ${resource.path}`,
      violations: [
        ...input.map((each) => ({ in: "request" as const, ...at, says: inWords(each) })),
        ...unknownParameters(request, resource).map((says) => ({
          in: "request" as const,
          ...at,
          says,
        })),
        ...output.map((each) => ({ in: "response" as const, ...at, says: inWords(each) })),
      ],
    };
  }
}

const proxyConfig = {
  isProxy: true,
  upstream: new URL("http://recorded.invalid"),
  upstreamProxy: undefined,
  checkSecurity: true,
  validateRequest: true,
  validateResponse: true,
  // False: all violations are told instead of the first being answered with.
  errors: false,
  mock: { dynamic: false },
} as const;

function unknownParameters(request: IHttpRequest, resource: Resource | undefined) {
  const documented = resource?.request?.query ?? [];
  const isKnown = (name: string) =>
    documented.some((parameter) =>
      // Of `deepObject`, each property is a parameter: `page[limit]`.
      parameter.style.valueOf() === "deepObject"
        ? name.startsWith(`${parameter.name}[`)
        : name === parameter.name,
    );
  return Object.keys(request.url.query ?? {})
    .filter((name) => !isKnown(name))
    .map((name) => `query parameter ${name} is not documented`);
}

function requestOf(exchange: Exchange, path: string): IHttpRequest {
  const { method, target, requestHeaders, requestBody } = exchange;
  const params = new URL(target, "http://recorded.invalid").searchParams;
  const query = Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? "") : values];
    }),
  );
  return {
    // Methods that connectors use are all of Prism's kind.
    method: method.toLowerCase() as IHttpRequest["method"],
    url: { path, query },
    headers: plain(requestHeaders),
    body: requestBody === "" ? undefined : (jsonIn(requestBody) ?? requestBody),
  };
}

function answerOf({ status, responseHeaders, responseBody }: Exchange) {
  const body = responseBody === "" ? undefined : (jsonIn(responseBody) ?? responseBody);
  return { statusCode: status, headers: plain(responseHeaders), body };
}

function plain(headers: Exchange["requestHeaders"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value)] as const),
  );
}

/** Prism asks its logger for children and calls levels, nothing else. */
function silentLogger(): Components["logger"] {
  const quiet = () => undefined;
  const levels = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
  const logger: Components["logger"] = {
    ...levels,
    fatal: quiet,
    success: quiet,
    child: () => logger,
  };
  return logger;
}
