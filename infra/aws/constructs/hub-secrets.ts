import { ArnFormat, CfnOutput, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";

/** The access token's secret, and the namespace in which the app keeps the secrets of connections. */
export class HubSecrets extends Construct {
  readonly accessTokenArn: string;
  /** Put before the name of every connection's secret. */
  readonly prefix: string;
  /** All secrets under the prefix, and nothing else. */
  readonly underPrefixArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stack = Stack.of(this);
    // Without a value, on purpose: until the operator puts one in, the app refuses every request.
    const accessToken = new CfnSecret(this, "AccessToken", {
      description: "Throughline's access token, as plain text; empty until the operator sets it",
    });
    accessToken.overrideLogicalId("AccessTokenSecret");
    accessToken.applyRemovalPolicy(RemovalPolicy.RETAIN);
    Validations.of(accessToken).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "The operator chooses the token and hands it to people and scripts: an automatic rotation would lock them out. The app takes a new value within a minute.",
    });
    this.accessTokenArn = accessToken.ref;
    this.prefix = `${stack.stackName}/`;
    this.underPrefixArn = stack.formatArn({
      service: "secretsmanager",
      resource: "secret",
      resourceName: `${this.prefix}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    new CfnOutput(this, "AccessTokenSecretArn", {
      value: this.accessTokenArn,
      description: "Put the access token here: aws secretsmanager put-secret-value",
    }).overrideLogicalId("AccessTokenSecretArn");
  }
}
