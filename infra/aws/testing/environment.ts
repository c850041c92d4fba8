/** What a function of any rights may find in its environment; nothing of it is there to be called. */
export const environment = {
  AWS_REGION: "us-east-1",
  LOG_LEVEL: "info",
  TABLE_NAME: "hub",
  BUS_NAME: "bus",
  SECRET_PREFIX: "throughline/",
  ACCESS_TOKEN_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:1:secret:token",
  PUBLIC_URL: "https://hub.example.com",
  INBOX_QUEUE_URL: "https://sqs.example.com/inbox",
  INBOX_DEAD_QUEUE_URL: "https://sqs.example.com/inbox-dead",
  PULLS_QUEUE_URL: "https://sqs.example.com/pulls",
  PULLS_DEAD_QUEUE_URL: "https://sqs.example.com/pulls-dead",
  CUSTOM_QUEUE_URL: "https://sqs.example.com/custom",
  CUSTOM_DEAD_QUEUE_URL: "https://sqs.example.com/custom-dead",
  CUSTOM_QUEUE_ARN: "arn:aws:sqs:us-east-1:1:custom",
};
