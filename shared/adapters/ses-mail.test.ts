import { expect, test } from "vitest";

import { createSesMail } from "./ses-mail.ts";

function failing(name: string, more: Readonly<Record<string, unknown>> = {}) {
  return createSesMail({
    sendEmail: () => Promise.reject(Object.assign(new Error("to@acme.example"), { name, ...more })),
  });
}

const mailing = { from: "hub@acme.example", to: "to@acme.example", raw: new Uint8Array([1]) };
const answered = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

test("the mail goes out as it is, to the one recipient that is named", async () => {
  const inputs: unknown[] = [];
  const mail = createSesMail({ sendEmail: async (input) => inputs.push(input) });
  expect(await mail.send(mailing)).toEqual({ outcome: "accepted" });
  expect(inputs).toEqual([
    {
      FromEmailAddress: "hub@acme.example",
      Destination: { ToAddresses: ["to@acme.example"] },
      Content: { Raw: { Data: mailing.raw } },
    },
  ]);
});

test.each([
  ["TooManyRequestsException", answered(429), { outcome: "throttled" }],
  ["LimitExceededException", answered(400), { outcome: "throttled" }],
  ["SendingPausedException", answered(400), { outcome: "throttled" }],
  ["InternalServiceErrorException", answered(500), { outcome: "throttled" }],
  ["MessageRejected", answered(400), { outcome: "refused" }],
  ["MailFromDomainNotVerifiedException", answered(400), { outcome: "refused" }],
  ["AccessDeniedException", answered(403), { outcome: "refused" }],
  ["NewlyInventedException", answered(400), { outcome: "refused" }],
  ["AccountSuspendedException", answered(400), { outcome: "refused", isClosed: true }],
  ["CredentialsProviderError", {}, { outcome: "unreached" }],
  ["Error", { code: "ECONNREFUSED" }, { outcome: "unreached" }],
  ["Error", { code: "ECONNRESET" }, { outcome: "unanswered" }],
  ["TimeoutError", {}, { outcome: "unanswered" }],
])("%s is %o", async (name, more, outcome) => {
  const result = await failing(name, more).send(mailing);
  expect(result).toMatchObject(outcome);
  expect(JSON.stringify(result)).not.toContain("to@acme.example");
});
