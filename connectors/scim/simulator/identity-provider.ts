/** A person as the identity provider holds them. */
export interface DirectoryPerson {
  readonly externalId: string;
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly department?: string;
  readonly division?: string;
  readonly employeeNumber?: string;
  readonly userType?: string;
  readonly city?: string;
  /** The `externalId` of another person. */
  readonly manager?: string;
}

interface Target {
  /** The tenant URL that an admin types in: `https://hub.example/scim/v2`. */
  readonly url: string;
  readonly token: string;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const userUrn = "urn:ietf:params:scim:schemas:core:2.0:User";
const groupUrn = "urn:ietf:params:scim:schemas:core:2.0:Group";
const enterpriseUrn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const patchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/**
 * An identity provider in small: provisions people and groups over HTTP, asking before it creates. Each
 * product has its own way of saying things; `EntraDirectory` and `OktaDirectory` have theirs.
 */
abstract class IdentityProvider {
  readonly #target: Target;
  readonly #userIds = new Map<string, string>();
  readonly #groupIds = new Map<string, string>();

  constructor(target: Target) {
    this.#target = target;
  }

  /** The id that the hub gave to a person. */
  userId(externalId: string): string {
    return known(this.#userIds, externalId);
  }

  groupId(name: string): string {
    return known(this.#groupIds, name);
  }

  async assign(person: DirectoryPerson): Promise<string> {
    const found = await this.request("GET", this.userQuery(person.userName));
    const before = firstId(found);
    const id = before ?? (await this.#create("/Users", this.userResource(person)));
    this.#userIds.set(person.externalId, id);
    if (before !== undefined) await this.update(person);
    return id;
  }

  async push(name: string, members: readonly string[]): Promise<string> {
    const found = await this.request("GET", this.groupQuery(name));
    const resource = { schemas: [groupUrn], displayName: name, externalId: `group of ${name}` };
    const id = firstId(found) ?? (await this.#create("/Groups", resource));
    this.#groupIds.set(name, id);
    await this.setMembers(name, members);
    return id;
  }

  async rename(name: string, to: string): Promise<void> {
    const id = this.groupId(name);
    await this.patch(`/Groups/${id}`, this.renaming(id, to));
    this.#groupIds.delete(name);
    this.#groupIds.set(to, id);
  }

  async removeGroup(name: string): Promise<void> {
    await this.request("DELETE", `/Groups/${this.groupId(name)}`);
    this.#groupIds.delete(name);
  }

  abstract update(person: DirectoryPerson): Promise<void>;
  abstract deactivate(externalId: string): Promise<void>;
  abstract setMembers(name: string, members: readonly string[]): Promise<void>;
  protected abstract userQuery(userName: string): string;
  protected abstract groupQuery(name: string): string;
  protected abstract renaming(id: string, to: string): Readonly<Record<string, unknown>>;

  protected userResource(person: DirectoryPerson): Readonly<Record<string, unknown>> {
    const { externalId, userName, givenName, familyName, userType, city } = person;
    return {
      schemas: [userUrn, enterpriseUrn],
      externalId,
      userName,
      active: true,
      displayName: `${givenName} ${familyName}`,
      name: { givenName, familyName, formatted: `${givenName} ${familyName}` },
      emails: [{ primary: true, type: "work", value: userName }],
      ...(userType !== undefined && { userType }),
      ...(city !== undefined && { addresses: [{ type: "work", locality: city }] }),
      [enterpriseUrn]: this.#extension(person),
    };
  }

  #extension({ department, division, employeeNumber, manager }: DirectoryPerson) {
    return {
      ...(department !== undefined && { department }),
      ...(division !== undefined && { division }),
      ...(employeeNumber !== undefined && { employeeNumber }),
      ...(manager !== undefined && { manager: { value: this.userId(manager) } }),
    };
  }

  async #create(path: string, resource: Readonly<Record<string, unknown>>): Promise<string> {
    return String((await this.request("POST", path, resource)).body["id"]);
  }

  protected patch(path: string, ...operations: readonly Readonly<Record<string, unknown>>[]) {
    return this.request("PATCH", path, { schemas: [patchUrn], Operations: operations });
  }

  /** Throws for a refusal: what a real one would put into quarantine. */
  protected async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const { url, token } = this.#target;
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/scim+json",
        ...(body !== undefined && { "content-type": "application/scim+json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    // The server under test answers with JSON objects; anything else fails whoever looks at it.
    const parsed = (text === "" ? {} : JSON.parse(text)) as Answer["body"];
    return { status: response.status, body: parsed };
  }
}

/**
 * As Microsoft Entra: PATCH for everything, operations capitalised, truth as text, groups created
 * empty, members in portions.
 * learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups, 2026-11
 */
export class EntraDirectory extends IdentityProvider {
  readonly #members = new Map<string, ReadonlySet<string>>();

  protected override userQuery(userName: string): string {
    return `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`;
  }

  protected override groupQuery(name: string): string {
    const filter = encodeURIComponent(`displayName eq "${name}"`);
    return `/Groups?excludedAttributes=members&filter=${filter}`;
  }

  override async update(person: DirectoryPerson): Promise<void> {
    const { givenName, familyName, department, manager } = person;
    await this.patch(
      `/Users/${this.userId(person.externalId)}`,
      { op: "Replace", path: "displayName", value: `${givenName} ${familyName}` },
      { op: "Replace", path: "name.givenName", value: givenName },
      { op: "Replace", path: "name.familyName", value: familyName },
      { op: "Replace", path: 'emails[type eq "work"].value', value: person.userName },
      ...(department === undefined
        ? []
        : [{ op: "Add", path: `${enterpriseUrn}:department`, value: department }]),
      ...(manager === undefined
        ? []
        : [{ op: "Add", path: `${enterpriseUrn}:manager`, value: this.userId(manager) }]),
    );
  }

  override async deactivate(externalId: string): Promise<void> {
    const disable = { op: "Replace", path: "active", value: "False" };
    await this.patch(`/Users/${this.userId(externalId)}`, disable);
  }

  /** Thirty days after a user was deleted for good. */
  async remove(externalId: string): Promise<void> {
    await this.request("DELETE", `/Users/${this.userId(externalId)}`);
  }

  override async setMembers(name: string, members: readonly string[]): Promise<void> {
    const before = this.#members.get(name) ?? new Set();
    const after = new Set(members);
    const path = `/Groups/${this.groupId(name)}`;
    const values = (ids: readonly string[]) =>
      ids.map((externalId) => ({ $ref: null, value: this.userId(externalId) }));
    const joining = values(members.filter((one) => !before.has(one)));
    const leaving = values([...before].filter((one) => !after.has(one)));
    if (joining.length > 0) await this.patch(path, { op: "Add", path: "members", value: joining });
    if (leaving.length > 0) {
      await this.patch(path, { op: "Remove", path: "members", value: leaving });
    }
    this.#members.set(name, after);
  }

  protected override renaming(_id: string, to: string) {
    return { op: "Replace", path: "displayName", value: to };
  }
}

/**
 * As Okta: whole users by PUT, deactivation without a path, all members at once, and no user is ever
 * deleted. developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20, 2026-11
 */
export class OktaDirectory extends IdentityProvider {
  protected override userQuery(userName: string): string {
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    return `/Users?filter=${filter}&startIndex=1&count=100`;
  }

  protected override groupQuery(name: string): string {
    const filter = encodeURIComponent(`displayName eq "${name}"`);
    return `/Groups?filter=${filter}&startIndex=1&count=100`;
  }

  protected override userResource(person: DirectoryPerson) {
    // A password is sent even where nobody asked for it.
    return { ...super.userResource(person), locale: "en-US", groups: [], password: "1mz050nq" };
  }

  override async update(person: DirectoryPerson): Promise<void> {
    const path = `/Users/${this.userId(person.externalId)}`;
    const { body } = await this.request("GET", path);
    await this.request("PUT", path, { ...body, ...this.userResource(person) });
  }

  override async deactivate(externalId: string): Promise<void> {
    const path = `/Users/${this.userId(externalId)}`;
    await this.patch(path, { op: "replace", value: { active: false } });
  }

  override async setMembers(name: string, members: readonly string[]): Promise<void> {
    const value = members.map((one) => ({ value: this.userId(one), display: one }));
    await this.patch(`/Groups/${this.groupId(name)}`, { op: "replace", path: "members", value });
  }

  protected override renaming(id: string, to: string) {
    return { op: "replace", value: { id, displayName: to } };
  }
}

function firstId({ body }: Answer): string | undefined {
  // A list by the protocol; the server under test is held to it elsewhere.
  const [first] = body["Resources"] as readonly { readonly id: string }[];
  return first?.id;
}

function known(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`${name} was not provisioned yet`);
  return id;
}
