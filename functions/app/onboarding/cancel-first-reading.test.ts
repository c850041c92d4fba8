import { describe, expect, test } from "vitest";

import { secretName } from "#shared/kit/registry.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { listGaps, saveGaps } from "#shared/store/connection-parts.ts";
import { getConnection, listConnections } from "#shared/store/connections.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { ConnectionDetail } from "../connections/connection-answers.ts";

const html = { accept: "text/html" };
const settings = { baseUrl: "https://suite.example/x", key: "s3cr3t-key", rooms: ["r1"] };

async function reading(rig: AppRig): Promise<ConnectionId> {
  const json = { connector: "suite", name: "Ours", settings };
  const { body } = await rig.send("POST", "/api/connections", { json });
  return ConnectionId.parse(ConnectionDetail.parse(body).id);
}

const cancel = (rig: AppRig, id: ConnectionId) =>
  rig.send("POST", `/api/connections/${id}/cancel-backfill`);

describe("cancelling the first reading", () => {
  test("takes away the connection with all that it read, and leaves a draft with its choices", async () => {
    const rig = await AppRig.create();
    const id = await reading(rig);
    await rig.secrets.merge(secretName(id), { sub_0123456789: "a webhook's" });
    const gap = { what: "Teams", why: "No plan for it." };
    await saveGaps(rig.hub.table, id, rig.hub.clock.now(), [gap]);
    const { status, body } = await cancel(rig, id);
    const draft = ConnectionDetail.parse(body);
    expect([status, draft]).toMatchObject([
      202,
      {
        status: "draft",
        name: "Ours",
        settings: { baseUrl: settings.baseUrl, rooms: ["r1"] },
        collections: [{ state: "waiting", recordsRead: 0 }],
        gaps: [gap],
      },
    ]);
    // Its id is new: nothing that still runs for the old one can write into it.
    expect(draft.id).not.toBe(id);
    const draftId = ConnectionId.parse(draft.id);
    expect(rig.secrets.values.get(secretName(draftId))).toEqual({ key: settings.key });
    expect(await getConnection(rig.hub.table, id)).toMatchObject({ status: "removing" });
    expect(rig.messages.at(-1)).toEqual({ kind: "remove", connectionId: id });
    expect((await rig.send("POST", `/api/connections/${draftId}/start`)).status).toBe(202);
    expect(await listGaps(rig.hub.table, draftId)).toMatchObject([gap]);
  });

  test("is possible while it is paused", async () => {
    const rig = await AppRig.create();
    const id = await reading(rig);
    await rig.send("POST", `/api/connections/${id}/pause`);
    expect((await cancel(rig, id)).status).toBe(202);
  });

  test("twice at once leaves one draft", async () => {
    const rig = await AppRig.create();
    const id = await reading(rig);
    const answers = await Promise.all([cancel(rig, id), cancel(rig, id)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 409]));
    const all = await listConnections(rig.hub.table);
    expect(all.filter(({ status }) => status === "draft")).toHaveLength(1);
    expect(rig.messages.filter(({ kind }) => kind === "remove")).toHaveLength(1);
    const draft = all.find(({ status }) => status === "draft");
    const kept = [id, draft?.id ?? id].map((one) => secretName(one));
    expect([...rig.secrets.values.keys()].toSorted()).toEqual(kept.toSorted());
  });

  test("is refused once everything was read", async () => {
    const rig = await AppRig.create();
    const id = await reading(rig);
    await rig.hub.changeConnection(id, (one) => ({ ...one, readyAt: rig.hub.clock.now() }));
    expect((await cancel(rig, id)).status).toBe(409);
    expect(await getConnection(rig.hub.table, id)).toMatchObject({ status: "active" });
    expect((await rig.get(`/connections/${id}`, html)).text).not.toContain("Cancel the first");
  });

  test("is offered on the page, which says what goes and what stays", async () => {
    const rig = await AppRig.create();
    const id = await reading(rig);
    const { text } = await rig.get(`/connections/${id}`, html);
    expect(text).toContain("Cancel the first reading");
    expect(text).toContain("What was read so far is taken away again");
    const { headers } = await rig.send("POST", `/connections/${id}/cancel-backfill`);
    const to = headers.get("location") ?? "";
    expect(to).toMatch(/^\/connections\/conn_[0-9a-z]{10}\/setup\?did=cancelled-first$/u);
    expect(to).not.toContain(id);
    expect((await rig.get(to, html)).text).toContain("Your choices are kept");
  });
});
