import type { Hono } from "hono";
import { html } from "hono/html";

import type { AppContext } from "../app-deps.ts";
import { mayEnter, signIn } from "../http/access.ts";
import type { Html } from "./html.ts";
import { nothing } from "./html.ts";
import { layout } from "./layout.ts";
import { backPath, readForm } from "./page-input.ts";
import { hidden } from "./parts.ts";

/** The door, where a token is needed. */
export function serveSignIn(app: Hono, context: AppContext): void {
  app.get("/sign-in", async (c) => {
    const next = backPath(c.req.query("next"), "/");
    if (await mayEnter(context, c)) return c.redirect(next, 303);
    return c.html(signInPage(next, undefined));
  });

  app.post("/sign-in", async (c) => {
    const { token, next } = await readForm(c);
    const to = backPath(next, "/");
    if (await signIn(context, c, token?.trim() ?? "")) return c.redirect(to, 303);
    context.logger.warn("access.refused");
    return c.html(signInPage(to, "This is not the token. Nothing was changed."), 401);
  });
}

function signInPage(next: string, problem: string | undefined): Html {
  return layout({
    title: "Sign in",
    body: html`<form class="card sign-in stack" method="post" action="/sign-in">
      ${problem === undefined ? nothing : html`<p class="notice bad" role="alert">${problem}</p>`}
      ${hidden({ next })}
      <div class="field">
        <label for="token">Access token</label>
        <p class="hint">The one that was configured when the hub was deployed.</p>
        <input id="token" name="token" type="password" autocomplete="current-password" required />
      </div>
      <button class="primary">Sign in</button>
    </form>`,
  });
}
