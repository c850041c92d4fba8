import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

export interface DynamoEndpoint {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What the adapter needs of a client: the SDK's, or `createLocalDynamoClient`. */
export type DynamoSender = Pick<DynamoDBClient, "send" | "destroy">;

/**
 * A client for `createDynamoTable`, which retries by itself: the SDK's own retries are off, since
 * they hide whether a lost answer may belong to a write that was applied. Without an endpoint it
 * takes region and credentials from the environment, as on Lambda.
 */
export function createDynamoClient(at?: DynamoEndpoint): DynamoDBClient {
  return new DynamoDBClient({
    ...at,
    maxAttempts: 1,
    // A single-digit-millisecond service that is silent this long has lost the request.
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
    },
  });
}
