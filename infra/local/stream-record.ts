import type {
  AttributeValue,
  _Record as SdkRecord,
  StreamRecord as SdkChange,
} from "@aws-sdk/client-dynamodb-streams";
import type {
  AttributeValue as LambdaAttribute,
  DynamoDBRecord,
  StreamRecord as LambdaChange,
} from "aws-lambda";

import { region } from "./environment.ts";

/** A stream record as Lambda hands it out; one without a sequence number does not exist. */
export interface StreamRecord extends DynamoDBRecord {
  readonly dynamodb: LambdaChange & { readonly SequenceNumber: string };
}

/**
 * Turns what GetRecords answers into what Lambda gives a function: the same fields as JSON, so binary
 * values in base64 and the time in seconds (docs.aws.amazon.com/lambda/latest/dg/with-ddb.html, 2026-11).
 */
export function lambdaRecords(
  records: readonly SdkRecord[],
  streamArn: string,
): readonly StreamRecord[] {
  return records.flatMap((record) => {
    const { eventName, dynamodb: change } = record;
    const sequenceNumber = change?.SequenceNumber;
    // The types allow for less than the service ever answers.
    if (change === undefined || sequenceNumber === undefined || eventName === undefined) return [];
    return [
      {
        ...envelope(record, streamArn),
        eventName,
        dynamodb: { ...lambdaChange(change), SequenceNumber: sequenceNumber },
      },
    ];
  });
}

/**
 * The embedded database answers with the protocol's JSON, untouched by the SDK (see `openStreamApi`),
 * and that is already what Lambda gives a function, but for where it comes from.
 */
export function embeddedRecords(
  records: readonly unknown[],
  streamArn: string,
): readonly StreamRecord[] {
  const from = { awsRegion: region, eventSourceARN: streamArn };
  return (records as readonly StreamRecord[]).map((record) => ({ ...record, ...from }));
}

function envelope(record: SdkRecord, streamArn: string) {
  return {
    ...(record.eventID !== undefined && { eventID: record.eventID }),
    eventVersion: record.eventVersion ?? "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: region,
    eventSourceARN: streamArn,
  };
}

function lambdaChange(change: SdkChange): LambdaChange {
  const createdAtMs = change.ApproximateCreationDateTime?.getTime();
  return {
    ...(createdAtMs !== undefined && { ApproximateCreationDateTime: createdAtMs / 1_000 }),
    ...(change.Keys && { Keys: image(change.Keys) }),
    ...(change.NewImage && { NewImage: image(change.NewImage) }),
    ...(change.OldImage && { OldImage: image(change.OldImage) }),
    SizeBytes: change.SizeBytes ?? 0,
    StreamViewType: change.StreamViewType ?? "NEW_AND_OLD_IMAGES",
  };
}

function image(attributes: Record<string, AttributeValue>): Record<string, LambdaAttribute> {
  const converted: Record<string, LambdaAttribute> = {};
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value !== undefined) converted[name] = attribute(value);
  }
  return converted;
}

function attribute(value: AttributeValue): LambdaAttribute {
  if (value.M !== undefined) return { M: image(value.M) };
  if (value.L !== undefined) return { L: value.L.map(attribute) };
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.SS !== undefined) return { SS: value.SS };
  if (value.NS !== undefined) return { NS: value.NS };
  return { NULL: true };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
