import { html, raw } from "hono/html";

import { controlPath } from "#shared/testing/simulator/request-faults.ts";

import type { Block, Element } from "./slack-message.ts";
import type { PostedMessage } from "./state.ts";

export type Html = ReturnType<typeof html>;

/** A message with what can be pressed in it, its reactions and, below it, its thread. */
export function messageHtml(posted: PostedMessage, replies: readonly PostedMessage[]): Html {
  const { message, editedAt, reactions, at, ts } = posted;
  return html`<article id="m${ts}">
    ${message.blocks?.map((block) => blockHtml(block, posted)) ?? html`<p>${mrkdwn(message.text)}</p>`}
    <p class="soft">
      ${at}${editedAt === undefined ? "" : html` · edited ${editedAt}`}${reactions.map(
        (name) => html` <span class="reaction">:${name}:</span>`,
      )}
    </p>
    ${
      replies.length === 0
        ? ""
        : html`<div class="thread">${replies.map((reply) => messageHtml(reply, []))}</div>`
    }
  </article>`;
}

function blockHtml(block: Block, posted: PostedMessage): Html | string {
  switch (block.type) {
    case "header":
      return html`<h2>${block.text.text}</h2>`;
    case "section":
      return html`<p>${textHtml(block.text)}</p>`;
    case "context":
      return html`<p class="soft">
        ${block.elements.map((element) => html`<span>${textHtml(element)}</span> `)}
      </p>`;
    case "actions":
      return html`<div class="actions">
        ${block.elements.map((element) => elementHtml(element, posted))}
      </div>`;
    case "divider":
      return html`<hr />`;
    default:
      return block satisfies never;
  }
}

function elementHtml(element: Element, { channel, ts }: PostedMessage): Html {
  const where = html`<input type="hidden" name="channel" value="${channel}" />
    <input type="hidden" name="ts" value="${ts}" />
    <input type="hidden" name="action" value="${element.action_id}" />`;
  const label = element.type === "button" ? element.text.text : element.placeholder.text;
  const choices =
    element.type === "button"
      ? ""
      : html`<select name="choice" aria-label="${label}">
          ${element.options.map(({ text, value }) => html`<option value="${value}">${text.text}</option>`)}
        </select>`;
  return html`<form method="post" action="${controlPath}/page/press">
    ${where}${choices}<button>${label}</button>
  </form>`;
}

function textHtml(text: { readonly type: string; readonly text: string }) {
  return text.type === "mrkdwn" ? mrkdwn(text.text) : text.text;
}

/**
 * The part of mrkdwn that matters here: links, mentions, bold. Entities are the sender's own; whatever
 * else could be markup of this page is escaped first, so a message cannot script it.
 */
function mrkdwn(text: string) {
  const safe = text
    .replace(/[\u0001\u0002]/gu, "")
    .replace(/"/gu, "&quot;")
    .replace(/'/gu, "&#39;")
    .replace(/<([^<>|]+)\|([^<>]*)>/gu, (_all, href: string, label: string) =>
      /^https?:/u.test(href) ? `\u0001a href="${href}"\u0002${label}\u0001/a\u0002` : label,
    )
    .replace(/<([!@#][^<>]*)>/gu, "\u0001mark\u0002$1\u0001/mark\u0002")
    .replace(/<(https?:[^<>|]+)>/gu, `\u0001a href="$1"\u0002$1\u0001/a\u0002`)
    .replace(/</gu, "&lt;")
    .replace(/>/gu, "&gt;")
    .replace(/\*([^*\n]+)\*/gu, "\u0001b\u0002$1\u0001/b\u0002")
    .replace(/\u0001/gu, "<")
    .replace(/\u0002/gu, ">");
  return raw(safe);
}
