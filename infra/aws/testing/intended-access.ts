import { pascal } from "../constructs/logical-name.ts";

/** A role that one service takes, with exactly these rights. */
export function roleOf(service: string, rights: readonly string[], condition?: object) {
  return {
    Type: "AWS::IAM::Role",
    AssumeRolePolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: service },
          Action: "sts:AssumeRole",
          ...(condition && { Condition: condition }),
        },
      ],
    },
    Rights: rights,
  };
}

/** The permission of one service to call a function, for one source. */
export function callPermission(functionName: string, service: string, source: string) {
  return {
    Type: "AWS::Lambda::Permission",
    Action: "lambda:InvokeFunction",
    FunctionName: `{${pascal(functionName)}Function.Arn}`,
    Principal: service,
    SourceArn: source,
  };
}
