import { CfnOutput, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { CfnPermission } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import type { HubFunction } from "./hub-function.ts";
import { nameLogically } from "./logical-name.ts";

/** Beyond this, sources wait and send again; it also caps what a stranger can make the hub spend. */
const requestsPerSecond = 500;
const requestsBurst = 1000;

/** The front door: an HTTP API with the topology's routes, made before the functions to lend its URL. */
export class HubApi extends Construct {
  readonly endpoint: string;
  readonly apiId: string;
  readonly #api: CfnApi;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#api = new CfnApi(this, "Api", {
      name: Stack.of(this).stackName,
      description: "Throughline: webhooks, API and pages",
      protocolType: "HTTP",
    });
    this.#api.overrideLogicalId("HubApi");
    this.apiId = this.#api.ref;
    this.endpoint = this.#api.attrApiEndpoint;
    const accessLogs = new LogGroup(this, "AccessLogs", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    nameLogically(accessLogs, "AccessLogs");
    const stage = new CfnStage(this, "Stage", {
      apiId: this.apiId,
      stageName: "$default",
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: requestsBurst,
      },
      accessLogSettings: {
        destinationArn: Stack.of(this).formatArn({
          service: "logs",
          resource: `log-group:${accessLogs.logGroupName}`,
        }),
        format: accessLogFormat,
      },
    });
    stage.overrideLogicalId("HubApiStage");
    new CfnOutput(this, "Url", { value: this.endpoint }).overrideLogicalId("Url");
  }

  /** Sends these routes ("POST /webhooks/{connector}/{connectionId}") to the function. */
  route(target: HubFunction, routes: readonly string[]): void {
    const name = target.node.id.replace(/Function$/u, "");
    const integration = new CfnIntegration(this, `${name}Integration`, {
      apiId: this.apiId,
      integrationType: "AWS_PROXY",
      integrationUri: target.lambda.functionArn,
      payloadFormatVersion: "2.0",
    });
    integration.overrideLogicalId(`${name}Integration`);
    for (const [index, routeKey] of routes.entries()) {
      const route = new CfnRoute(this, `${name}Route${index + 1}`, {
        apiId: this.apiId,
        routeKey,
        authorizationType: "NONE",
        target: `integrations/${integration.ref}`,
      });
      route.overrideLogicalId(`${name}Route${index + 1}`);
      Validations.of(route).acknowledge({ id: "AwsSolutions-APIG4", reason: whyOpen(routeKey) });
    }
    const permission = new CfnPermission(this, `${name}Permission`, {
      action: "lambda:InvokeFunction",
      functionName: target.lambda.functionArn,
      principal: "apigateway.amazonaws.com",
      // Any stage, method and path of this API alone.
      sourceArn: Stack.of(this).formatArn({
        service: "execute-api",
        resource: this.apiId,
        resourceName: "*",
      }),
    });
    permission.overrideLogicalId(`${name}ApiPermission`);
  }
}

function whyOpen(routeKey: string): string {
  if (routeKey.includes("/scim/")) {
    return "Identity providers show a token of their connection, of which the hub keeps the digest: the function looks it up and refuses who has none.";
  }
  return routeKey.includes("/webhooks/")
    ? "Sources sign what they send, and no authorizer of API Gateway sees the bytes: the function verifies the signature and refuses what has none."
    : "The app checks the access token of every request itself, and refuses all while none is configured, which no authorizer here could say.";
}

/** Neither the query, which holds subscription ids, nor anything of the body. */
const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  at: "$context.requestTime",
  route: "$context.routeKey",
  status: "$context.status",
  responseBytes: "$context.responseLength",
  latencyMs: "$context.responseLatency",
  integrationError: "$context.integrationErrorMessage",
});
