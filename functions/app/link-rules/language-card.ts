import { html } from "hono/html";

import { WorkItemKind } from "#shared/model/facts.ts";

import type { Html } from "../page/html.ts";

/** The language of filters, as short as it goes. The whole of it: docs/link-rules.md. */
export const languageCard: Html = html`<section class="card stack" aria-labelledby="language-title">
  <h2 id="language-title">How to write it</h2>
  <p class="small">
    <code>project = PAY AND (label IN (growth, "q3 push") OR section = "Now") AND kind != bug</code>
  </p>
  <dl class="facts small">
    <dt><code>project</code></dt>
    <dd>The tool's key or id of a project</dd>
    <dt><code>section</code></dt>
    <dd>A section or column of it</dd>
    <dt><code>label</code></dt>
    <dd>A label or tag</dd>
    <dt><code>field["…"]</code></dt>
    <dd>A field of the tool that its connection's settings keep</dd>
    <dt><code>kind</code></dt>
    <dd>${WorkItemKind.options.join(", ")}</dd>
    <dt><code>type</code></dt>
    <dd>The tool's own word for the kind</dd>
    <dt><code>team</code></dt>
    <dd>The team that the tool names</dd>
    <dt><code>title</code>, <code>key</code></dt>
    <dd>What it is called</dd>
    <dt><code>connection</code></dt>
    <dd>The id in the address of its page</dd>
  </dl>
  <p class="small">
    Compare with <code>=</code> <code>!=</code> <code>IN (…)</code> <code>NOT IN (…)</code>
    <code>~</code> (contains) <code>IS EMPTY</code> <code>IS NOT EMPTY</code>; join with
    <code>AND</code> <code>OR</code> <code>NOT</code> and brackets. Capitals do not matter.
  </p>
</section>`;
